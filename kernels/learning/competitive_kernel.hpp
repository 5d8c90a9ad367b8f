// Competitive learning on the device (sprig/learning/competitive.hpp): a model a block, the CPU's operations in the
// CPU's order, so its bits. Neurons are the threads' by turns; a neuron's sums run over the inputs in ascending order,
// read from bit masks of who spiked. Weights are [input][neuron], so a warp reads a row's neighbours together.
//
//   a step   [every fourth: draw the masks]   |   traces of inputs, sums, potentials, who crossed   |   who emits,
//   traces
//            of neurons, rows   |   columns of those that emitted (by all threads) |          "|" is a block barrier
//
// Bytes a step: 4 a weight read, fired inputs x neurons, and as many read and written where it learns.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/core/context.hpp"
#include "sprig/core/hd.hpp"
#include "sprig/core/random.hpp"
#include "sprig/learning/competitive_constants.hpp"
#include "sprig/network/projection_draw.hpp"
#include "sprig/neuron/competitive_rules.hpp"

namespace sprig::kernel {

inline constexpr std::uint32_t kWord = 32;  // bits of a mask's word

// One model and what it is presented with.
struct CompetitiveModelView {
  CompetitiveConstants c;
  FeatureRule rule = FeatureRule::pair;
  Inhibition inhibition = Inhibition::direct;
  bool one_spike = true, learning = true, adaptive_rates = true;
  std::uint32_t neurons = 0, inputs = 0, steps = 0, window = 1, seed = 0, images = 0, first_id = 0;
  std::uint64_t first_step = 0;
  float *weights = nullptr, *theta = nullptr, *spikes = nullptr, *slow = nullptr;  // the state
  const std::uint8_t* pixels = nullptr;                                            // [image][pixel]
  const std::uint64_t* bounds = nullptr;                                           // pixel_bounds()
  const std::uint32_t* which = nullptr;
  std::uint32_t* counts = nullptr;      // [presentation][neuron], 0 at first
  std::uint64_t* operations = nullptr;  // neuron updates, synaptic events, weight updates, trace updates
};

struct CompetitiveView {
  const CompetitiveModelView* models = nullptr;
  std::uint32_t count = 0, most_neurons = 0, most_inputs = 0;
  float* scratch = nullptr;          // of every block; null: in shared memory
  std::uint64_t* failure = nullptr;  // model << 44 | presentation << 20 | neuron of the first state that is not finite
};

// Words of 4 bytes that a block needs besides the weights.
SPRIG_HD inline std::uint64_t competitive_words(std::uint64_t neurons, std::uint64_t inputs) {
  return 11 * neurons + kWarp + 2 * inputs + 4 * (neurons / kWord + 1) + 8 * (inputs / kWord + 1);
}

template <class Ctx>
class CompetitiveBlock {
 public:
  SPRIG_KERNEL CompetitiveBlock(Ctx& ctx, float* scratch, std::uint32_t most_neurons, std::uint32_t most_inputs)
      : ctx_(ctx), next_(scratch) {
    for (float** array : {&u_, &theta_, &y_, &z_, &down_, &up_, &u_inhibitory_, &theta_inhibitory_})
      *array = take<float>(most_neurons);
    refractory_ = take<std::int32_t>(most_neurons);
    refractory_inhibitory_ = take<std::int32_t>(most_neurons);
    in_window_ = take<std::uint32_t>(most_neurons);
    of_warp_ = take<std::uint32_t>(kWarp);
    x_ = take<float>(most_inputs);
    pre_ = take<std::uint32_t>(most_inputs);
    for (auto* words : {&crossed_[0], &crossed_[1], &inhibiting_[0], &inhibiting_[1]})
      *words = take<std::uint32_t>(most_neurons / kWord + 1);
    masks_ = take<std::uint32_t>(8 * (most_inputs / kWord + 1));
  }

  SPRIG_KERNEL void run(const CompetitiveModelView& model, std::uint32_t index, std::uint64_t* failure) {
    m_ = &model;
    mask_words_ = model.inputs / kWord + 1;
    words_ = model.neurons / kWord + 1;
    for (std::uint32_t k = 0; k < model.images; ++k) present(k, index, failure);
    if (ctx_.thread() == 0) {
      for (int o = 0; o < 4; ++o) ctx_.atomic_add(model.operations + o, operations_[o]);
    }
    for (std::uint64_t& o : operations_) o = 0;
    ctx_.block_barrier();
  }

