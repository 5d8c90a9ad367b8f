// Competitive learning on the device (sprig/learning/competitive.hpp): a model a block, the CPU's operations in the
// CPU's order, so its bits.
//
// clang-format off
//   a step  [every fourth: draw the inputs' spikes]  |  traces of inputs, sums, potentials, who crossed  |
//           who emits, traces of neurons, rows of inputs that spiked  |  columns of neurons that emitted, by all threads
// clang-format on
//
// "|": a barrier of the block. Bytes a step: 4 a weight read, inputs that spiked x neurons; where it learns, as many
// read and written again, and a column for each neuron that emitted, or in SpikeDyn's windows that has fired.
#pragma once

#include <cstdint>
#include <limits>

#include "kernels/learning/competitive/neurons.hpp"

namespace sprig::kernel {

template <class Ctx>
class CompetitiveBlock : CompetitiveNeurons<Ctx> {
  using Base = CompetitiveNeurons<Ctx>;
  using Base::bit, Base::each_bit, Base::emits, Base::my_inputs, Base::my_neurons, Base::synapse;
  using Base::counts_, Base::ctx_, Base::emitted_, Base::m_, Base::operations_, Base::s_, Base::winner_, Base::words_;

 public:
  SPRIG_KERNEL CompetitiveBlock(Ctx& ctx, const CompetitiveScratch& scratch) : Base(ctx, scratch) {}

  // failure: of this model.
  SPRIG_KERNEL void run(const CompetitiveModelView& model, std::uint64_t* failure) {
    this->begin(model);
    for (std::uint32_t k = 0; k < model.images; ++k) present(k, failure);
    if (ctx_.thread() == 0) {
      model.operations[0] = operations_.neuron_updates;
      model.operations[1] = operations_.synaptic_events;
      model.operations[2] = operations_.weight_updates;
      model.operations[3] = operations_.powers;
      model.operations[4] = operations_.trace_updates;
    }
    ctx_.block_barrier();
  }

 private:
  SPRIG_KERNEL void present(std::uint32_t k, std::uint64_t* failure) {
    this->start(k);
    my_neurons([&](std::uint32_t j) { s_.y(j) = s_.z(j) = 0, s_.in_window(j) = 0; });
    my_inputs([&](std::uint32_t p) { s_.x(p) = 0, s_.pre_count(p) = 0; });
    active_ = false;
    ctx_.block_barrier();
    for (std::uint32_t t = 0; t < m_->steps + m_->rest_steps; ++t) step(t);
    ctx_.block_barrier();
    if (m_->learning) finish();
    my_neurons([&](std::uint32_t j) {
      const bool finite = s_.u(j) - s_.u(j) == 0 && s_.theta(j) - s_.theta(j) == 0;
      if (!finite) ctx_.atomic_min(failure, std::uint64_t{k} << 32 | j);
    });
    ctx_.block_barrier();
  }

  SPRIG_KERNEL void step(std::uint32_t t) {
    const std::uint64_t time = m_->first_step + t;
    if (t == 0 || (time & 3) == 0) this->draw(time >> 2);
    if (m_->learning)
      my_inputs([&](std::uint32_t p) {
        const bool spike = bit(s_.fired(time), p);
        s_.x(p) = spike ? kTraceAtSpike : decayed_trace(s_.x(p), m_->c.trace_decay);
        s_.pre_count(p) += spike ? 1 : 0;
      });
    this->step_neurons(t, time);
    ctx_.block_barrier();
    this->choose(t, time);
    if (m_->learning) learn(t, time);
  }

  SPRIG_KERNEL void learn(std::uint32_t t, std::uint64_t time) {
    active_ = active_ || emitted_ > 0;
    operations_.trace_updates += m_->inputs + m_->neurons;
    my_neurons([&](std::uint32_t j) {
      const bool emitted = emits(t, j);
      if (active_) s_.y(j) = emitted ? kTraceAtSpike : decayed_trace(s_.y(j), m_->c.trace_decay);
      if (m_->rule == CompetitiveRule::triplet) s_.z(j) = decayed_trace(s_.z(j), m_->c.slow_decay);
      if (emitted) s_.in_window(j) = 1;
    });
    if (!active_) return;
    if (m_->window == 0) change_at_spikes(t, time);
    if (m_->window > 0 && (t + 1) % m_->window == 0) change_window();
  }

  // Its counts are this block's threads' by turns, as they are here.
  SPRIG_KERNEL AdaptiveRates rates() {
    if (m_->rule != CompetitiveRule::spikedyn || !m_->adaptive_rates) return {};
    const std::uint32_t post = largest(counts_, m_->neurons), pre = largest(&s_.pre_count(0), m_->inputs);
    return adaptive_rates(m_->c, post, pre);
  }
  SPRIG_KERNEL SpikeGains gains(std::uint32_t j, AdaptiveRates k) const {
    const float spikes = m_->rule == CompetitiveRule::asp ? m_->spikes[j] : 0;
    return spike_gains(m_->rule, m_->c, s_.y(j), s_.z(j), spikes, k);
  }
  SPRIG_KERNEL void change(std::uint32_t p, std::uint32_t j, float w, float down, float up) const {
    m_->weights.store(synapse(p, j), changed_weight(m_->rule, m_->c, w, down, up));
  }

