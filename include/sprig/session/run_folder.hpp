// A run folder: config.resolved.toml, manifest.json, metrics.jsonl, result.json, data files, a page. It is claimed by
// its manifest, which lists what runs made in it, and held by a lock while a run writes. Nothing is replaced or removed
// that the manifest does not list. A finished result stays until the next one is whole: that is written in next/ and
// then takes its place.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/session/output.hpp"

namespace sprig {

// Another run works in a folder: the error to wait after (session/when_free.hpp).
struct FolderHeld : InputError {
  using InputError::InputError;
};

// Of a process in a run folder: it works there by itself, or it joins those that share its work (shared_work.hpp).
enum class FolderUse { alone, joined };

// The work that was to be joined has been finished meanwhile.
struct FolderDone : InputError {
  explicit FolderDone(const std::string& folder) : InputError(folder, "is done") {}
};

// Who works in a folder.
struct FolderRun {
  std::uint64_t key = 0;  // of the work (session/work_key.hpp): an unfinished run of the same goes on
  bool again = false;     // the work was asked for once more: nothing of an earlier run is used
  Json about;             // of the manifest: "verb", "version", ...
  // Files that it will make besides those of every run folder: "network.npz", "models/a-1.npz"; "kept/" is a folder of
  // its own.
  std::vector<std::string> names;
  FolderUse use = FolderUse::alone;
  // Asked while nobody else can end or begin anything in the folder: is the work done? Empty: that is not asked.
  std::function<bool()> is_done;
};

class RunFolder {
 public:
  // Makes the folder, with its parents. Errors: FolderHeld, where another run works in it (with host and process), or
  // others share it; FolderDone; InputError, where a file that is needed is there and not sprig's, where it cannot be
  // written; nothing is changed then.
  RunFolder(const std::string& path, const FolderRun& run);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  const std::string& path() const;  // where this run's files are written: the folder, or its next/
  const std::string& home() const;  // the folder
  const std::string& log() const;   // where what is kept from one command to the next is (session/work_log.hpp)
  bool goes_on() const;             // in what an earlier process of the same command has left

  // The path of a file to be written. One that `names` lacks is claimed now. Errors: InputError, as above.
  std::string file(const std::string& name) const;
  // That of a file as it was left by this work or by an earlier run, to be read: one that may not be there.
  std::string earlier(const std::string& name) const;

  void write(const std::string& name, std::string_view text);
  // Written by write_later(): tables and what the page is drawn from come after the result.
  enum class Later { table, page };
  void later(Later when, const std::string& name, std::string text);
  void write_later(Later when);
  void metric(std::string_view json_line);  // appended to metrics.jsonl, which starts with the first line

  // Writes the manifest: `about`, what the folder's files are, and whether the result is whole; if so, it takes the
  // place of the one before. Errors: InputError, also where another run has taken the folder over meanwhile.
  void end(const Json& about, bool complete);
  // The command ended with an error although its result is whole: it is not done the next time, and says so again.
  void fail() noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sprig
