// Checks a distribution's parameters and tabulates its quantiles.
#include "sprig/network/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

using Kind = Distribution::Kind;

// Empty for distributions that need no table.
std::vector<real> quantiles(Kind kind, const Distribution& d) {
  switch (kind) {
    case Kind::normal:
      return normal_quantiles(d.a, d.b);
    case Kind::lognormal:
      return lognormal_quantiles(d.a, d.b);
    case Kind::gamma:
      return gamma_quantiles(d.a, d.b);
    case Kind::constant:
    case Kind::uniform:
      break;
  }
  return {};
}

}  // namespace

void check_distribution(const std::string& key, const Distribution& d, const Allowed& allowed) {
  if (const auto found = offence(d, allowed)) refuse(key, *found, in_words(d, allowed));
}

Sampler::Sampler(const std::string& key, const Distribution& distribution, const Allowed& allowed, double redraw)
    : kind_(distribution.kind), first_(distribution.a) {
  check_distribution(key, distribution, allowed);
  if (kind_ == Kind::lognormal && distribution.b == 0) first_ = std::exp(distribution.a);
  if ((kind_ == Kind::normal || kind_ == Kind::lognormal) && distribution.b == 0) kind_ = Kind::constant;
  largest_ = kind_ == Kind::uniform ? distribution.b : first_;
  if (kind_ == Kind::uniform) width_ = distribution.b - distribution.a;
  if (kind_ == Kind::normal) redraw_ = redraw;
  try {
    table_ = quantiles(kind_, distribution);
  } catch (const std::runtime_error&) {  // a quantile that no floating-point number holds
    largest_ = std::numeric_limits<double>::infinity();
  }
  if (!table_.empty()) largest_ = static_cast<double>(*std::max_element(table_.begin(), table_.end()));
  if (!std::isfinite(largest_) || !std::isfinite(width_))
    refuse(key, shown(distribution) + ", which reaches beyond the largest floating-point number", "smaller values");
}

}  // namespace sprig
