// Tabulates quantile functions once, on the host, in double; the lookup that reads the tables is in the header.
#include "sprig/core/quantile.hpp"

#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include "sprig/core/error.hpp"

namespace sprig {

namespace {

// The z with P(Z <= z) = p for a standard normal Z.
double standard_normal_quantile(double p) { return -std::sqrt(2.0) * boost::math::erfc_inv(2 * p); }

}  // namespace

std::vector<real> quantile_table(const std::function<double(double p, bool complement)>& quantile) {
  std::vector<real> table(kQuantileSize);
  for (int half = 0; half < 2; ++half) {
    for (int c = 0; c <= kQuantileCells; ++c) {
      // Boundary of cell c: the float with these bits, over 2^25. From p = 2^-25 (c = 0) to exactly 1/2 (the last).
      const auto bits = (static_cast<std::uint32_t>(c) << 18) + (127u << 23);
      const double p = std::ldexp(static_cast<double>(std::bit_cast<float>(bits)), -25);
      const auto value = static_cast<real>(quantile(p, half == 1));
      if (!std::isfinite(value)) {
        throw NumericalError("quantile table", "the quantile at tail probability " + std::to_string(p) +
                                                   (half == 1 ? " (upper)" : " (lower)") +
                                                   " is not a finite number in the neuron state's precision");
      }
      table[half * (kQuantileCells + 1) + c] = value;
    }
  }
  return table;
}

std::vector<real> normal_quantiles(double mean, double sd) {
  return quantile_table([=](double p, bool complement) {
    const double z = standard_normal_quantile(p);
    return mean + sd * (complement ? -z : z);
  });
}

std::vector<real> lognormal_quantiles(double mu, double sigma) {
  return quantile_table([=](double p, bool complement) {
    const double z = standard_normal_quantile(p);
    return std::exp(mu + sigma * (complement ? -z : z));
  });
}

std::vector<real> gamma_quantiles(double shape, double scale) {
  return quantile_table([=](double p, bool complement) {
    return scale * (complement ? boost::math::gamma_q_inv(shape, p) : boost::math::gamma_p_inv(shape, p));
  });
}

}  // namespace sprig
