// Spikes that stimuli send in from outside, through channels of Network::input of their own: those of files, and
// Poisson trains that the engine does not draw.
//
// A channel may fire once in a step, on which the scale of weights counts; so a neuron that may get several spikes of
// one stimulus in a step has channels of weight w, 2 w, 4 w, ..., and the bits of their number say which fire.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "host/instruments/placed_stimulus.hpp"
#include "host/instruments/poisson_shares.hpp"
#include "sprig/engine/poisson_table.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// One stimulus's channels: those of its n-th neuron are first + n * bits and the next.
struct Channels {
  std::uint32_t first = 0, bits = 1;
  std::vector<std::uint32_t> neurons;
  std::uint32_t delay_steps = 1;
  double weight = 0;
  std::uint64_t count() const { return std::uint64_t{neurons.size()} * bits; }
};

// The spikes of a file, at steps.
class SpikeTimes {
 public:
  SpikeTimes(const PlacedStimulus& stimulus, double step_ms);
  // Appends those of `step` (absolute; `offset`: of the call) in every replica. Steps may come in any order.
  void emit(std::uint64_t step, std::uint32_t offset, std::uint32_t replicas, std::vector<Input::Spike>& to);

  Channels channels;

 private:
  struct Event {
    std::uint64_t step;
    std::uint32_t position, count;  // in channels.neurons; spikes at once
  };
  std::vector<Event> events_;
  std::size_t next_ = 0;
};

// A Poisson train a neuron, drawn here: one word a neuron, replica and step, as the engine draws its own. A spike that
// acts in step s is sent in the step before; so none acts in the first step of all.
class DrawnTrains {
 public:
  DrawnTrains(const PoissonShare& share, const Network& network, const SimulationOptions& options);
  void emit(std::uint64_t step, std::uint32_t offset, std::uint32_t replicas, std::vector<Input::Spike>& to);

  Channels channels;

 private:
  void draw(std::uint64_t step);
  void set_rates(std::int64_t row);

  const PlacedStimulus* stimulus_;
  const std::vector<std::uint32_t>* positions_;  // in the stimulus's selection
  double step_ms_;
  std::uint32_t seed_, first_replica_, replicas_;
  std::vector<std::uint32_t> draw_ids_;
  std::int64_t row_ = StepRows::kNone;
  PoissonTable table_;                   // of that row
  std::uint64_t quarter_ = kNever;       // step >> 2 that the words are of
  std::vector<std::uint32_t> words_[4];  // [neuron][replica]
};

}  // namespace sprig
