// Competitive learning on the CPU: a model a thread, by the spikes of its inputs, vectors over its neurons.
#include <algorithm>
#include <cmath>
#include <string>

#include "sprig/core/error.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/random.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/learning/competitive.hpp"
#include "sprig/learning/competitive_constants.hpp"
#include "sprig/learning/pixel_spikes.hpp"
#include "sprig/network/projection_draw.hpp"
#include "sprig/neuron/competitive_rules.hpp"

namespace sprig::cpu {

namespace {

using Indices = std::vector<std::uint32_t>;

class Model {
 public:
  explicit Model(Presentations& job)
      : job_(job),
        o_(*job.options),
        c_(o_, job.learning),
        n_(o_.neurons),
        inputs_(job.images->pixels),
        learning_(job.learning),
        w_(job.state->weights.data()),
        theta_(job.state->theta),
        spikes_(o_.rate_hz, o_.step_ms, o_.seed),
        input_(n_),
        u_(n_),
        y_(n_),
        z_(n_),
        down_(n_),
        u_inhibitory_(n_),
        theta_inhibitory_(n_),
        refractory_(n_),
        refractory_inhibitory_(n_),
        crossed_(n_),
        fired_in_window_(n_),
        x_(inputs_),
        column_(inputs_) {
    job_.counts.assign(job.which.size * n_, 0);
  }

  void present(std::size_t k) {
    const std::uint32_t image = job_.which[k];
    image_id_ = job_.images->first_id + image;
    counts_ = job_.counts.data() + k * n_;
    spikes_.draw(job_.images->image(image), image_id_, job_.first_step, o_.steps);
    start();
    for (std::uint32_t t = 0; t < o_.steps; ++t) step(t);
    if (learning_) finish();
    check_finite(image);
  }

 private:
  void start() {
    for (auto* v : {&u_, &y_, &z_, &u_inhibitory_, &theta_inhibitory_, &x_}) std::fill(v->begin(), v->end(), 0.0f);
    std::fill(refractory_.begin(), refractory_.end(), 0);
    std::fill(refractory_inhibitory_.begin(), refractory_inhibitory_.end(), 0);
    std::fill(fired_in_window_.begin(), fired_in_window_.end(), 0);
    emitted_.clear(), inhibiting_.clear();
    active_ = false;
    pre_counts_.assign(inputs_, 0);
  }

  void step(std::uint32_t t) {
    gather(t);
    if (o_.inhibition == Inhibition::population) step_inhibitory();
    step_neurons(t);
    for (const std::uint32_t j : emitted_) ++counts_[j];
    if (learning_) learn(t);
  }

  // What the last step's spikes bring, and the inhibition.
  void gather(std::uint32_t t) {
    std::fill(input_.begin(), input_.end(), 0.0f);
    if (t > 0) {
      const View<const std::uint32_t> fired = spikes_.at(t - 1);
      float* __restrict input = input_.data();
      for (const std::uint32_t p : fired) {
        const float* __restrict row = w_ + std::size_t{p} * n_;
        for (std::uint32_t j = 0; j < n_; ++j) input[j] += row[j];
      }
      job_.operations.synaptic_events += fired.size * n_;
    }
    const Indices& from = o_.inhibition == Inhibition::direct ? emitted_ : inhibiting_;
    if (from.empty()) return;
    // From all others: everybody's, and their own back.
    const float all = static_cast<float>(from.size()) * c_.inhibition;
    const float others = static_cast<float>(from.size() - 1) * c_.inhibition;
    for (const std::uint32_t j : from) down_[j] = input_[j] - others;
    for (std::uint32_t j = 0; j < n_; ++j) input_[j] -= all;
    for (const std::uint32_t j : from) input_[j] = down_[j];
    job_.operations.synaptic_events += from.size() * (n_ - 1);
  }

  // Driven one to one by what was emitted in the last step.
  void step_inhibitory() {
    std::fill(down_.begin(), down_.end(), 0.0f);
    for (const std::uint32_t j : emitted_) down_[j] = c_.excitation;
    inhibiting_.clear();
    for (std::uint32_t j = 0; j < n_; ++j)
      if (competitive_step(u_inhibitory_[j], theta_inhibitory_[j], refractory_inhibitory_[j], c_.inhibitory, down_[j]))
        inhibiting_.push_back(j);
    job_.operations.neuron_updates += n_;
    job_.operations.synaptic_events += emitted_.size();
  }

