// What a run writes down, as configuration files ([[record]]) and Python describe it, and the arrays that this comes
// to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sprig/core/fields.hpp"
#include "sprig/core/words.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// spikes: one row a spike. counts, rate: one row a window, the last of which may be shorter. v, i, theta: the
// potential, the total synaptic current and the threshold's shift after a step. weights: of the synapses that learn.
enum class RecordedQuantity { spikes, counts, v, i, theta, rate, weights };
constexpr auto words_of(RecordedQuantity) {
  return words<RecordedQuantity>("spikes", "counts", "v", "i", "theta", "rate", "weights");
}
constexpr bool is_state(RecordedQuantity what) {
  return what == RecordedQuantity::v || what == RecordedQuantity::i || what == RecordedQuantity::theta;
}

// Times are of the simulation, from its start; nothing but weights is recorded before the time to settle is over.
struct RecordSpec {
  std::string name;  // of its file; empty: made of what and whom
  RecordedQuantity what = RecordedQuantity::spikes;
  std::vector<std::string> of;         // populations; empty: all
  std::string neurons;                 // "first:end:every" of each of them, as in Python; empty: all
  std::vector<std::uint32_t> indices;  // neurons of the whole network, in the place of `of` and `neurons`
  double every_ms = 0;                 // v, i, theta: between values, 0: every step; counts, rate: the window
  std::vector<double> at_ms;           // weights: when
  double from_ms = 0, until_ms = std::numeric_limits<double>::infinity();
};
// [[record]].
void fields(IsOptions<RecordSpec> auto& o, auto&& visit) {
  visit("name", o.name, texts("a file's name without its ending"), "of the file; empty: made of what and whom");
  visit("what", o.what, kAnything, "what is recorded");
  visit("of", o.of, texts("the name of a population"), "populations; empty: all");
  visit("neurons", o.neurons, texts("first:end:every, as in Python"), "of each population; empty: all");
  visit("indices", o.indices, between(0, kMost32Bits), "neurons of the whole network, in the place of of and neurons");
  visit("every_ms", o.every_ms, at_least(0), "v, i, theta: between values, 0: a step; counts, rate: the window");
  visit("at_ms", o.at_ms, at_least(0), "weights: when");
  visit("from_ms", o.from_ms, at_least(0), "when recording begins");
  visit("until_ms", o.until_ms, above(0).or_infinite(), "when it ends");
}

// Neurons first, first + every, first + 2 every, ...
struct NeuronRange {
  std::uint32_t first = 0, count = 0, every = 1;

  std::uint32_t operator[](std::uint32_t k) const { return first + k * every; }
};

// The array that a record comes to, an .npy file or in memory: rows of one shape, as many as there will be.
struct RecordLayout {
  std::string name;  // of the array; of its file without .npy
  RecordedQuantity what = RecordedQuantity::spikes;
  std::string type;                // NumPy's: "<f4", "[('step', '<u4'), ('neuron', '<u4')]"
  std::vector<std::uint64_t> row;  // the shape of one row; spikes: {}
  std::size_t row_bytes = 0;
  std::string axes;                  // in words: "[step][neuron][replica]"
  std::vector<NeuronRange> neurons;  // rows' columns, one range after the other; spikes, rate: those that are looked at
  bool every_neuron = false;         // all of the network, ascending
  std::vector<std::string> populations;        // rate: of the columns
  std::uint64_t first_step = 0, end_step = 0;  // recorded are steps first_step .. end_step - 1
  std::uint64_t every_steps = 1;               // v, i, theta: row k is of step first_step + k every_steps; windows
  std::vector<std::uint64_t> at_steps;         // weights: row k is of the beginning of this step
  std::uint64_t synapses = 0;                  // weights: how many learn

  std::uint64_t neuron_count() const {
    std::uint64_t sum = 0;
    for (const NeuronRange& range : neurons) sum += range.count;
    return sum;
  }
};

// An array in memory, as it would stand in its file.
struct RecordedArray {
  std::string name, type;
  std::vector<std::uint64_t> shape;
  std::vector<char> bytes;
};

}  // namespace sprig
