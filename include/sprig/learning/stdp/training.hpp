// Unsupervised training of a network's excitatory recurrent synapses by pair STDP, each synapse with time constants of
// its own (neuron/stdp.hpp has the rule; heterogeneous tau_plus and tau_minus as in HRSNNs).
//
// The engine's plastic synapses share one pair of time constants, which is what makes them lazy: one trace a neuron. A
// synapse with its own constants needs traces of its own. So weights learn in windows: the engine, on any device, runs
// one with constant weights and records its spikes; then every synapse goes through the spikes of its two neurons in
// order, with the engine's rule and traces that go on from window to window, so that no pair is lost; the weights that
// come out are those of the next window. What differs from the engine's plasticity is that a change takes effect only
// after up to window_ms. The neurons' state goes on too.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/core/checkpoints.hpp"
#include "sprig/core/fields.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/builders.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

struct StdpOptions {
  Distribution tau_plus_ms{Distribution::Kind::gamma, 4.0, 5.0};  // of a synapse; drawn by its original id
  Distribution tau_minus_ms{Distribution::Kind::gamma, 4.0, 5.0};
  double tau_min_ms = 1;                   // draws below are raised to it
  double a_plus = 0.01, a_minus = 0.0105;  // of one pair at no time difference, in w_max
  // w_max over the mean excitatory weight; w_max is at least the largest weight that there is [ours].
  double w_max_factor = 3;
  double duration_ms = 10000, window_ms = 100;
  // After each window the excitatory weights onto a neuron are scaled to the sum they had before training, up to w_max:
  // STDP alone makes networks fall silent or explode [ours].
  bool normalise = true;
};
void fields(IsOptions<StdpOptions> auto& o, auto&& visit) {
  visit("stdp_tau_plus_ms", o.tau_plus_ms, above(0), "stdp: of a synapse's source's trace");
  visit("stdp_tau_minus_ms", o.tau_minus_ms, above(0), "stdp: of its target's");
  visit("stdp_tau_min_ms", o.tau_min_ms, above(0), "stdp: smaller draws are raised to it");
  visit("stdp_a_plus", o.a_plus, at_least(0), "stdp: gain of one pair, in w_max");
  visit("stdp_a_minus", o.a_minus, at_least(0), "stdp: loss of one pair, in w_max");
  visit("stdp_w_max_factor", o.w_max_factor, above(0), "stdp: w_max over the mean excitatory weight");
  visit("stdp_duration_ms", o.duration_ms, above(0), "stdp: time that it learns for");
  visit("stdp_window_ms", o.window_ms, above(0),
        "stdp: weights take effect after each; made whole samples; of images, one each");
  visit("stdp_normalise", o.normalise, kAnything,
        "stdp: excitatory weights onto a neuron keep their sum, up to w_max each");
}

struct StdpResult {
  Network network;  // with the learned weights
  double w_max = 0;
  std::vector<double> rate_hz;  // mean over neurons, [window]; empty where nothing learns
  double mean_change = 0;       // mean of |w after - w before| over the synapses that learn, in w_max
};

// `input`: what the network is shown, or empty. simulation.seed draws the time constants too. The same bits with any
// number of threads, and on any device. A network without excitatory synapses of a weight above 0 has nothing to learn,
// and stays as it is. Errors: ConfigError (training.stdp_*; run.replicas other than 1; a network that
// has plasticity of its own), those of Simulation::advance(), and Interrupted, between two windows.
// A state that `checkpoints` has is gone on from; they are kept between two windows, when due.
StdpResult train_stdp(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                      const StdpOptions& options, const InputSource& input = {}, const Progress& progress = {},
                      const Checkpoints& checkpoints = {});

}  // namespace sprig
