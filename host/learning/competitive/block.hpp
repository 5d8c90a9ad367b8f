// One model on the CPU, as learning/competitive/step.hpp takes it through a presentation: its neurons, and how its
// weights change.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "host/learning/competitive/neurons.hpp"
#include "host/learning/competitive/rows.hpp"
#include "sprig/learning/competitive/rule.hpp"

namespace sprig::cpu {

// Rows: how its weights are kept: NumberRows or CodeRows.
template <class Rows>
class CompetitiveBlock : public CompetitiveNeurons<Rows> {
  using Base = CompetitiveNeurons<Rows>;
  using Base::active_, Base::arrived_, Base::c_, Base::counts_, Base::emitted_, Base::fired_, Base::image_,
      Base::inputs_, Base::job_, Base::n_, Base::rows_;

 public:
  CompetitiveBlock(Presentations& job, Rows rows) : Base(job, std::move(rows)), state_(*job.state) {
    if (!c_.learning) return;
    for (auto* of_neurons : {&y_, &z_}) of_neurons->resize(n_);
    down_.resize(groups_of(n_) * kCodeGroup);
    in_window_.resize(n_);
    x_.resize(inputs_);
    pre_counts_.resize(inputs_);
  }

  void rest() {
    Base::rest();
    for (auto* v : {&x_, &y_, &z_}) std::fill(v->begin(), v->end(), 0.0f);
    for (auto* v : {&in_window_, &pre_counts_}) std::fill(v->begin(), v->end(), 0);
  }

  void open_weights() { rows_.open(); }
  void close_weights() { rows_.close(draws(c_.steps, RoundingPhase::norm)); }

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

  void change_at_spikes(std::uint32_t t, AdaptiveRates k) {
    switch (c_.rule) {
      case CompetitiveRule::pair:
        return change_by<CompetitiveRule::pair>(t, k);
      case CompetitiveRule::triplet:
        return change_by<CompetitiveRule::triplet>(t, k);
      case CompetitiveRule::asp:
        return change_by<CompetitiveRule::asp>(t, k);
      case CompetitiveRule::spikedyn:
        return change_by<CompetitiveRule::spikedyn>(t, k);
    }
  }

  void keep_spikes(std::uint32_t) {
    for (const std::uint32_t j : emitted_) {
      z_[j] = kTraceAtSpike;
      if (c_.rule == CompetitiveRule::asp) state_.spikes[j] += 1, state_.slow[j] += 1;
    }
  }

  std::uint32_t change_window(std::uint32_t t, AdaptiveRates k) {
    rows_.round_by(draws(t, RoundingPhase::column));
    std::uint32_t changed = 0;
    for (std::uint32_t j = 0; j < n_; ++j) {
      const bool fired = in_window_[j] != 0;
      if (y_[j] == 0 || (!fired && !c_.depresses)) continue;
      const SpikeGains gain = spike_gains(c_.rule, c_, y_[j], z_[j], state_.spikes[j], k);
      rows_.change_column(j, [&](std::uint32_t p, float w) { return window_weight(c_, w, fired, gain, x_[p]); });
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
  void scale_weights(By by, float most, RoundingPhase phase) {
    for (std::uint32_t j = 0; j < n_; ++j) down_[j] = by(j);
    const float* scale = down_.data();
    rows_.round_by(draws(c_.steps, phase));
    rows_.change_all([=](std::uint32_t, std::size_t j, float w) { return bounded_weight(w * scale[j], most); });
  }

  void sum_weights() {
    std::fill(down_.begin(), down_.end(), 0.0f);
    for (std::uint32_t p = 0; p < inputs_; ++p) rows_.add_row(p, down_.data());
  }

 private:
  RoundingDraws draws(std::uint32_t t, RoundingPhase phase) const {
    return rounding_draws(c_.seed, image_, job_.first_step + t, phase);
  }

  // The rule is known to the compiler, so that its loops become vectors.
  template <CompetitiveRule kRule>
  void change_by(std::uint32_t t, AdaptiveRates k) {
    const CompetitiveConstants c = c_;
    float* __restrict down = down_.data();
    const float *y = y_.data(), *z = z_.data(), *spikes = state_.spikes.data();
    for (std::uint32_t j = 0; j < n_; ++j) down[j] = spike_gains(kRule, c, y[j], z[j], spikes[j], k).down;
    // Columns of those that fired first, from the weights before the step; then rows; then the columns are put in.
    columns_.resize(emitted_.size() * inputs_);
    rows_.round_by(draws(t, RoundingPhase::column));
    for (std::size_t e = 0; e < emitted_.size(); ++e) {
      const std::uint32_t j = emitted_[e];
      const float up = spike_gains(kRule, c, y[j], z[j], spikes[j], k).up;
      takes_.assign(inputs_, 0.0f);
      for (const std::uint32_t p : fired_) takes_[p] = down[j];
      const float *takes = takes_.data(), *x = x_.data();
      rows_.column_after(j, columns_.data() + e * inputs_,
                         [=](std::uint32_t p, float w) { return changed_weight(kRule, c, w, takes[p], up * x[p]); });
    }
    if (c.depresses) {
      rows_.round_by(draws(t, RoundingPhase::row));
      rows_.change_rows(fired_, down, [=](std::uint32_t, std::size_t j, float w) {
        return changed_weight(kRule, c, w, down[j], 0.0f);
      });
    }
    for (std::size_t e = 0; e < emitted_.size(); ++e) rows_.put_column(emitted_[e], columns_.data() + e * inputs_);
  }

  CompetitiveState& state_;
  std::vector<float> y_, z_;  // traces of neurons: decaying with trace_tau, with slow_trace_tau
  std::vector<float> down_;   // a number for each neuron, and 0 for those that fill a group
  Indices in_window_;         // has it fired in this window?
  std::vector<float> x_;      // traces of inputs
  Indices pre_counts_;        // spikes of each input
  std::vector<float> takes_;  // likewise: of a step's depression of one neuron
  std::vector<typename Rows::Kept> columns_;
};

}  // namespace sprig::cpu
