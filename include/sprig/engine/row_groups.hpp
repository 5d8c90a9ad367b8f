// The resident engine reads rows 16 bytes at a time: the synapses of each (source, slice) fill whole groups of four.
// What fills up the last group adds nothing. Packing on the host (kernels/engine/resident_layout.cpp) and drawing on
// the device (kernels/engine/draw_kernel.hpp) write the same bytes, for both take them from here.
#pragma once

#include <cmath>
#include <cstdint>

#include "sprig/core/hd.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig {

inline constexpr std::uint32_t kGroup = 4;  // synapses

struct alignas(16) SynapseGroup {
  NarrowSynapse synapse[kGroup];
};

SPRIG_HD inline std::uint64_t groups_of(std::uint64_t synapses) { return (synapses + kGroup - 1) / kGroup; }

// Weight 0 where the row's last synapse adds: a place that all rows shared would be crowded.
SPRIG_HD inline NarrowSynapse padding_after(const NarrowSynapse& last) { return {last.place, 0}; }

// Mean number of groups of a row whose number of synapses is Poisson distributed.
inline double expected_groups(double mean_synapses) {
  constexpr double kLong = 64;  // a last group is then as likely to hold one synapse as two, three or four
  if (mean_synapses > kLong) return mean_synapses / kGroup + (kGroup - 1) / (2.0 * kGroup);
  double probability = std::exp(-mean_synapses), sum = 0;
  for (std::uint32_t k = 1; k < 4 * kLong; ++k) {
    probability *= mean_synapses / k;
    sum += probability * static_cast<double>(groups_of(k));
  }
  return sum;
}

}  // namespace sprig
