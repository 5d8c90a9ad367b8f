// Stops where work does not ask whether to go on.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "sprig/core/progress.hpp"
#include "sprig/session/work_log.hpp"

namespace sprig::app {

// A thread that ends the process with exit code 75 and a line on stderr when a stop was asked for
// (session/signals.hpp). What is being written to the run folder is left as a kill leaves it.
class StopThread {
 public:
  ~StopThread() { end(); }
  StopThread(const StopThread&) = delete;
  StopThread& operator=(const StopThread&) = delete;

  void end();

 protected:
  // may_leave: asked again and again from a stop on, until it says yes; line: said then.
  StopThread(std::function<bool()> may_leave, const char* line);

 private:
  void watch();
  std::function<bool()> may_leave_;
  const char* line_;
  std::mutex mutex_;
  std::condition_variable ended_now_;
  bool ended_ = false;
  std::thread thread_;
};

// While there is one, a stop ends the process within a tenth of a second. For what another process makes again: before
// there is anything to keep (networks are made, packed, read), and when all of it is kept (results are written).
class StopAtOnce : public StopThread {
 public:
  enum class Kept { nothing, all };
  explicit StopAtOnce(Kept kept = Kept::nothing);
  // `progress`, whose first question ends this: from then on who works asks. Must not outlive this.
  Progress until_asked(const Progress& progress);
};

// While there is one, work is asked to stop in the ordinary way, and writes what it has come to. Where it has not ended
// after a second and a state stands (core/checkpoints.hpp), what stands is kept in its stead, and the process ends.
class StopSoon : public StopThread {
 public:
  explicit StopSoon(WorkLog& log);
  // keep: as WorkLog::keep_standing().
  explicit StopSoon(std::function<bool()> keep);
};

}  // namespace sprig::app
