// Some replicas side by side, forward by a step as the engine does it: delay rings, drive, neurons, delivery. Arrays
// are [neuron][lane], a lane being a replica, so that every inner loop is over lanes that lie side by side.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sprig/engine/drive.hpp"
#include "sprig/learning/bptt/cell.hpp"
#include "sprig/learning/bptt/network.hpp"

namespace sprig::cpu {

// Replicas that go side by side.
template <class Spikes>
inline constexpr std::size_t kReplicaLanes = kReplicaBlock;
template <>
inline constexpr std::size_t kReplicaLanes<SmoothSpikes> = 4;

// The neurons that fired in a step, ascending, each with its lanes' spikes.
template <class T>
struct ActiveNeurons {
  std::vector<std::uint32_t> sources;
  std::vector<T> spikes;

  void clear() {
    sources.clear();
    spikes.clear();
  }
};

// Where in a ring of [slot][cell][lane], slot = step mod slots, the arrivals of step + delay are, by delay.
template <class T>
class DueSlots {
 public:
  DueSlots(const BpttNetwork<T>& network, std::size_t lanes)
      : slots_(network.slots), size_(std::size_t{network.cells()} * lanes), due_(network.slots + 1) {}

  std::size_t ring_size() const { return slots_ * size_; }
  std::size_t slot_size() const { return size_; }
  void find(T* ring, std::uint32_t step) {
    for (std::uint32_t delay = 0; delay < due_.size(); ++delay) due_[delay] = ring + (step + delay) % slots_ * size_;
  }
  T* operator[](std::uint32_t delay) const { return due_[delay]; }

 private:
  std::uint32_t slots_;
  std::size_t size_;
  std::vector<T*> due_;
};

template <LifKind kKind, class Spikes>
class Lanes {
  using T = typename Spikes::Scalar;
  static constexpr std::size_t L = kReplicaLanes<Spikes>;

 public:
  // Everything that a step reads and changes.
  struct State {
    std::vector<T> u, i[2], ring;
    std::vector<std::int32_t> refractory;
    std::size_t input = 0;  // spikes on input channels that are delivered
  };

  Lanes(const BpttNetwork<T>& network, T gain)
      : network_(network), gain_(gain), cells_(std::size_t{network.neurons} * L), due_(network, L) {
    state_.u.resize(cells_);
    state_.refractory.resize(cells_);
    for (int r = 0; r < state_currents(kKind); ++r) state_.i[r].resize(cells_);
    state_.ring.resize(due_.ring_size());
    external_.resize(cells_);
    spikes_.resize(cells_);
  }

  // Replicas [first, first + live) of a batch, at its start.
  void start(const SequenceBatch& batch, std::uint32_t first, std::uint32_t live) {
    batch_ = &batch;
    first_ = first;
    live_ = live;
    input_.clear();
    for (const Input::Spike& spike : batch.input.spikes)
      if (spike.replica - first < live) input_.push_back({spike.step, spike.channel, spike.replica - first});
    for (std::size_t cell = 0; cell < cells_; ++cell) state_.u[cell] = network_.initial[cell / L];
    for (auto* values : {&state_.i[0], &state_.i[1], &state_.ring}) std::fill(values->begin(), values->end(), T{0});
    std::fill(state_.refractory.begin(), state_.refractory.end(), 0);
    state_.input = 0;
    external_sample_ = -1;
  }

  const State& state() const { return state_; }
  void restore(const State& state) {
    state_ = state;
    external_sample_ = -1;
  }
  const T* spikes() const { return spikes_.data(); }  // of the latest step, [neuron][lane]

