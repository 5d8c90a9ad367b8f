#include "sprig/session/table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace sprig {

std::string TextTable::text() const {
  std::vector<std::size_t> width;
  for (const auto& row : rows_) {
    width.resize(std::max(width.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string pad(width[i] - row[i].size(), ' ');
      line += (i > 0 ? "  " : "") + (i == 0 ? row[i] + pad : pad + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string number_text(double value, int digits) {
  if (std::isnan(value)) return "n/a";
  char text[64];
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  return text;
}

std::string interval_text(double mean, double half_width, int digits) {
  if (std::isnan(mean)) return "n/a";
  char text[96];
  if (std::isnan(half_width))
    std::snprintf(text, sizeof text, "%.*f", digits, mean);
  else
    std::snprintf(text, sizeof text, "%.*f +- %.*f", digits, mean, digits, half_width);
  return text;
}

std::string interval_scope(const TableScope& s) {
  std::string text = s.done == s.cells ? "over " + std::to_string(s.seeds) + " seeds"
                                       : "of what was done: stopped early, " + std::to_string(s.done) + " of " +
                                             std::to_string(s.cells) + " cells";
  if (s.one_network) text += ", all on the one network of network.file";
  return text;
}

std::string bytes_text(double bytes) {
  const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  int unit = 0;
  for (; bytes >= 1024 && unit < 6; ++unit) bytes /= 1024;
  char text[48];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
  return text;
}

}  // namespace sprig
