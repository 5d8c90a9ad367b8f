// The competing neurons of one model in one block: spikes of inputs as bit masks and lists, sums over them in ascending
// order, potentials, who emits. Neurons and inputs are the threads' by turns. Weights are [input][neuron], so a warp
// reads a row's neighbours together; they come from far, so a thread asks for several rows before it adds the first.
#pragma once

#include <cstdint>

#include "kernels/core/context.hpp"
#include "kernels/learning/competitive/view.hpp"
#include "sprig/core/random.hpp"
#include "sprig/learning/competitive/step.hpp"

namespace sprig::kernel {

// Weights: NumberWeights or PackedWeights.
template <class Ctx, class Weights>
class CompetitiveNeurons {
 public:
  SPRIG_KERNEL CompetitiveNeurons(Ctx& ctx, const CompetitiveScratch& scratch, const Weights& weights)
      : ctx_(ctx), s_(scratch), weights_(weights) {}

  SPRIG_KERNEL const CompetitiveConstants& constants() const { return m_->c; }
  SPRIG_KERNEL LearningOperations& operations() { return operations_; }
  SPRIG_KERNEL std::uint64_t inputs() const { return m_->inputs; }
  SPRIG_KERNEL std::uint32_t arrived(std::uint32_t t) const { return t > 0 ? fired(t - 1) : 0; }
  SPRIG_KERNEL std::uint32_t fired(std::uint32_t t) const { return s_.listed(time(t)); }
  SPRIG_KERNEL std::uint32_t inhibitors(std::uint32_t t) const {
    return m_->c.inhibition == Inhibition::direct ? emitted_ : bits(inhibiting(t + 1), words_);
  }
  SPRIG_KERNEL std::uint32_t emitted() const { return emitted_; }
  SPRIG_KERNEL bool active() const { return active_; }

  SPRIG_KERNEL void begin(const CompetitiveModelView& model) {
    m_ = &model;
    mask_words_ = model.inputs / kWord + 1;
    words_ = model.c.neurons / kWord + 1;
    operations_ = {};
  }

  // Presentation k; then rest().
  SPRIG_KERNEL void show(std::uint32_t k) {
    image_ = m_->ids[k];
    pixels_ = m_->pixels + std::uint64_t{m_->which[k]} * m_->inputs;
    counts_ = m_->counts + std::uint64_t{k} * m_->c.neurons;
  }

  // The next barrier orders it.
  SPRIG_KERNEL void rest() {
    my_neurons([&](std::uint32_t j) {
      s_.u(j) = s_.u_inhibitory(j) = s_.theta_inhibitory(j) = 0;
      s_.theta(j) = m_->theta[j];
      s_.refractory(j) = s_.refractory_inhibitory(j) = 0;
    });
    if (m_->code == PixelCode::intervals)
      my_inputs([&](std::uint32_t p) { s_.next_spike(p) = interval(p, 0) - 1, s_.interval(p) = 1; });
    for (std::uint32_t w = ctx_.thread(); w < 2 * words_; w += ctx_.threads()) s_.crossed()[w] = s_.inhibiting()[w] = 0;
    emitted_ = 0, winner_ = 0;
    active_ = false;
    inhibition_of_one_ = m_->c.inhibition_of_one;
    if (m_->c.inhibition_share == 0) return;
    float theta_sum = 0;
    for (std::uint32_t j = 0; j < m_->c.neurons; ++j) theta_sum += m_->theta[j];
    inhibition_of_one_ = inhibition_of_one(m_->c, theta_sum);
  }

  // Four steps at once, all but the first time when they begin; ends with a barrier then.
  SPRIG_KERNEL void draw_inputs(std::uint32_t t) {
    const std::uint64_t quarter = time(t) >> 2;
    if (t > 0 && (time(t) & 3) != 0) return;
    draw_masks(quarter);
    ctx_.block_barrier();
    for (std::uint32_t s = ctx_.thread() / kWarp; s < 4; s += ctx_.threads() / kWarp) list_bits((quarter << 2) + s);
    ctx_.block_barrier();
  }

  SPRIG_KERNEL void step_neurons(std::uint32_t t, std::uint32_t inhibitors) {
    const bool direct = m_->c.inhibition == Inhibition::direct;
    const InhibitionTaken taken = inhibition_by(inhibition_of_one_, inhibitors);
    each_word(
        [&](std::uint32_t j) {
          if (j >= m_->c.neurons) return false;
          float input = 0;
          if (t > 0) each_fired(t - 1, j, [&](std::uint32_t, float w) { input += w; });
          if (inhibitors > 0) {
            const bool own = direct ? emits(t + 1, j) : bit(inhibiting(t + 1), j);
            input -= own ? taken.others : taken.all;
          }
          return competitive_step(s_.u(j), s_.theta(j), s_.refractory(j), m_->c.neuron, input);
        },
        crossed(t));
  }

