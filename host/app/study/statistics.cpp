// Means, paired differences and ranks over the seeds of a study, and which lines belong together.
#include <algorithm>
#include <cmath>
#include <limits>

#include "host/app/study/table.hpp"

namespace sprig::app {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Summary::Summary(const StudyGrid& grid, const Rows& rows)
    : grid_(grid), rows_(rows), chosen_(grid.lines.size(), false) {
  const auto same = [](const Line& a, const Line& b) {
    return a.setting == b.setting && a.training == b.training && a.method == b.method && a.density == b.density;
  };
  // The gains of a line follow one another.
  for (std::size_t first = 0, last; first < grid.lines.size(); first = last) {
    std::size_t best = first, most = 0;
    double least = std::numeric_limits<double>::infinity();
    for (last = first; last < grid.lines.size() && same(grid.lines[first], grid.lines[last]); ++last) {
      const Field validation = [](const Row& r) { return r.validation_score; };
      const std::size_t seeds = values(last, validation).size();  // one that fails on some seeds never wins by the rest
      const double error = mean(last, validation).mean;
      if (seeds > most || (seeds == most && error < least)) {
        most = seeds;
        least = error;
        best = last;
      }
    }
    chosen_[best] = true;
  }
}

bool Summary::at_edge(std::size_t line) const {
  const std::vector<double>& gains = grid_.settings[grid_.lines[line].setting].config.study.gains;
  if (gains.size() < 2 || grid_.lines[line].method == PruneMethod::none) return false;
  const auto [least, most] = std::minmax_element(gains.begin(), gains.end());
  return grid_.lines[line].gain == *least || grid_.lines[line].gain == *most;
}

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

std::pair<std::vector<double>, std::vector<double>> Summary::pairs(std::size_t line, std::size_t other,
                                                                   Field field) const {
  std::vector<double> a, b;
  for (std::size_t s = 0; s < grid_.seeds; ++s)
    if (row(line, s) && row(other, s) && row(line, s)->failure.empty() && row(other, s)->failure.empty() &&
        !std::isnan(field(*row(line, s))) && !std::isnan(field(*row(other, s))))
      a.push_back(field(*row(line, s))), b.push_back(field(*row(other, s)));
  return {a, b};
}

Interval Summary::difference(std::size_t line, std::size_t other, Field field) const {
  const auto [a, b] = pairs(line, other, field);
  return a.empty() ? Interval{kNaN, kNaN} : paired_difference(a, b);
}

Interval Summary::difference(std::size_t line, std::size_t other) const {
  return difference(line, other, [](const Row& r) { return r.score; });
}

std::optional<std::size_t> Summary::find(std::size_t line, const std::string& variant, PruneMethod method,
                                         double density) const {
  const Line& wanted = grid_.lines[line];
  for (std::size_t o = 0; o < grid_.lines.size(); ++o) {
    const Line& other = grid_.lines[o];
    if (chosen(o) && other.task == wanted.task && other.training == wanted.training && other.variant == variant &&
        other.method == method && other.density == density)
      return o;
  }
  return std::nullopt;
}

std::optional<std::size_t> Summary::dense_of(std::size_t line) const {
  const auto own = find(line, grid_.lines[line].variant, PruneMethod::dense, 1);
  return own || !grid_.settings[grid_.lines[line].setting].shares_dense ? own : find(line, "", PruneMethod::dense, 1);
}

std::optional<std::size_t> Summary::control_of(std::size_t line, PruneMethod method) const {
  const Line& wanted = grid_.lines[line];
  const auto own = find(line, wanted.variant, method, wanted.density);
  return own || !grid_.settings[wanted.setting].shares_controls ? own : find(line, "", method, wanted.density);
}

std::optional<std::size_t> Summary::random_at_rate(std::size_t line) const {
  const auto rate = [&](std::size_t l) { return mean(l, [](const Row& r) { return r.rate_hz; }).mean; };
  const auto at_best = random_of(line);
  if (!at_best) return std::nullopt;
  const Line& wanted = grid_.lines[*at_best];
  std::optional<std::size_t> nearest;
  for (std::size_t o = 0; o < grid_.lines.size(); ++o) {
    const Line& other = grid_.lines[o];
    if (other.setting == wanted.setting && other.training == wanted.training && other.method == wanted.method &&
        other.density == wanted.density && !std::isnan(rate(o)) &&
        (!nearest || std::abs(rate(o) - rate(line)) < std::abs(rate(*nearest) - rate(line))))
      nearest = o;
  }
  return nearest;
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
    if (chosen(o) && other.task == wanted.task && other.training == wanted.training &&
        other.variant == wanted.variant && other.density == wanted.density)
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
