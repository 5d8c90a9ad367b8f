// Backpropagation through time with surrogate gradients: the loss of a batch of sequences, and its gradient with
// respect to the weights of the recurrent synapses that there are and to a linear readout.
//
//   readout   y_o = b_o + sum_i W_io z_i        z_i(n) = exp(-h / tau) z_i(n - 1) + s_i(n), read at a sample's last
//   step gradient  dL/dw_jk = sum over spikes of j at n of dL/d(arrivals at k in n + d_jk); dL/ds_j gathers w_jk times
//   the
//             same, and goes on to u_j through the surrogate derivative (neuron/lif_adjoint.hpp, surrogate.hpp)
//
// Forward, a step is the engine's: the same lif_step(), drive, delays and order. Weights are floats as in the network,
// where the engine rounds them to fixed point: spike for spike the same where weights are multiples of the engine's
// units (or few bits long), else the same up to that rounding, as with another choice of
// SimulationOptions::weight_bits. So a trained network is judged by the engine.
//
// Time is checkpointed: the whole state is kept every K steps and the steps between are run again on the way back, so
// memory is that of T/K states and K steps. Truncated backpropagation is a matter of the sequences: windows of a
// series.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sprig/core/fields.hpp"
#include "sprig/core/view.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// mean_square: over replicas, counted samples and outputs. cross_entropy: of the softmax of the outputs, over replicas.
enum class Loss : std::uint8_t { mean_square, cross_entropy };
// Which trace the outputs of cross_entropy are read from.
enum class Pooling : std::uint8_t { last, mean };  // of the last sample; averaged over the counted samples

// What spikes are. smooth: the function whose derivative the surrogate is, in double; the gradient is then exact, which
// is how it is checked (with detach_reset = false).
enum class SpikeModel : std::uint8_t { step, smooth };

struct BpttModel {
  Loss loss = Loss::cross_entropy;
  Pooling pooling = Pooling::last;
  std::uint32_t outputs = 1;
  std::uint32_t samples = 1, steps_per_sample = 10;  // a sequence is samples * steps_per_sample steps
  std::uint32_t skipped_samples = 0;                 // at the start of each sequence, that no loss looks at
  double trace_tau_ms = 30;                          // of the filtered spike trace
  double surrogate_gain = 10;                        // g in h' = 1/(g|v - theta| + 1)^2, v in units of V_th - V_reset
  bool detach_reset = true;                          // no gradient through the reset
  std::uint32_t checkpoint_steps = 0;                // K, at most T; 0: sqrt(T)
  SpikeModel spikes = SpikeModel::step;
  int threads = 0;  // 0: all that OpenMP offers. Never changes a result
};
void fields(IsOptions<BpttModel> auto& o, auto&& visit) {
  visit("surrogate_gain", o.surrogate_gain, above(0), "bptt: g of the surrogate derivative");
  visit("detach_reset", o.detach_reset, kAnything, "bptt: no gradient through the reset");
  visit("checkpoint_steps", o.checkpoint_steps, between(0, 2147483647),
        "bptt: the state is kept every so many steps; 0: the square root of all; never changes a result");
}

// Sequences that run side by side, each from the network's initial state.
struct SequenceBatch {
  std::uint32_t replicas = 0;
  Input input;                       // times are relative to the sequences' first step
  View<const double> targets;        // mean_square: [replica][sample][output]
  View<const std::uint32_t> labels;  // cross_entropy: [replica], each below `outputs`
};

struct BatchLoss {
  double loss = 0;
  std::uint64_t correct = 0;  // cross_entropy: replicas whose largest output is that of the label
};

class Bptt {
 public:
  virtual ~Bptt() = default;
  // weights: of the recurrent synapses in the network's order; a weight stays on the receptor that its sign says.
  // readout: [neuron, then bias][output].
  virtual void set_parameters(View<const double> weights, View<const double> readout) = 0;
  // spikes: null, or where the spikes of all sequences are put, as Recording::spikes holds them.
  virtual BatchLoss loss(const SequenceBatch& batch, std::vector<SpikeEvent>* spikes = nullptr) = 0;
  // Also the gradient, in the layout of the parameters.
  virtual BatchLoss gradient(const SequenceBatch& batch, View<double> d_weights, View<double> d_readout) = 0;
};

// Errors: ConfigError for what has no gradient here (adaptive thresholds, plasticity, noise and Poisson drive: draw
// their spikes into the input), and for sizes that make no sense (training.*). Calls: ConfigError for batches that do
// not fit.
namespace cpu {
std::unique_ptr<Bptt> make_bptt(const Network& network, const Drive& drive, const BpttModel& model);
}  // namespace cpu
// The CPU's bits. All spikes of the sequences stay on the device, and the traces of the samples that count. Also:
// DeviceError; ConfigError for smooth spikes.
namespace cuda {
std::unique_ptr<Bptt> make_bptt(const Network& network, const Drive& drive, const BpttModel& model);
}  // namespace cuda

// On the device asked for. Errors: those of both.
std::unique_ptr<Bptt> make_bptt(const Network& network, const Drive& drive, const BpttModel& model, Device device);

}  // namespace sprig
