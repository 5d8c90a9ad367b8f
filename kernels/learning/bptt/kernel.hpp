// Backpropagation through time on the device (sprig/learning/bptt/bptt.hpp): the CPU's operations in the CPU's order,
// so its bits. Everything is [..][replica], replicas side by side, a thread a cell; no atomics.
//
//   bptt_step      forward, and again from a checkpoint: arrivals are gathered, by target, from what was emitted
//   bptt_outputs   the readout of the samples that count
//   bptt_readout_gradient
//   bptt_gather    backward: dL/ds of every neuron, by source, and each synapse's part of the gradient
//   bptt_adjoint   backward: a step of every neuron
//
// Arrivals are the sum, from 0, over synapses by time of emission, then source (input channels first): the order in
// which the CPU delivers. Bytes a step forward, a synapse and replica: 1 of spike, and 12 a synapse shared by all
// replicas; backward 4 of dL/d(arrivals).
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/core/context.hpp"
#include "sprig/core/hd.hpp"
#include "sprig/engine/drive.hpp"
#include "sprig/learning/bptt/cell.hpp"
#include "sprig/learning/bptt/network.hpp"

namespace sprig::kernel {

// A synapse as its target sees it. source: of input channels, then neurons.
struct IncomingSynapse {
  std::uint32_t source, delay;
  real weight;
};

struct BpttView {
  std::uint32_t neurons = 0, cells = 0, channels = 0, signal_channels = 0, replicas = 0, outputs = 0, slots = 0,
                steps = 0;
  std::uint32_t samples = 0, steps_per_sample = 1;  // of the signal; 0 samples: none
  const LifConstants<real>* constants = nullptr;
  const real *external = nullptr, *initial = nullptr, *current_gain = nullptr, *signal = nullptr;
  const std::uint64_t* incoming_offsets = nullptr;  // [cell]
  const IncomingSynapse* incoming = nullptr;
  const std::uint64_t* offsets = nullptr;                                         // rows of the recurrent synapses
  const std::uint32_t *sources = nullptr, *targets = nullptr, *delays = nullptr;  // of each; targets are cells
  const real* weights = nullptr;
  const std::uint8_t* input = nullptr;     // [step][channel][replica]
  std::uint8_t* spikes = nullptr;          // [step][neuron][replica]
  real* tape = nullptr;                    // [step of the segment][neuron][replica]
  real *trace = nullptr, *kept = nullptr;  // kept: [counted sample, or one for all][neuron][replica]
  const real* readout = nullptr;
  real *outputs_of = nullptr, *errors = nullptr;  // [kept][output][replica]
  real *d_trace = nullptr, *d_spike = nullptr;
  BpttValues<real> adjoint;
  real* d_ring = nullptr;                           // [slot][cell][replica]
  real *d_weights = nullptr, *d_readout = nullptr;  // [block of replicas][parameter]
  BpttScalars<real> scalars;

