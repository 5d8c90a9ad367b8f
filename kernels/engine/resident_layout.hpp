// A sliced network in the order that the resident engine reads (resident_data.hpp), and its state in and out of that
// order. Host code, the same for the device and for the tests.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/engine/resident_data.hpp"
#include "kernels/engine/resident_plan.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig::kernel {

ResidentShape resident_shape(const SlicedNetwork& network, const SimulationOptions& options, double step_ms);

// The kernel's parameters but for the addresses.
ResidentData resident_data(const SlicedNetwork& network, const SimulationOptions& options, const ResidentPlan& plan);

std::vector<std::uint32_t> slice_first(const SlicedNetwork& network);   // [slice + 1]
std::vector<std::uint8_t> slice_reached(const SlicedNetwork& network);  // [slice]

// The constants of all slices, one after the other.
SliceConstants join_constants(const SlicedNetwork& network);

// Which of a slice's projections.
using Projected = PackedRows Slice::*;

// Where the groups of (source, slice) lie when they are ordered by source, then by slice.
struct RowTable {
  std::vector<std::uint64_t> first;   // [source + 1]: where its groups begin
  std::vector<std::uint32_t> parts;   // [source][slice + 1]: where each slice's begin, counted from there
  std::vector<std::int16_t> weights;  // [source], where groups hold places; empty: they hold synapses
};
// Errors: ConfigError when a source has 2^27 groups or more, as for check_row(): so 32 bits count those of a warp.
void check_row(std::uint32_t source, std::uint64_t groups);
// places: groups are to hold places, if all synapses of each source have one weight.
RowTable row_table(const SlicedNetwork& network, Projected projection, std::uint32_t sources, bool places = false);

// Where each slice's near synapses begin, and a directory (NearRows) that tells so far where those of each group do.
// totals: [slice][group].
struct NearTable {
  std::vector<std::uint64_t> first;
  std::vector<std::uint32_t> directory;
};
NearTable near_table(const std::vector<std::uint32_t>& totals, std::uint32_t slices);

// Appends the groups of sources [begin, end) in that order, of synapses or of places: piece by piece, so that a large
// network never stands twice in memory.
void gather_rows(const SlicedNetwork& network, Projected projection, std::uint32_t begin, std::uint32_t end,
                 std::vector<SynapseGroup>& to, bool places = false);

// Arrivals in flight: SimulationState::pending of a state before step `step`, and rings [slice][slot][stride].
std::vector<std::int32_t> pending_of_rings(const SlicedNetwork& network, std::uint64_t step,
                                           const std::vector<std::int32_t>& rings);
std::vector<std::int32_t> rings_of_pending(const SlicedNetwork& network, std::uint64_t step,
                                           const std::vector<std::int32_t>& pending);

}  // namespace sprig::kernel
