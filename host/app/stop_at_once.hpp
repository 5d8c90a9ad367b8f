// Before there is anything to keep (networks are made, packed, read), a stop ends the process at once: whatever it was
// making, another process makes again.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "sprig/core/progress.hpp"

namespace sprig::app {

// While there is one, a stop that is asked for (session/signals.hpp) ends the process with exit code 75 and a line on
// stderr, within a tenth of a second. What is being written to the run folder is left as a kill leaves it.
class StopAtOnce {
 public:
  StopAtOnce();
  ~StopAtOnce() { end(); }
  StopAtOnce(const StopAtOnce&) = delete;
  StopAtOnce& operator=(const StopAtOnce&) = delete;

  void end();
  // `progress`, whose first question ends this: from then on who works asks. Must not outlive this.
  Progress until_asked(const Progress& progress);

 private:
  void watch();
  std::mutex mutex_;
  std::condition_variable ended_now_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace sprig::app
