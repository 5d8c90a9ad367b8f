// A quantity that grows as powers of others, from measurements: least squares of logarithms.
#pragma once

#include <string>
#include <vector>

namespace sprig::app {

// value = constant x factor_1^exponent_1 x factor_2^exponent_2 ...
struct PowerLaw {
  std::string why_not;  // empty: there is a fit
  double constant = 0;
  std::vector<double> exponents;  // [factor]
  // Of their 95 % intervals (Student's t), if deviations from the law are normal and alike.
  std::vector<double> half_widths;
  double relative_error = 0;  // root mean square of the residuals of ln(value), per degree of freedom
};

// values: [measurement], above 0; factors: [factor][measurement], above 0. There is no fit with fewer measurements than
// exponents and two, or where a factor is a product of powers of the others (or stays the same) in all of them.
PowerLaw fit_power_law(const std::vector<double>& values, const std::vector<std::vector<double>>& factors);

}  // namespace sprig::app
