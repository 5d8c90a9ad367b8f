#include "host/app/stop_at_once.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "sprig/core/error.hpp"
#include "sprig/session/signals.hpp"

namespace sprig::app {

StopAtOnce::StopAtOnce() : thread_([this] { watch(); }) {}

void StopAtOnce::end() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  ended_now_.notify_one();
  thread_.join();
}

Progress StopAtOnce::until_asked(const Progress& progress) {
  return Progress([this, progress](double fraction, const std::string& detail) {
    if (thread_.joinable()) end();  // Progress is told one at a time
    return progress(fraction, detail);
  });
}

void StopAtOnce::watch() {
  constexpr std::chrono::milliseconds kBetween{50};
  std::unique_lock lock(mutex_);
  while (!ended_now_.wait_for(lock, kBetween, [this] { return ended_; }))
    if (stop_requested()) {
      std::fputs("sprig: stopped before there was anything to keep; the same command starts again\n", stderr);
      std::_Exit(static_cast<int>(Exit::checkpointed));
    }
}

}  // namespace sprig::app
