// Makes a trajectory in device memory into events and gains there (linearise_kernel.hpp), and keeps what goes from
// piece to piece. Of a piece the host learns how many spikes each step had, and the factor of each event: its
// logarithms are the host's, as everywhere, so that their sums have the CPU's bits.
//
// Spikes are numbered as they come, by (step, neuron). Number q has slot q mod ring size for its payload, so slots need
// no list of free ones; the ring has room for all spikes of the last max_delay + window steps and of the piece.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/core/device_buffer.cuh"
#include "kernels/core/scratch.cuh"
#include "kernels/dynamics/linearise_kernel.hpp"
#include "kernels/dynamics/tangent_kernel.hpp"
#include "kernels/engine/traced_simulation.hpp"
#include "sprig/dynamics/tangent_run.hpp"

namespace sprig::cuda {

class DeviceLineariser {
 public:
  // References must outlive it; all it does is queued on `stream`.
  DeviceLineariser(const Network& network, const TangentNetwork& tangent, const TangentRunOptions& what,
                   const Stream& stream);

  // Steps of a piece for which there is room.
  std::uint32_t most_steps() const;
  // Steps of which none delivers what was sent within them: the shortest delay.
  std::uint32_t window() const { return window_; }

  // `flights` become the spikes numbered from 0, in a ring of `slots`.
  void set_state(const SaltationState& state, const std::vector<SpikeInFlight>& flights, std::uint32_t slots);
  // All but what is in flight; that is in_flight(), with the ring's slots.
  SaltationState state();
  std::vector<SpikeInFlight> in_flight() const;
  const SaltationCounts& counts();
  void reset_counts();

  // A piece, in this order. begin(): the flags of its cells; returns how many spikes there are.
  std::uint64_t begin(const TracedSteps& traced, std::uint32_t first, std::uint32_t steps);
  // What the ring must hold: spikes [oldest(), newest()).
  std::uint64_t oldest() const { return before_.front(); }
  std::uint64_t newest() const { return before_.back() + spikes_; }
  void reserve_ring(std::uint32_t slots);
  // The events. with_payloads: spikes take slots of the ring.
  void write_events(bool with_payloads);
  // Steps [first, first + steps) of the piece: who delivers in them, and all but their arrivals.
  kernel::FlightDeliveries deliveries(const kernel::RunsView& runs, std::uint32_t first, std::uint32_t steps) const;
  kernel::SaltationView chunk(std::uint32_t first, std::uint32_t steps) const;
  // Counts what happened, while the stream goes on, and ends the piece.
  void end();

  // Surrogate: gains and flags of a piece; returns how many spikes there are.
  std::uint64_t find_gains(const TracedSteps& traced, std::uint32_t first, std::uint32_t steps);
  const std::uint8_t* flags() const { return flags_.data(); }
  const double* spike_gain() const { return spike_gain_.data(); }
  const double* reset_gain() const { return reset_gain_.data(); }

 private:
  void set_piece(const TracedSteps& traced, std::uint32_t first, std::uint32_t steps);
  void count();
  // How many spikes there were before a step of the piece, which may be negative.
  std::uint64_t number_before(std::int64_t step) const;

  const TangentNetwork& tangent_;
  const Stream& stream_;
  TangentRunOptions what_;
  SaltationRule rule_;
  std::uint32_t window_, reach_;  // reach: steps whose spikes the ring keeps
  DeviceBuffer<LinearNeuron> neurons_;
  DeviceBuffer<std::int32_t> held_;
  DeviceBuffer<double> u_;
  DeviceBuffer<std::uint64_t> held_steps_, sums_;  // sums: guarded, jumps
  SaltationCounts counts_;                         // what the host counts; the rest as it was asked for last
  std::uint64_t step_ = 0;                         // since the start

  DeviceBuffer<kernel::Flight> ring_;
  std::vector<std::uint64_t> before_;  // [r]: spikes before step_ - reach + r; reach + 1

  // The piece.
  kernel::LinearPiece piece_;
  std::uint64_t spikes_ = 0, events_ = 0;
  std::vector<std::uint64_t> spikes_before_;  // [step of the piece], and the end
  DeviceBuffer<std::uint8_t> flags_;
  DeviceBuffer<std::uint64_t> tile_counts_, event_offsets_, spike_offsets_;
  DeviceBuffer<TangentEvent> event_list_;
  HostBuffer<TangentEvent> host_events_;
  DeviceBuffer<double> spike_gain_, reset_gain_;
  Scratch scratch_;
};

}  // namespace sprig::cuda