 private:
  enum { neuron_updates, synaptic_events, weight_updates, trace_updates };

  template <class T>
  SPRIG_KERNEL T* take(std::uint32_t count) {
    T* place = reinterpret_cast<T*>(next_);
    next_ += count;
    return place;
  }
  SPRIG_KERNEL static bool bit(const std::uint32_t* words, std::uint32_t k) {
    return words[k / kWord] >> k % kWord & 1;
  }
  SPRIG_KERNEL float* column(std::uint32_t j) const { return m_->weights + j; }
  SPRIG_KERNEL float& weight(std::uint32_t p, std::uint32_t j) const {
    return m_->weights[std::uint64_t{p} * m_->neurons + j];
  }
  // Of the inputs that spike in a step; two quarters are kept.
  SPRIG_KERNEL std::uint32_t* mask(std::uint64_t step) const {
    return masks_ + ((step >> 2 & 1) * 4 + (step & 3)) * mask_words_;
  }
  template <class Each>
  SPRIG_KERNEL void my_neurons(Each each) const {
    for (std::uint32_t j = ctx_.thread(); j < m_->neurons; j += ctx_.threads()) each(j);
  }
  template <class Each>
  SPRIG_KERNEL void my_inputs(Each each) const {
    for (std::uint32_t p = ctx_.thread(); p < m_->inputs; p += ctx_.threads()) each(p);
  }
  template <class Each>
  SPRIG_KERNEL static void each_bit(const std::uint32_t* words, std::uint32_t count, Each each) {
    for (std::uint32_t w = 0; w < count; ++w)
      for (std::uint32_t left = words[w]; left != 0; left &= left - 1) each(w * kWord + lowest_bit(left));
  }
  SPRIG_KERNEL static std::uint32_t bits(const std::uint32_t* words, std::uint32_t count) {
    std::uint32_t sum = 0;
    for (std::uint32_t w = 0; w < count; ++w) sum += count_bits(words[w]);
    return sum;
  }

  SPRIG_KERNEL void present(std::uint32_t k, std::uint32_t index, std::uint64_t* failure) {
    const std::uint32_t image = m_->which[k];
    image_id_ = m_->first_id + image;
    pixels_ = m_->pixels + std::uint64_t{image} * m_->inputs;
    counts_ = m_->counts + std::uint64_t{k} * m_->neurons;
    start();
    for (std::uint32_t t = 0; t < m_->steps; ++t) step(t);
    ctx_.block_barrier();
    if (m_->learning) finish();
    my_neurons([&](std::uint32_t j) {
      const bool finite = u_[j] - u_[j] == 0 && theta_[j] - theta_[j] == 0;
      if (!finite) ctx_.atomic_min(failure, std::uint64_t{index} << 44 | std::uint64_t{k} << 20 | j);
    });
    ctx_.block_barrier();
  }

  SPRIG_KERNEL void start() {
    my_neurons([&](std::uint32_t j) {
      u_[j] = y_[j] = z_[j] = u_inhibitory_[j] = theta_inhibitory_[j] = 0;
      theta_[j] = m_->theta[j];
      refractory_[j] = refractory_inhibitory_[j] = 0;
      in_window_[j] = 0;
    });
    my_inputs([&](std::uint32_t p) { x_[p] = 0, pre_[p] = 0; });
    for (std::uint32_t w = ctx_.thread(); w < words_; w += ctx_.threads())
      crossed_[0][w] = crossed_[1][w] = inhibiting_[0][w] = inhibiting_[1][w] = 0;
    emitted_ = 0, winner_ = 0, active_ = false;
    ctx_.block_barrier();
  }

