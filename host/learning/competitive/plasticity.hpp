// How one model's weights change on the CPU: traces, the rules of neuron/competitive_rules.hpp, and what happens to all
// weights after a presentation.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "host/learning/competitive/layer.hpp"
#include "sprig/learning/competitive/constants.hpp"

namespace sprig::cpu {

template <class Weights>
class CompetitivePlasticity {
 public:
  CompetitivePlasticity(const CompetitiveOptions& options, const CompetitiveConstants& constants, Weights weights,
                        CompetitiveState& state, std::uint32_t inputs, CompetitiveOperations& operations)
      : o_(options),
        c_(constants),
        n_(options.neurons),
        inputs_(inputs),
        weights_(weights),
        state_(state),
        operations_(operations),
        y_(n_),
        z_(n_),
        down_(n_),
        in_window_(n_),
        x_(inputs),
        pre_counts_(inputs) {}

  void start() {
    for (auto* v : {&x_, &y_, &z_}) std::fill(v->begin(), v->end(), 0.0f);
    std::fill(in_window_.begin(), in_window_.end(), 0);
    std::fill(pre_counts_.begin(), pre_counts_.end(), 0);
    active_ = false;
  }

  // fired: inputs; emitted: neurons; counts: spikes of each neuron so far, these among them.
  void step(std::uint32_t t, View<const std::uint32_t> fired, const Indices& emitted, const std::uint32_t* counts) {
    move_traces(fired, emitted);
    if (o_.rule == CompetitiveRule::spikedyn && o_.adaptive_rates)
      for (const std::uint32_t p : fired) ++pre_counts_[p];
    const bool timed = o_.rule == CompetitiveRule::spikedyn && o_.timed_updates;
    if (timed)
      for (const std::uint32_t j : emitted) in_window_[j] = 1;
    if (active_ && !timed) change_at_spikes(fired, emitted, counts);
    if (active_ && timed && (t + 1) % o_.update_steps == 0) change_window(counts);
    for (const std::uint32_t j : emitted) {
      z_[j] = kTraceAtSpike;
      if (o_.rule == CompetitiveRule::asp) state_.spikes[j] += 1, state_.slow[j] += 1;
    }
  }

  // After a presentation: what weights lose by themselves, then the sum of each neuron's.
  void finish() {
    if (o_.rule == CompetitiveRule::asp) {
      for (std::uint32_t j = 0; j < n_; ++j) {
        down_[j] = asp_leak(c_.asp_leak_log2, c_.asp_growth, state_.slow[j]);
        state_.slow[j] *= c_.asp_trace_decay;
      }
      scale_weights();
    }
    if (c_.decay != 1) {
      std::fill(down_.begin(), down_.end(), c_.decay);
      scale_weights();
    }
    if (c_.norm == 0) return;
    std::fill(down_.begin(), down_.end(), 0.0f);
    float* sum = down_.data();
    each_row([&](std::uint64_t row, const Weights& weights) {
#pragma omp simd
      for (std::uint32_t j = 0; j < n_; ++j) sum[j] += weights.load(row + j);
    });
    for (float& s : down_) s = norm_scale(s, c_.norm);
    scale_weights(c_.weight_max);
  }

 private:
  void move_traces(View<const std::uint32_t> fired, const Indices& emitted) {
    for (float& x : x_) x = decayed_trace(x, c_.trace_decay);
    for (const std::uint32_t p : fired) x_[p] = kTraceAtSpike;
    if (active_ || !emitted.empty()) {
      for (float& y : y_) y = decayed_trace(y, c_.trace_decay);
      for (const std::uint32_t j : emitted) y_[j] = kTraceAtSpike;
      active_ = true;
    }
    if (o_.rule == CompetitiveRule::triplet)
      for (float& z : z_) z = decayed_trace(z, c_.slow_decay);
    operations_.trace_updates += inputs_ + n_;
  }

  AdaptiveRates rates(const std::uint32_t* counts) const {
    if (o_.rule != CompetitiveRule::spikedyn || !o_.adaptive_rates) return {};
    return adaptive_rates(c_, *std::max_element(counts, counts + n_),
                          *std::max_element(pre_counts_.begin(), pre_counts_.end()));
  }

