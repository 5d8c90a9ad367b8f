#include "host/app/stop_at_once.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

#include "sprig/core/error.hpp"
#include "sprig/session/signals.hpp"

namespace sprig::app {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kBetween{50};
constexpr std::chrono::milliseconds kOrdinary{1000};  // for work to end by itself

constexpr const char* kNothing = "sprig: stopped before there was anything to keep; the same command starts again\n";
constexpr const char* kAll =
    "sprig: stopped early; what was done so far is kept, and the same command with --out of that folder goes on\n";

// Whether the ordinary time is over, which begins with the first call, and what stands is kept since. Where it cannot
// be kept, the work is waited for, which ends with the error.
auto keeps_what_stands(std::function<bool()> keep) {
  return [keep = std::move(keep), asked = Clock::time_point(), failed = false]() mutable {
    if (asked == Clock::time_point()) asked = Clock::now();
    if (failed || Clock::now() - asked < kOrdinary) return false;
    try {
      return keep();
    } catch (const std::exception&) {
      failed = true;
      return false;
    }
  };
}

}  // namespace

StopThread::StopThread(std::function<bool()> may_leave, const char* line)
    : may_leave_(std::move(may_leave)), line_(line), thread_([this] { watch(); }) {}

void StopThread::end() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  ended_now_.notify_one();
  thread_.join();
}

void StopThread::watch() {
  std::unique_lock lock(mutex_);
  while (!ended_now_.wait_for(lock, kBetween, [this] { return ended_; })) {
    if (!stop_requested()) continue;
    lock.unlock();  // who ends this waits for the thread, not for the lock
    if (may_leave_()) {
      if (::isatty(STDERR_FILENO) == 1) std::fputs("\r\033[K", stderr);  // where a line of progress may stand
      std::fputs(line_, stderr);
      std::_Exit(static_cast<int>(Exit::checkpointed));
    }
    lock.lock();
  }
}

StopAtOnce::StopAtOnce(Kept kept) : StopThread([] { return true; }, kept == Kept::nothing ? kNothing : kAll) {}

Progress StopAtOnce::until_asked(const Progress& progress) {
  return Progress([this, progress](double fraction, const std::string& detail) {
    end();  // Progress is told one at a time
    return progress(fraction, detail);
  });
}

StopSoon::StopSoon(WorkLog& log) : StopSoon([&log] { return log.keep_standing(); }) {}

StopSoon::StopSoon(std::function<bool()> keep) : StopThread(keeps_what_stands(std::move(keep)), kAll) {}

}  // namespace sprig::app
