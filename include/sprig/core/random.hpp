// Every random number in sprig: one table of streams, and the counters they use. Ids never change once released: a
// changed id changes every published result. key = (seed, stream); counter = (what is drawn for, when or which).
#pragma once

#include <cstdint>

#include "sprig/core/hd.hpp"
#include "sprig/core/philox.hpp"

namespace sprig {

enum class Stream : std::uint32_t {
  // counter (source neuron, draw index): building networks
  connectivity = 1,
  rewiring = 2,
  weight = 3,
  delay = 4,
  projection = 5,
  projection_target = 6,  // their counters: network/projection_draw.hpp
  // rules that are drawn on the host and stored; counter (neuron and projection, draw index)
  stored_connectivity = 7,
  stored_rewiring = 8,
  stored_total = 9,    // counter (ball, projection)
  stored_values = 10,  // counter (source neuron and projection, synapse in its row): weights and delays
  // counter (neuron): parameters
  tau_membrane = 16,
  initial_potential = 17,
  input_weight = 18,
  neuron_sign = 19,
  neuron_parameter = 20,  // counter (neuron, 0..): one draw a parameter
  neuron_position = 21,
  // counter (original neuron, step / 4) with replica: drive, four steps a block
  poisson_drive = 32,
  gaussian_drive = 33,
  // counter (channel, step / 4) with replica: encoders
  encoder = 34,
  // counter (original neuron, step / 4) with replica, and the stimulus's number in the 16 highest bits of the step
  poisson_stimulus = 35,
  // counter (original edge, round): pruning
  keep_synapse = 48,
  random_prune = 49,
  random_prune_neuron = 50,
  eigenvector_start = 51,  // counter (original neuron, 0)
  search_design = 52,      // counter (point, draw): minimise()
  // tasks
  task_initial_state = 64,
  task_start = 65,
  search_candidate = 66,  // counter (0, draw): operating points of a search
  // dynamics
  tangent_frame = 80,
  finite_perturbation = 81,  // of a method that was withdrawn; the id stays taken
  covariance_noise = 82,     // counter (original neuron; round, block of chains, step): signs, one a bit
  edge_projection = 83,      // counter (pair of original neurons; round, block): signs, one a bit
  // counter (neuron): which neurons statistics look at
  neuron_sample = 96,
  // counter (source neuron, draw index): the sweep benchmark's network
  sweep_network = 97,
  // counter (0, sample): generated series
  series_noise = 112,
  // counter (pixel, step / 4) with the image as replica
  image_encoder = 113,
  glyph = 114,           // counter (image, draw)
  image_interval = 115,  // counter (pixel, interval / 4) with the image as replica
  series_input = 116,    // counter (attempt, sample): the random input of series that answer to one
  // counter (epoch, sequence): order in which sequences are trained on
  training_order = 128,
  // counter (original synapse, 0): its time constants of learning
  stdp_tau_plus = 129,
  stdp_tau_minus = 130,
  competitive_weight = 131,  // counter (synapse, 0): initial weights of competitive learning
  competitive_winner = 132,  // counter (step / 4) with the image as replica: who of several that crossed emits
  // counter (eight synapses, 4 step + phase) with the image as replica: learning/competitive/weight_codes.hpp
  feature_rounding = 133,
  layer_weight = 134,  // counter (synapse of its layer, layer): initial weights of layered networks
  // tests and benchmarks
  test = 0xFFFF,
};

// Four words for draw `index` of entity `id` (64 bit each).
SPRIG_HD inline PhiloxBlock draw_block(std::uint32_t seed, Stream stream, std::uint64_t id, std::uint64_t index) {
  return philox4x32({{static_cast<std::uint32_t>(id), static_cast<std::uint32_t>(id >> 32),
                      static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32)}},
                    seed, static_cast<std::uint32_t>(stream));
}

// The block that serves steps 4q .. 4q+3 of one neuron in one replica; word (step & 3) is the step's draw.
SPRIG_HD inline PhiloxBlock step_counter(std::uint32_t neuron, std::uint32_t replica, std::uint64_t step) {
  const std::uint64_t quarter = step >> 2;
  return {{neuron, replica, static_cast<std::uint32_t>(quarter), static_cast<std::uint32_t>(quarter >> 32)}};
}
SPRIG_HD inline PhiloxBlock step_block(std::uint32_t seed, Stream stream, std::uint32_t neuron, std::uint32_t replica,
                                       std::uint64_t step) {
  return philox4x32(step_counter(neuron, replica, step), seed, static_cast<std::uint32_t>(stream));
}
// That word, chosen without indexing, so that a block kept in registers stays there.
SPRIG_HD inline std::uint32_t word_of_step(const PhiloxBlock& block, std::uint64_t step) {
  const std::uint32_t even = step & 2 ? block.word[2] : block.word[0], odd = step & 2 ? block.word[3] : block.word[1];
  return step & 1 ? odd : even;
}

// Draws below it, of 2^32, are spikes of a Poisson train on the grid (one Bernoulli draw a step).
inline double spike_bound(double rate_hz, double step_ms) { return rate_hz * step_ms * 1e-3 * 4294967296.0; }

// Uniform in (0, 1), 52 bits, never 0 or 1. For host-side construction.
SPRIG_HD inline double uniform_open(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t bits = ((std::uint64_t{high} << 32) | low) >> 12;
  return (static_cast<double>(bits) + 0.5) * (1.0 / 4503599627370496.0);
}
SPRIG_HD inline double uniform_open(std::uint32_t seed, Stream stream, std::uint64_t id, std::uint64_t index) {
  const PhiloxBlock block = draw_block(seed, stream, id, index);
  return uniform_open(block.word[0], block.word[1]);
}

}  // namespace sprig