  void step_neurons(std::uint32_t t) {
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
    job_.operations.neuron_updates += n_;
    emitted_.clear();
    if (any == 0) return;
    for (std::uint32_t j = 0; j < n_; ++j)
      if (crossed_[j] != 0) emitted_.push_back(j);
    if (o_.one_spike && emitted_.size() > 1) emitted_.assign(1, emitted_[winner(t, emitted_.size())]);
  }

  std::uint32_t winner(std::uint32_t t, std::size_t candidates) const {
    const std::uint64_t step = job_.first_step + t;
    const PhiloxBlock block = step_block(o_.seed, Stream::feature_winner, 0, image_id_, step);
    return draw_below(word_of_step(block, step), static_cast<std::uint32_t>(candidates));
  }

  void learn(std::uint32_t t) {
    const View<const std::uint32_t> fired = spikes_.at(t);
    for (float& x : x_) x = decayed_trace(x, c_.trace_decay);
    for (const std::uint32_t p : fired) x_[p] = kTraceAtSpike;
    if (active_ || !emitted_.empty()) {
      for (std::uint32_t j = 0; j < n_; ++j) y_[j] = decayed_trace(y_[j], c_.trace_decay);
      for (const std::uint32_t j : emitted_) y_[j] = kTraceAtSpike;
      active_ = true;
    }
    job_.operations.trace_updates += inputs_ + n_;
    if (o_.rule == FeatureRule::spikedyn)
      learn_in_windows(t, fired);
    else
      learn_at_spikes(fired);
  }

  // By what a neuron's rates are multiplied.
  float rate_of(std::uint32_t j) const {
    return o_.rule == FeatureRule::asp ? asp_rate(job_.state->spikes[j], c_.asp_half) : 1.0f;
  }

  void learn_at_spikes(View<const std::uint32_t> fired) {
    if (o_.rule == FeatureRule::triplet)
      for (float& z : z_) z = decayed_trace(z, c_.slow_decay);
    if (!active_) return;
    for (std::uint32_t j = 0; j < n_; ++j) down_[j] = c_.rate_pre * y_[j];
    if (o_.rule == FeatureRule::asp)
      for (std::uint32_t j = 0; j < n_; ++j) down_[j] *= rate_of(j);
    // Columns of those that fired first, from the weights before the step; then rows; then the columns are put in.
    columns_.resize(emitted_.size() * inputs_);
    for (std::size_t e = 0; e < emitted_.size(); ++e) {
      const std::uint32_t j = emitted_[e];
      const float up = c_.rate_post * (o_.rule == FeatureRule::triplet ? z_[j] : rate_of(j));
      std::fill(column_.begin(), column_.end(), 0.0f);
      for (const std::uint32_t p : fired) column_[p] = down_[j];
      for (std::uint32_t p = 0; p < inputs_; ++p)
        columns_[e * inputs_ + p] = spike_update(w_[std::size_t{p} * n_ + j], column_[p], up * x_[p], c_.weight_max);
    }
    for (const std::uint32_t p : fired) {
      float* __restrict row = w_ + std::size_t{p} * n_;
      const float* __restrict down = down_.data();
      for (std::uint32_t j = 0; j < n_; ++j) row[j] = spike_update(row[j], down[j], 0.0f, c_.weight_max);
    }
    for (std::size_t e = 0; e < emitted_.size(); ++e)
      for (std::uint32_t p = 0; p < inputs_; ++p) w_[std::size_t{p} * n_ + emitted_[e]] = columns_[e * inputs_ + p];
    for (const std::uint32_t j : emitted_) {
      z_[j] = kTraceAtSpike;
      if (o_.rule == FeatureRule::asp) job_.state->spikes[j] += 1, job_.state->slow[j] += 1;
    }
    job_.operations.weight_updates += fired.size * n_ + emitted_.size() * inputs_;
  }