  SPRIG_KERNEL void step(std::uint32_t t) {
    const std::uint64_t now = m_->first_step + t;
    if (t == 0 || (now & 3) == 0) {
      draw(now >> 2);
      ctx_.block_barrier();
    }
    if (m_->learning)
      my_inputs([&](std::uint32_t p) {
        const bool fired = bit(mask(now), p);
        x_[p] = fired ? kTraceAtSpike : decayed_trace(x_[p], m_->c.trace_decay);
        pre_[p] += fired ? 1 : 0;
      });
    if (m_->inhibition == Inhibition::population) step_inhibitory(t);  // acts from the next step on
    step_neurons(t, now);
    ctx_.block_barrier();
    choose(t, now);
    my_neurons([&](std::uint32_t j) { counts_[j] += emits(t, j) ? 1 : 0; });
    if (m_->learning) learn(t, now);
  }

  // Four steps of spikes: a warp draws the pixels of a word.
  SPRIG_KERNEL void draw(std::uint64_t quarter) {
    for (std::uint32_t w = ctx_.thread() / kWarp; w < mask_words_; w += ctx_.threads() / kWarp) {
      const std::uint32_t p = w * kWord + lane_of(ctx_);
      const std::uint64_t bound = p < m_->inputs ? m_->bounds[pixels_[p]] : 0;
      PhiloxBlock block{};
      if (bound > 0) block = step_block(m_->seed, Stream::image_encoder, p, image_id_, quarter << 2);
      for (std::uint32_t s = 0; s < 4; ++s) {
        const std::uint32_t spikes = ctx_.ballot(block.word[s] < bound);
        if (lane_of(ctx_) == 0) mask((quarter << 2) + s)[w] = spikes;
      }
    }
  }

  SPRIG_KERNEL bool emits(std::uint32_t t, std::uint32_t j) const {
    if (emitted_ == 0) return false;
    return m_->one_spike ? j == winner_ : bit(crossed_[t & 1], j);
  }

  SPRIG_KERNEL void step_inhibitory(std::uint32_t t) {
    const bool some = emitted_ > 0;  // in the last step
    each_word(
        [&](std::uint32_t j) {
          if (j >= m_->neurons) return false;
          const float input = some && emits(t + 1, j) ? m_->c.excitation : 0.0f;
          return competitive_step(u_inhibitory_[j], theta_inhibitory_[j], refractory_inhibitory_[j], m_->c.inhibitory,
                                  input);
        },
        inhibiting_[t & 1]);
    operations_[neuron_updates] += m_->neurons;
    operations_[synaptic_events] += emitted_;
  }

  // cross(j) for all neurons and those that fill the last word, into bits of `words`.
  template <class Cross>
  SPRIG_KERNEL void each_word(Cross cross, std::uint32_t* words) {
    for (std::uint32_t w = ctx_.thread() / kWarp; w < words_; w += ctx_.threads() / kWarp) {
      const std::uint32_t bits = ctx_.ballot(cross(w * kWord + lane_of(ctx_)));
      if (lane_of(ctx_) == 0) words[w] = bits;
    }
  }

  SPRIG_KERNEL void step_neurons(std::uint32_t t, std::uint64_t now) {
    const bool direct = m_->inhibition == Inhibition::direct;
    const std::uint32_t inhibitors = direct ? emitted_ : bits(inhibiting_[(t + 1) & 1], words_);
    const float all = static_cast<float>(inhibitors) * m_->c.inhibition,
                others = static_cast<float>(inhibitors - 1) * m_->c.inhibition;
    const std::uint32_t* before = mask(now - 1);
    each_word(
        [&](std::uint32_t j) {
          if (j >= m_->neurons) return false;
          float input = 0;
          if (t > 0) each_bit(before, mask_words_, [&](std::uint32_t p) { input += weight(p, j); });
          if (inhibitors > 0) {
            const bool own = direct ? emits(t + 1, j) : bit(inhibiting_[(t + 1) & 1], j);
            input -= own ? others : all;
          }
          return competitive_step(u_[j], theta_[j], refractory_[j], m_->c.neuron, input);
        },
        crossed_[t & 1]);
    if (t > 0) operations_[synaptic_events] += std::uint64_t{bits(before, mask_words_)} * m_->neurons;
    operations_[synaptic_events] += std::uint64_t{inhibitors} * (m_->neurons - 1);
    operations_[neuron_updates] += m_->neurons;
  }

