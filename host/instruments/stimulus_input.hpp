// What stimuli give a simulation in every step: signals, and spikes from outside.
#pragma once

#include <cstdint>
#include <vector>

#include "host/instruments/outside_spikes.hpp"
#include "host/instruments/placed_stimulus.hpp"
#include "host/instruments/poisson_shares.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

class StimulusInput {
 public:
  // What the stimuli and shares are of must outlive this.
  StimulusInput(const Network& network, const std::vector<PlacedStimulus>& stimuli,
                const std::vector<PoissonShare>& shares, const SimulationOptions& options);

  bool empty() const { return signals_.empty() && files_.empty() && trains_.empty(); }
  bool has_spikes() const { return !files_.empty() || !trains_.empty(); }
  // The first stimulus that is a signal; null: there is none.
  const PlacedStimulus* signal() const { return signals_.empty() ? nullptr : signals_.front(); }

  // `drive` with a channel a signal. Errors: ConfigError where it has channels of its own.
  Drive with_signals(Drive drive, std::uint32_t neurons) const;
  // network.input and a channel for each of what may fire.
  Csr with_channels(const Csr& input, std::uint32_t neurons) const;

  // The first step after `step` in which a signal begins or ends.
  std::uint64_t next_change(std::uint64_t step) const;
  // Steps that one call may ask for, so that what it gives stays small.
  std::uint64_t longest() const;
  // Of steps [first, first + steps); valid until the next call.
  Input input(std::uint64_t first, std::uint64_t steps);

 private:
  std::uint32_t replicas_;
  std::vector<const PlacedStimulus*> signals_;
  std::vector<SpikeTimes> files_;
  std::vector<DrawnTrains> trains_;
  std::vector<real> signal_;
  std::vector<Input::Spike> spikes_;
};

}  // namespace sprig
