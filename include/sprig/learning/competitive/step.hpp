// The order of a presentation and of its steps, once for all backends, and what they count. A block has one model's
// state and does each operation over its neurons and inputs in its own way: host/learning/competitive/block.hpp in
// vectors and by lists of spikes, kernels/learning/competitive/kernel.hpp by the threads of a block, which order their
// memory within the verbs and find the same in what a verb returns.
//
//   rest()                   all but weights and thresholds as before a presentation; what its inhibition takes
//   open_weights()           codes become numbers, where they are that for a presentation
//   close_weights()          and codes again
//   draw_inputs(t)           the inputs' spikes of a step; fired(t) of them, arrived(t) in the step before
//   move_input_traces(t)
//   step_neurons(t, count)   takes in what arrived, and the inhibition by inhibitors(t); leak, threshold, reset
//   step_inhibitory(t)       of a population, by who emitted in the last step; they act in the next one
//   choose(t)                who of those that crossed emits: emitted() neurons, which are counted
//   move_traces(t)           active(): some neuron has emitted in this presentation
//   change_at_spikes(t, k)   weights of the inputs that spiked, and of the neurons that emitted
//   keep_spikes(t)           slow traces, and asp's counts: of the spikes that this step's changes did not see
//   change_window(t, k)      weights of all neurons that have emitted, or in this window where none is lowered; returns
//                            how many they are
//   keep_thresholds()        into the state
//   scale_weights(by, most, phase)
//                            each neuron's by by(neuron), at most to `most`; the phase's draws round codes
//   sum_weights()            each neuron's, for sum(neuron); slow(neuron): asp's trace
#pragma once

#include <cstdint>
#include <limits>

#include "sprig/core/hd.hpp"
#include "sprig/core/random.hpp"
#include "sprig/learning/competitive/rule.hpp"
#include "sprig/network/projection_draw.hpp"

