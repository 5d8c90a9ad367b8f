// A law that values of synapses and neurons are drawn from.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sprig/core/fields.hpp"
#include "sprig/core/words.hpp"

namespace sprig {

// Parameters a, b: constant(a); normal(mean a, sd b); lognormal(mu a, sigma b); gamma(shape a, scale b); uniform(a, b).
// One 32-bit draw a value; a normal weight or time constant is redrawn below zero, a normal delay below half a step.
struct Distribution {
  enum class Kind { constant, normal, lognormal, gamma, uniform } kind = Kind::constant;
  double a = 1, b = 0;
};
constexpr auto words_of(Distribution::Kind) {
  return words<Distribution::Kind>("constant", "normal", "lognormal", "gamma", "uniform");
}

// As core/refuse.hpp has them for numbers. What is allowed holds for what the parameters say outright: a constant, the
// mean of a normal law, the lower end of an interval. Tails that reach below are redrawn or raised.
std::string shown(const Distribution& d);
std::string in_words(const Distribution& like, const Allowed& allowed);
std::optional<std::string> offence(const Distribution& d, const Allowed& allowed);

// "gamma(3, 6.67)": a known name and its finite numbers, whatever they are. None where the text is nothing such.
std::optional<Distribution> read_distribution(std::string_view text);

}  // namespace sprig
