// What goes into a Recording, once for all engines: which row a step is, which window it counts in, what populations
// and totals follow from spikes. A recorder fetches what its engine has kept, in the engine's own form, and hands it
// over.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// A step's row of the whole network; null pointers: not wanted.
struct TrajectoryRow {
  real* u_before = nullptr;
  real* current = nullptr;
  std::uint8_t* flags = nullptr;
};

// `offset` is a step of the call, from 0. Parts of a call may come in any order, and different rows from different
// threads; spikes alone come one after the other and ascend in (step, neuron, replica).
class RecordWriter {
 public:
  RecordWriter(const Network& network, std::uint32_t replicas);

  // A call of `steps` steps from absolute step `first_step`: makes room for it. recording = null: nothing is recorded,
  // and nothing may be handed over.
  void begin(std::uint64_t first_step, std::uint64_t steps, const RecordOptions& what, Recording* recording);
  // The call is over. Until then the recording does not count its steps.
  void end();
  bool wanted() const { return recording_ != nullptr; }
  const RecordOptions& what() const { return what_; }
  std::uint64_t steps() const { return steps_; }
  std::uint32_t replicas() const { return replicas_; }
  std::size_t populations() const { return populations_; }

  // A spike, counted in its population and listed where that is wanted; it is not counted in its window.
  void add_spike(std::uint64_t offset, std::uint32_t neuron, std::uint32_t replica) {
    ++population_row(offset)[population_of_[neuron]];
    list_spike(offset, neuron, replica);
  }
  void list_spike(std::uint64_t offset, std::uint32_t neuron, std::uint32_t replica) {
    if (what_.spikes) recording_->spikes.push_back({first_step_ + offset, neuron, replica});
  }
  // [step][population] of `steps` steps.
  void add_population_spikes(std::uint64_t offset, std::uint64_t steps, const std::uint32_t* spikes);

  // For count_window_steps > 0. The window of a step, of all calls; and its counts, [neuron][replica].
  std::uint64_t window_of(std::uint64_t offset) const { return (row_ + offset) / what_.count_window_steps; }
  // Whether the call's last step is not its window's.
  bool ends_in_a_window() const { return (row_ + steps_) % what_.count_window_steps != 0; }
  std::uint32_t* window(std::uint64_t number) const { return recording_->counts.data() + number * cells(); }
  void add_counts(std::uint64_t first_window, std::uint64_t windows, const std::uint32_t* counts);

  // State after a step: u relative to E_L, the sum of the currents, theta.
  void write_probe(std::uint64_t offset, std::size_t probe, std::size_t replica, real u, real current, real theta) {
    const std::size_t to = ((row_ + offset) * what_.probe.size() + probe) * replicas_ + replica;
    recording_->probe_v[to] = u + e_l_[what_.probe[probe]];
    recording_->probe_i[to] = current;
    recording_->probe_theta[to] = theta;
  }
  // [step][u, current, theta][probe][replica], as the devices keep it.
  void write_probes(std::uint64_t offset, std::uint64_t steps, const real* state);

  TrajectoryRow trajectory(std::uint64_t offset) const;
  void write_trajectory(std::uint64_t offset, std::uint64_t steps, const real* u_before, const real* current,
                        const std::uint8_t* flags);

 private:
  std::size_t cells() const { return population_of_.size() * replicas_; }
  std::uint64_t* population_row(std::uint64_t offset) const {
    return recording_->population_spikes.data() + (row_ + offset) * populations_;
  }

  std::uint32_t replicas_;
  std::size_t populations_;
  std::vector<std::uint32_t> population_of_;  // [neuron]
  std::vector<real> e_l_;                     // [neuron]

  RecordOptions what_;
  Recording* recording_ = nullptr;
  std::uint64_t first_step_ = 0, steps_ = 0;
  std::uint64_t row_ = 0;  // of the call's first step
};

}  // namespace sprig