  void learn_in_windows(std::uint32_t t, View<const std::uint32_t> fired) {
    for (const std::uint32_t p : fired) ++pre_counts_[p];
    for (const std::uint32_t j : emitted_) fired_in_window_[j] = 1;
    const std::uint32_t window = o_.timed_updates ? o_.update_steps : 1;
    if ((t + 1) % window != 0 || !active_) return;
    float k_p = 1, k_d = 1;
    if (o_.adaptive_rates) {
      const auto post = static_cast<float>(*std::max_element(counts_, counts_ + n_));
      const auto pre = static_cast<float>(*std::max_element(pre_counts_.begin(), pre_counts_.end()));
      k_p = spikedyn_potentiation(post, c_.spike_threshold);
      k_d = spikedyn_depression(post, pre);
    }
    for (std::uint32_t j = 0; j < n_; ++j) {
      if (y_[j] == 0) continue;  // never fired in this presentation: nothing to do
      float* w = w_ + j;
      if (fired_in_window_[j] != 0) {
        const float gain = k_p * c_.rate_post;
        for (std::uint32_t p = 0; p < inputs_; ++p)
          w[std::size_t{p} * n_] = soft_potentiation(w[std::size_t{p} * n_], gain * x_[p], c_.mu, c_.weight_max);
      } else {
        const float gain = k_d * c_.rate_pre * y_[j];
        for (std::uint32_t p = 0; p < inputs_; ++p)
          w[std::size_t{p} * n_] = soft_depression(w[std::size_t{p} * n_], gain, c_.mu, c_.weight_max);
      }
      job_.operations.weight_updates += inputs_;
      fired_in_window_[j] = 0;
    }
  }

  // After a presentation: thresholds are kept; what weights lose by themselves, then the sum of each neuron's.
  void finish() {
    job_.state->theta = theta_;
    const std::size_t synapses = std::size_t{inputs_} * n_;
    if (o_.rule == FeatureRule::asp) {
      for (std::uint32_t j = 0; j < n_; ++j) {
        down_[j] = asp_leak(c_.asp_leak_log2, c_.asp_growth, job_.state->slow[j]);
        job_.state->slow[j] *= c_.asp_trace_decay;
      }
      for (std::uint32_t p = 0; p < inputs_; ++p)
        for (std::uint32_t j = 0; j < n_; ++j) w_[std::size_t{p} * n_ + j] *= down_[j];
      job_.operations.weight_updates += synapses;
    }
    if (c_.decay != 1) {
      for (std::size_t k = 0; k < synapses; ++k) w_[k] *= c_.decay;
      job_.operations.weight_updates += synapses;
    }
    if (c_.norm == 0) return;
    std::fill(down_.begin(), down_.end(), 0.0f);
    for (std::uint32_t p = 0; p < inputs_; ++p)
      for (std::uint32_t j = 0; j < n_; ++j) down_[j] += w_[std::size_t{p} * n_ + j];
    for (float& sum : down_) sum = norm_scale(sum, c_.norm);
    for (std::uint32_t p = 0; p < inputs_; ++p)
      for (std::uint32_t j = 0; j < n_; ++j) w_[std::size_t{p} * n_ + j] *= down_[j];
    job_.operations.weight_updates += synapses;
  }

  void check_finite(std::uint32_t image) const {
    for (std::uint32_t j = 0; j < n_; ++j)
      if (!std::isfinite(u_[j]) || !std::isfinite(theta_[j]))
        throw NumericalError("neuron " + std::to_string(j), "is not finite after image " + std::to_string(image));
  }

  Presentations& job_;
  const CompetitiveOptions& o_;
  const CompetitiveConstants c_;
  const std::uint32_t n_, inputs_;
  const bool learning_;
  float* w_;  // the state's; a job that does not learn leaves them alone
  std::vector<float> theta_;
  PixelSpikes spikes_;
  std::uint32_t image_id_ = 0;
  std::uint32_t* counts_ = nullptr;
  std::vector<float> input_, u_, y_, z_, down_, u_inhibitory_, theta_inhibitory_;
  std::vector<std::int32_t> refractory_, refractory_inhibitory_;
  std::vector<std::uint32_t> crossed_, fired_in_window_, pre_counts_;
  std::vector<float> x_, column_, columns_;
  Indices emitted_, inhibiting_;  // of the last step
  bool active_ = false;           // some neuron has fired in this presentation
};

}  // namespace

void present(View<Presentations> models, int threads) {
  check_presentations(models);
  ExceptionTrap trap;
#pragma omp parallel for schedule(dynamic, 1) num_threads(team_size(threads))
  for (std::size_t m = 0; m < models.size; ++m)
    trap.run([&] {
      Model model(models[m]);
      for (std::size_t k = 0; k < models[m].which.size; ++k) model.present(k);
    });
  trap.rethrow();
}

}  // namespace sprig::cpu
