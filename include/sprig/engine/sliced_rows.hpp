// A sliced network in parts, for who keeps its synapses and drives it in one way and then in another.
#pragma once

#include <vector>

#include "sprig/engine/slices.hpp"

namespace sprig {

// The two halves of slice_network(): slices with their synapses, but without their neurons' constants; and these, under
// a drive that has been checked (skip: SlicePolicy::skip). Errors: those of slice_network().
SlicedNetwork slice_synapses(const Network& network, const SlicePolicy& policy);
void set_neurons(SlicedNetwork& sliced, const Network& network, const Drive& drive, bool skip);

// The first half without recurrent rows, where the synapses are in place elsewhere and their scales are wanted. Not of
// a network that learns.
SlicedNetwork weigh_synapses(const Network& network, const SlicePolicy& policy);

// The rows that no simulation changes, [slice]: all of a network's simulations may share them.
struct SlicedRows {
  std::vector<PackedRows> recurrent, input;
};
// Leaves the slices without.
SlicedRows take_rows(SlicedNetwork& sliced);

}  // namespace sprig
