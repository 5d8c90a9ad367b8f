// The competing neurons of one model in one block: spikes of inputs as bit masks and lists, sums over them in ascending
// order, potentials, who emits. Neurons and inputs are the threads' by turns. Weights are [input][neuron], so a warp
// reads a row's neighbours together; they come from far, so a thread asks for several rows before it adds the first.
#pragma once

#include <cstdint>

#include "kernels/core/context.hpp"
#include "kernels/learning/competitive/view.hpp"
#include "sprig/core/random.hpp"
#include "sprig/network/projection_draw.hpp"

namespace sprig::kernel {

template <class Ctx>
class CompetitiveNeurons {
 protected:
  SPRIG_KERNEL CompetitiveNeurons(Ctx& ctx, const CompetitiveScratch& scratch) : ctx_(ctx), s_(scratch) {}

  SPRIG_KERNEL static bool bit(const std::uint32_t* words, std::uint32_t k) {
    return words[k / kWord] >> k % kWord & 1;
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
  template <class Each>
  SPRIG_KERNEL void my_neurons(Each each) const {
    for (std::uint32_t j = ctx_.thread(); j < m_->neurons; j += ctx_.threads()) each(j);
  }
  template <class Each>
  SPRIG_KERNEL void my_inputs(Each each) const {
    for (std::uint32_t p = ctx_.thread(); p < m_->inputs; p += ctx_.threads()) each(p);
  }
  SPRIG_KERNEL std::uint64_t synapse(std::uint32_t p, std::uint32_t j) const {
    return std::uint64_t{p} * m_->neurons + j;
  }
  // use(p, the weight) of the inputs that spike in a step, ascending.
  template <class Use>
  SPRIG_KERNEL void each_fired(std::uint64_t time, std::uint32_t j, Use use) const {
    constexpr std::uint32_t kAhead = 8;
    const std::uint32_t* list = s_.list(time);
    const std::uint32_t count = s_.listed(time);
    std::uint32_t k = 0;
    for (; k + kAhead <= count; k += kAhead) {
      float w[kAhead];
      for (std::uint32_t i = 0; i < kAhead; ++i) w[i] = m_->weights.load(synapse(list[k + i], j));
      for (std::uint32_t i = 0; i < kAhead; ++i) use(list[k + i], w[i]);
    }
    for (; k < count; ++k) use(list[k], m_->weights.load(synapse(list[k], j)));
  }
  SPRIG_KERNEL std::uint32_t* crossed(std::uint32_t t) const { return s_.crossed() + (t & 1) * words_; }
  SPRIG_KERNEL std::uint32_t* inhibiting(std::uint32_t t) const { return s_.inhibiting() + (t & 1) * words_; }
  // In step t, the latest one.
  SPRIG_KERNEL bool emits(std::uint32_t t, std::uint32_t j) const {
    if (emitted_ == 0) return false;
    return m_->one_spike ? j == winner_ : bit(crossed(t), j);
  }

  SPRIG_KERNEL void begin(const CompetitiveModelView& model) {
    m_ = &model;
    mask_words_ = model.inputs / kWord + 1;
    words_ = model.neurons / kWord + 1;
    operations_ = {};
  }

  // Presentation k, at rest. The next barrier orders it.
  SPRIG_KERNEL void start(std::uint32_t k) {
    image_ = m_->ids[k];
    pixels_ = m_->pixels + std::uint64_t{m_->which[k]} * m_->inputs;
    counts_ = m_->counts + std::uint64_t{k} * m_->neurons;
    my_neurons([&](std::uint32_t j) {
      s_.u(j) = s_.u_inhibitory(j) = s_.theta_inhibitory(j) = 0;
      s_.theta(j) = m_->theta[j];
      s_.refractory(j) = s_.refractory_inhibitory(j) = 0;
    });
    if (m_->code == PixelCode::intervals)
      my_inputs([&](std::uint32_t p) { s_.next_spike(p) = interval(p, 0) - 1, s_.interval(p) = 1; });
    for (std::uint32_t w = ctx_.thread(); w < 2 * words_; w += ctx_.threads()) s_.crossed()[w] = s_.inhibiting()[w] = 0;
    emitted_ = 0, winner_ = 0;
  }

  // The inputs' spikes in four steps; ends with a barrier.
  SPRIG_KERNEL void draw(std::uint64_t quarter) {
    draw_masks(quarter);
    ctx_.block_barrier();
    for (std::uint32_t s = ctx_.thread() / kWarp; s < 4; s += ctx_.threads() / kWarp) list_bits((quarter << 2) + s);
    ctx_.block_barrier();
  }

  // A step's potentials; then, after a barrier, choose().
  SPRIG_KERNEL void step_neurons(std::uint32_t t, std::uint64_t time) {
    if (m_->inhibition == Inhibition::population) step_inhibitory(t);  // acts from the next step on
    const bool direct = m_->inhibition == Inhibition::direct;
    const std::uint32_t inhibitors = direct ? emitted_ : bits(inhibiting(t + 1), words_);
    const float all = static_cast<float>(inhibitors) * m_->c.inhibition,
                others = static_cast<float>(inhibitors - 1) * m_->c.inhibition;
    each_word(
        [&](std::uint32_t j) {
          if (j >= m_->neurons) return false;
          float input = 0;
          if (t > 0) each_fired(time - 1, j, [&](std::uint32_t, float w) { input += w; });
          if (inhibitors > 0) {
            const bool own = direct ? emits(t + 1, j) : bit(inhibiting(t + 1), j);
            input -= own ? others : all;
          }
          return competitive_step(s_.u(j), s_.theta(j), s_.refractory(j), m_->c.neuron, input);
        },
        crossed(t));
    if (t > 0) operations_.synaptic_events += std::uint64_t{s_.listed(time - 1)} * m_->neurons;
    operations_.synaptic_events += std::uint64_t{inhibitors} * (m_->neurons - 1);
    operations_.neuron_updates += m_->neurons;
  }

  // Who of those that crossed emits: every thread finds the same.
  SPRIG_KERNEL void choose(std::uint32_t t, std::uint64_t time) {
    const std::uint32_t* words = crossed(t);
    emitted_ = bits(words, words_);
    if (m_->one_spike && emitted_ > 0) {
      std::uint32_t chosen = 0;
      if (emitted_ > 1) {
        const PhiloxBlock block = step_block(m_->seed, Stream::competitive_winner, 0, image_, time);
        chosen = draw_below(word_of_step(block, time), emitted_);
      }
      emitted_ = 1;
      each_bit(words, words_, [&](std::uint32_t j) {
        if (chosen-- == 0) winner_ = j;
      });
    }
    my_neurons([&](std::uint32_t j) { counts_[j] += emits(t, j) ? 1 : 0; });
  }

  Ctx& ctx_;
  const CompetitiveScratch s_;
  const CompetitiveModelView* m_ = nullptr;
  std::uint32_t mask_words_ = 0, words_ = 0;
  std::uint32_t* counts_ = nullptr;         // of this presentation
  std::uint32_t emitted_ = 0, winner_ = 0;  // of the latest step, in every thread
  CompetitiveOperations operations_;        // of this model, in every thread

 private:
  SPRIG_KERNEL std::uint32_t interval(std::uint32_t p, std::uint32_t k) const {
    return m_->intervals.interval(pixels_[p], m_->seed, p, image_, m_->first_step + k);
  }
  // Does pixel p, of this thread, spike in this step of the presentation? Then the next one is drawn.
  SPRIG_KERNEL bool interval_ends(std::uint32_t p, std::uint64_t t) {
    if (s_.next_spike(p) != t) return false;
    s_.next_spike(p) += interval(p, s_.interval(p)++);
    return true;
  }

  // A warp has the pixels of a word.
  SPRIG_KERNEL void draw_masks(std::uint64_t quarter) {
    for (std::uint32_t w = ctx_.thread() / kWarp; w < mask_words_; w += ctx_.threads() / kWarp) {
      const std::uint32_t p = w * kWord + lane_of(ctx_);
      const bool poisson = m_->code == PixelCode::poisson;
      const std::uint64_t bound = poisson && p < m_->inputs ? m_->bounds[pixels_[p]] : 0;
      PhiloxBlock block{};
      if (bound > 0) block = step_block(m_->seed, Stream::image_encoder, p, image_, quarter << 2);
      for (std::uint32_t s = 0; s < 4; ++s) {
        const std::uint64_t time = (quarter << 2) + s;
        const bool shown = time >= m_->first_step && time - m_->first_step < m_->steps;
        const bool spike = poisson ? block.word[s] < bound : p < m_->inputs && interval_ends(p, time - m_->first_step);
        const std::uint32_t spikes = ctx_.ballot(shown && spike);
        if (lane_of(ctx_) == 0) s_.fired(time)[w] = spikes;
      }
    }
  }

  // The set bits of a mask as a list, by one warp.
  SPRIG_KERNEL void list_bits(std::uint64_t time) const {
    const std::uint32_t lane = lane_of(ctx_);
    std::uint32_t before = 0;  // in the words before these
    for (std::uint32_t first = 0; first < mask_words_; first += kWarp) {
      const std::uint32_t w = first + lane, word = w < mask_words_ ? s_.fired(time)[w] : 0;
      const std::uint32_t own = count_bits(word);
      std::uint32_t sum = own;  // up to this lane
      for (std::uint32_t apart = 1; apart < kWarp; apart *= 2) {
        const std::uint32_t lower = ctx_.shuffle(sum, lane >= apart ? lane - apart : lane);
        if (lane >= apart) sum += lower;
      }
      std::uint32_t* next = s_.list(time) + before + sum - own;
      for (std::uint32_t left = word; left != 0; left &= left - 1) *next++ = w * kWord + lowest_bit(left);
      before += ctx_.shuffle(sum, kWarp - 1);
    }
    if (lane == 0) s_.listed(time) = before;
  }

  // Driven one to one by what was emitted in the last step.
  SPRIG_KERNEL void step_inhibitory(std::uint32_t t) {
    each_word(
        [&](std::uint32_t j) {
          if (j >= m_->neurons) return false;
          const float input = emits(t + 1, j) ? m_->c.excitation : 0.0f;
          return competitive_step(s_.u_inhibitory(j), s_.theta_inhibitory(j), s_.refractory_inhibitory(j),
                                  m_->c.inhibitory, input);
        },
        inhibiting(t));
    operations_.neuron_updates += m_->neurons;
    operations_.synaptic_events += emitted_;
  }

  // cross(j) for all neurons and those that fill the last word, into bits of `words`.
  template <class Cross>
  SPRIG_KERNEL void each_word(Cross cross, std::uint32_t* words) {
    for (std::uint32_t w = ctx_.thread() / kWarp; w < words_; w += ctx_.threads() / kWarp) {
      const std::uint32_t crossed_bits = ctx_.ballot(cross(w * kWord + lane_of(ctx_)));
      if (lane_of(ctx_) == 0) words[w] = crossed_bits;
    }
  }

  const std::uint8_t* pixels_ = nullptr;  // of this presentation
  std::uint32_t image_ = 0;
};

}  // namespace sprig::kernel
