// The competing neurons of one model on the CPU: what they take in, who crosses a threshold, who emits. Vectors over
// the neurons; inputs by their spikes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "sprig/core/random.hpp"
#include "sprig/learning/competitive/constants.hpp"
#include "sprig/network/projection_draw.hpp"

namespace sprig::cpu {

using Indices = std::vector<std::uint32_t>;

template <class Weights>
class CompetitiveLayer {
 public:
  CompetitiveLayer(const CompetitiveOptions& options, const CompetitiveConstants& constants, Weights weights,
                   const std::vector<float>& theta, CompetitiveOperations& operations)
      : o_(options),
        c_(constants),
        n_(options.neurons),
        weights_(weights),
        operations_(operations),
        theta_(theta),
        input_(n_),
        u_(n_),
        own_(n_),
        refractory_(n_),
        crossed_(n_) {
    if (o_.inhibition == Inhibition::population) inhibitory_.resize(n_);
  }

  // At rest; thresholds stay.
  void start() {
    std::fill(u_.begin(), u_.end(), 0.0f);
    std::fill(refractory_.begin(), refractory_.end(), 0);
    inhibitory_.start();
    emitted_.clear(), inhibiting_.clear();
  }

  // before: inputs that spiked in the last step. image, time: of the draw among several that crossed.
  void step(View<const std::uint32_t> before, std::uint32_t image, std::uint64_t time) {
    gather(before);
    if (o_.inhibition == Inhibition::population) step_inhibitory();
    step_neurons();
    if (o_.one_spike && emitted_.size() > 1) emitted_.assign(1, emitted_[winner(image, time)]);
  }

  const Indices& emitted() const { return emitted_; }  // in the latest step, ascending
  const std::vector<float>& theta() const { return theta_; }

  // The first neuron whose state is not; the number of neurons: none.
  std::uint32_t not_finite() const {
    for (std::uint32_t j = 0; j < n_; ++j)
      if (!std::isfinite(u_[j]) || !std::isfinite(theta_[j])) return j;
    return n_;
  }

 private:
  struct Inhibitory {
    std::vector<float> u, theta;
    std::vector<std::int32_t> refractory;

    void resize(std::size_t n) { u.resize(n), theta.resize(n), refractory.resize(n); }
    void start() {
      std::fill(u.begin(), u.end(), 0.0f);
      std::fill(theta.begin(), theta.end(), 0.0f);
      std::fill(refractory.begin(), refractory.end(), 0);
    }
  };

  // What the last step's spikes bring, and the inhibition.
  void gather(View<const std::uint32_t> before) {
    std::fill(input_.begin(), input_.end(), 0.0f);
    float* input = input_.data();
    for (const std::uint32_t p : before) {
      const std::uint64_t row = std::uint64_t{p} * n_;
      const Weights weights = weights_;
#pragma omp simd
      for (std::uint32_t j = 0; j < n_; ++j) input[j] += weights.load(row + j);
    }
    operations_.synaptic_events += before.size * n_;
    const Indices& from = o_.inhibition == Inhibition::direct ? emitted_ : inhibiting_;
    if (from.empty()) return;
    // From all others: everybody's, and their own back.
    const float all = static_cast<float>(from.size()) * c_.inhibition;
    const float others = static_cast<float>(from.size() - 1) * c_.inhibition;
    for (const std::uint32_t j : from) own_[j] = input_[j] - others;
    for (std::uint32_t j = 0; j < n_; ++j) input_[j] -= all;
    for (const std::uint32_t j : from) input_[j] = own_[j];
    operations_.synaptic_events += from.size() * (n_ - 1);
  }

  // Driven one to one by what was emitted in the last step.
  void step_inhibitory() {
    std::fill(own_.begin(), own_.end(), 0.0f);
    for (const std::uint32_t j : emitted_) own_[j] = c_.excitation;
    inhibiting_.clear();
    Inhibitory& i = inhibitory_;
    for (std::uint32_t j = 0; j < n_; ++j)
      if (competitive_step(i.u[j], i.theta[j], i.refractory[j], c_.inhibitory, own_[j])) inhibiting_.push_back(j);
    operations_.neuron_updates += n_;
    operations_.synaptic_events += emitted_.size();
  }

  void step_neurons() {
    std::uint32_t any = 0;
    float* __restrict u = u_.data(), * __restrict theta = theta_.data();
    std::int32_t* __restrict refractory = refractory_.data();
    std::uint32_t* __restrict crossed = crossed_.data();
    const float* __restrict input = input_.data();
    const CompetitiveLif neuron = c_.neuron;
    for (std::uint32_t j = 0; j < n_; ++j) {
      crossed[j] = competitive_step(u[j], theta[j], refractory[j], neuron, input[j]) ? 1 : 0;
      any |= crossed[j];
    }
    operations_.neuron_updates += n_;
    emitted_.clear();
    if (any == 0) return;
    for (std::uint32_t j = 0; j < n_; ++j)
      if (crossed_[j] != 0) emitted_.push_back(j);
  }

  std::uint32_t winner(std::uint32_t image, std::uint64_t time) const {
    const PhiloxBlock block = step_block(o_.seed, Stream::competitive_winner, 0, image, time);
    return draw_below(word_of_step(block, time), static_cast<std::uint32_t>(emitted_.size()));
  }

  const CompetitiveOptions& o_;
  const CompetitiveConstants& c_;
  const std::uint32_t n_;
  const Weights weights_;
  CompetitiveOperations& operations_;
  std::vector<float> theta_, input_, u_;
  std::vector<float> own_;  // input of those that emitted; of inhibitory neurons
  std::vector<std::int32_t> refractory_;
  std::vector<std::uint32_t> crossed_;
  Inhibitory inhibitory_;
  Indices emitted_, inhibiting_;  // of the last step
};

}  // namespace sprig::cpu
