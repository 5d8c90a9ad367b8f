// Checks a distribution's parameters and tabulates its quantiles.
#include "sprig/network/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "host/network/text.hpp"
#include "sprig/core/error.hpp"

namespace sprig {

namespace {

using Kind = Distribution::Kind;

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::constant:
      return "constant";
    case Kind::normal:
      return "normal";
    case Kind::lognormal:
      return "lognormal";
    case Kind::gamma:
      return "gamma";
    case Kind::uniform:
      return "uniform";
  }
  return "unknown";
}

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

std::string text_of(const Distribution& d) { return text(name_of(d.kind), "(", d.a, ", ", d.b, ")"); }

void check_distribution(const std::string& key, const Distribution& d, const Support& support) {
  const std::string found = text_of(d) + " ";
  if (!std::isfinite(d.a) || !std::isfinite(d.b)) throw ConfigError(key, found + "must have finite parameters");
  if (d.kind == Kind::gamma && (d.a <= 0 || d.b <= 0))
    throw ConfigError(key, found + "must have a shape and a scale above 0");
  if ((d.kind == Kind::normal || d.kind == Kind::lognormal) && d.b < 0)
    throw ConfigError(key, found + "must have a standard deviation of at least 0");
  if (d.kind == Kind::uniform && d.b < d.a) throw ConfigError(key, found + "must have a <= b");
  const bool explicit_bound = d.kind == Kind::constant || d.kind == Kind::normal || d.kind == Kind::uniform;
  if (explicit_bound && (support.open ? d.a <= support.least : d.a < support.least))
    throw ConfigError(key, text(found, "must ", d.kind == Kind::normal ? "have its mean " : "stay ",
                                support.open ? "above " : "at or above ", support.least));
}

Sampler::Sampler(const std::string& key, const Distribution& distribution, const Support& support)
    : kind_(distribution.kind), first_(distribution.a) {
  check_distribution(key, distribution, support);
  if (kind_ == Kind::lognormal && distribution.b == 0) first_ = std::exp(distribution.a);
  if ((kind_ == Kind::normal || kind_ == Kind::lognormal) && distribution.b == 0) kind_ = Kind::constant;
  largest_ = kind_ == Kind::uniform ? distribution.b : first_;
  if (kind_ == Kind::uniform) width_ = distribution.b - distribution.a;
  if (kind_ == Kind::normal) redraw_ = support.redraw;
  try {
    table_ = quantiles(kind_, distribution);
  } catch (const std::runtime_error&) {  // a quantile that no floating-point number holds
    largest_ = std::numeric_limits<double>::infinity();
  }
  if (!table_.empty()) largest_ = static_cast<double>(*std::max_element(table_.begin(), table_.end()));
  if (!std::isfinite(largest_) || !std::isfinite(width_))
    throw ConfigError(key, text_of(distribution) + " reaches beyond the largest floating-point number");
}

}  // namespace sprig
