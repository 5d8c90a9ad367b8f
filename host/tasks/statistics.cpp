// Student t intervals.
#include "sprig/tasks/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "sprig/core/refuse.hpp"

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
    refuse("statistics.pairs", shown(a.size()) + " and " + shown(b.size()) + " values", "as many of both");
  std::vector<double> difference(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) difference[i] = a[i] - b[i];
  return mean_interval(difference);
}

double paired_p_value(const std::vector<double>& a, const std::vector<double>& b) {
  const Interval d = paired_difference(a, b);
  if (std::isnan(d.half_width)) return d.half_width;
  if (d.half_width == 0) return d.mean == 0 ? 1 : 0;
  const boost::math::students_t law(static_cast<double>(a.size()) - 1);
  const double t = std::abs(d.mean) / d.half_width * boost::math::quantile(law, 0.975);
  return 2 * boost::math::cdf(boost::math::complement(law, t));
}

std::vector<double> holm_adjusted(const std::vector<double>& p_values) {
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < p_values.size(); ++k)
    if (!std::isnan(p_values[k])) order.push_back(k);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted = p_values;
  double largest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    largest = std::max(largest, std::min(1.0, static_cast<double>(order.size() - rank) * p_values[order[rank]]));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

bool is_tie(const Interval& d) { return !(std::abs(d.mean) > d.half_width); }

}  // namespace sprig
