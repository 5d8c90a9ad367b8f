// What a run writes down, as configuration files ([[record]]) and Python describe it.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sprig/core/fields.hpp"
#include "sprig/core/words.hpp"

namespace sprig {

enum class RecordedQuantity { spikes, counts, v, i, theta, rate, weights };
constexpr auto words_of(RecordedQuantity) {
  return words<RecordedQuantity>("spikes", "counts", "v", "i", "theta", "rate", "weights");
}

struct RecordSpec {
  std::string name;  // of its file; empty: made of what and whom
  RecordedQuantity what = RecordedQuantity::spikes;
  std::vector<std::string> of;  // populations; empty: all
  std::string neurons;          // "first:end:every" of each of them, as in Python; empty: all
  double every_ms = 0;          // v, i, theta: between values, 0: every step; counts, rate: the window
  std::vector<double> at_ms;    // weights: when
  double from_ms = 0, until_ms = std::numeric_limits<double>::infinity();
};
// [[record]].
void fields(IsOptions<RecordSpec> auto& o, auto&& visit) {
  visit("name", o.name, texts("a file's name without its ending"), "of the file; empty: made of what and whom");
  visit("what", o.what, kAnything, "what is recorded");
  visit("of", o.of, texts("the name of a population"), "populations; empty: all");
  visit("neurons", o.neurons, texts("first:end:every, as in Python"), "of each population; empty: all");
  visit("every_ms", o.every_ms, at_least(0), "v, i, theta: between values, 0: a step; counts, rate: the window");
  visit("at_ms", o.at_ms, at_least(0), "weights: when");
  visit("from_ms", o.from_ms, at_least(0), "when recording begins");
  visit("until_ms", o.until_ms, above(0).or_infinite(), "when it ends");
}

}  // namespace sprig