  // Who of those that crossed emits: every thread finds the same.
  SPRIG_KERNEL void choose(std::uint32_t t, std::uint64_t now) {
    const std::uint32_t* words = crossed_[t & 1];
    emitted_ = bits(words, words_);
    if (!m_->one_spike || emitted_ == 0) return;
    std::uint32_t chosen = 0;
    if (emitted_ > 1) {
      const PhiloxBlock block = step_block(m_->seed, Stream::feature_winner, 0, image_id_, now);
      chosen = draw_below(word_of_step(block, now), emitted_);
    }
    emitted_ = 1;
    each_bit(words, words_, [&](std::uint32_t j) {
      if (chosen-- == 0) winner_ = j;
    });
  }

  SPRIG_KERNEL void learn(std::uint32_t t, std::uint64_t now) {
    active_ = active_ || emitted_ > 0;
    operations_[trace_updates] += m_->inputs + m_->neurons;
    my_neurons([&](std::uint32_t j) {
      const bool emitted = emits(t, j);
      if (active_) y_[j] = emitted ? kTraceAtSpike : decayed_trace(y_[j], m_->c.trace_decay);
      if (m_->rule == FeatureRule::triplet) z_[j] = decayed_trace(z_[j], m_->c.slow_decay);
      if (emitted) in_window_[j] = 1;
    });
    if (m_->rule == FeatureRule::spikedyn)
      learn_in_windows(t);
    else if (active_)
      learn_at_spikes(t, now);
  }

  SPRIG_KERNEL void learn_at_spikes(std::uint32_t t, std::uint64_t now) {
    const std::uint32_t* fired = mask(now);
    my_neurons([&](std::uint32_t j) {
      const float rate = m_->rule == FeatureRule::asp ? asp_rate(m_->spikes[j], m_->c.asp_half) : 1.0f;
      down_[j] = m_->c.rate_pre * y_[j];
      if (m_->rule == FeatureRule::asp) down_[j] *= rate;
      up_[j] = m_->c.rate_post * (m_->rule == FeatureRule::triplet ? z_[j] : rate);
      if (emits(t, j)) {
        z_[j] = kTraceAtSpike;
        if (m_->rule == FeatureRule::asp) m_->spikes[j] += 1, m_->slow[j] += 1;
        return;  // its whole column changes, below
      }
      each_bit(fired, mask_words_,
               [&](std::uint32_t p) { weight(p, j) = spike_update(weight(p, j), down_[j], 0.0f, m_->c.weight_max); });
    });
    const std::uint64_t inputs_fired = bits(fired, mask_words_);
    operations_[weight_updates] += inputs_fired * m_->neurons + std::uint64_t{emitted_} * m_->inputs;
    if (emitted_ == 0) return;
    ctx_.block_barrier();
    const auto change = [&](std::uint32_t j) {
      my_inputs([&](std::uint32_t p) {
        const float down = bit(fired, p) ? down_[j] : 0.0f;
        weight(p, j) = spike_update(weight(p, j), down, up_[j] * x_[p], m_->c.weight_max);
      });
    };
    if (m_->one_spike)
      change(winner_);
    else
      each_bit(crossed_[t & 1], words_, change);
    ctx_.block_barrier();
  }

  // The largest of values[0 .. count), of which a thread has written those that it reads here.
  SPRIG_KERNEL std::uint32_t largest(const std::uint32_t* values, std::uint32_t count) {
    std::uint32_t most = 0;
    for (std::uint32_t k = ctx_.thread(); k < count; k += ctx_.threads()) most = values[k] > most ? values[k] : most;
    for (std::uint32_t apart = kWarp / 2; apart > 0; apart /= 2) {
      const std::uint32_t other = ctx_.shuffle(most, lane_of(ctx_) ^ apart);
      most = other > most ? other : most;
    }
    ctx_.block_barrier();  // the last call's have been read
    if (lane_of(ctx_) == 0) of_warp_[ctx_.thread() / kWarp] = most;
    ctx_.block_barrier();
    for (std::uint32_t w = 0; w < ctx_.threads() / kWarp; ++w) most = of_warp_[w] > most ? of_warp_[w] : most;
    return most;
  }

