// What the kernels read and write that draw a procedural network on the device (include/sprig/network/projection.hpp):
// every synapse belongs to its target and has a counter of its own, so a warp draws the synapses onto one target, its
// lanes consecutive ones.
#pragma once

#include <cstdint>

#include "kernels/core/context.hpp"
#include "sprig/engine/slices.hpp"
#include "sprig/network/projection_draw.hpp"

namespace sprig::kernel {

struct DrawData {
  ProjectionView view;  // over device memory
  LifKind kind;
  std::uint32_t neurons = 0;
  // In-degrees of fixed_total and bernoulli projections: counts[count_first[p] + target - target_first].
  const std::uint64_t* count_first = nullptr;  // [projection]
  std::uint32_t* counts = nullptr;

  bool places = false;  // groups hold places
  std::uint32_t slices = 1;
  const std::uint32_t* slice_of = nullptr;  // [neuron]
  WeightLoad* loads = nullptr;              // [neuron * 2 + receptor]
  std::uint64_t* incoming = nullptr;        // [neuron + 1]: synapses onto it; later where they begin
  std::uint32_t* parts = nullptr;           // [source][slice + 1]: synapses; later where their groups begin
  std::uint64_t* first = nullptr;           // [source + 1]: groups of the source; later where they begin
};

// One slice's synapses, drawn in the order of their targets.
struct SliceDraw {
  std::uint32_t first = 0, count = 0;  // targets
  std::uint32_t stride = 0;
  const std::uint32_t* population_of = nullptr;  // [neuron]
  const double* scale = nullptr;                 // [population * 2 + receptor]
  std::uint32_t* sources = nullptr;              // [synapse of the slice]
  NarrowSynapse* synapses = nullptr;
};

}  // namespace sprig::kernel
