// Means, paired differences and ranks over the seeds of a study, and which lines belong together.
#include <algorithm>
#include <cmath>

#include "host/app/study_table.hpp"

namespace sprig::app {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

std::vector<double> Summary::values(std::size_t line, Field field) const {
  std::vector<double> list;
  for (std::size_t s = 0; s < grid_.seeds; ++s)
    if (row(line, s) && row(line, s)->failure.empty() && !std::isnan(field(*row(line, s))))
      list.push_back(field(*row(line, s)));
  return list;
}

Interval Summary::mean(std::size_t line, Field field) const {
  const auto list = values(line, field);
  return list.empty() ? Interval{kNaN, kNaN} : mean_interval(list);
}

Interval Summary::difference(std::size_t line, std::size_t other) const {
  std::vector<double> a, b;
  for (std::size_t s = 0; s < grid_.seeds; ++s)
    if (row(line, s) && row(other, s) && row(line, s)->failure.empty() && row(other, s)->failure.empty())
      a.push_back(row(line, s)->score), b.push_back(row(other, s)->score);
  return a.empty() ? Interval{kNaN, kNaN} : paired_difference(a, b);
}

std::optional<std::size_t> Summary::find(std::size_t line, const std::string& variant, PruneMethod method,
                                         double density) const {
  const Line& wanted = grid_.lines[line];
  for (std::size_t o = 0; o < grid_.lines.size(); ++o) {
    const Line& other = grid_.lines[o];
    if (other.task == wanted.task && other.training == wanted.training && other.variant == variant &&
        other.method == method && other.density == density)
      return o;
  }
  return std::nullopt;
}

std::optional<std::size_t> Summary::dense_of(std::size_t line) const {
  const auto own = find(line, grid_.lines[line].variant, PruneMethod::dense, 1);
  return own ? own : find(line, "", PruneMethod::dense, 1);
}

std::optional<std::size_t> Summary::random_of(std::size_t line) const {
  const Line& wanted = grid_.lines[line];
  const auto own = find(line, wanted.variant, PruneMethod::random, wanted.density);
  return own ? own : find(line, "", PruneMethod::random, wanted.density);
}

std::optional<std::size_t> Summary::base_of(std::size_t line) const {
  const Line& wanted = grid_.lines[line];
  return wanted.variant.empty() ? std::nullopt : find(line, "", wanted.method, wanted.density);
}

double Summary::rank(std::size_t line) const {
  const Line& wanted = grid_.lines[line];
  std::vector<std::size_t> rivals;
  for (std::size_t o = 0; o < grid_.lines.size(); ++o) {
    const Line& other = grid_.lines[o];
    if (other.task == wanted.task && other.training == wanted.training && other.variant == wanted.variant &&
        other.density == wanted.density)
      rivals.push_back(o);
  }
  double sum = 0, seeds = 0;
  for (std::size_t s = 0; s < grid_.seeds; ++s) {
    if (!std::all_of(rivals.begin(), rivals.end(), [&](std::size_t r) {
          return row(r, s) && row(r, s)->failure.empty() && !std::isnan(row(r, s)->score);
        }))
      continue;
    const double own = row(line, s)->score;
    double better = 0, equal = 0;
    for (const std::size_t r : rivals) {
      better += row(r, s)->score < own;
      equal += row(r, s)->score == own;
    }
    sum += better + (equal + 1) / 2;
    ++seeds;
  }
  return rivals.size() < 2 || seeds == 0 ? kNaN : sum / seeds;
}

std::vector<std::size_t> Summary::section_starts() const {
  std::vector<std::size_t> starts;
  for (std::size_t v = 0; v < grid_.lines.size(); ++v)
    if (v == 0 || grid_.lines[v].task != grid_.lines[v - 1].task ||
        grid_.lines[v].training != grid_.lines[v - 1].training)
      starts.push_back(v);
  starts.push_back(grid_.lines.size());
  return starts;
}

std::string Summary::measure(std::size_t line) const {
  for (std::size_t s = 0; s < grid_.seeds; ++s)
    if (row(line, s) && !row(line, s)->measure.empty()) return row(line, s)->measure;
  return "score";
}

bool Summary::vpt_in_samples(std::size_t line) const {
  for (std::size_t s = 0; s < grid_.seeds; ++s)
    if (row(line, s) && row(line, s)->failure.empty()) return row(line, s)->vpt_in_samples;
  return false;
}

}  // namespace sprig::app