  SPRIG_KERNEL void step_inhibitory(std::uint32_t t) {
    each_word(
        [&](std::uint32_t j) {
          if (j >= m_->c.neurons) return false;
          const float input = emits(t + 1, j) ? m_->c.excitation : 0.0f;
          return competitive_step(s_.u_inhibitory(j), s_.theta_inhibitory(j), s_.refractory_inhibitory(j),
                                  m_->c.inhibitory, input);
        },
        inhibiting(t));
  }

  // Begins with a barrier; every thread finds the same.
  SPRIG_KERNEL void choose(std::uint32_t t) {
    ctx_.block_barrier();
    const std::uint32_t* words = crossed(t);
    emitted_ = bits(words, words_);
    if (m_->c.one_spike && emitted_ > 0) {
      std::uint32_t chosen = drawn_winner(m_->c, image_, time(t), emitted_);
      emitted_ = 1;
      each_bit(words, words_, [&](std::uint32_t j) {
        if (chosen-- == 0) winner_ = j;
      });
    }
    active_ = active_ || emitted_ > 0;
    my_neurons([&](std::uint32_t j) { counts_[j] += emits(t, j) ? 1 : 0; });
  }

 protected:
  SPRIG_KERNEL std::uint64_t time(std::uint32_t t) const { return m_->first_step + t; }
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
    for (std::uint32_t j = ctx_.thread(); j < m_->c.neurons; j += ctx_.threads()) each(j);
  }
  template <class Each>
  SPRIG_KERNEL void my_inputs(Each each) const {
    for (std::uint32_t p = ctx_.thread(); p < m_->inputs; p += ctx_.threads()) each(p);
  }
  // use(p, the weight) of the inputs that spike in a step, ascending.
  template <class Use>
  SPRIG_KERNEL void each_fired(std::uint32_t t, std::uint32_t j, Use use) const {
    constexpr std::uint32_t kAhead = 8;
    const std::uint32_t* list = s_.list(time(t));
    const std::uint32_t count = fired(t);
    std::uint32_t k = 0;
    for (; k + kAhead <= count; k += kAhead) {
      float w[kAhead];
      for (std::uint32_t i = 0; i < kAhead; ++i) w[i] = weights_.load(list[k + i], j);
      for (std::uint32_t i = 0; i < kAhead; ++i) use(list[k + i], w[i]);
    }
    for (; k < count; ++k) use(list[k], weights_.load(list[k], j));
  }
  SPRIG_KERNEL std::uint32_t* crossed(std::uint32_t t) const { return s_.crossed() + (t & 1) * words_; }
  SPRIG_KERNEL std::uint32_t* inhibiting(std::uint32_t t) const { return s_.inhibiting() + (t & 1) * words_; }
  // In step t, the latest one.
  SPRIG_KERNEL bool emits(std::uint32_t t, std::uint32_t j) const {
    if (emitted_ == 0) return false;
    return m_->c.one_spike ? j == winner_ : bit(crossed(t), j);
  }

  Ctx& ctx_;
  const CompetitiveScratch s_;
  const Weights weights_;
  const CompetitiveModelView* m_ = nullptr;
  std::uint32_t mask_words_ = 0, words_ = 0;
  std::uint32_t* counts_ = nullptr;         // of this presentation
  std::uint32_t emitted_ = 0, winner_ = 0;  // of the latest step, in every thread
  std::uint32_t image_ = 0;                 // of this presentation's draws
  bool active_ = false;                     // some neuron has emitted in this presentation
  LearningOperations operations_;           // of this model, in every thread

 private:
  SPRIG_KERNEL std::uint32_t interval(std::uint32_t p, std::uint32_t k) const {
    return m_->intervals.interval(pixels_[p], m_->c.seed, p, image_, m_->first_step + k);
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
      if (bound > 0) block = step_block(m_->c.seed, Stream::image_encoder, p, image_, quarter << 2);
      for (std::uint32_t s = 0; s < 4; ++s) {
        const std::uint64_t time = (quarter << 2) + s;
        const bool shown = time >= m_->first_step && time - m_->first_step < m_->c.shown_steps;
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

  // cross(j) for all neurons and those that fill the last word, into bits of `words`.
  template <class Cross>
  SPRIG_KERNEL void each_word(Cross cross, std::uint32_t* words) {
    for (std::uint32_t w = ctx_.thread() / kWarp; w < words_; w += ctx_.threads() / kWarp) {
      const std::uint32_t crossed_bits = ctx_.ballot(cross(w * kWord + lane_of(ctx_)));
      if (lane_of(ctx_) == 0) words[w] = crossed_bits;
    }
  }

  const std::uint8_t* pixels_ = nullptr;  // of this presentation
  float inhibition_of_one_ = 0;           // likewise
};

}  // namespace sprig::kernel
