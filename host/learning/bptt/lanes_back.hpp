// Some replicas side by side, back by a step: what a spike is worth, by all that it was delivered to; each synapse's
// part of the gradient; every neuron. Arrays are those of lanes.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/learning/bptt/lanes.hpp"

namespace sprig::cpu {

template <LifKind kKind, class Spikes>
class LanesBack {
  using T = typename Spikes::Scalar;
  static constexpr std::size_t L = kReplicaLanes<Spikes>;

 public:
  LanesBack(const BpttNetwork<T>& network, const BpttScalars<T>& scalars)
      : network_(network), scalars_(scalars), cells_(std::size_t{network.neurons} * L), due_(network, L) {
    for (auto* values : {&d_trace_, &d_spike_, &a_u_}) values->resize(cells_);
    for (int r = 0; r < state_currents(kKind); ++r) a_i_[r].resize(cells_);
    d_ring_.resize(due_.ring_size());
  }

  // At the end of a sequence, of which `live` lanes are in use.
  void start(std::uint32_t live) {
    live_ = live;
    for (auto* values : {&d_trace_, &a_u_, &a_i_[0], &a_i_[1], &d_ring_})
      std::fill(values->begin(), values->end(), T{0});
  }

  T* d_trace() { return d_trace_.data(); }  // dL/dz, to which a sample's error is added before its last step

  void step(std::uint32_t n, const T* tape, const ActiveNeurons<T>& active, T* d_weights) {
    due_.find(d_ring_.data(), n);
    gather_errors();
    add_gradients(active, d_weights);
    for (T& d : d_trace_) d *= scalars_.decay;
    for (std::size_t i = 0; i < network_.neurons; ++i) update(i, tape, due_[0]);
  }

 private:
  // dL/ds: by the trace, and by what a spike's synapses deliver later. Four synapses at a time, so that the sum stays
  // in registers for that long; added up in their order all the same.
  void gather_errors() {
    const BpttSynapses<T>& synapses = network_.recurrent;
    const auto from = [&](std::uint64_t k) { return due_[synapses.delays[k]] + synapses.cells[k] * L; };
    const T* weights = synapses.weights.data();
    for (std::size_t j = 0; j < network_.neurons; ++j) {
      T sum[L];
      std::copy_n(d_trace_.data() + j * L, L, sum);
      std::uint64_t k = synapses.offsets[j];
      const std::uint64_t end = synapses.offsets[j + 1];
      for (; k + 4 <= end; k += 4) {
        const T *f0 = from(k), *f1 = from(k + 1), *f2 = from(k + 2), *f3 = from(k + 3);
        const T w0 = weights[k], w1 = weights[k + 1], w2 = weights[k + 2], w3 = weights[k + 3];
#pragma omp simd
        for (std::size_t l = 0; l < L; ++l)
          sum[l] = std::fma(w3, f3[l], std::fma(w2, f2[l], std::fma(w1, f1[l], std::fma(w0, f0[l], sum[l]))));
      }
      for (; k < end; ++k) {
        const T* f = from(k);
        const T w = weights[k];
#pragma omp simd
        for (std::size_t l = 0; l < L; ++l) sum[l] = std::fma(w, f[l], sum[l]);
      }
      std::copy_n(sum, L, d_spike_.data() + j * L);
    }
  }

  // dL/dw: for every spike, what its arrival is worth. Lanes ascending.
  void add_gradients(const ActiveNeurons<T>& active, T* d_weights) const {
    const BpttSynapses<T>& synapses = network_.recurrent;
    for (std::size_t a = 0; a < active.sources.size(); ++a) {
      std::size_t lanes[L], count = 0;
      const T* spikes = active.spikes.data() + a * L;
      for (std::size_t l = 0; l < live_; ++l)
        if (spikes[l] != 0) lanes[count++] = l;
      const std::uint32_t j = active.sources[a];
      for (std::uint64_t k = synapses.offsets[j]; k < synapses.offsets[j + 1]; ++k) {
        const T* from = due_[synapses.delays[k]] + synapses.cells[k] * L;
        T sum = 0;
        for (std::size_t c = 0; c < count; ++c) sum = std::fma(spikes[lanes[c]], from[lanes[c]], sum);
        d_weights[k] += sum;
      }
    }
  }

  void update(std::size_t i, const T* tape, T* ring) {
    const LifConstants<T> c = network_.constants[i];
    const BpttScalars<T> scalars = scalars_;
    const std::size_t at = i * L;
    const BpttValues<T> adjoint{a_u_.data(), {a_i_[0].data(), a_i_[1].data()}};
    const T *before = tape + at, *d_spike = d_spike_.data() + at;
    T *d_arrivals0 = ring + at, *d_arrivals1 = ring + (kKind.receptors == 2 ? cells_ : 0) + at;
#pragma omp simd
    for (std::size_t l = 0; l < L; ++l) {
      LifAdjoint<T> a;
      adjoint.template load<kKind>(at + l, a);
      T d0 = 0, d1 = 0;
      bptt_cell_back<kKind, Spikes>(a, c, before[l], d_spike[l], scalars, d0, d1);
      adjoint.template store<kKind>(at + l, a);
      d_arrivals0[l] = d0;
      if constexpr (kKind.receptors == 2) d_arrivals1[l] = d1;
    }
  }

  const BpttNetwork<T>& network_;
  const BpttScalars<T>& scalars_;
  const std::size_t cells_;
  std::uint32_t live_ = 0;
  std::vector<T> d_trace_, d_spike_, a_u_, a_i_[2];
  std::vector<T> d_ring_;  // dL/d(arrivals): [slot][cell][lane]
  DueSlots<T> due_;
};

}  // namespace sprig::cpu
