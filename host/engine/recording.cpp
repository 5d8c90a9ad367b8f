#include "sprig/engine/recording.hpp"

namespace sprig {

void Recording::clear() { *this = Recording{}; }

void make_room(Recording& recording, std::uint64_t first_step, std::uint64_t steps, const RecordOptions& what,
               const RecordSizes& sizes) {
  if (recording.steps == 0) recording.first_step = first_step;
  const std::uint64_t total = recording.steps + steps;
  recording.population_spikes.resize(total * sizes.populations, 0);
  if (what.count_window_steps > 0) {
    const std::uint64_t windows = (total + what.count_window_steps - 1) / what.count_window_steps;
    recording.counts.resize(windows * sizes.neurons * sizes.replicas, 0);
  }
  const std::size_t probes = what.probe.size() * sizes.replicas;
  for (auto* probe : {&recording.probe_v, &recording.probe_i, &recording.probe_theta}) probe->resize(total * probes, 0);
  if (what.trajectory) {
    recording.u_before.resize(total * sizes.neurons);
    recording.current.resize(total * sizes.neurons);
    recording.flags.resize(total * sizes.neurons);
  }
}

}  // namespace sprig
