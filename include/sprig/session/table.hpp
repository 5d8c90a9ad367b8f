// Text tables with aligned columns.
#pragma once

#include <string>
#include <vector>

namespace sprig {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) : rows_{std::move(header)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string text() const;  // the first column to the left, the others to the right

 private:
  std::vector<std::vector<std::string>> rows_;
};

std::string number_text(double value, int digits = 4);                      // "n/a" for NaN
std::string interval_text(double mean, double half_width, int digits = 3);  // "0.451 +- 0.012"
std::string bytes_text(double bytes);                                       // "12.3 MiB"

// What the intervals of a table are over, for the sentence below it: its seeds, or what was done of it.
struct TableScope {
  std::size_t seeds = 0, done = 0, cells = 0;
  bool one_network = false;  // loaded: the seeds do not vary it
};
std::string interval_scope(const TableScope& scope);

}  // namespace sprig
