// Sixteen chains side by side, [neuron][chain] (dynamics/cayley_chains.hpp has the formulas): a thread has one value,
// so that the sixteen of a neuron are read and written together, and a sum over a row is in the row's order.
//
// Bytes of a sweep: an entry of the matrix 12 and 128 gathered, a neuron 168 in and 128 out. Of samples: a synapse 276
// in, 8 out.
#pragma once

#include <cstdint>

#include "kernels/core/context.hpp"
#include "sprig/dynamics/cayley_chains.hpp"

namespace sprig::kernel {

struct CayleyView {
  std::uint32_t neurons = 0, seed = 0;
  double half = 0, noise = 0;
  const CayleyNeuron* steps = nullptr;     // [neuron], as all that follows
  const std::uint32_t* ids = nullptr;      // keys of draws
  const std::uint64_t* offsets = nullptr;  // of the matrix's rows, [neuron + 1]
  const std::uint32_t* columns = nullptr;  // [entry]
  const double* values = nullptr;
  double *x = nullptr, *control = nullptr, *right = nullptr;  // [neuron][chain]
};

// Synapses whose ends are compared, by source.
struct PairsView {
  const std::uint64_t* offsets = nullptr;  // [neuron + 1]
  const std::uint32_t* targets = nullptr;  // [synapse]
  const std::int8_t* signs = nullptr;      // [synapse]: -1, 0 or 1; 0 is left out
  double *of_synapse = nullptr, *of_neuron = nullptr;
};

SPRIG_HD inline double cayley_xi(const CayleyView& view, std::uint64_t entry, std::uint64_t draw) {
  const PhiloxBlock block = draw_block(view.seed, Stream::covariance_noise, view.ids[entry / kChains], draw);
  return sign_of_bit(block.word[0], static_cast<int>(entry % kChains));
}

template <ExecutionContext Ctx>
SPRIG_KERNEL inline void cayley_start(Ctx& ctx, const CayleyView& view, std::uint64_t draw, bool deviations) {
  for (std::uint64_t e = grid_thread(ctx); e < std::uint64_t{view.neurons} * kChains; e += grid_threads(ctx)) {
    const double xi = cayley_xi(view, e, draw);
    view.x[e] = deviations ? view.steps[e / kChains].deviation * xi : xi;
    view.control[e] = view.x[e];
  }
}

template <ExecutionContext Ctx>
SPRIG_KERNEL inline void cayley_begin_step(Ctx& ctx, const CayleyView& view, std::uint64_t draw, bool noise,
                                           double* midpoint) {
  for (std::uint64_t e = grid_thread(ctx); e < std::uint64_t{view.neurons} * kChains; e += grid_threads(ctx)) {
    const CayleyNeuron& n = view.steps[e / kChains];
    double right = view.x[e];
    if (noise) {
      const double xi = cayley_xi(view, e, draw);
      view.control[e] = cayley_control(n, view.control[e], xi);
      right = cayley_right(right, view.noise, xi);
    }
    view.right[e] = right;
    midpoint[e] = cayley_first_midpoint(n, right);
  }
}

// The largest of a number of all threads, none below 0: ~bits of it go down as it goes up. All lanes of a warp call.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void raise_to(Ctx& ctx, std::uint64_t* inverted, double largest) {
  std::uint64_t bits = __builtin_bit_cast(std::uint64_t, largest);
  for (std::uint32_t distance = 1; distance < kWarp; distance *= 2) {
    const std::uint64_t other = ctx.shuffle(bits, lane_of(ctx) ^ distance);
    bits = other > bits ? other : bits;
  }
  if (lane_of(ctx) == 0) ctx.atomic_min(inverted, ~bits);
}

SPRIG_HD inline double magnitude(double value) { return value < 0 ? -value : value; }

// inverted: [2], of the changes and of the values.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void cayley_sweep(Ctx& ctx, const CayleyView& view, const double* from, double* to,
                                      std::uint64_t* inverted) {
  double change = 0, largest = 0;
  for (std::uint64_t e = grid_thread(ctx); e < std::uint64_t{view.neurons} * kChains; e += grid_threads(ctx)) {
    const std::uint64_t i = e / kChains, chain = e % kChains;
    double others = 0;
    for (std::uint64_t k = view.offsets[i]; k < view.offsets[i + 1]; ++k)
      others += view.values[k] * from[std::uint64_t{view.columns[k]} * kChains + chain];
    const double now = cayley_midpoint(view.steps[i], view.half, view.right[e], others);
    const double changed = magnitude(now - from[e]), size = magnitude(now);
    change = changed > change ? changed : change;
    largest = size > largest ? size : largest;
    to[e] = now;
  }
  raise_to(ctx, inverted, change);
  raise_to(ctx, inverted + 1, largest);
}

// inverted: [1], of the values that come of it.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void cayley_end_step(Ctx& ctx, const CayleyView& view, const double* midpoint,
                                         std::uint64_t* inverted) {
  double largest = 0;
  for (std::uint64_t e = grid_thread(ctx); e < std::uint64_t{view.neurons} * kChains; e += grid_threads(ctx)) {
    view.x[e] = cayley_end(midpoint[e], view.x[e]);
    const double size = magnitude(view.x[e]);
    largest = size > largest ? size : largest;
  }
  raise_to(ctx, inverted, largest);
}

// The sum over a half warp's lanes in their order. All lanes call.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline double sum_of_chains(Ctx& ctx, double term) {
  const std::uint32_t first = lane_of(ctx) / kChains * kChains;
  double sum = 0;
  for (std::uint32_t c = 0; c < kChains; ++c)
    sum += __builtin_bit_cast(double, ctx.shuffle(__builtin_bit_cast(std::uint64_t, term), first + c));
  return sum;
}

// A warp takes a neuron, each half of it every other of its synapses.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void cayley_add_samples(Ctx& ctx, const CayleyView& view, const PairsView& pairs) {
  const std::uint32_t chain = lane_of(ctx) % kChains, half = lane_of(ctx) / kChains;
  for (std::uint32_t i = grid_warp(ctx); i < view.neurons; i += grid_warps(ctx)) {
    const std::uint64_t own = std::uint64_t{i} * kChains + chain;
    const double x_i = view.x[own], y_i = view.control[own];
    const double variance = sum_of_chains(ctx, pair_difference(0, x_i, x_i, y_i, y_i));
    if (lane_of(ctx) == 0) pairs.of_neuron[i] += variance;
    const std::uint64_t end = pairs.offsets[i + 1];
    for (std::uint64_t base = pairs.offsets[i]; base < end; base += kWarp / kChains) {
      const std::uint64_t k = base + half;
      const double s = k < end ? pairs.signs[k] : 0;
      double term = 0;
      if (s != 0) {
        const std::uint64_t other = std::uint64_t{pairs.targets[k]} * kChains + chain;
        term = pair_difference(s, x_i, view.x[other], y_i, view.control[other]);
      }
      const double sum = sum_of_chains(ctx, term);
      if (s != 0 && chain == 0) pairs.of_synapse[k] += sum;
    }
  }
}

}  // namespace sprig::kernel
