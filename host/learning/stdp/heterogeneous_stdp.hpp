// Synapses that learn from recorded spikes, each with its own time constants.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "sprig/core/persist.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/learning/stdp/training.hpp"
#include "sprig/network/network.hpp"
#include "sprig/neuron/stdp.hpp"

namespace sprig {

// exp(-k h / tau), for a synapse's own tau.
struct OwnDecay {
  double rate = 0;  // h / tau

  real operator()(std::uint64_t steps) const { return static_cast<real>(std::exp(-static_cast<double>(steps) * rate)); }
};

class HeterogeneousStdp {
 public:
  // Draws time constants. Errors: ConfigError (training.stdp_*).
  HeterogeneousStdp(const Network& network, const StdpOptions& options, std::uint32_t seed, int threads);

  // Takes in the spikes of steps that follow those of the last call; ascending by step, of one replica.
  void learn(const std::vector<SpikeEvent>& spikes);
  // Scales the weights onto each neuron to the sum they began with, up to w_max.
  void normalise();
  // Writes the weights that learn.
  void store(std::vector<float>& weights) const;

  // Whether there is an excitatory synapse of a weight above 0; else nothing is done by any of the above.
  bool learns() const { return !synapses_.empty(); }
  double w_max() const { return w_max_; }
  double mean_change() const;

  // What was learnt: by synapse, in the order of the network.
  void write(Writer& writer) const;
  void read(Reader& reader);

 private:
  struct LearningSynapse {
    std::uint64_t place;  // in the network's order
    std::uint32_t source, target;
    std::int32_t weight, begun;  // in units; at the start
    OwnDecay plus, minus;
    StdpTrace x, y;  // of the source's spikes, decaying with tau_plus; of the target's, with tau_minus
  };
  void learn(LearningSynapse& synapse) const;
  std::vector<double> sums() const;  // of the weights onto each neuron, in units

  std::vector<LearningSynapse> synapses_;
  StdpRule rule_{};
  double w_max_ = 0, unit_ = 1;
  int threads_;
  std::vector<double> first_sums_;
  std::vector<float> first_weights_;  // of each synapse that learns
  // Stamps (step and one) of a window's spikes, by neuron: those of neuron i are [offsets_[i], offsets_[i + 1]).
  std::vector<std::size_t> offsets_;
  std::vector<std::uint64_t> stamps_;
};

}  // namespace sprig
