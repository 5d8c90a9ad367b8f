// One slice's state on the CPU and its update step: drive, integration, threshold, spikes (step order 1 and 2).
#pragma once

#include <cstdint>
#include <new>
#include <vector>

#include "sprig/engine/slices.hpp"

namespace sprig::cpu {

// Arrays of the update start on a cache line: a full-width vector that straddles two costs twice.
template <class T>
struct LineAllocator {
  using value_type = T;
  static constexpr std::align_val_t kLine{64};
  LineAllocator() = default;
  template <class U>
  LineAllocator(const LineAllocator<U>&) {}  // NOLINT: rebinding is implicit by design
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), kLine)); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, kLine); }
  friend bool operator==(const LineAllocator&, const LineAllocator&) { return true; }
};
template <class T>
using LineVector = std::vector<T, LineAllocator<T>>;

// Neurons [begin, end) of a slice; equal: all have the same constants.
struct NeuronRun {
  std::size_t begin, end;
  bool equal;
};

// What one slice's owner holds besides the constants. Arrays are [neuron][replica]; the ring is
// [slot][receptor * count + neuron][replica].
struct SliceState {
  LineVector<real> u, i0, i1, theta;
  LineVector<std::int32_t> refractory;
  LineVector<std::int32_t> ring;
  std::vector<NeuronRun> runs;  // cover the slice in order

  // Scratch, valid for the step that is computed.
  LineVector<real> external;            // I_dc + signal, per [neuron][replica]
  LineVector<real> noise;               // [step & 3][neuron][replica]: standard normal variates
  LineVector<real> poisson;             // [step & 3][neuron][replica]: Poisson counts
  std::uint64_t drawn_quarter = ~0ull;  // step >> 2 that noise and poisson hold
  std::int64_t signal_sample = -1;      // sample that `external` holds; -1: none yet
  LineVector<std::int32_t> spiked;      // of the block of cells that was swept last, 0 or 1

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