  SPRIG_KERNEL void change_at_spikes(std::uint32_t t, std::uint64_t time) {
    const std::uint32_t* inputs = s_.fired(time);
    const std::uint32_t inputs_fired = s_.listed(time);
    if (inputs_fired + emitted_ == 0) return;
    const AdaptiveRates k = rates();
    my_neurons([&](std::uint32_t j) {
      const SpikeGains gain = gains(j, k);
      s_.down(j) = gain.down, s_.up(j) = gain.up;
      if (!emits(t, j)) {
        this->each_fired(time, j, [&](std::uint32_t p, float w) { change(p, j, w, gain.down, 0.0f); });
        return;
      }
      // Its whole column changes, below.
      s_.z(j) = kTraceAtSpike;
      if (m_->rule == CompetitiveRule::asp) m_->spikes[j] += 1, m_->slow[j] += 1;
    });
    const std::uint64_t updates = std::uint64_t{inputs_fired} * m_->neurons + std::uint64_t{emitted_} * m_->inputs;
    operations_.weight_updates += updates;
    if (m_->rule == CompetitiveRule::spikedyn) operations_.powers += costly_powers(2, m_->c.mu) * updates;
    if (emitted_ == 0) return;
    ctx_.block_barrier();
    const auto column = [&](std::uint32_t j) {
      my_inputs([&](std::uint32_t p) {
        const float down = bit(inputs, p) ? s_.down(j) : 0.0f;
        change(p, j, m_->weights.load(synapse(p, j)), down, s_.up(j) * s_.x(p));
      });
    };
    if (m_->one_spike)
      column(winner_);
    else
      each_bit(this->crossed(t), words_, column);
    ctx_.block_barrier();
  }

  // At the end of a window, of neurons that have fired in this presentation.
  SPRIG_KERNEL void change_window() {
    const AdaptiveRates k = rates();
    ctx_.block_barrier();
    for (std::uint32_t j = 0; j < m_->neurons; ++j) {
      if (s_.y(j) == 0) continue;
      const bool emitted = s_.in_window(j) != 0;
      const SpikeGains gain = gains(j, k);
      my_inputs([&](std::uint32_t p) {
        const std::uint64_t at = synapse(p, j);
        m_->weights.store(at, window_weight(m_->c, m_->weights.load(at), emitted, gain, s_.x(p)));
      });
      operations_.weight_updates += m_->inputs;
      operations_.powers += costly_powers(1, m_->c.mu) * m_->inputs;
    }
    ctx_.block_barrier();
    my_neurons([&](std::uint32_t j) {
      if (s_.y(j) != 0) s_.in_window(j) = 0;
    });
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
    if (lane_of(ctx_) == 0) s_.of_warp()[ctx_.thread() / kWarp] = most;
    ctx_.block_barrier();
    for (std::uint32_t w = 0; w < ctx_.threads() / kWarp; ++w) most = s_.of_warp()[w] > most ? s_.of_warp()[w] : most;
    return most;
  }

  SPRIG_KERNEL void finish() {
    const bool leaks = m_->rule == CompetitiveRule::asp, decays = m_->c.decay != 1, scales = m_->c.norm != 0;
    my_neurons([&](std::uint32_t j) {
      m_->theta[j] = s_.theta(j);
      if (leaks) {
        scale_column(j, asp_leak(m_->c.asp_leak_log2, m_->c.asp_growth, m_->slow[j]));
        m_->slow[j] *= m_->c.asp_trace_decay;
      }
      if (decays) scale_column(j, m_->c.decay);
      if (!scales) return;
      float sum = 0;
      for (std::uint32_t p = 0; p < m_->inputs; ++p) sum += m_->weights.load(synapse(p, j));
      scale_column(j, norm_scale(sum, m_->c.norm), m_->c.weight_max);
    });
    const std::uint32_t times = (leaks ? 1 : 0) + (decays ? 1 : 0) + (scales ? 1 : 0);
    operations_.weight_updates += std::uint64_t{m_->inputs} * m_->neurons * times;
  }
  SPRIG_KERNEL void scale_column(std::uint32_t j, float scale, float most = kNoBound) const {
    for (std::uint32_t p = 0; p < m_->inputs; ++p)
      m_->weights.store(synapse(p, j), bounded_weight(m_->weights.load(synapse(p, j)) * scale, most));
  }

  static constexpr float kNoBound = std::numeric_limits<float>::infinity();
  bool active_ = false;  // some neuron has fired in this presentation
};

template <ExecutionContext Ctx>
SPRIG_KERNEL void competitive_present(Ctx& ctx, const CompetitiveView& view) {
  const auto words = static_cast<std::uint32_t>(CompetitiveScratch::size(view.most_neurons, view.most_inputs));
  float* memory =
      view.scratch != nullptr ? view.scratch + std::uint64_t{ctx.block()} * words : ctx.template shared<float>(words);
  CompetitiveBlock<Ctx> block(ctx, CompetitiveScratch(memory, view.most_neurons, view.most_inputs));
  for (std::uint32_t m = ctx.block(); m < view.count; m += ctx.blocks()) block.run(view.models[m], view.failure + m);
}

}  // namespace sprig::kernel