  SPRIG_KERNEL void learn_in_windows(std::uint32_t t) {
    if ((t + 1) % m_->window != 0 || !active_) return;
    float k_p = 1, k_d = 1;
    if (m_->adaptive_rates) {
      const auto post = static_cast<float>(largest(counts_, m_->neurons));
      const auto pre = static_cast<float>(largest(pre_, m_->inputs));
      k_p = spikedyn_potentiation(post, m_->c.spike_threshold);
      k_d = spikedyn_depression(post, pre);
    }
    ctx_.block_barrier();
    for (std::uint32_t j = 0; j < m_->neurons; ++j) {
      if (y_[j] == 0) continue;
      const bool fired = in_window_[j] != 0;
      const float gain = fired ? k_p * m_->c.rate_post : k_d * m_->c.rate_pre * y_[j];
      my_inputs([&](std::uint32_t p) {
        float& w = weight(p, j);
        w = fired ? soft_potentiation(w, gain * x_[p], m_->c.mu, m_->c.weight_max)
                  : soft_depression(w, gain, m_->c.mu, m_->c.weight_max);
      });
      operations_[weight_updates] += m_->inputs;
    }
    ctx_.block_barrier();
    my_neurons([&](std::uint32_t j) {
      if (y_[j] != 0) in_window_[j] = 0;
    });
    ctx_.block_barrier();
  }

  SPRIG_KERNEL void finish() {
    const std::uint64_t synapses = std::uint64_t{m_->inputs} * m_->neurons;
    const bool leaks = m_->rule == FeatureRule::asp, decays = m_->c.decay != 1, scales = m_->c.norm != 0;
    my_neurons([&](std::uint32_t j) {
      m_->theta[j] = theta_[j];
      if (leaks) {
        const float left = asp_leak(m_->c.asp_leak_log2, m_->c.asp_growth, m_->slow[j]);
        m_->slow[j] *= m_->c.asp_trace_decay;
        for (std::uint32_t p = 0; p < m_->inputs; ++p) weight(p, j) *= left;
      }
      if (decays)
        for (std::uint32_t p = 0; p < m_->inputs; ++p) weight(p, j) *= m_->c.decay;
      if (!scales) return;
      float sum = 0;
      for (std::uint32_t p = 0; p < m_->inputs; ++p) sum += weight(p, j);
      const float scale = norm_scale(sum, m_->c.norm);
      for (std::uint32_t p = 0; p < m_->inputs; ++p) weight(p, j) *= scale;
    });
    operations_[weight_updates] += synapses * ((leaks ? 1u : 0u) + (decays ? 1u : 0u) + (scales ? 1u : 0u));
  }

  Ctx& ctx_;
  float* next_;
  const CompetitiveModelView* m_ = nullptr;
  float *u_, *theta_, *y_, *z_, *down_, *up_, *u_inhibitory_, *theta_inhibitory_, *x_;
  std::int32_t *refractory_, *refractory_inhibitory_;
  std::uint32_t *in_window_, *of_warp_, *pre_, *masks_;
  std::uint32_t *crossed_[2], *inhibiting_[2];  // of even and odd steps
  std::uint32_t mask_words_ = 0, words_ = 0, image_id_ = 0;
  const std::uint8_t* pixels_ = nullptr;
  std::uint32_t* counts_ = nullptr;
  std::uint32_t emitted_ = 0, winner_ = 0;  // of the latest step, in every thread
  bool active_ = false;
  std::uint64_t operations_[4] = {};
};

template <ExecutionContext Ctx>
SPRIG_KERNEL void competitive_present(Ctx& ctx, const CompetitiveView& view) {
  const auto words = static_cast<std::uint32_t>(competitive_words(view.most_neurons, view.most_inputs));
  float* scratch =
      view.scratch != nullptr ? view.scratch + std::uint64_t{ctx.block()} * words : ctx.template shared<float>(words);
  CompetitiveBlock<Ctx> block(ctx, scratch, view.most_neurons, view.most_inputs);
  for (std::uint32_t m = ctx.block(); m < view.count; m += ctx.blocks()) block.run(view.models[m], m, view.failure);
}

}  // namespace sprig::kernel
