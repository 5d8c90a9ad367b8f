#include "sprig/session/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "sprig/session/signals.hpp"

namespace sprig {

std::string duration_text(double seconds) {
  const long long whole = std::llround(std::min(seconds, 1e15));
  char text[64];
  if (whole >= 3600)
    std::snprintf(text, sizeof text, "%lld h %02lld min", whole / 3600, whole / 60 % 60);
  else if (whole >= 60)
    std::snprintf(text, sizeof text, "%lld min %02lld s", whole / 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%lld s", whole);
  return text;
}

ProgressLine::ProgressLine(std::string label, bool quiet)
    : label_(std::move(label)),
      quiet_(quiet),
      terminal_(::isatty(STDERR_FILENO) == 1),
      start_(Clock::now()),
      last_(start_) {}

ProgressLine::~ProgressLine() {
  if (drawn_ && terminal_) std::fputs("\r\033[K", stderr);
}

bool ProgressLine::update(double fraction, const std::string& detail) {
  const bool go_on = !stop_requested();
  if (quiet_) return go_on;
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (now - last_ < (terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(60000))) return go_on;
  last_ = now;
  drawn_ = true;
  fraction = std::clamp(fraction, 0.0, 1.0);
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  std::string line = label_ + "  " + std::to_string(static_cast<int>(100 * fraction)) + " %";
  if (!detail.empty()) line += "  " + detail;
  line += "  " + duration_text(elapsed);
  if (fraction > 0.005) line += ", " + duration_text(elapsed / fraction - elapsed) + " left";
  if (!go_on) line += "  stopping";
  std::fputs((terminal_ ? "\r" + line + "\033[K" : line + "\n").c_str(), stderr);
  std::fflush(stderr);
  return go_on;
}

}  // namespace sprig
