// Means, intervals and paired differences over seeds.
#pragma once

#include <vector>

namespace sprig {

struct Interval {
  double mean = 0, half_width = 0;  // 95 % Student t; half_width is NaN for fewer than two values
};
Interval mean_interval(const std::vector<double>& values);
// Of a_i - b_i, paired by index. Sizes must agree.
Interval paired_difference(const std::vector<double>& a, const std::vector<double>& b);
// Whether its interval holds 0, or is not known.
bool is_tie(const Interval& difference);

}  // namespace sprig
