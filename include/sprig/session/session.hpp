// One run of a verb: its folder, its clock, its manifest.
#pragma once

#include <chrono>
#include <exception>
#include <string>
#include <vector>

#include "sprig/session/command.hpp"
#include "sprig/session/output.hpp"
#include "sprig/session/run_folder.hpp"
#include "sprig/session/work_log.hpp"

namespace sprig {

// Errors: UsageError where a file that the configuration names lies in the folder `out`, or in one that runs make in
// it, by its name or by where links lead, with its key. Session asks for the command's own; a verb that works on
// several configurations, for the others.
void keep_inputs(const Config& config, const std::string& out);

// Whether the result of this command is finished in its folder already; then this has been said, and what was printed
// of it is printed again, unless --quiet. Errors: InputError.
bool already_done(const Command& command);

class Session {
 public:
  // Makes the folder and writes config.resolved.toml, so that an unwritable place is found before the work. names: of
  // the files that the verb makes besides those that every one makes (session/run_folder.hpp). Errors: as
  // keep_inputs(); those of RunFolder.
  explicit Session(const Command& command, std::vector<std::string> names = {}, FolderUse use = FolderUse::alone);
  // Where an error ends the command although finish() has been: the folder remembers that it is not done.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  RunFolder& folder() { return folder_; }
  // What an earlier process of the same work has left in the folder, and what this one leaves.
  WorkLog& log() { return log_; }
  // Of the verb's work as a whole; key: work_key() of its command.
  Checkpoints checkpoints() { return log_.checkpoints(command_.verb, key_); }
  double wall_s() const;

  // A table as text, written after the result.
  void table(const std::string& name, std::string text) {
    folder_.later(RunFolder::Later::table, name, std::move(text));
  }

  // Completes `result` ("complete", "wall_s"), writes result.json, then tables, manifest.json and report.html (a line
  // on stderr when it cannot be drawn), and returns the exit code: 0; 75 when the work is not complete and the same
  // command goes on. `hash`: of what the verb made, empty when there is nothing. Errors: InputError; those of the page
  // and of print() come last, with everything else on the disk.
  int finish(Json result, const std::string& hash, const std::string& device, bool complete);

  // To stdout, unless --quiet. A failure is kept for finish(): the run folder matters more.
  void print(const std::string& text);

 private:
  Json about(const std::string& device) const;
  void draw_page();

  const Command& command_;
  std::chrono::system_clock::time_point started_;
  std::chrono::steady_clock::time_point clock_;
  CheckpointKey key_;
  std::string resolved_;
  RunFolder folder_;
  WorkLog log_;
  int exceptions_;  // that were under way when it began
  bool finished_ = false;
  std::exception_ptr print_failure_, page_failure_;
};

}  // namespace sprig
