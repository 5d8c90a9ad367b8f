// Means, intervals and paired differences over seeds.
#pragma once

#include <vector>

namespace sprig {

struct Interval {
  double mean = 0, half_width = 0;  // 95 % Student t; half_width is NaN for fewer than two values
};
Interval mean_interval(const std::vector<double>& values);
// The interval of the mean of a_i - b_i, paired by index. Sizes must agree.
Interval paired_difference(const std::vector<double>& a, const std::vector<double>& b);
// Two-sided p value of Student's t test that the mean of a_i - b_i is 0: 1 where all are 0, NaN for fewer than two.
double paired_p_value(const std::vector<double>& a, const std::vector<double>& b);
// The p values of a family of tests, adjusted so that the probability of any false rejection stays at the level (Holm,
// Scand. J. Statist. 6, 65, 1979). NaN stays NaN and counts for nothing.
std::vector<double> holm_adjusted(const std::vector<double>& p_values);
// Whether its interval holds 0, or is not known.
bool is_tie(const Interval& difference);

}  // namespace sprig