  void change_at_spikes(View<const std::uint32_t> fired, const Indices& emitted, const std::uint32_t* counts) {
    switch (o_.rule) {
      case CompetitiveRule::pair:
        return change_by<CompetitiveRule::pair>(fired, emitted, counts);
      case CompetitiveRule::triplet:
        return change_by<CompetitiveRule::triplet>(fired, emitted, counts);
      case CompetitiveRule::asp:
        return change_by<CompetitiveRule::asp>(fired, emitted, counts);
      case CompetitiveRule::spikedyn:
        return change_by<CompetitiveRule::spikedyn>(fired, emitted, counts);
    }
  }
  // The rule is known to the compiler, so that its loops become vectors.
  template <CompetitiveRule kRule>
  void change_by(View<const std::uint32_t> fired, const Indices& emitted, const std::uint32_t* counts) {
    if (fired.size + emitted.size() == 0) return;
    const CompetitiveConstants c = c_;
    const Weights weights = weights_;
    const AdaptiveRates k = rates(counts);
    float* __restrict down = down_.data();
    const float *y = y_.data(), *z = z_.data(), *spikes = state_.spikes.data();
    for (std::uint32_t j = 0; j < n_; ++j) down[j] = spike_gains(kRule, c, y[j], z[j], spikes[j], k).down;
    // Columns of those that fired first, from the weights before the step; then rows; then the columns are put in.
    columns_.resize(emitted.size() * inputs_);
    for (std::size_t e = 0; e < emitted.size(); ++e) {
      const std::uint32_t j = emitted[e];
      const float up = spike_gains(kRule, c, y[j], z[j], spikes[j], k).up;
      float* column = columns_.data() + e * inputs_;
      std::fill_n(column, inputs_, 0.0f);
      for (const std::uint32_t p : fired) column[p] = down_[j];
      for (std::uint32_t p = 0; p < inputs_; ++p)
        column[p] = changed_weight(kRule, c, weights.load(synapse(p, j)), column[p], up * x_[p]);
    }
    for (const std::uint32_t p : fired) {
      const std::uint64_t row = synapse(p, 0);
#pragma omp simd
      for (std::uint32_t j = 0; j < n_; ++j)
        weights.store(row + j, changed_weight(kRule, c, weights.load(row + j), down[j], 0.0f));
    }
    for (std::size_t e = 0; e < emitted.size(); ++e)
      for (std::uint32_t p = 0; p < inputs_; ++p) weights.store(synapse(p, emitted[e]), columns_[e * inputs_ + p]);
    const std::uint64_t updates = fired.size * n_ + emitted.size() * inputs_;
    operations_.weight_updates += updates;
    if (kRule == CompetitiveRule::spikedyn) operations_.powers += costly_powers(2, c.mu) * updates;
  }

  // At the end of a window, of neurons that have fired in this presentation.
  void change_window(const std::uint32_t* counts) {
    const AdaptiveRates k = rates(counts);
    for (std::uint32_t j = 0; j < n_; ++j) {
      if (y_[j] == 0) continue;
      const SpikeGains gain = spike_gains(o_.rule, c_, y_[j], z_[j], state_.spikes[j], k);
      const bool fired = in_window_[j] != 0;
      for (std::uint32_t p = 0; p < inputs_; ++p)
        weights_.store(synapse(p, j), window_weight(c_, weights_.load(synapse(p, j)), fired, gain, x_[p]));
      operations_.weight_updates += inputs_;
      operations_.powers += costly_powers(1, c_.mu) * inputs_;
      in_window_[j] = 0;
    }
  }

  std::uint64_t synapse(std::uint32_t p, std::uint32_t j) const { return std::uint64_t{p} * n_ + j; }
  template <class Row>
  void each_row(Row of) {
    const Weights weights = weights_;
    for (std::uint32_t p = 0; p < inputs_; ++p) of(synapse(p, 0), weights);
  }
  // Each neuron's by its entry of down_, at most to `most`.
  void scale_weights(float most = std::numeric_limits<float>::infinity()) {
    const float* scale = down_.data();
    each_row([&](std::uint64_t row, const Weights& weights) {
#pragma omp simd
      for (std::uint32_t j = 0; j < n_; ++j)
        weights.store(row + j, bounded_weight(weights.load(row + j) * scale[j], most));
    });
    operations_.weight_updates += std::uint64_t{inputs_} * n_;
  }

  const CompetitiveOptions& o_;
  const CompetitiveConstants& c_;
  const std::uint32_t n_, inputs_;
  const Weights weights_;
  CompetitiveState& state_;
  CompetitiveOperations& operations_;
  std::vector<float> y_, z_;  // traces of neurons: decaying with trace_tau, with slow_trace_tau
  std::vector<float> down_;   // a number for each neuron
  Indices in_window_;         // has it fired in this window?
  std::vector<float> x_;      // traces of inputs
  Indices pre_counts_;        // spikes of each input
  std::vector<float> columns_;
  bool active_ = false;  // some neuron has fired in this presentation
};

}  // namespace sprig::cpu
