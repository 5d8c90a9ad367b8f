// Student t intervals.
#include "sprig/tasks/statistics.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "sprig/core/error.hpp"

namespace sprig {

Interval mean_interval(const std::vector<double>& values) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const auto n = static_cast<double>(values.size());
  if (values.empty()) return {kNone, kNone};
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / n;
  if (values.size() < 2) return {mean, kNone};
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double quantile = boost::math::quantile(boost::math::students_t(n - 1), 0.975);
  return {mean, quantile * std::sqrt(squares / (n - 1) / n)};
}

Interval paired_difference(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size())
    throw ConfigError("statistics.pairs",
                      std::to_string(a.size()) + " and " + std::to_string(b.size()) + " values, must be as many");
  std::vector<double> difference(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) difference[i] = a[i] - b[i];
  return mean_interval(difference);
}

bool is_tie(const Interval& d) { return !(std::abs(d.mean) > d.half_width); }

}  // namespace sprig
