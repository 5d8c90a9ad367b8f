// Competitive learning on the device (sprig/learning/competitive/competitive.hpp): a model a block, the CPU's
// operations in the CPU's order (step.hpp), so its bits.
//
// clang-format off
//   a step  [every fourth: draw the inputs' spikes]  |  traces of inputs, sums, potentials, who crossed  |
//           who emits, traces of neurons, rows of inputs that spiked  |  columns of neurons that emitted, by all threads
// clang-format on
//
// "|": a barrier of the block. Bytes a step: those of a weight, inputs that spiked x neurons; where it learns, as many
// read and written again, and a column for each neuron that emitted, or in SpikeDyn's windows that has fired. How
// weights change, and which thread's they are: weight_change.hpp.
#pragma once

#include <cstdint>

#include "kernels/learning/competitive/neurons.hpp"
#include "kernels/learning/competitive/weight_change.hpp"
#include "sprig/learning/competitive/rule.hpp"
#include "sprig/learning/competitive/step.hpp"

namespace sprig::kernel {

template <class Ctx, class Weights>
class CompetitiveBlock : public CompetitiveNeurons<Ctx, Weights> {
  using Base = CompetitiveNeurons<Ctx, Weights>;
  using Base::active_, Base::counts_, Base::ctx_, Base::emitted_, Base::image_, Base::m_, Base::operations_, Base::s_,
      Base::weights_, Base::winner_, Base::words_;
  using Base::bit, Base::each_bit, Base::emits, Base::my_inputs, Base::my_neurons, Base::time;

 public:
  SPRIG_KERNEL CompetitiveBlock(Ctx& ctx, const CompetitiveScratch& scratch, const Weights& weights)
      : Base(ctx, scratch, weights) {}

  // failure: of this model.
  SPRIG_KERNEL void run(const CompetitiveModelView& model, std::uint64_t* failure) {
    this->begin(model);
    for (std::uint32_t k = 0; k < model.images; ++k) {
      this->show(k);
      present_image(*this);
      my_neurons([&](std::uint32_t j) {
        const bool finite = s_.u(j) - s_.u(j) == 0 && s_.theta(j) - s_.theta(j) == 0;
        if (!finite) ctx_.atomic_min(failure, std::uint64_t{k} << 32 | j);
      });
      ctx_.block_barrier();
    }
    if (ctx_.thread() == 0) {
      model.operations[0] = operations_.neuron_updates;
      model.operations[1] = operations_.synaptic_events;
      model.operations[2] = operations_.weight_updates;
      model.operations[3] = operations_.powers;
      model.operations[4] = operations_.trace_updates;
      model.operations[5] = operations_.weight_reads;
      model.operations[6] = operations_.weight_writes;
      model.operations[7] = operations_.state_bytes;
    }
    ctx_.block_barrier();
  }

  SPRIG_KERNEL void rest() {
    Base::rest();
    my_neurons([&](std::uint32_t j) { s_.y(j) = s_.z(j) = 0, s_.in_window(j) = 0; });
    my_inputs([&](std::uint32_t p) { s_.x(p) = 0, s_.pre_count(p) = 0; });
    ctx_.block_barrier();
  }

  SPRIG_KERNEL void open_weights() const {
    if (m_->c.numbers_between) open_codes(ctx_, *m_);
  }
  SPRIG_KERNEL void close_weights() const {
    if (m_->c.numbers_between) close_codes(ctx_, *m_, rounding(m_->c.steps, RoundingPhase::norm));
  }

  SPRIG_KERNEL void move_input_traces(std::uint32_t t) {
    const std::uint32_t* inputs = s_.fired(time(t));
    my_inputs([&](std::uint32_t p) {
      const bool spike = bit(inputs, p);
      s_.x(p) = spike ? kTraceAtSpike : decayed_trace(s_.x(p), m_->c.trace_decay);
      s_.pre_count(p) += spike ? 1 : 0;
    });
  }

  SPRIG_KERNEL void move_traces(std::uint32_t t) {
    my_neurons([&](std::uint32_t j) {
      const bool emitted = emits(t, j);
      if (active_) s_.y(j) = emitted ? kTraceAtSpike : decayed_trace(s_.y(j), m_->c.trace_decay);
      if (m_->c.rule == CompetitiveRule::triplet) s_.z(j) = decayed_trace(s_.z(j), m_->c.slow_decay);
      if (emitted) s_.in_window(j) = 1;
    });
  }

  // The counts are this block's threads' by turns, as they are here.
  SPRIG_KERNEL std::uint32_t most_spikes() { return largest(counts_, m_->c.neurons); }
  SPRIG_KERNEL std::uint32_t most_input_spikes() { return largest(&s_.pre_count(0), m_->inputs); }

