// Quantiles of weights, thresholds of delays.
#include "host/network/projection_laws.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "host/network/text.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/quantile.hpp"
#include "sprig/network/network.hpp"
#include "sprig/network/projection_draw.hpp"
#include "sprig/network/sampler.hpp"

namespace sprig {

namespace {

using Kind = Distribution::Kind;
constexpr double kDraws = 4294967296.0;  // 2^32

bool is_constant(const Distribution& d) {
  return d.kind == Kind::constant || ((d.kind == Kind::normal || d.kind == Kind::lognormal) && d.b == 0) ||
         (d.kind == Kind::uniform && d.a == d.b);
}
double constant_value(const Distribution& d) { return d.kind == Kind::lognormal ? std::exp(d.a) : d.a; }

// N(mean, sd^2) given that it is at least `least`.
struct TruncatedNormal {
  double mean, sd, least;

  double below() const { return cdf(unit(), (least - mean) / sd); }
  double above() const { return cdf(complement(unit(), (least - mean) / sd)); }
  // The probability of more than x.
  double survival(double x) const { return x <= least ? 1 : cdf(complement(unit(), (x - mean) / sd)) / above(); }
  // The value with a probability of p not to be exceeded; to be exceeded, if `upper`.
  double quantile(double p, bool upper) const {
    if (upper) return mean + sd * boost::math::quantile(complement(unit(), p * above()));
    const double lower = below() + p * above();  // of the whole law
    const double z = lower < 0.5 ? boost::math::quantile(unit(), lower)
                                 : boost::math::quantile(complement(unit(), (1 - p) * above()));
    return std::max(mean + sd * z, least);
  }

 private:
  static boost::math::normal unit() { return boost::math::normal(0, 1); }
};

std::vector<real> weight_table(const Distribution& d) {
  switch (d.kind) {
    case Kind::normal: {
      const TruncatedNormal magnitude{std::abs(d.a), d.b, 0};
      const double sign = d.a < 0 ? -1 : 1;
      return quantile_table(
          [&](double p, bool upper) { return sign * magnitude.quantile(p, sign < 0 ? !upper : upper); });
    }
    case Kind::uniform:
      return quantile_table(
          [&](double p, bool upper) { return upper ? d.b - p * (d.b - d.a) : d.a + p * (d.b - d.a); });
    case Kind::lognormal:
      return lognormal_quantiles(d.a, d.b);
    case Kind::gamma:
      return gamma_quantiles(d.a, d.b);
    case Kind::constant:
      break;
  }
  return {};
}

// P(delay > x), x in ms.
double survival(const Distribution& d, double step_ms, double x) {
  switch (d.kind) {
    case Kind::normal:
      return TruncatedNormal{d.a, d.b, step_ms / 2}.survival(x);
    case Kind::uniform:
      return std::clamp((d.b - x) / (d.b - d.a), 0.0, 1.0);
    case Kind::lognormal:
      return cdf(complement(boost::math::normal(d.a, d.b), std::log(x)));
    case Kind::gamma:
      return boost::math::gamma_q(d.a, x / d.b);
    case Kind::constant:
      break;
  }
  return 0;
}

[[noreturn]] void refuse_delay(const std::string& key, const Distribution& d, double step_ms) {
  throw ConfigError(key, text(shown(d), " ms reaches beyond ", kMaxDelaySteps, " steps of ", step_ms, " ms"));
}

}  // namespace

WeightLaw weight_law(const std::string& key, const Distribution& weight) {
  check_distribution(key, weight, kAnything);
  const bool both = (weight.kind == Kind::normal && weight.a == 0 && weight.b > 0) ||
                    (weight.kind == Kind::uniform && weight.a < 0 && weight.b > 0);
  if (both) throw ConfigError(key, shown(weight) + " has weights of both signs; one sign a projection is allowed");
  WeightLaw law;
  double largest = constant_value(weight);
  if (!is_constant(weight)) {
    try {
      law.table = weight_table(weight);
      largest = *std::max_element(law.table.begin(), law.table.end(),
                                  [](real x, real y) { return std::abs(x) < std::abs(y); });
    } catch (const std::runtime_error&) {  // a quantile that no floating-point number holds
      largest = std::numeric_limits<double>::infinity();
    }
  }
  if (!(std::abs(largest) <= std::numeric_limits<float>::max()))
    throw ConfigError(key, shown(weight) + " reaches beyond the largest floating-point number");
  law.largest = static_cast<float>(largest);
  return law;
}

DelayLaw delay_law(const std::string& key, const Distribution& delay_ms, double step_ms) {
  // A delay on the grid may come out of its decimal number a little below its step.
  check_distribution(key, delay_ms, at_least(step_ms * (1 - 1e-9)));
  DelayLaw law;
  if (is_constant(delay_ms)) {
    const double steps = std::max(1.0, std::round(constant_value(delay_ms) / step_ms));
    if (!(steps <= kMaxDelaySteps)) refuse_delay(key, delay_ms, step_ms);
    law.least = static_cast<std::uint16_t>(steps);
    law.thresholds = {0xFFFFFFFFu};
    return law;
  }
  for (std::uint32_t k = 1; k <= kMaxDelaySteps; ++k) {
    const double longer = std::floor(survival(delay_ms, step_ms, (k + 0.5) * step_ms) * kDraws);
    if (longer >= kDraws) continue;  // k or less has less than one draw
    if (law.thresholds.empty()) law.least = static_cast<std::uint16_t>(k);
    law.thresholds.push_back(static_cast<std::uint32_t>(kDraws - 1 - longer));
    if (longer < 1) return law;
  }
  refuse_delay(key, delay_ms, step_ms);
}

double telling_delay_ms(const Distribution& d) {
  if (d.kind == Kind::lognormal) return std::exp(d.a + d.b * d.b / 2);  // the mean
  if (d.kind == Kind::gamma) return d.a * d.b;                          // the mean
  return d.a;
}

std::vector<std::uint32_t> delay_guide(const std::vector<std::uint32_t>& thresholds) {
  std::vector<std::uint32_t> guide(std::size_t{1} << kDelayGuideBits);
  for (std::uint32_t i = 0; i < guide.size(); ++i) {
    const auto at = std::lower_bound(thresholds.begin(), thresholds.end(), i << (32 - kDelayGuideBits));
    guide[i] = static_cast<std::uint32_t>(at - thresholds.begin());
  }
  return guide;
}

double table_mean(const std::vector<real>& table) {
  constexpr std::uint32_t kSmall = 1u << 11;  // so many draws of each tail one by one: they do not fill their cells
  double mean = 0;
  for (std::uint32_t half = 0; half < 2; ++half) {
    for (std::uint32_t r = 0; r < kSmall; ++r)
      mean += std::ldexp(static_cast<double>(quantile_lookup(table.data(), (half << 31) | (r << 8))), -24);
    const real* cells = table.data() + std::size_t{half} * (kQuantileCells + 1);
    for (int c = 12 * 32; c < kQuantileCells; ++c)  // the others evenly: 2^(octave - 5) of 2^25
      mean += std::ldexp((static_cast<double>(cells[c]) + static_cast<double>(cells[c + 1])) / 2, c / 32 - 5 - 25);
  }
  return mean;
}

}  // namespace sprig
