#include "sprig/session/run_folder.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "host/session/folder_lock.hpp"
#include "host/session/owned_files.hpp"
#include "host/session/presence.hpp"
#include "host/session/publish.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/files.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/formats/atomic_file.hpp"

namespace sprig {

namespace {

// Of every run folder; states are kept in checkpoint/.
const FileNames kAlways{"checkpoint/",   "config.resolved.toml", "manifest.json",
                        "metrics.jsonl", "report.html",          "result.json"};

FileNames logs_of(const FileNames& files) {
  FileNames logs;
  for (const std::string& name : files)
    if (is_log(name)) logs.insert(name);
  return logs;
}

FileNames without(const FileNames& files, const FileNames& others) {
  FileNames rest;
  for (const std::string& name : files)
    if (!others.contains(name)) rest.insert(name);
  return rest;
}

}  // namespace

struct RunFolder::Parts {
  std::string home, place, log;  // place: home, or its next/
  std::string work;
  bool again = false, goes_on = false;
  Json about;
  mutable std::mutex mutex;  // of what is claimed
  FileNames files;           // of this run
  FileNames others;          // of home: what else is sprig's there
  std::unique_ptr<FolderLock> lock;
  std::unique_ptr<LineLog> metrics;
  std::map<Later, std::vector<std::pair<std::string, std::string>>> later;

  bool stages() const { return place != home; }
  std::string where(const std::string& name) const { return (is_log(name) ? log : place) + "/" + name; }

  // Of the same work as the unfinished run that was found; one that is asked for again goes on in one alike.
  void compare_with(const RunManifest& found) {
    goes_on = found.ours() && found.work == work && (!again || found.again);
    again = again || (goes_on && found.again);
  }

  void write_manifest(const Json& of, bool complete) const {
    Json json = of;
    json["work_key"] = work;
    if (again) json["again"] = true;
    json["complete"] = complete;
    FileNames listed = files;
    if (complete) {  // what was not made may be somebody else's from now on
      listed.clear();
      for (const std::string& name : files)
        if (name == kManifest || name == "report.html" || is_there(where(name))) listed.insert(name);
      for (const std::string& name : logs_of(others)) listed.insert(name);
      listed.erase("checkpoint/");  // states go with the work
    }
    json["files"] = listed;
    write_file(place + "/" + kManifest, json_text(json, 2) + "\n");
  }

  // Where an unfinished run is, or none.
  void begin_in_place(const RunManifest& found) {
    refuse_foreign(home, files, found.files);
    compare_with(found);
    FileNames kept = goes_on ? found.files : again ? FileNames{} : logs_of(found.files);
    kept.insert(kManifest);
    for (const std::string& name : files)  // models say themselves of what they are: learning goes on from its own
      if (!again && name.starts_with("models/") && found.files.contains(name)) kept.insert(name);
    remove_owned(home, without(found.files, kept));
    for (const std::string& name : found.files)
      if (goes_on || is_log(name)) files.insert(name);
    remove_leftovers(home, files);
    write_manifest(about, false);
  }

  // Beside a finished result.
  void begin_beside(const RunManifest& finished) {
    place = home + "/" + kNext;
    const RunManifest found = read_manifest(place);
    others = finished.files;
    for (const std::string& name : logs_of(found.files)) others.insert(name);
    // A process that was killed when its result was whole has left its states, which no manifest lists any more.
    if (has_only_states(home + "/checkpoint")) others.insert("checkpoint/");
    FileNames needed = files;
    if (!found.ours()) needed.insert(std::string(kNext) + "/");
    FileNames known = others;
    if (only_begun(place)) known.insert(std::string(kNext) + "/");
    refuse_foreign(home, needed, known);
    compare_with(found);
    remove_leftovers(home, others);
    files::make_folders(place);
    if (goes_on)
      files.insert(found.files.begin(), found.files.end());
    else
      remove_all_but_manifest();
    remove_leftovers(place, files);
    if (again) log = place;
    write_manifest(about, false);
  }