  // Rows of the inputs that spiked; then columns of the neurons that emitted, all threads.
  SPRIG_KERNEL void change_at_spikes(std::uint32_t t, AdaptiveRates k) {
    my_neurons([&](std::uint32_t j) {
      const SpikeGains gain = gains(j, k);
      s_.down(j) = gain.down, s_.up(j) = gain.up;
    });
    const std::uint32_t* inputs = s_.fired(time(t));
    if (m_->c.depresses)
      change_rows(
          ctx_, weights_, m_->c.neurons, s_.list(time(t)), this->fired(t), rounding(t, RoundingPhase::row),
          [&](std::uint32_t j) { return !emits(t, j); },
          [&](std::uint32_t, std::uint32_t j, float w) {
            return changed_weight(m_->c.rule, m_->c, w, s_.down(j), 0.0f);
          });
    if (emitted_ == 0) return;
    ctx_.block_barrier();
    const auto column = [&](std::uint32_t j) {
      change_column(ctx_, weights_, m_->inputs, j, rounding(t, RoundingPhase::column), [&](std::uint32_t p, float w) {
        const float down = bit(inputs, p) ? s_.down(j) : 0.0f;
        return changed_weight(m_->c.rule, m_->c, w, down, s_.up(j) * s_.x(p));
      });
    };
    if (m_->c.one_spike)
      column(winner_);
    else
      each_bit(this->crossed(t), words_, column);
    ctx_.block_barrier();
  }

  SPRIG_KERNEL void keep_spikes(std::uint32_t t) {
    my_neurons([&](std::uint32_t j) {
      if (!emits(t, j)) return;
      s_.z(j) = kTraceAtSpike;
      if (m_->c.rule == CompetitiveRule::asp) m_->spikes[j] += 1, m_->slow[j] += 1;
    });
  }

  SPRIG_KERNEL std::uint32_t change_window(std::uint32_t t, AdaptiveRates k) {
    ctx_.block_barrier();
    std::uint32_t changed = 0;
    for (std::uint32_t j = 0; j < m_->c.neurons; ++j) {
      const bool emitted = s_.in_window(j) != 0;
      if (s_.y(j) == 0 || (!emitted && !m_->c.depresses)) continue;
      const SpikeGains gain = gains(j, k);
      change_column(ctx_, weights_, m_->inputs, j, rounding(t, RoundingPhase::column),
                    [&](std::uint32_t p, float w) { return window_weight(m_->c, w, emitted, gain, s_.x(p)); });
      ++changed;
    }
    ctx_.block_barrier();
    my_neurons([&](std::uint32_t j) {
      if (s_.y(j) != 0) s_.in_window(j) = 0;
    });
    ctx_.block_barrier();
    return changed;
  }

  // Begins with a barrier: from here on a neuron's weights are one thread's.
  SPRIG_KERNEL void keep_thresholds() {
    ctx_.block_barrier();
    my_neurons([&](std::uint32_t j) { m_->theta[j] = s_.theta(j); });
  }

  SPRIG_KERNEL float& slow(std::uint32_t j) const { return m_->slow[j]; }
  SPRIG_KERNEL float sum(std::uint32_t j) const { return s_.down(j); }
  template <class Each>
  SPRIG_KERNEL void each_neuron(Each each) const {
    my_neurons(each);
  }

  // The scales of all neurons lie in s_.up.
  template <class By>
  SPRIG_KERNEL void scale_weights(By by, float most, RoundingPhase phase) const {
    my_neurons([&](std::uint32_t j) { s_.up(j) = by(j); });
    change_all(ctx_, weights_, m_->inputs, m_->c.neurons, rounding(m_->c.steps, phase),
               [&](std::uint32_t, std::uint32_t j, float w) { return bounded_weight(w * s_.up(j), most); });
  }

  SPRIG_KERNEL void sum_weights() const {
    my_neurons([&](std::uint32_t j) {
      float sum = 0;
      for (std::uint32_t p = 0; p < m_->inputs; ++p) sum += weights_.load(p, j);
      s_.down(j) = sum;
    });
  }

 private:
  SPRIG_KERNEL SpikeGains gains(std::uint32_t j, AdaptiveRates k) const {
    const float spikes = m_->c.rule == CompetitiveRule::asp ? m_->spikes[j] : 0;
    return spike_gains(m_->c.rule, m_->c, s_.y(j), s_.z(j), spikes, k);
  }
  SPRIG_KERNEL RoundingDrawsOf rounding(std::uint32_t t, RoundingPhase phase) const {
    return {rounding_draws(m_->c.seed, image_, time(t), phase), m_->c.rounding};
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
    if (lane_of(ctx_) == 0) s_.of_warp()[ctx_.thread() / kWarp] = most;
    ctx_.block_barrier();
    for (std::uint32_t w = 0; w < ctx_.threads() / kWarp; ++w) most = s_.of_warp()[w] > most ? s_.of_warp()[w] : most;
    return most;
  }
};

// kShared: the block's working memory is shared memory, or else its part of view.scratch. Known to the compiler: it
// writes other instructions.
template <bool kShared, ExecutionContext Ctx>
SPRIG_KERNEL void competitive_present(Ctx& ctx, const CompetitiveView& view) {
  const auto words = static_cast<std::uint32_t>(CompetitiveScratch::size(view.most_neurons, view.most_inputs));
  float* memory;
  if constexpr (kShared)
    memory = ctx.template shared<float>(words);
  else
    memory = view.scratch + std::uint64_t{ctx.block()} * words;
  const CompetitiveScratch scratch(memory, view.most_neurons, view.most_inputs);
  for (std::uint32_t m = ctx.block(); m < view.count; m += ctx.blocks()) {
    const CompetitiveModelView& model = view.models[m];
    if (model.c.codes.bits == 32 || model.c.numbers_between)
      CompetitiveBlock<Ctx, NumberWeights>(ctx, scratch, model.numbers).run(model, view.failure + m);
    else
      CompetitiveBlock<Ctx, PackedWeights>(ctx, scratch, model.codes).run(model, view.failure + m);
  }
}

}  // namespace sprig::kernel
