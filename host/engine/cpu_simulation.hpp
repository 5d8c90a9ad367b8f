// The CPU backend (docs/engine.md): an OpenMP thread owns slices; spike lists are exchanged once every minimum delay,
// among threads, and among ranks where this is a rank's part of a network.
// cpu_simulation.cpp has the step loop, cpu_state.cpp the state that comes out of it and goes in.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/engine/cpu_delivery.hpp"
#include "host/engine/cpu_events.hpp"
#include "host/engine/cpu_recorder.hpp"
#include "host/engine/cpu_update.hpp"
#include "host/engine/rank_spikes.hpp"
#include "sprig/engine/drive_constants.hpp"
#include "sprig/engine/plastic.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/engine/sliced_rows.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig::cpu {

class CpuSimulation final : public Simulation {
 public:
  // `network` as it was cut for these options and `drive` (slice_policy()), and its rows, which others may read too.
  // others: of a rank, whose part of a network `network` is; then neurons here are those of the part, and each call is
  // one of all ranks.
  CpuSimulation(const Network& network, SlicedNetwork sliced, std::shared_ptr<const SlicedRows> rows,
                const Drive& drive, const SimulationOptions& options, std::unique_ptr<RankSpikes> others = nullptr);

  void advance(std::uint64_t steps, const Input& input, const RecordOptions& what, Recording* recording) override;
  void set_drive(const Drive& drive) override;
  std::uint64_t step() const override { return step_; }
  SimulationState state() const override;
  void set_state(const SimulationState& state) override;
  const std::vector<WeightRounding>& weight_rounding() const override { return network_.rounding; }
  int threads() const override { return threads_; }
  std::string device_name() const override {
    return "cpu (" + std::to_string(threads_) + (threads_ == 1 ? " thread)" : " threads)");
  }

 private:
  std::size_t receptors() const { return network_.kind.currents(); }
  // Owners hold consecutive slices, so that an owner's spikes ascend.
  std::size_t first_slice(std::size_t owner) const {
    return network_.slices.size() * owner / static_cast<std::size_t>(threads_);
  }
  RingView ring_of(std::size_t s, std::uint64_t step) {
    const auto stride = static_cast<std::uint32_t>(receptors() * network_.slices[s].count);
    return ring_at(states_[s].ring.data(), step, states_[s].slots, stride);
  }
  // Synapses that are read on arrival leave nothing in flight but what comes from outside.
  std::uint32_t ring_slots() const {
    return network_.by_delay && network_.input_channels == 0 ? 1 : network_.delay_slots;
  }
  SpikeList& list(std::size_t owner, std::uint64_t step) { return lists_[owner * kept_steps_ + step % kept_steps_]; }
  const SpikeList& list(std::size_t owner, std::uint64_t step) const {
    return lists_[owner * kept_steps_ + step % kept_steps_];
  }
  // Whose lists hold all spikes: the owners', or the one that came from all ranks.
  std::size_t first_heard() const { return others_ ? static_cast<std::size_t>(threads_) : 0; }
  std::size_t end_heard() const { return static_cast<std::size_t>(threads_) + (others_ ? 1 : 0); }
  void exchange(std::uint64_t step, std::uint64_t window);
  void find_due(std::uint64_t step, std::uint64_t emitted_before, std::vector<std::uint32_t>& rows) const;
  void update_one(std::size_t s, std::uint64_t first, std::uint64_t offset, const Input& input, CpuRecorder& recorder,
                  std::size_t& input_cursor, SpikeList& list);
  void deliver_input(std::size_t s, std::uint64_t step, const Input::Spike& spike);
  void deliver_to(std::size_t s, const PackedRows& rows, std::uint64_t step, const std::uint32_t* sources,
                  const std::uint32_t* spike_replicas, std::size_t spikes);
  void deliver_plastic_to(std::size_t s, std::uint64_t step, const SpikeList& list);
  void deliver_all(std::size_t owner, std::size_t s, std::uint64_t step);
  void run(std::uint64_t first, std::uint64_t steps, const Input& input, CpuRecorder& recorder,
           std::vector<std::size_t>& input_cursor);
  void find_non_finite(std::size_t s, std::uint64_t step);
  void throw_first_failure();
  bool by_events() const { return !events_.empty(); }
  void begin_events(const std::uint64_t* as_of);
  void measure_activity();
  void turn_to_clock();
  UpdateMode event_mode() const { return automatic_ ? UpdateMode::automatic : UpdateMode::event; }

  RecordWriter writer_;
  std::uint32_t replicas_;
  int threads_;
  SlicedNetwork network_;  // without the rows that are in rows_
  std::shared_ptr<const SlicedRows> rows_;
  UpdateContext context_;
  DrivenNeurons driven_;
  std::uint32_t window_;  // steps between exchanges
  std::uint32_t kept_steps_;
  bool automatic_;  // may turn from events to the clock
  bool events_possible_;
  bool needs_clock_ = false;  // the drive that it was given since
  std::uint64_t step_;
  std::vector<SliceState> states_;
  std::vector<EventState> events_;     // a slice each in event mode; else empty
  std::vector<PlasticSlice> plastic_;  // a slice each in a network that learns; else empty
  // Spike lists of the last kept_steps_ steps from listed_from_ on, [owner][step mod kept_steps_]; of a rank there is
  // one owner more, whose lists are those of all ranks. Two windows are enough to need one barrier a window: one is
  // read while the other is written. Synapses that are read on arrival need the lists as long as there are delays.
  std::uint64_t listed_from_;
  std::unique_ptr<RankSpikes> others_;
  std::vector<SpikeList> lists_;
  struct Failure {
    std::uint64_t step = ~0ull;  // at which it was noticed
    std::uint32_t neuron = 0;
  };
  std::vector<Failure> failures_;  // the first of each slice
};

// How a network is cut for the CPU: `by_events` as begins_by_events() has it.
SlicePolicy slice_policy(const Network& network, const SimulationOptions& options, bool by_events);

}  // namespace sprig::cpu
