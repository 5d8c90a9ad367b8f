// How a model's weights are kept. Engines read and write them by load() and store() alone (synapse k = input x neurons
// + neuron): the CPU's is a template over this, the device's reads the kind that its view of a model has. A narrower
// kind with its rounding is one more struct here, chosen where CompetitiveOptions::weight_bits is read.
#pragma once

#include <cstdint>

#include "sprig/core/hd.hpp"

namespace sprig {

struct WeightsOf32Bits {
  static constexpr std::uint32_t bits = 32;
  float* words = nullptr;

  SPRIG_HD float load(std::uint64_t k) const { return words[k]; }
  SPRIG_HD void store(std::uint64_t k, float w) const { words[k] = w; }
};

}  // namespace sprig
