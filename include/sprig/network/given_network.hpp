// From a network that a file or a program has in part (its synapses, and of its neurons whatever is known) to a whole
// one: what is missing is drawn as a specification says, on the streams that build_network() draws it from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/core/view.hpp"
#include "sprig/core/words.hpp"
#include "sprig/network/builders.hpp"
#include "sprig/network/description.hpp"

namespace sprig {

// Vectors are empty, or as long as there are neurons or synapses.
struct GivenNetwork {
  std::uint32_t neurons = 0;
  EdgeList synapses;                       // in any order; weight in pA, mV of delta synapses, or dimensionless
  std::vector<std::uint16_t> delay_steps;  // in the place of synapses.delay_ms
  NeuronParameters values;
  std::vector<std::string> name, population;
  std::vector<std::int8_t> sign;  // of all synapses of a neuron: 1, -1, or 0 where that is not known
};

enum class Duplicates { multapses, sum };  // sum: of a pair's synapses of equal delay
constexpr auto words_of(Duplicates) { return words<Duplicates>("multapses", "sum"); }

// Populations where none are given. automatic: "exc" and "inh" where the signs of the neurons make two ranges, else
// "all"; all: one; by_sign: neurons are numbered anew, the excitatory ones first.
enum class Groups { automatic, all, by_sign };
constexpr auto words_of(Groups) { return words<Groups>("auto", "all", "by_sign"); }

// What of a specification holds for weights that are given; its gain always does.
struct GivenWeights {
  bool signs = false;       // excitatory_fraction and dale, for weights without a sign
  bool inhibition = false;  // the factor on negative weights
  bool scale = false;       // scale_weights
};

struct CompletedNetwork {
  Network network;
  std::vector<std::string> notes;  // what was decided or changed, a sentence each
};

// Delays are rounded to steps, at least one. Neurons keep their indices, but for Groups::by_sign and for populations
// that are given interleaved: then neurons of one population follow one another, and Network::original_id has their
// given indices, which key all draws. Errors: ConfigError (where = a key of the specification, or "synapses.weight[17]"
// for what is given).
CompletedNetwork complete_network(GivenNetwork given, const NetworkSpec& spec, std::uint32_t seed,
                                  Duplicates duplicates = Duplicates::multapses, Groups groups = Groups::automatic,
                                  const GivenWeights& weights = {});

// Synapses of a compressed sparse matrix in memory (rows = sources, or targets: then transposed), as SciPy has it.
EdgeList edges_of_csr(View<const std::uint64_t> indptr, View<const std::uint32_t> indices, View<const double> data,
                      bool rows_are_targets = false);

}  // namespace sprig
