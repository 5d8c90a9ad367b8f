// One slice's state on the CPU and its update step: drive, integration, threshold, spikes (step order 1 and 2).
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/core/page_vector.hpp"
#include "sprig/engine/neuron_state.hpp"
#include "sprig/engine/record_writer.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig::cpu {

// Neurons [begin, end) of a slice; equal: all have the same constants.
struct NeuronRun {
  std::size_t begin, end;
  bool equal;
};

// Spikes of one step, ascending in (source, replica).
struct SpikeList {
  std::vector<std::uint32_t> sources, replicas;

  void clear() {
    sources.clear();
    replicas.clear();
  }
};

// What one slice's owner holds besides the constants. Arrays are [neuron][replica]; the ring is
// [slot][receptor * count + neuron][replica], with the delay slots of the network, or a single one: then it holds
// nothing but the arrivals of the step that is computed.
struct SliceState : NeuronState<PageVector> {
  PageVector<std::int32_t> ring;
  std::uint32_t slots = 1;
  std::vector<NeuronRun> runs;  // cover the slice in order

  // Scratch, valid for the step that is computed.
  PageVector<real> external;            // I_dc + signal, per [neuron][replica]
  PageVector<real> noise;               // [step & 3][neuron][replica]: standard normal variates
  PageVector<real> poisson;             // [step & 3][neuron][replica]: Poisson counts
  std::uint64_t drawn_quarter = ~0ull;  // step >> 2 that noise and poisson hold
  std::int64_t signal_sample = -1;      // sample that `external` holds; -1: none yet
  bool undriven = false;                // `external` is I_dc alone
  std::vector<std::uint32_t> due;       // rows of synapses whose spikes arrive
  PageVector<std::int32_t> spiked;      // of the block of cells that was swept last, 0 or 1
};

struct UpdateContext {
  const SlicedNetwork* network;
  std::uint32_t replicas, first_replica, seed;
};

SliceState initial_state(const Slice& slice, const Network& network, std::uint32_t replicas, std::uint32_t slots);

// After a change of the slice's constants: which neurons have equal ones.
void set_runs(SliceState& state, const Slice& slice);

// Sets `external` to I_dc plus the injected signal of one sample; `signal` is [replica][samples][channel] or null.
void set_external(SliceState& state, const Slice& slice, const UpdateContext& context, const real* signal,
                  std::uint32_t samples, std::uint32_t sample);

// Advances the slice by step `step`; appends its spikes (global neuron, replica) to `spikes`.
void update_slice(SliceState& state, const Slice& slice, const UpdateContext& context, std::uint64_t step,
                  const TrajectoryRow& trajectory, SpikeList& spikes);

}  // namespace sprig::cpu
