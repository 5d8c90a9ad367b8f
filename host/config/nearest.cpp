#include "sprig/config/nearest.hpp"

#include <algorithm>
#include <numeric>

namespace sprig {

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min(substituted, std::min(row[j], row[j + 1]) + 1);
    }
  }
  return row.back();
}

std::string nearest_spelling(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string start = word.substr(0, 64);  // a longer word is no misspelling
  std::string best;
  std::size_t distance = start.size() / 2 + 1;
  for (const std::string& candidate : candidates) {
    const auto [shorter, longer] = std::minmax({start.size(), candidate.size()});
    if (longer - shorter >= distance) continue;  // so many letters at least would have to go
    const std::size_t d = edit_distance(start, candidate);
    if (d < distance) distance = d, best = candidate;
  }
  return best;
}

}  // namespace sprig
