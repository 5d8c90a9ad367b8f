// The competing neurons of one model on the CPU: what they take in, who crosses a threshold, who emits. Vectors over
// the neurons; inputs by their spikes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sprig/coding/pixel_spikes.hpp"
#include "sprig/learning/competitive/constants.hpp"
#include "sprig/learning/competitive/step.hpp"

namespace sprig::cpu {

using Indices = std::vector<std::uint32_t>;

template <class Rows>
class CompetitiveNeurons {
 public:
  CompetitiveNeurons(Presentations& job, Rows rows)
      : job_(job),
        c_(*job.options, job.learning),
        n_(c_.neurons),
        inputs_(job.images->pixels),
        rows_(std::move(rows)),
        spikes_(
            make_pixel_spikes(job.options->code, job.options->rate_hz, job.options->step_ms, c_.seed, c_.shown_steps)),
        theta_(job.state->theta),
        input_(groups_of(n_) * kCodeGroup),
        u_(n_),
        own_(n_),
        refractory_(n_),
        crossed_(n_) {
    if (c_.inhibition == Inhibition::population) inhibitory_.resize(n_);
    job_.counts.assign(job.which.size * n_, 0);
  }

  const CompetitiveConstants& constants() const { return c_; }
  LearningOperations& operations() { return job_.operations; }
  std::uint64_t inputs() const { return inputs_; }
  std::uint32_t arrived(std::uint32_t) const { return size_of(arrived_); }
  std::uint32_t fired(std::uint32_t) const { return size_of(fired_); }
  std::uint32_t inhibitors(std::uint32_t) const { return size_of(inhibiting()); }
  std::uint32_t emitted() const { return size_of(emitted_); }
  bool active() const { return active_; }

  // Presentation k, with all its inputs' spikes; then rest().
  void show(std::size_t k) {
    const std::uint32_t image = job_.which[k];
    image_ = job_.images->first_id + image;
    counts_ = job_.counts.data() + k * n_;
    spikes_->draw(job_.images->image(image), image_, job_.first_step, c_.shown_steps);
  }

  void rest() {
    std::fill(u_.begin(), u_.end(), 0.0f);
    std::fill(refractory_.begin(), refractory_.end(), 0);
    inhibitory_.rest();
    emitted_.clear(), inhibiting_.clear();
    fired_ = {};
    active_ = false;
    float theta_sum = 0;
    for (const float theta : theta_) theta_sum += theta;
    inhibition_of_one_ = inhibition_of_one(c_, theta_sum);
  }

  void draw_inputs(std::uint32_t t) {
    arrived_ = fired_;
    fired_ = spikes_->at(t);
  }

  void step_neurons(std::uint32_t, std::uint32_t inhibitors) {
    gather(inhibitors);
    float* __restrict u = u_.data(), * __restrict theta = theta_.data();
    std::int32_t* __restrict refractory = refractory_.data();
    std::uint32_t* __restrict crossed = crossed_.data();
    const float* __restrict input = input_.data();
    const CompetitiveLif neuron = c_.neuron;
    std::uint32_t any = 0;
    for (std::uint32_t j = 0; j < n_; ++j) {
      crossed[j] = competitive_step(u[j], theta[j], refractory[j], neuron, input[j]) ? 1 : 0;
      any |= crossed[j];
    }
    any_ = any;
  }

  void step_inhibitory(std::uint32_t) {
    std::fill(own_.begin(), own_.end(), 0.0f);
    for (const std::uint32_t j : emitted_) own_[j] = c_.excitation;
    inhibiting_.clear();
    Inhibitory& i = inhibitory_;
    for (std::uint32_t j = 0; j < n_; ++j)
      if (competitive_step(i.u[j], i.theta[j], i.refractory[j], c_.inhibitory, own_[j])) inhibiting_.push_back(j);
  }

  void choose(std::uint32_t t) {
    emitted_.clear();
    if (any_ == 0) return;
    for (std::uint32_t j = 0; j < n_; ++j)
      if (crossed_[j] != 0) emitted_.push_back(j);
    if (c_.one_spike) emitted_.assign(1, emitted_[drawn_winner(c_, image_, job_.first_step + t, emitted())]);
    for (const std::uint32_t j : emitted_) ++counts_[j];
    active_ = true;
  }

  void keep_thresholds() { job_.state->theta = theta_; }

  // The first neuron whose state is not; the number of neurons: none.
  std::uint32_t not_finite() const {
    for (std::uint32_t j = 0; j < n_; ++j)
      if (!std::isfinite(u_[j]) || !std::isfinite(theta_[j])) return j;
    return n_;
  }

 protected:
  template <class List>
  static std::uint32_t size_of(const List& list) {
    return static_cast<std::uint32_t>(View<const std::uint32_t>(list).size);
  }

  Presentations& job_;
  const CompetitiveConstants c_;
  const std::uint32_t n_, inputs_;
  Rows rows_;
  std::uint32_t image_ = 0;                    // of the presentation's draws
  std::uint32_t* counts_ = nullptr;            // of this presentation
  View<const std::uint32_t> arrived_, fired_;  // inputs that spiked: in the last step, in this one
  Indices emitted_;                            // in the latest step, ascending
  bool active_ = false;

 private:
  struct Inhibitory {
    std::vector<float> u, theta;
    std::vector<std::int32_t> refractory;

    void resize(std::size_t n) { u.resize(n), theta.resize(n), refractory.resize(n); }
    void rest() {
      std::fill(u.begin(), u.end(), 0.0f);
      std::fill(theta.begin(), theta.end(), 0.0f);
      std::fill(refractory.begin(), refractory.end(), 0);
    }
  };

  // Those whose spikes inhibit in this step.
  const Indices& inhibiting() const { return c_.inhibition == Inhibition::direct ? emitted_ : inhibiting_; }

  // What the last step's spikes bring, and the inhibition: from everybody, and what is their own back.
  void gather(std::uint32_t inhibitors) {
    std::fill(input_.begin(), input_.end(), 0.0f);
    float* input = input_.data();
    for (const std::uint32_t p : arrived_) rows_.add_row(p, input);
    if (inhibitors == 0) return;
    const InhibitionTaken taken = inhibition_by(inhibition_of_one_, inhibitors);
    for (const std::uint32_t j : inhibiting()) own_[j] = input_[j] - taken.others;
    for (std::uint32_t j = 0; j < n_; ++j) input_[j] -= taken.all;
    for (const std::uint32_t j : inhibiting()) input_[j] = own_[j];
  }

  std::unique_ptr<SpikesByStep> spikes_;
  float inhibition_of_one_ = 0;  // of this presentation
  std::vector<float> theta_, input_, u_;
  std::vector<float> own_;  // input of those that emitted; of inhibitory neurons
  std::vector<std::int32_t> refractory_;
  std::vector<std::uint32_t> crossed_;  // in the latest step, 0 or 1
  std::uint32_t any_ = 0;               // whether any has
  Inhibitory inhibitory_;
  Indices inhibiting_;  // inhibitory neurons that fired in the latest step
};

}  // namespace sprig::cpu
