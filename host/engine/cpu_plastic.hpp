// Plastic synapses on the CPU (step order 3 and 4): a slice's owner walks the rows of what has fired, then lists its
// own neurons' spikes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/engine/cpu_delivery.hpp"
#include "sprig/engine/plastic.hpp"

namespace sprig::cpu {

// One row at a spike of its source: every weight is brought up to date, and delivered.
template <bool kUniform, class Synapse, class Mark>
inline void walk_row(Synapse* synapse, const Synapse* end, const StdpVisit& visit, std::uint64_t now,
                     const PlasticSlice& plastic, const StdpRule rule, const RingView ring, Mark& mark) {
  if (synapse == end) return;
  const SpikeHistory* targets = plastic.targets.data();
  // Synapses of one delay have their targets, and their ring entries, at one distance each.
  const std::uint32_t origin = synapse->place - plastic.target_of(synapse->place) + plastic.first_target;
  const std::uint32_t shift = ring_place(ring.base, synapse->place, ring.size) - synapse->place;  // modulo 2^32
  constexpr std::ptrdiff_t kAhead = 8;  // targets are far apart
  for (; synapse != end; ++synapse) {
    const std::uint32_t ahead = (end - synapse > kAhead ? synapse[kAhead] : end[-1]).place;
    if constexpr (kUniform) __builtin_prefetch(targets + (ahead - origin));
    const std::uint32_t target =
        kUniform ? synapse->place - origin : plastic.target_of(synapse->place) - plastic.first_target;
    const std::uint32_t entry = kUniform ? synapse->place + shift : ring_place(ring.base, synapse->place, ring.size);
    const std::int32_t weight = weight_at_spike(synapse->weight, visit, latest_spikes(targets[target]), now, rule);
    synapse->weight = static_cast<decltype(Synapse::weight)>(weight);
    ring.cells[entry] += weight;
    mark.set(entry);
  }
}

// The rows of the plastic ones among `sources`, which ascend and have fired in `step`.
template <class Mark>
void deliver_plastic(PackedRows& rows, bool narrow, PlasticSlice& plastic, const PlasticRule& what,
                     const std::uint32_t* sources, std::size_t spikes, std::uint64_t step, const RingView& ring,
                     Mark& mark) {
  const StdpRule rule = what.tables.rule();
  const auto walk = [&](auto& synapses) {
    for (std::size_t k = 0; k < spikes; ++k) {
      if (!what.what.has_source(sources[k])) continue;
      StdpTrace& source = plastic.sources[sources[k] - what.what.source_first];
      const std::uint64_t now = step + 1;
      if (!rows.offsets.empty()) {
        const std::uint64_t* ends = rows.offsets.data() + sources[k];
        const StdpVisit visit = visit_of(source, plastic.known, now, rule);
        if (rows.uniform_delay)
          walk_row<true>(synapses.data() + ends[0], synapses.data() + ends[1], visit, now, plastic, rule, ring, mark);
        else
          walk_row<false>(synapses.data() + ends[0], synapses.data() + ends[1], visit, now, plastic, rule, ring, mark);
      }
      source.spike(now, rule.plus);
    }
  };
  if (narrow)
    walk(rows.narrow);
  else
    walk(rows.wide);
}

// Lists the spikes of step `step` among the slice's own targets, after all of that step's spikes have been delivered.
// `sources` ascend; first: the slice's first neuron.
void list_spikes(PackedRows& rows, bool narrow, PlasticSlice& plastic, const PlasticRule& what, std::uint32_t first,
                 const std::uint32_t* sources, std::size_t spikes, std::uint64_t step);

}  // namespace sprig::cpu
