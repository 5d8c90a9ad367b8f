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

// Weight 0 where the row's last synapse adds: a place that all rows shared would be crowded.
SPRIG_HD inline NarrowSynapse padding_after(const NarrowSynapse& last) { return {last.place, 0}; }

// Where all synapses of each source have one weight, it stands once a source, and rows hold places alone: eight of two
// bytes a group.
inline constexpr std::uint32_t kPlaces = 8;
inline constexpr std::uint16_t kNoPlace = 0xFFFF;  // fills up a row's last group: such rings have fewer entries

SPRIG_HD inline std::uint16_t place_in(const SynapseGroup& group, std::uint32_t k) {
  const NarrowSynapse& pair = group.synapse[k / 2];
  return k % 2 == 0 ? pair.place : static_cast<std::uint16_t>(pair.weight);
}
SPRIG_HD inline void set_place(SynapseGroup& group, std::uint32_t k, std::uint16_t place) {
  NarrowSynapse& pair = group.synapse[k / 2];
  if (k % 2 == 0)
    pair.place = place;
  else
    pair.weight = static_cast<std::int16_t>(place);
}

// `each`: kGroup or kPlaces.
SPRIG_HD inline std::uint64_t groups_of(std::uint64_t synapses, std::uint32_t each) {
  return (synapses + each - 1) / each;
}

// Mean number of groups of a row whose number of synapses is Poisson distributed.
inline double expected_groups(double mean_synapses, std::uint32_t each) {
  constexpr double kLong = 64;  // a last group is then as likely to hold one synapse as any other number
  if (mean_synapses > kLong) return mean_synapses / each + (each - 1) / (2.0 * each);
  double probability = std::exp(-mean_synapses), sum = 0;
  for (std::uint32_t k = 1; k < 4 * kLong; ++k) {
    probability *= mean_synapses / k;
    sum += probability * static_cast<double>(groups_of(k, each));
  }
  return sum;
}

}  // namespace sprig
