#include "kernels/engine/resident_layout.hpp"

#include <bit>
#include <string>

#include "sprig/core/error.hpp"

namespace sprig::kernel {

namespace {

// A row's synapses; a projection without sources may have no offsets at all.
View<const NarrowSynapse> row_of(const PackedRows& rows, std::uint32_t source) {
  if (rows.offsets.empty()) return {};
  const std::uint64_t begin = rows.offsets[source];
  return {rows.narrow.data() + begin, static_cast<std::size_t>(rows.offsets[source + 1] - begin)};
}

// The weight of each source's synapses, where each has but one; else empty.
std::vector<std::int16_t> equal_weights(const SlicedNetwork& network, Projected projection, std::uint32_t sources) {
  std::vector<std::int16_t> weights(sources, 0);
  for (std::uint32_t source = 0; source < sources; ++source) {
    bool seen = false;
    for (const Slice& slice : network.slices)
      for (const NarrowSynapse& synapse : row_of(slice.*projection, source)) {
        if (seen && synapse.weight != weights[source]) return {};
        weights[source] = synapse.weight;
        seen = true;
      }
  }
  return weights;
}

// Calls copy(index in pending, index in rings) for every cell in flight.
template <class Copy>
void for_ring_cells(const SlicedNetwork& network, std::uint64_t step, const Copy& copy) {
  const std::size_t slots = network.delay_slots, receptors = network.kind.currents();
  for (const Slice& slice : network.slices)
    for (std::size_t slot = 0; slot < slots; ++slot)
      for (std::size_t r = 0; r < receptors; ++r) {
        const std::size_t logical = (slot * receptors + r) * network.neurons + slice.first;
        const std::size_t placed =
            slice.first * receptors * slots + ((step + slot) % slots * receptors + r) * slice.count;
        for (std::size_t i = 0; i < slice.count; ++i) copy(logical + i, placed + i);
      }
}

}  // namespace

ResidentShape resident_shape(const SlicedNetwork& network, const SimulationOptions& options, double step_ms) {
  return {network.neurons,         network.sources,     network.input_channels,
          network.kind.currents(), network.delay_slots, network.min_delay,
          options.replicas,        options.weight_bits, step_ms,
          slice_first(network)};
}

ResidentData resident_data(const SlicedNetwork& network, const SimulationOptions& options, const ResidentPlan& plan) {
  ResidentData data;
  data.neurons = network.neurons;
  data.slices = plan.slices;
  data.delay_slots = network.delay_slots;
  data.receptors = network.kind.currents();
  data.signal_channels = network.signal_channels;
  data.replica = options.first_replica;
  data.tables.seed = options.seed;
  data.tables.poisson_columns = network.poisson_columns;
  data.window = plan.window;
  data.box_shift = static_cast<std::uint32_t>(std::countr_zero(plan.box_words));
  data.overflow_words = plan.overflow_words;
  data.keeps = plan.keeps;
  data.shared_ring_size = plan.shared_ring_size;
  data.grid_barrier = plan.exchange == Exchange::grid_barrier;
  data.poll_limit = plan.poll_limit;
  data.near_steps = plan.near_steps;
  return data;
}

std::vector<std::uint32_t> slice_first(const SlicedNetwork& network) {
  std::vector<std::uint32_t> first;
  for (const Slice& slice : network.slices) first.push_back(slice.first);
  first.push_back(network.neurons);
  return first;
}

std::vector<std::uint8_t> slice_reached(const SlicedNetwork& network) {
  std::vector<std::uint8_t> reached;
  for (const Slice& slice : network.slices) reached.push_back(slice.reached ? 1 : 0);
  return reached;
}

SliceConstants join_constants(const SlicedNetwork& network) {
  SliceConstants all;
  const auto join = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  for (const Slice& slice : network.slices) each_constant(join, all, slice.constants);
  return all;
}

void check_row(std::uint32_t source, std::uint64_t groups) {
  if (groups >> 27 != 0)
    throw ConfigError("network", "source " + std::to_string(source) + " has about " + std::to_string(groups * kGroup) +
                                     " synapses, must be below 536870912");
}

RowTable row_table(const SlicedNetwork& network, Projected projection, std::uint32_t sources, bool places) {
  RowTable table;
  if (places) table.weights = equal_weights(network, projection, sources);
  const std::uint32_t each = table.weights.empty() ? kGroup : kPlaces;
  const std::size_t slices = network.slices.size();
  table.first.assign(std::size_t{sources} + 1, 0);
  table.parts.resize(sources * (slices + 1));
  for (std::uint32_t source = 0; source < sources; ++source) {
    std::uint64_t length = 0;
    std::uint32_t* parts = table.parts.data() + source * (slices + 1);
    for (std::size_t s = 0; s < slices; ++s) {
      parts[s] = static_cast<std::uint32_t>(length);
      length += groups_of(row_of(network.slices[s].*projection, source).size, each);
    }
    check_row(source, length);
    parts[slices] = static_cast<std::uint32_t>(length);
    table.first[source + 1] = table.first[source] + length;
  }
  return table;
}

NearTable near_table(const std::vector<std::uint32_t>& totals, std::uint32_t slices) {
  NearTable table;
  table.first.assign(std::size_t{slices} + 1, 0);
  table.directory.assign(totals.size() * kDirectoryWords, 0);
  const std::size_t groups = totals.size() / slices;
  for (std::size_t s = 0; s < slices; ++s) {
    std::uint32_t begin = 0;
    for (std::size_t k = s * groups; k < (s + 1) * groups; ++k) {
      table.directory[k * kDirectoryWords] = begin;
      begin += totals[k];
    }
    table.first[s + 1] = table.first[s] + begin;
  }
  return table;
}

void gather_rows(const SlicedNetwork& network, Projected projection, std::uint32_t begin, std::uint32_t end,
                 std::vector<SynapseGroup>& to, bool places) {
  for (std::uint32_t source = begin; source < end; ++source)
    for (const Slice& slice : network.slices) {
      const View<const NarrowSynapse> row = row_of(slice.*projection, source);
      if (places) {
        for (std::size_t k = 0; k < row.size; k += kPlaces) {
          SynapseGroup& group = to.emplace_back();
          for (std::uint32_t j = 0; j < kPlaces; ++j)
            set_place(group, j, k + j < row.size ? row[k + j].place : kNoPlace);
        }
        continue;
      }
      for (std::size_t k = 0; k < row.size; k += kGroup) {
        SynapseGroup& group = to.emplace_back();
        for (std::size_t j = 0; j < kGroup; ++j)
          group.synapse[j] = k + j < row.size ? row[k + j] : padding_after(row[row.size - 1]);
      }
    }
}

std::vector<std::int32_t> pending_of_rings(const SlicedNetwork& network, std::uint64_t step,
                                           const std::vector<std::int32_t>& rings) {
  std::vector<std::int32_t> pending(rings.size());
  for_ring_cells(network, step, [&](std::size_t logical, std::size_t placed) { pending[logical] = rings[placed]; });
  return pending;
}

std::vector<std::int32_t> rings_of_pending(const SlicedNetwork& network, std::uint64_t step,
                                           const std::vector<std::int32_t>& pending) {
  std::vector<std::int32_t> rings(pending.size());
  for_ring_cells(network, step, [&](std::size_t logical, std::size_t placed) { rings[placed] = pending[logical]; });
  return rings;
}

}  // namespace sprig::kernel