namespace sprig {

// What a step's inhibition takes: from neurons at large, and from those that are behind it.
struct InhibitionTaken {
  float all, others;
};
SPRIG_HD inline InhibitionTaken inhibition_by(float of_one, std::uint32_t count) {
  return {static_cast<float>(count) * of_one, static_cast<float>(count - 1) * of_one};
}
// What one spike takes in a presentation that begins with these thetas. FSpiNN's adaptive inhibition [ours]: the same
// share of the way to threshold as theta grows. theta_sum: in the order of the neurons.
SPRIG_HD inline float inhibition_of_one(const CompetitiveConstants& c, float theta_sum) {
  if (c.inhibition_share == 0) return c.inhibition_of_one;
  return c.inhibition_share * (c.neuron.threshold + theta_sum / static_cast<float>(c.neurons));
}

// Which of the neurons that crossed emits where only one may, counted from the first.
SPRIG_HD inline std::uint32_t drawn_winner(const CompetitiveConstants& c, std::uint32_t image, std::uint64_t time,
                                           std::uint32_t crossed) {
  if (crossed < 2) return 0;
  const PhiloxBlock block = step_block(c.seed, Stream::competitive_winner, 0, image, time);
  return draw_below(word_of_step(block, time), crossed);
}

// Numbers of 4 bytes that are read and written again.
SPRIG_HD inline std::uint64_t bytes_moved(std::uint64_t numbers) { return 8 * numbers; }
SPRIG_HD inline void count_updates(LearningOperations& done, std::uint64_t updates) {
  done.weight_updates += updates;
  done.weight_reads += updates;
  done.weight_writes += updates;
}

template <class Block>
SPRIG_HD inline AdaptiveRates rates_of(Block& b) {
  if (!b.constants().adaptive_rates) return {};
  const std::uint32_t most_post = b.most_spikes(), most_pre = b.most_input_spikes();
  return adaptive_rates(b.constants(), most_post, most_pre);
}

// Traces, then weights: at the spikes of a step, or at the end of a window.
template <class Block>
SPRIG_HD inline void learn_in_step(Block& b, std::uint32_t t) {
  const CompetitiveConstants& c = b.constants();
  LearningOperations& done = b.operations();
  b.move_traces(t);
  done.trace_updates += b.inputs() + c.neurons;
  done.state_bytes += bytes_moved(b.inputs() + c.neurons);
  if (!b.active()) return;
  const std::uint64_t fired = c.depresses ? b.fired(t) : 0, emitted = b.emitted();
  if (c.window == 0 && fired + emitted > 0) {
    b.change_at_spikes(t, rates_of(b));
    const std::uint64_t updates = fired * c.neurons + emitted * b.inputs();
    count_updates(done, updates);
    if (c.rule == CompetitiveRule::spikedyn) done.powers += costly_powers(2, c.mu) * updates;
    if (emitted > 0) b.keep_spikes(t);
  }
  if (c.window > 0 && (t + 1) % c.window == 0) {
    const std::uint64_t updates = std::uint64_t{b.change_window(t, rates_of(b))} * b.inputs();
    count_updates(done, updates);
    done.powers += costly_powers(1, c.mu) * updates;
  }
}

template <class Block>
SPRIG_HD inline void present_step(Block& b, std::uint32_t t) {
  const CompetitiveConstants& c = b.constants();
  LearningOperations& done = b.operations();
  const std::uint64_t n = c.neurons;
  b.draw_inputs(t);
  if (c.learning) b.move_input_traces(t);
  const std::uint32_t inhibitors = b.inhibitors(t);
  b.step_neurons(t, inhibitors);
  done.neuron_updates += n;
  done.synaptic_events += b.arrived(t) * n + inhibitors * (n - 1);
  done.weight_reads += b.arrived(t) * n;
  done.state_bytes += bytes_moved(3 * n);  // potential, theta, refractory steps
  if (c.inhibition == Inhibition::population) {
    b.step_inhibitory(t);
    done.neuron_updates += n;
    done.synaptic_events += b.emitted();
    done.state_bytes += bytes_moved(2 * n);
  }
  b.choose(t);
  if (c.learning) learn_in_step(b, t);
}

// What weights lose by themselves over a presentation, then the sum of each neuron's.
template <class Block>
SPRIG_HD inline void settle_weights(Block& b) {
  const CompetitiveConstants& c = b.constants();
  constexpr float kUnbounded = std::numeric_limits<float>::infinity();
  const bool leaks = c.rule == CompetitiveRule::asp, decays = c.decay != 1, scales = c.norm != 0;
  if (leaks) {
    b.scale_weights([&](std::uint32_t j) { return asp_leak(c.asp_leak_log2, c.asp_growth, b.slow(j)); }, kUnbounded,
                    RoundingPhase::decay);
    b.each_neuron([&](std::uint32_t j) { b.slow(j) *= c.asp_trace_decay; });
  }
  if (decays) b.scale_weights([&](std::uint32_t) { return c.decay; }, kUnbounded, RoundingPhase::decay);
  if (scales) {
    b.sum_weights();
    b.scale_weights([&](std::uint32_t j) { return norm_scale(b.sum(j), c.norm); }, c.weight_max, RoundingPhase::norm);
  }
  const std::uint32_t times = (leaks ? 1 : 0) + (decays ? 1 : 0) + (scales ? 1 : 0);
  const std::uint64_t weights = std::uint64_t{b.inputs()} * c.neurons;
  count_updates(b.operations(), weights * times);
  if (scales) b.operations().weight_reads += weights;
}

template <class Block>
SPRIG_HD inline void present_image(Block& b) {
  b.rest();
  b.open_weights();
  for (std::uint32_t t = 0; t < b.constants().steps; ++t) present_step(b, t);
  if (!b.constants().learning) return;
  b.keep_thresholds();
  settle_weights(b);
  b.close_weights();
  if (!b.constants().numbers_between) return;
  const std::uint64_t opened = std::uint64_t{b.inputs()} * b.constants().neurons;  // and closed
  b.operations().weight_reads += opened;
  b.operations().weight_writes += opened;
}

}  // namespace sprig
