// How a model's weights are kept. Engines are templates over this and read and write weights by load() and store()
// alone (synapse k = input x neurons + neuron), so a narrower kind with its rounding is one more struct here, and a
// line where engines choose by CompetitiveOptions::weight_bits.
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
