#include "host/engine/cpu_plastic.hpp"

#include <algorithm>

namespace sprig::cpu {

namespace {

// Brings every row up to date with the spikes before stamp `now`.
template <class Synapse>
void catch_up(const PageVector<std::uint64_t>& offsets, PageVector<Synapse>& synapses, PlasticSlice& plastic,
              const PlasticRule& what, std::uint64_t now) {
  const StdpRule rule = what.tables.rule();
  for (std::uint32_t s = 0; s < what.what.source_count; ++s) {
    const StdpVisit visit = visit_of(plastic.sources[s], plastic.known, now, rule);
    if (visit.reach == 0) continue;
    const std::uint64_t* ends = offsets.data() + what.what.source_first + s;
    for (std::uint64_t k = ends[0]; k < ends[1]; ++k) {
      const SpikeHistory& target = plastic.targets[plastic.target_of(synapses[k].place) - plastic.first_target];
      synapses[k].weight =
          static_cast<decltype(Synapse::weight)>(weight_before(synapses[k].weight, visit, latest_spikes(target), rule));
    }
  }
  plastic.known = now;
}

}  // namespace

void list_spikes(PackedRows& rows, bool narrow, PlasticSlice& plastic, const PlasticRule& what, std::uint32_t first,
                 const std::uint32_t* sources, std::size_t spikes, std::uint64_t step) {
  if (plastic.targets.empty()) return;
  const std::uint32_t first_target = first + plastic.first_target;
  const auto last_target = first_target + static_cast<std::uint32_t>(plastic.targets.size());
  const StdpRule rule = what.tables.rule();
  bool full = false;
  for (const std::uint32_t* source = std::lower_bound(sources, sources + spikes, first_target);
       source != sources + spikes && *source < last_target; ++source)
    full |= add_spike(plastic.targets[*source - first_target], step + 1, plastic.known, rule);
  if (!full) return;
  if (narrow)
    catch_up(rows.offsets, rows.narrow, plastic, what, step + 2);
  else
    catch_up(rows.offsets, rows.wide, plastic, what, step + 2);
}

}  // namespace sprig::cpu
