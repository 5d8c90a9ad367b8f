// The cases of a benchmark that are measured, from one process to the next: a line each of cases.jsonl in the run
// folder, and, where there are spike statistics of one, a state with them (session/work_log.hpp).
#pragma once

#include <optional>
#include <string>

#include "host/app/bench/measure.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/session/work_log.hpp"

namespace sprig::app {

class CaseLog {
 public:
  // config: resolved. Errors: those of WorkLog.
  CaseLog(WorkLog& log, const Config& config);

  // What an earlier process measured of this case on this machine, with these threads, device and program.
  std::optional<Measurement> find(const BenchCase& one, const BenchSteps& steps, bool full);
  // Keeps one that is complete; on disk when it returns. Errors: InputError.
  void add(const BenchCase& one, const BenchSteps& steps, const Measurement& measured);
  // The same of a case that is measured as its line says.
  const Json* find_line(const BenchCase& one, const BenchSteps& steps);
  void add_line(const BenchCase& one, const BenchSteps& steps, const Json& line);
  std::size_t found() const { return found_; }

 private:
  Hash key_of(const BenchCase& one, const BenchSteps& steps) const;
  Checkpoints statistics_of(const Hash& key);

  WorkLog& log_;
  Hash common_;
  std::size_t found_ = 0;
};

}  // namespace sprig::app
