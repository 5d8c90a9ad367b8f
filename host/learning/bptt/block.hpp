// Some replicas of a batch through time and back, on one thread: the unit of work of backpropagation through time.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/learning/bptt/lanes.hpp"
#include "host/learning/bptt/lanes_back.hpp"
#include "host/learning/bptt/readout.hpp"
#include "sprig/learning/bptt/schedule.hpp"

namespace sprig::cpu {

// What all blocks read. Weights and readout may change between runs.
template <class T>
struct BpttShared {
  BpttModel model;
  BpttNetwork<T> network;
  BpttScalars<T> scalars;
  std::vector<T> readout;  // weights, [neuron, then bias][output]
};

template <class T>
class BpttBlock {
 public:
  virtual ~BpttBlock() = default;
  // Replicas [first, first + live) of the batch. d_weights null: the loss alone; else the block's part of the gradient
  // is put there (recurrent synapses) and into d_readout. Spikes are appended where they are wanted.
  virtual BatchLoss run(const SequenceBatch& batch, std::uint32_t first, std::uint32_t live, T* d_weights, T* d_readout,
                        std::vector<SpikeEvent>* spikes) = 0;
};

template <LifKind kKind, class Spikes>
class LaneBlock final : public BpttBlock<typename Spikes::Scalar> {
  using T = typename Spikes::Scalar;
  static constexpr std::size_t L = kReplicaLanes<Spikes>;

 public:
  // What is shared must outlive the block.
  explicit LaneBlock(const BpttShared<T>& shared)
      : shared_(shared),
        schedule_(shared.model),
        lanes_(shared.network, shared.scalars.gain),
        back_(shared.network, shared.scalars),
        readout_(shared.readout, shared.model, shared.network.neurons),
        trace_(std::size_t{shared.network.neurons} * L),
        tape_(schedule_.interval * trace_.size()),
        active_(schedule_.interval) {}

  BatchLoss run(const SequenceBatch& batch, std::uint32_t first, std::uint32_t live, T* d_weights, T* d_readout,
                std::vector<SpikeEvent>* spikes) override {
    const bool gradient = d_weights != nullptr;
    lanes_.start(batch, first, live);
    readout_.start(d_readout);
    std::fill(trace_.begin(), trace_.end(), T{0});
    checkpoints_.resize(gradient ? schedule_.segments() : 0);
    run_forward(
        schedule_,
        [&](std::uint32_t segment) {
          if (gradient) checkpoints_[segment] = lanes_.state();
        },
        [&](std::uint32_t n, bool taped) {
          const ActiveNeurons<T>& active = step(n, gradient && taped);
          if (spikes != nullptr) append_spikes(active, n, first, live, *spikes);
          move_traces();
          if (schedule_.ends_sample(n))
            readout_.sample(schedule_.sample(n), trace_.data(), batch, first, live, d_readout);
        });
    const BatchLoss result = readout_.finish(batch, first, live, d_readout);
    if (!gradient) return result;

    back_.start(live);
    std::fill_n(d_weights, shared_.network.recurrent.cells.size(), T{0});
    run_backward(
        schedule_, [&](std::uint32_t segment) { lanes_.restore(checkpoints_[segment]); },
        [&](std::uint32_t n) { step(n, true); },
        [&](std::uint32_t n) {
          if (schedule_.ends_sample(n)) readout_.add_error(schedule_.sample(n), back_.d_trace());
          back_.step(n, tape(n), active_[schedule_.row(n)], d_weights);
        });
    return result;
  }

 private:
  T* tape(std::uint32_t n) { return tape_.data() + schedule_.row(n) * trace_.size(); }

  const ActiveNeurons<T>& step(std::uint32_t n, bool taped) {
    ActiveNeurons<T>& active = active_[taped ? schedule_.row(n) : 0];
    lanes_.step(n, taped ? tape(n) : nullptr, active);
    return active;
  }

  void move_traces() {
    const T decay = shared_.scalars.decay, *spikes = lanes_.spikes();
    T* trace = trace_.data();
    const std::size_t cells = trace_.size();
#pragma omp simd
    for (std::size_t cell = 0; cell < cells; ++cell) trace[cell] = std::fma(decay, trace[cell], spikes[cell]);
  }

  static void append_spikes(const ActiveNeurons<T>& active, std::uint32_t n, std::uint32_t first, std::uint32_t live,
                            std::vector<SpikeEvent>& spikes) {
    for (std::size_t a = 0; a < active.sources.size(); ++a)
      for (std::uint32_t l = 0; l < live; ++l)
        if (active.spikes[a * L + l] != 0) spikes.push_back({n, active.sources[a], first + l});
  }

  const BpttShared<T>& shared_;
  const BpttSchedule schedule_;
  Lanes<kKind, Spikes> lanes_;
  LanesBack<kKind, Spikes> back_;
  BlockReadout<T, L> readout_;
  std::vector<T> trace_;  // [neuron][lane]
  std::vector<typename Lanes<kKind, Spikes>::State> checkpoints_;
  std::vector<T> tape_;                   // [step of the segment][neuron][lane]
  std::vector<ActiveNeurons<T>> active_;  // [step of the segment]
};

}  // namespace sprig::cpu