  // A folder next/ of a run that was killed before it had a manifest.
  static bool only_begun(const std::string& folder) {
    const std::vector<std::string> names = entries_of(folder);
    const std::string half_written = std::string(kManifest) + ".tmp-";
    return !names.empty() && std::all_of(names.begin(), names.end(),
                                         [&](const std::string& name) { return name.starts_with(half_written); });
  }

  void remove_all_but_manifest() const {
    for (const std::string& name : entries_of(place))
      if (name != kManifest) files::remove_tree(place + "/" + name);
  }
};

RunFolder::RunFolder(const std::string& path, const FolderRun& run) : parts_(std::make_unique<Parts>()) {
  Parts& p = *parts_;
  p.home = p.place = p.log = path;
  p.work = hex_text(run.key);
  p.again = run.again;
  p.about = run.about;
  p.files = kAlways;
  p.files.insert(run.names.begin(), run.names.end());
  files::make_folders(path);
  refuse_links(path);
  p.lock = std::make_unique<FolderLock>(path);
  if (is_to_be_published(path)) publish(path);
  if (run.is_done && run.is_done()) throw FolderDone(path);
  const RunManifest found = read_manifest(path);
  const std::string under_way = found.complete ? path + "/" + kNext : path;
  if (run.use == FolderUse::alone || read_manifest(under_way).work != p.work) refuse_while_shared(under_way);
  if (found.complete)
    p.begin_beside(found);
  else
    p.begin_in_place(found);
}

RunFolder::~RunFolder() = default;

const std::string& RunFolder::path() const { return parts_->place; }
const std::string& RunFolder::home() const { return parts_->home; }
const std::string& RunFolder::log() const { return parts_->log; }
bool RunFolder::goes_on() const { return parts_->goes_on; }

std::string RunFolder::file(const std::string& name) const {
  Parts& p = *parts_;
  const std::lock_guard lock(p.mutex);
  if (!is_inside(name)) throw InputError(p.home + "/" + name, "is not within the run folder");
  // A file of a folder that is claimed whole is claimed with it.
  const std::size_t slash = name.find('/');
  const bool whole = slash != std::string::npos && p.files.contains(name.substr(0, slash + 1));
  if (!whole && !p.files.contains(name) && !p.files.contains(name + "/")) {
    refuse_foreign(p.home, {name}, p.others);
    p.files.insert(name);
    p.write_manifest(p.about, false);
  }
  if (slash != std::string::npos) files::make_folders(p.place + "/" + name.substr(0, name.rfind('/')));
  return p.place + "/" + name;
}

std::string RunFolder::earlier(const std::string& name) const {
  const std::string mine = parts_->place + "/" + name;
  return parts_->stages() && !parts_->again && !is_there(mine) ? parts_->home + "/" + name : mine;
}

void RunFolder::write(const std::string& name, std::string_view text) { write_file(file(name), text); }

void RunFolder::later(Later when, const std::string& name, std::string text) {
  parts_->later[when].emplace_back(name, std::move(text));
}

void RunFolder::write_later(Later when) {
  for (const auto& [name, text] : std::exchange(parts_->later[when], {})) write(name, text);
}

void RunFolder::metric(std::string_view json_line) {
  if (!parts_->metrics) parts_->metrics = std::make_unique<LineLog>(file("metrics.jsonl"));
  parts_->metrics->append(json_line);
}

void RunFolder::end(const Json& about, bool complete) {
  Parts& p = *parts_;
  const std::lock_guard lock(p.mutex);
  if (!p.lock->ours()) throw InputError(p.home, "another run has taken this folder over; allowed: another --out");
  p.metrics.reset();
  p.about = about;
  if (complete) files::remove(p.place + "/report.html");  // of an earlier stop; one that is missing is drawn again
  p.write_manifest(about, complete);
  if (!complete || !p.stages()) return;
  publish(p.home);
  p.files = read_manifest(p.home).files;
  p.place = p.log = p.home;
}

void RunFolder::fail() noexcept {
  try {
    Json json = read_manifest(parts_->home).json;
    if (!json.is_object()) return;
    json["failed"] = true;
    write_file(parts_->home + "/" + kManifest, json_text(json, 2) + "\n");
  } catch (...) {  // an error is on its way already
  }
}

}  // namespace sprig
