#include "sprig/session/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "sprig/formats/markup.hpp"
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

namespace {

// As wide as it is now.
int terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string cut_to(const std::string& line, int columns) {
  std::string shown;
  int used = 1;  // the last column stays free: a line that fills it may begin the next
  for (std::size_t i = 0; i < line.size();) {
    const std::size_t bytes = utf8_bytes(line, i);
    const auto first = static_cast<unsigned char>(line[i]);
    const bool control = bytes == 0 || first < 0x20 || first == 0x7F ||
                         (bytes == 2 && first == 0xC2 && static_cast<unsigned char>(line[i + 1]) < 0xA0);
    used += bytes >= 3 ? 2 : 1;  // where wide characters are, for one
    if (used > columns) break;
    if (control)
      shown += '?';
    else
      shown.append(line, i, bytes);
    i += std::max<std::size_t>(bytes, 1);
  }
  return shown;
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
  if (terminal_)
    std::fprintf(stderr, "\r%s\033[K", cut_to(line, terminal_columns()).c_str());
  else
    std::fprintf(stderr, "%s\n", line.c_str());
  std::fflush(stderr);
  return go_on;
}

}  // namespace sprig
