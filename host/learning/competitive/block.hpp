// One model on the CPU, as learning/competitive/step.hpp takes it through a presentation: its neurons, and how its
// weights change.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "host/learning/competitive/neurons.hpp"
#include "sprig/learning/competitive/rule.hpp"

namespace sprig::cpu {

template <class Weights>
class CompetitiveBlock : public CompetitiveNeurons<Weights> {
  using Base = CompetitiveNeurons<Weights>;
  using Base::active_, Base::arrived_, Base::c_, Base::counts_, Base::emitted_, Base::fired_, Base::inputs_, Base::n_,
      Base::weights_;

 public:
  CompetitiveBlock(Presentations& job, Weights weights) : Base(job, weights), state_(*job.state) {
    if (!c_.learning) return;
    for (auto* of_neurons : {&y_, &z_, &down_}) of_neurons->resize(n_);
    in_window_.resize(n_);
    x_.resize(inputs_);
    pre_counts_.resize(inputs_);
  }

  void rest() {
    Base::rest();
    for (auto* v : {&x_, &y_, &z_}) std::fill(v->begin(), v->end(), 0.0f);
    for (auto* v : {&in_window_, &pre_counts_}) std::fill(v->begin(), v->end(), 0);
  }

  void move_input_traces(std::uint32_t) {
    for (float& x : x_) x = decayed_trace(x, c_.trace_decay);
    for (const std::uint32_t p : fired_) x_[p] = kTraceAtSpike;
    if (!c_.adaptive_rates) return;
    for (const std::uint32_t p : fired_) ++pre_counts_[p];
  }

  void move_traces(std::uint32_t) {
    if (active_) {
      for (float& y : y_) y = decayed_trace(y, c_.trace_decay);
      for (const std::uint32_t j : emitted_) y_[j] = kTraceAtSpike;
    }
    if (c_.rule == CompetitiveRule::triplet)
      for (float& z : z_) z = decayed_trace(z, c_.slow_decay);
    if (c_.window > 0)
      for (const std::uint32_t j : emitted_) in_window_[j] = 1;
  }

  std::uint32_t most_spikes() const { return *std::max_element(counts_, counts_ + n_); }
  std::uint32_t most_input_spikes() const { return *std::max_element(pre_counts_.begin(), pre_counts_.end()); }

  void change_at_spikes(std::uint32_t, AdaptiveRates k) {
    switch (c_.rule) {
      case CompetitiveRule::pair:
        return change_by<CompetitiveRule::pair>(k);
      case CompetitiveRule::triplet:
        return change_by<CompetitiveRule::triplet>(k);
      case CompetitiveRule::asp:
        return change_by<CompetitiveRule::asp>(k);
      case CompetitiveRule::spikedyn:
        return change_by<CompetitiveRule::spikedyn>(k);
    }
  }

  void keep_spikes(std::uint32_t) {
    for (const std::uint32_t j : emitted_) {
      z_[j] = kTraceAtSpike;
      if (c_.rule == CompetitiveRule::asp) state_.spikes[j] += 1, state_.slow[j] += 1;
    }
  }

  std::uint32_t change_window(AdaptiveRates k) {
    std::uint32_t changed = 0;
    for (std::uint32_t j = 0; j < n_; ++j) {
      if (y_[j] == 0) continue;
      const SpikeGains gain = spike_gains(c_.rule, c_, y_[j], z_[j], state_.spikes[j], k);
      const bool fired = in_window_[j] != 0;
      for (std::uint32_t p = 0; p < inputs_; ++p)
        weights_.store(synapse(p, j), window_weight(c_, weights_.load(synapse(p, j)), fired, gain, x_[p]));
      in_window_[j] = 0;
      ++changed;
    }
    return changed;
  }

  float& slow(std::uint32_t j) { return state_.slow[j]; }
  float sum(std::uint32_t j) const { return down_[j]; }
  template <class Each>
  void each_neuron(Each each) {
    for (std::uint32_t j = 0; j < n_; ++j) each(j);
  }

  template <class By>
  void scale_weights(By by, float most) {
    for (std::uint32_t j = 0; j < n_; ++j) down_[j] = by(j);
    const float* scale = down_.data();
    each_row([&](std::uint64_t row, const Weights& weights) {
#pragma omp simd
      for (std::uint32_t j = 0; j < n_; ++j)
        weights.store(row + j, bounded_weight(weights.load(row + j) * scale[j], most));
    });
  }

  void sum_weights() {
    std::fill(down_.begin(), down_.end(), 0.0f);
    float* sum = down_.data();
    each_row([&](std::uint64_t row, const Weights& weights) {
#pragma omp simd
      for (std::uint32_t j = 0; j < n_; ++j) sum[j] += weights.load(row + j);
    });
  }

 private:
  // The rule is known to the compiler, so that its loops become vectors.
  template <CompetitiveRule kRule>
  void change_by(AdaptiveRates k) {
    const CompetitiveConstants c = c_;
    const Weights weights = weights_;
    float* __restrict down = down_.data();
    const float *y = y_.data(), *z = z_.data(), *spikes = state_.spikes.data();
    for (std::uint32_t j = 0; j < n_; ++j) down[j] = spike_gains(kRule, c, y[j], z[j], spikes[j], k).down;
    // Columns of those that fired first, from the weights before the step; then rows; then the columns are put in.
    columns_.resize(emitted_.size() * inputs_);
    for (std::size_t e = 0; e < emitted_.size(); ++e) {
      const std::uint32_t j = emitted_[e];
      const float up = spike_gains(kRule, c, y[j], z[j], spikes[j], k).up;
      float* column = columns_.data() + e * inputs_;
      std::fill_n(column, inputs_, 0.0f);
      for (const std::uint32_t p : fired_) column[p] = down_[j];
      for (std::uint32_t p = 0; p < inputs_; ++p)
        column[p] = changed_weight(kRule, c, weights.load(synapse(p, j)), column[p], up * x_[p]);
    }
    for (const std::uint32_t p : fired_) {
      const std::uint64_t row = synapse(p, 0);
#pragma omp simd
      for (std::uint32_t j = 0; j < n_; ++j)
        weights.store(row + j, changed_weight(kRule, c, weights.load(row + j), down[j], 0.0f));
    }
    for (std::size_t e = 0; e < emitted_.size(); ++e)
      for (std::uint32_t p = 0; p < inputs_; ++p) weights.store(synapse(p, emitted_[e]), columns_[e * inputs_ + p]);
  }

  std::uint64_t synapse(std::uint32_t p, std::uint32_t j) const { return std::uint64_t{p} * n_ + j; }
  template <class Row>
  void each_row(Row of) {
    const Weights weights = weights_;
    for (std::uint32_t p = 0; p < inputs_; ++p) of(synapse(p, 0), weights);
  }

  CompetitiveState& state_;
  std::vector<float> y_, z_;  // traces of neurons: decaying with trace_tau, with slow_trace_tau
  std::vector<float> down_;   // a number for each neuron
  Indices in_window_;         // has it fired in this window?
  std::vector<float> x_;      // traces of inputs
  Indices pre_counts_;        // spikes of each input
  std::vector<float> columns_;
};

}  // namespace sprig::cpu
