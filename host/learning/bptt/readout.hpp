// The linear readout of a block of replicas, its loss, and the loss's derivatives with respect to readout and traces.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sprig/learning/bptt/loss.hpp"

namespace sprig::cpu {

// Traces and errors are [neuron or output][lane].
template <class T, std::size_t L>
class BlockReadout {
 public:
  // weights: [neuron, then bias][output].
  BlockReadout(const std::vector<T>& weights, const BpttModel& model, std::uint32_t neurons)
      : weights_(weights), model_(model), neurons_(neurons) {
    const bool every = model.loss == Loss::mean_square;
    errors_.resize((every ? model.samples : 1) * std::size_t{model.outputs} * L);
    if (!every) pooled_.resize(std::size_t{neurons} * L);
  }

  // d_readout: null, or the readout's gradient, from here on.
  void start(T* d_readout) {
    result_ = {};
    if (d_readout != nullptr) std::fill_n(d_readout, weights_.size(), T{0});
    std::fill(errors_.begin(), errors_.end(), T{0});
    std::fill(pooled_.begin(), pooled_.end(), T{0});
  }

  // Traces at the last step of `sample`. d_readout: as start() had it.
  void sample(std::uint32_t sample, const T* trace, const SequenceBatch& batch, std::uint32_t first, std::uint32_t live,
              T* d_readout) {
    const T share = share_of(sample);
    if (share == 0) return;
    if (model_.loss == Loss::cross_entropy) {
      for (std::size_t cell = 0; cell < pooled_.size(); ++cell)
        pooled_[cell] = std::fma(share, trace[cell], pooled_[cell]);
      return;
    }
    outputs_of(trace);
    T* errors = errors_.data() + std::size_t{sample} * model_.outputs * L;
    for (std::uint32_t l = 0; l < live; ++l)
      output_errors<T>(model_, batch, first + l, sample, {outputs_.data() + l, errors + l, L, model_.outputs}, result_);
    if (d_readout != nullptr) add_gradient(trace, errors, d_readout);
  }

  // After the last sample.
  BatchLoss finish(const SequenceBatch& batch, std::uint32_t first, std::uint32_t live, T* d_readout) {
    if (model_.loss == Loss::mean_square) return result_;
    outputs_of(pooled_.data());
    for (std::uint32_t l = 0; l < live; ++l)
      output_errors<T>(model_, batch, first + l, 0, {outputs_.data() + l, errors_.data() + l, L, model_.outputs},
                       result_);
    if (d_readout != nullptr) add_gradient(pooled_.data(), errors_.data(), d_readout);
    return result_;
  }

  // Adds dL/dz of `sample` to d_trace.
  void add_error(std::uint32_t sample, T* d_trace) const {
    const T share = share_of(sample);
    if (share == 0) return;
    const T* errors =
        errors_.data() + (model_.loss == Loss::mean_square ? std::size_t{sample} * model_.outputs * L : 0);
    for (std::size_t i = 0; i < neurons_; ++i)
      for (std::size_t o = 0; o < model_.outputs; ++o) {
        const T weight = share * weights_[i * model_.outputs + o];
#pragma omp simd
        for (std::size_t l = 0; l < L; ++l)
          d_trace[i * L + l] = std::fma(weight, errors[o * L + l], d_trace[i * L + l]);
      }
  }

 private:
  T share_of(std::uint32_t sample) const { return static_cast<T>(trace_share(model_, sample)); }

  void outputs_of(const T* trace) {
    const T* weights = weights_.data();
    outputs_.resize(std::size_t{model_.outputs} * L);
    for (std::size_t o = 0; o < model_.outputs; ++o)
      std::fill_n(outputs_.data() + o * L, L, weights[neurons_ * model_.outputs + o]);
    for (std::size_t i = 0; i < neurons_; ++i)
      for (std::size_t o = 0; o < model_.outputs; ++o) {
        const T weight = weights[i * model_.outputs + o];
        T* to = outputs_.data() + o * L;
#pragma omp simd
        for (std::size_t l = 0; l < L; ++l) to[l] = std::fma(weight, trace[i * L + l], to[l]);
      }
  }

  void add_gradient(const T* trace, const T* errors, T* d_readout) const {
    for (std::size_t i = 0; i <= neurons_; ++i)
      for (std::size_t o = 0; o < model_.outputs; ++o) {
        T sum = 0;
        for (std::size_t l = 0; l < L; ++l)
          sum = std::fma(errors[o * L + l], i < neurons_ ? trace[i * L + l] : T{1}, sum);
        d_readout[i * model_.outputs + o] += sum;
      }
  }

  const std::vector<T>& weights_;
  const BpttModel& model_;
  std::size_t neurons_;
  std::vector<T> errors_;  // dL/d(outputs): of every sample (mean_square), or of the sequence
  std::vector<T> pooled_;  // cross_entropy: what the outputs are read from
  std::vector<T> outputs_;
  BatchLoss result_;
};

}  // namespace sprig::cpu
