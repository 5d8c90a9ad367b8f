// One slice's state on the CPU and its update step: drive, integration, threshold, spikes (step order 1 and 2).
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/engine/slices.hpp"

namespace sprig::cpu {

// Neurons [begin, end) of a slice; equal: all have the same constants.
struct NeuronRun {
  std::size_t begin, end;
  bool equal;
};

// What one slice's owner holds besides the constants. Arrays are [neuron][replica]; the ring is
// [slot][receptor * count + neuron][replica].
struct SliceState {
  std::vector<real> u, i0, i1, theta;
  std::vector<std::int32_t> refractory;
  std::vector<std::int32_t> ring;
  std::vector<NeuronRun> runs;  // cover the slice in order

  // Scratch, valid for the step that is computed.
  std::vector<real> external;           // I_dc + signal, per [neuron][replica]
  std::vector<real> noise;              // [step & 3][neuron][replica]: standard normal variates
  std::vector<real> poisson;            // [step & 3][neuron][replica]: Poisson counts
  std::uint64_t drawn_quarter = ~0ull;  // step >> 2 that noise and poisson hold
  std::int64_t signal_sample = -1;      // sample that `external` holds; -1: none yet
  std::vector<std::int32_t> spiked;     // [neuron][replica], 0 or 1, padded to whole blocks; as wide as the state, so
                                        // that all arrays of the update fill vectors alike
  static constexpr std::size_t kSpikeBlock = 32;

  std::vector<std::uint32_t> sources, replicas;  // the step's spikes: global neuron, replica; ascending
};

struct UpdateContext {
  const SlicedNetwork* network;
  std::uint32_t replicas, first_replica, seed;
};

// Optional per-step outputs of the update; null pointers: not wanted. Pointers to the step's row of the whole network.
struct TrajectoryRow {
  real* u_before = nullptr;
  real* current = nullptr;
  std::uint8_t* flags = nullptr;
};

SliceState initial_state(const Slice& slice, const Network& network, std::uint32_t replicas, std::uint32_t delay_slots);

// Sets `external` to I_dc plus the injected signal of one sample; `signal` is [replica][samples][channel] or null.
void set_external(SliceState& state, const Slice& slice, const UpdateContext& context, const real* signal,
                  std::uint32_t samples, std::uint32_t sample);

// Advances the slice by step `step`; fills state.sources and state.replicas.
void update_slice(SliceState& state, const Slice& slice, const UpdateContext& context, std::uint64_t step,
                  const TrajectoryRow& trajectory);

}  // namespace sprig::cpu