  // One step of all neurons, their spikes delivered. tape: null, or the step's row of it.
  void step(std::uint32_t n, T* tape, ActiveNeurons<T>& active) {
    if (n % kSettleSteps == 0)
      for (auto* values : {&state_.u, &state_.i[0], &state_.i[1]})
        for (T& value : *values) value = settle(value);
    set_external(n);
    due_.find(state_.ring.data(), n);
    T* ring = due_[0];
    for (std::size_t i = 0; i < network_.neurons; ++i) update(i, ring, tape);
    std::fill(ring, ring + due_.slot_size(), T{0});
    list_active(active);
    for (; state_.input < input_.size() && input_[state_.input].step == n; ++state_.input) {
      T spikes[L] = {};
      spikes[input_[state_.input].lane] = 1;
      deliver(network_.input, input_[state_.input].channel, spikes);
    }
    for (std::size_t a = 0; a < active.sources.size(); ++a)
      deliver(network_.recurrent, active.sources[a], active.spikes.data() + a * L);
  }

 private:
  struct InputSpike {
    std::uint32_t step, channel, lane;
  };

  void set_external(std::uint32_t step) {
    const Input& input = batch_->input;
    const std::int64_t sample = input.signal.empty() ? 0 : sample_of(step, input.steps_per_sample, input.samples);
    if (sample == external_sample_) return;
    external_sample_ = sample;
    const std::uint32_t channels = network_.signal_channels;
    for (std::size_t i = 0; i < network_.neurons; ++i)
      for (std::size_t l = 0; l < L; ++l) {
        T current = network_.external[i];
        if (!input.signal.empty() && l < live_)
          current = add_signal(current, network_.gain.data() + i * channels,
                               input.signal.data + ((first_ + l) * input.samples + sample) * channels, channels);
        external_[i * L + l] = current;
      }
  }

  void update(std::size_t i, const T* ring, T* tape) {
    const LifConstants<T> c = network_.constants[i];
    const std::size_t at = i * L;
    const BpttValues<T> state{state_.u.data(), {state_.i[0].data(), state_.i[1].data()}};
    std::int32_t* refractory = state_.refractory.data() + at;
    const T *arrivals0 = ring + at, *arrivals1 = ring + (kKind.receptors == 2 ? cells_ : 0) + at,
            *external = external_.data() + at;
    T unwanted[L];
    T *before = tape != nullptr ? tape + at : unwanted, *spike = spikes_.data() + at;
    const T gain = gain_;
#pragma omp simd
    for (std::size_t l = 0; l < L; ++l) {
      LifState<T> s;
      state.template load<kKind>(at + l, s);
      s.refractory = refractory[l];
      spike[l] = bptt_cell<kKind, Spikes>(s, c, arrivals0[l], arrivals1[l], external[l], gain, before[l]);
      state.template store<kKind>(at + l, s);
      refractory[l] = s.refractory;
    }
  }

  void list_active(ActiveNeurons<T>& active) const {
    active.clear();
    for (std::size_t i = 0; i < network_.neurons; ++i) {
      const T* spikes = spikes_.data() + i * L;
      T any = 0;
      for (std::size_t l = 0; l < L; ++l) any = std::max(any, std::fabs(spikes[l]));
      if (any == 0) continue;
      active.sources.push_back(static_cast<std::uint32_t>(i));
      active.spikes.insert(active.spikes.end(), spikes, spikes + L);
    }
  }

  // Adds a source's spikes to the arrivals that its synapses make them.
  void deliver(const BpttSynapses<T>& synapses, std::uint32_t source, const T* spikes) {
    for (std::uint64_t k = synapses.offsets[source]; k < synapses.offsets[source + 1]; ++k) {
      T* to = due_[synapses.delays[k]] + synapses.cells[k] * L;
      const T weight = synapses.weights[k];
#pragma omp simd
      for (std::size_t l = 0; l < L; ++l) to[l] = std::fma(weight, spikes[l], to[l]);
    }
  }

  const BpttNetwork<T>& network_;
  const T gain_;
  const std::size_t cells_;
  const SequenceBatch* batch_ = nullptr;
  std::uint32_t first_ = 0, live_ = 0;
  std::vector<InputSpike> input_;
  State state_;
  DueSlots<T> due_;
  std::int64_t external_sample_ = -1;
  std::vector<T> external_, spikes_;
};

}  // namespace sprig::cpu
