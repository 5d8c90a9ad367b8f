// What packing does otherwise when synapses learn: they stand in rows of their own, and the scale of their weights
// holds the largest that they can become.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig {

// From a source of synapses (packing.cpp) it passes on the plastic ones, or all but those.
template <class Synapses>
struct SynapsesThat {
  const Synapses& all;
  const Plasticity& plasticity;
  bool learn;

  std::uint32_t sources() const { return all.sources(); }
  template <class Use>
  void onto(std::uint32_t first, std::uint32_t last, Use use) const {
    if (learn) {
      first = std::max(first, plasticity.target_first);
      last = std::min(last, plasticity.target_first + plasticity.target_count);
      if (first >= last) return;
    }
    all.onto(first, last, [&](std::uint32_t source, std::uint32_t target, float weight, std::uint16_t delay) {
      if (plasticity.has(source, target) == learn) use(source, target, weight, delay);
    });
  }
};

// The plastic synapses at the largest weight they can get. Errors: ConfigError for one that is outside its bounds.
template <class Synapses>
struct GrownSynapses {
  SynapsesThat<Synapses> plastic;

  std::uint32_t sources() const { return plastic.sources(); }
  template <class Use>
  void onto(std::uint32_t first, std::uint32_t last, Use use) const {
    const float w_max = plastic.plasticity.w_max;
    plastic.onto(first, last, [&](std::uint32_t source, std::uint32_t target, float weight, std::uint16_t delay) {
      if (!(weight >= 0 && weight <= w_max))
        throw ConfigError("network.plasticity.w_max", "the synapse from neuron " + std::to_string(source) + " onto " +
                                                          std::to_string(target) + " learns and has weight " +
                                                          std::to_string(weight) + "; it must lie between 0 and " +
                                                          std::to_string(w_max));
      use(source, target, w_max, delay);
    });
  }
};

// Gives the populations with plastic targets one exponent, with which w_max stays below 2^30 units, and makes the rule.
// loads, exponents: [population * 2 + receptor]. Errors: ConfigError when an update is too small for the units.
PlasticRule plastic_rule(const Network& network, const std::vector<WeightLoad>& loads, int weight_bits,
                         std::vector<int>& exponents);

}  // namespace sprig