  SPRIG_HD std::uint64_t all() const { return std::uint64_t{neurons} * replicas; }
  SPRIG_HD std::uint32_t blocks() const { return (replicas + kReplicaBlock - 1) / kReplicaBlock; }
};

SPRIG_HD inline real add_product(real a, real b, real sum) {
#if !defined(__CUDA_ARCH__)
  using std::fma;
#endif
  return fma(a, b, sum);
}

// The state of every cell between two steps, [neuron][replica].
struct BpttState {
  BpttValues<real> values;
  std::int32_t* refractory = nullptr;
};

struct StepArguments {
  std::uint32_t step = 0;
  BpttState from, to;
  real* tape = nullptr;  // null: not kept
  bool trace = false;    // forward the first time
  real share = 0;        // > 0: the trace enters `kept` with it
  real* kept = nullptr;
  bool first_kept = false;
};

SPRIG_KERNEL inline real arrivals_at(const BpttView& v, std::uint32_t step, std::uint32_t cell, std::uint32_t replica) {
  real sum = 0;
  for (std::uint64_t k = v.incoming_offsets[cell]; k < v.incoming_offsets[cell + 1]; ++k) {
    const IncomingSynapse synapse = v.incoming[k];
    if (synapse.delay > step) continue;
    const std::uint64_t emitted = step - synapse.delay;
    const std::uint8_t spike =
        synapse.source < v.channels
            ? v.input[(emitted * v.channels + synapse.source) * v.replicas + replica]
            : v.spikes[(emitted * v.neurons + synapse.source - v.channels) * v.replicas + replica];
    sum = add_product(synapse.weight, static_cast<real>(spike), sum);
  }
  return sum;
}

template <LifKind kKind, ExecutionContext Ctx>
SPRIG_KERNEL inline void bptt_step(Ctx& ctx, const BpttView& v, const StepArguments& a) {
  constexpr bool kTwo = kKind.receptors == 2;
  for (std::uint64_t cell = grid_thread(ctx); cell < v.all(); cell += grid_threads(ctx)) {
    const auto i = static_cast<std::uint32_t>(cell / v.replicas), r = static_cast<std::uint32_t>(cell % v.replicas);
    LifState<real> s;
    if (a.step == 0) {
      s.u = v.initial[i];
    } else {
      a.from.values.template load<kKind>(cell, s);
      s.refractory = a.from.refractory[cell];
    }
    if (a.step % kSettleSteps == 0) settle(s);
    real external = v.external[i];
    if (v.samples > 0) {
      const std::uint32_t sample = sample_of(a.step, v.steps_per_sample, v.samples);
      external = add_signal(external, v.current_gain + std::uint64_t{i} * v.signal_channels,
                            v.signal + (std::uint64_t{r} * v.samples + sample) * v.signal_channels, v.signal_channels);
    }
    const real arrivals0 = arrivals_at(v, a.step, i, r),
               arrivals1 = kTwo ? arrivals_at(v, a.step, v.neurons + i, r) : 0;
    real tape;
    const real spike =
        bptt_cell<kKind, StepSpikes>(s, v.constants[i], arrivals0, arrivals1, external, v.scalars.gain, tape);
    a.to.values.template store<kKind>(cell, s);
    a.to.refractory[cell] = s.refractory;
    v.spikes[a.step * v.all() + cell] = spike != 0 ? 1 : 0;
    if (a.tape != nullptr) a.tape[cell] = tape;
    if (!a.trace) continue;
    const real trace = add_product(v.scalars.decay, a.step == 0 ? 0 : v.trace[cell], spike);
    v.trace[cell] = trace;
    if (a.share > 0) a.kept[cell] = add_product(a.share, trace, a.first_kept ? 0 : a.kept[cell]);
  }
}

template <ExecutionContext Ctx>
SPRIG_KERNEL inline void bptt_outputs(Ctx& ctx, const BpttView& v, std::uint32_t kept) {
  const std::uint64_t one = std::uint64_t{v.outputs} * v.replicas;
  for (std::uint64_t k = grid_thread(ctx); k < kept * one; k += grid_threads(ctx)) {
    const std::uint64_t sample = k / one, o = k % one / v.replicas, r = k % v.replicas;
    real sum = v.readout[std::uint64_t{v.neurons} * v.outputs + o];
    for (std::uint64_t i = 0; i < v.neurons; ++i)
      sum = add_product(v.readout[i * v.outputs + o], v.kept[sample * v.all() + i * v.replicas + r], sum);
    v.outputs_of[k] = sum;
  }
}

template <ExecutionContext Ctx>
SPRIG_KERNEL inline void bptt_readout_gradient(Ctx& ctx, const BpttView& v, std::uint32_t kept) {
  const std::uint64_t parameters = (std::uint64_t{v.neurons} + 1) * v.outputs;
  for (std::uint64_t k = grid_thread(ctx); k < parameters * v.blocks(); k += grid_threads(ctx)) {
    const std::uint64_t i = k % parameters / v.outputs, o = k % v.outputs;
    const auto first = static_cast<std::uint32_t>(k / parameters) * kReplicaBlock;
    const std::uint32_t last = first + kReplicaBlock < v.replicas ? first + kReplicaBlock : v.replicas;
    real all = 0;
    for (std::uint32_t sample = 0; sample < kept; ++sample) {
      const real* errors = v.errors + (std::uint64_t{sample} * v.outputs + o) * v.replicas;
      const real* traces = v.kept + sample * v.all() + i * v.replicas;
      real sum = 0;
      for (std::uint32_t r = first; r < last; ++r) sum = add_product(errors[r], i < v.neurons ? traces[r] : 1, sum);
      all += sum;
    }
    v.d_readout[k] = all;
  }
}

struct BackArguments {
  std::uint32_t step = 0;
  bool last = false;  // the sequence's last step, the first to go back
  const real* tape = nullptr;
  real share = 0;                // > 0: a sample ends here, and its trace has this share in the outputs
  const real* errors = nullptr;  // of that sample
};

SPRIG_KERNEL inline const real* d_arrivals_at(const BpttView& v, std::uint32_t step, std::uint64_t k) {
  return v.d_ring + (std::uint64_t{(step + v.delays[k]) % v.slots} * v.cells + v.targets[k]) * v.replicas;
}

template <ExecutionContext Ctx>
SPRIG_KERNEL inline void bptt_gather(Ctx& ctx, const BpttView& v, const BackArguments& a) {
  for (std::uint64_t cell = grid_thread(ctx); cell < v.all(); cell += grid_threads(ctx)) {
    const std::uint64_t j = cell / v.replicas, r = cell % v.replicas;
    real sum = a.last ? 0 : v.d_trace[cell];
    if (a.share > 0)
      for (std::uint32_t o = 0; o < v.outputs; ++o)
        sum = add_product(a.share * v.readout[j * v.outputs + o], a.errors[std::uint64_t{o} * v.replicas + r], sum);
    v.d_trace[cell] = sum * v.scalars.decay;
    for (std::uint64_t k = v.offsets[j]; k < v.offsets[j + 1]; ++k)
      if (a.step + v.delays[k] < v.steps) sum = add_product(v.weights[k], d_arrivals_at(v, a.step, k)[r], sum);
    v.d_spike[cell] = sum;
  }
  const std::uint64_t synapses = v.offsets[v.neurons];
  for (std::uint64_t k = grid_thread(ctx); k < synapses * v.blocks(); k += grid_threads(ctx)) {
    const std::uint64_t synapse = k % synapses;
    const auto first = static_cast<std::uint32_t>(k / synapses) * kReplicaBlock;
    const std::uint32_t last = first + kReplicaBlock < v.replicas ? first + kReplicaBlock : v.replicas;
    real sum = 0;
    if (a.step + v.delays[synapse] < v.steps) {
      const std::uint8_t* spikes = v.spikes + a.step * v.all() + std::uint64_t{v.sources[synapse]} * v.replicas;
      const real* d_arrivals = d_arrivals_at(v, a.step, synapse);
      for (std::uint32_t r = first; r < last; ++r)
        if (spikes[r] != 0) sum = add_product(1, d_arrivals[r], sum);
    }
    v.d_weights[k] = a.last ? sum : v.d_weights[k] + sum;
  }
}

template <LifKind kKind, ExecutionContext Ctx>
SPRIG_KERNEL inline void bptt_adjoint(Ctx& ctx, const BpttView& v, const BackArguments& b) {
  real* ring = v.d_ring + std::uint64_t{b.step % v.slots} * v.cells * v.replicas;
  for (std::uint64_t cell = grid_thread(ctx); cell < v.all(); cell += grid_threads(ctx)) {
    const LifConstants<real> c = v.constants[cell / v.replicas];
    LifAdjoint<real> a;
    if (!b.last) v.adjoint.template load<kKind>(cell, a);
    real d0 = 0, d1 = 0;
    bptt_cell_back<kKind, StepSpikes>(a, c, b.tape[cell], v.d_spike[cell], v.scalars, d0, d1);
    v.adjoint.template store<kKind>(cell, a);
    ring[cell] = d0;
    if constexpr (kKind.receptors == 2) ring[v.all() + cell] = d1;
  }
}

}  // namespace sprig::kernel
