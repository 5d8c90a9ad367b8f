// The losses of backpropagation through time, of one replica's outputs at a time, for all backends.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "sprig/learning/bptt/bptt.hpp"

namespace sprig {

// Output o of a replica is outputs[o * stride]; dL/d(output o) goes to errors[o * stride].
template <class T>
struct ReplicaOutputs {
  const T* outputs;
  T* errors;
  std::size_t stride, count;
};

// The weight with which a sample's trace enters what the outputs are read from.
inline double trace_share(const BpttModel& model, std::uint32_t sample) {
  if (sample < model.skipped_samples) return 0;
  if (model.loss == Loss::mean_square) return 1;
  if (model.pooling == Pooling::last) return sample + 1 == model.samples ? 1 : 0;
  return 1.0 / (model.samples - model.skipped_samples);
}

// How many squares the mean is over.
inline double mean_square_terms(const BpttModel& model, std::uint32_t replicas) {
  return static_cast<double>(replicas) * (model.samples - model.skipped_samples) * model.outputs;
}

template <class T>
void mean_square_errors(const ReplicaOutputs<T>& of, const double* targets, double terms, BatchLoss& sum) {
  for (std::size_t o = 0; o < of.count; ++o) {
    const double error = static_cast<double>(of.outputs[o * of.stride]) - targets[o];
    sum.loss += error * error / terms;
    of.errors[o * of.stride] = static_cast<T>(2 * error / terms);
  }
}

template <class T>
void cross_entropy_errors(const ReplicaOutputs<T>& of, std::uint32_t label, std::uint32_t replicas, BatchLoss& sum) {
  const auto output = [&](std::size_t o) { return static_cast<double>(of.outputs[o * of.stride]); };
  std::size_t guess = 0;
  for (std::size_t o = 1; o < of.count; ++o)
    if (output(o) > output(guess)) guess = o;
  const double most = output(guess);
  double all = 0;
  for (std::size_t o = 0; o < of.count; ++o) all += std::exp(output(o) - most);
  for (std::size_t o = 0; o < of.count; ++o) {
    const double probability = std::exp(output(o) - most) / all;
    of.errors[o * of.stride] = static_cast<T>((probability - (o == label ? 1 : 0)) / replicas);
  }
  sum.loss += (most + std::log(all) - output(label)) / replicas;
  sum.correct += guess == label ? 1 : 0;
}

// The loss of a replica's outputs after a sample that counts (mean_square), or after its sequence.
template <class T>
void output_errors(const BpttModel& model, const SequenceBatch& batch, std::uint32_t replica, std::uint32_t sample,
                   const ReplicaOutputs<T>& of, BatchLoss& sum) {
  if (model.loss == Loss::cross_entropy) return cross_entropy_errors(of, batch.labels[replica], batch.replicas, sum);
  const std::size_t target = (std::size_t{replica} * model.samples + sample) * model.outputs;
  mean_square_errors(of, batch.targets.data + target, mean_square_terms(model, batch.replicas), sum);
}

}  // namespace sprig
