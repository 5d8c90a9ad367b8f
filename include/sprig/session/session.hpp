// One run of a verb: its folder, its clock, its manifest.
#pragma once

#include <chrono>
#include <exception>
#include <string>

#include "sprig/session/command.hpp"
#include "sprig/session/output.hpp"
#include "sprig/session/run_folder.hpp"
#include "sprig/session/work_log.hpp"

namespace sprig {

// Errors: UsageError where `out` is the folder of a file that the configuration names, with its key. Session asks for
// the command's own; a verb that works on several configurations, for the others.
void keep_inputs(const Config& config, const std::string& out);

class Session {
 public:
  // Makes the folder and writes config.resolved.toml, so that an unwritable place is found before the work. Errors:
  // as keep_inputs(); InputError.
  explicit Session(const Command& command);

  RunFolder& folder() { return folder_; }
  // What an earlier process of the same work has left in the folder, and what this one leaves.
  WorkLog& log() { return log_; }
  // Of the verb's work as a whole; key: work_key() of its command.
  Checkpoints checkpoints() { return log_.checkpoints(command_.verb, key_); }
  double wall_s() const;

  // Completes `result` ("complete", "wall_s"), writes result.json, manifest.json and report.html (a line on stderr when
  // it cannot be drawn), and returns the exit code: 0; 75 when the work is not complete and the same command goes on.
  // `hash`: of what the verb made, empty when there is nothing. Errors: InputError; that of print() comes last, with
  // everything on disk.
  int finish(Json result, const std::string& hash, const std::string& device, bool complete);

  // To stdout, unless --quiet. A failure is kept for finish(): the run folder matters more.
  void print(const std::string& text);

 private:
  const Command& command_;
  std::chrono::system_clock::time_point started_;
  std::chrono::steady_clock::time_point clock_;
  CheckpointKey key_;
  RunFolder folder_;
  WorkLog log_;
  std::string resolved_;
  std::exception_ptr print_failure_;
};

}  // namespace sprig
