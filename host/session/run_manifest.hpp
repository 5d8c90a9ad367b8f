// What a run folder's manifest.json says of the run that wrote it: whose files lie there, and whether it has ended.
#pragma once

#include <set>
#include <string>

#include "sprig/report/json.hpp"

namespace sprig {

inline constexpr const char* kManifest = "manifest.json";

// A folder's name within a run folder ends in "/": all that is in it is the run's.
using FileNames = std::set<std::string>;

struct RunManifest {
  enum class Kind { none, foreign, ours };

  Kind kind = Kind::none;
  Json json;  // of ours
  std::string version, started;
  std::string work;       // work_key() of its command, as 16 digits; empty: of a version that did not say
  bool again = false;     // the work was asked for with --again
  bool complete = false;  // the result is whole
  bool failed = false;    // it is whole, and the command ended with an error that is told each time
  bool moving = false;    // files of the next result are taking the places of its own (host/session/publish.hpp)
  FileNames files;        // what runs made in the folder; of 0.2.0, which did not say: what it makes and is there

  bool ours() const { return kind == Kind::ours; }
};

// FOLDER/manifest.json. A file that sprig did not write is foreign, whatever is in it. Errors: InputError for one that
// this user may not read.
RunManifest read_manifest(const std::string& folder);

// "a.npy", "models/a.npz", "kept/": no way out of the folder.
bool is_inside(const std::string& name);

// What verbs keep from one command to the next (session/work_log.hpp): lines of pieces, states. Of every other file the
// newest run is the only one that counts.
bool is_log(const std::string& name);

// The rank in which files are put in place: what was computed, its numbers, tables, what it was made from. 4: the page,
// which is drawn from the others.
int rank_of(const std::string& name);

}  // namespace sprig
