// A line that shows how far long work is: redrawn on a terminal, printed once a minute elsewhere, silent if asked.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "sprig/core/progress.hpp"

namespace sprig {

class ProgressLine {
 public:
  ProgressLine(std::string label, bool quiet);
  ~ProgressLine();  // takes the line off the terminal
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Thread-safe. fraction in [0, 1]; detail: what is being done, or a rate. False once a stop was asked for.
  bool update(double fraction, const std::string& detail = {});
  // What updates this line, which must outlive it.
  Progress progress() {
    return Progress([this](double fraction, const std::string& detail) { return update(fraction, detail); });
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::mutex mutex_;
  std::string label_;
  bool quiet_, terminal_, drawn_ = false;
  Clock::time_point start_, last_;
};

// The beginning of a line, as much of it as a terminal of so many columns shows without going on in the next; what
// would move the cursor is "?".
std::string cut_to(const std::string& line, int columns);

// "1 h 02 min", "3 min 05 s", "12 s".
std::string duration_text(double seconds);

}  // namespace sprig
