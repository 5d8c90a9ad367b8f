// How the threads of a block change a model's weights. Numbers: in a row each thread has its neurons, as where inputs
// are summed, so no barrier is needed between; in a column its inputs. Codes: eight neighbouring codes of a row share a
// Philox block and have their words to themselves, and belong to one thread: rows of inputs and their groups are dealt
// out to all threads, within barriers; in a column each thread has its inputs, whose words are different ones. So no
// atomics. Bytes: those of a weight read and written.
#pragma once

#include <cstdint>

#include "kernels/learning/competitive/view.hpp"
#include "sprig/learning/competitive/competitive.hpp"
#include "sprig/learning/competitive/weights.hpp"

namespace sprig::kernel {

struct RoundingDrawsOf {
  RoundingDraws draws;
  CodeRounding rounding;

  SPRIG_KERNEL bool drawn() const { return rounding == CodeRounding::stochastic; }
  SPRIG_KERNEL PhiloxBlock block(std::uint32_t group) const { return drawn() ? draws.block(group) : PhiloxBlock{}; }
  SPRIG_KERNEL float level(const PhiloxBlock& block, std::uint32_t lane) const {
    return drawn() ? level_of_draw(RoundingDraws::draw(block, lane)) : level_undrawn(rounding);
  }
};

// w = change(p, j, w) for the listed inputs and the neurons that `which` takes, of the thread itself where it knows.
template <class Ctx, class Which, class Change>
SPRIG_KERNEL void change_rows(Ctx& ctx, const NumberWeights& weights, std::uint32_t neurons,
                              const std::uint32_t* inputs, std::uint32_t count, const RoundingDrawsOf&, Which which,
                              Change change) {
  constexpr std::uint32_t kAhead = 8;  // weights that a thread has under way
  for (std::uint32_t j = ctx.thread(); j < neurons; j += ctx.threads()) {
    if (!which(j)) continue;
    std::uint32_t k = 0;
    for (; k + kAhead <= count; k += kAhead) {
      float w[kAhead];
      for (std::uint32_t i = 0; i < kAhead; ++i) w[i] = weights.load(inputs[k + i], j);
      for (std::uint32_t i = 0; i < kAhead; ++i) weights.store(inputs[k + i], j, change(inputs[k + i], j, w[i]));
    }
    for (; k < count; ++k) weights.store(inputs[k], j, change(inputs[k], j, weights.load(inputs[k], j)));
  }
}

// Groups [0, count x groups) of the rows input(0), input(1), ..., dealt out to the threads.
template <class Ctx, class Input, class Which, class Change>
SPRIG_KERNEL void change_groups(Ctx& ctx, const PackedWeights& weights, std::uint32_t neurons, std::uint32_t count,
                                const RoundingDrawsOf& rounding, Input input, Which which, Change change) {
  const std::uint32_t groups = groups_of(neurons);
  ctx.block_barrier();
  for (std::uint64_t k = ctx.thread(); k < std::uint64_t{count} * groups; k += ctx.threads()) {
    const std::uint32_t p = input(static_cast<std::uint32_t>(k / groups)), g = static_cast<std::uint32_t>(k % groups);
    const PhiloxBlock block = rounding.block(p * groups + g);
    for (std::uint32_t lane = 0; lane < kCodeGroup; ++lane) {
      const std::uint32_t j = g * kCodeGroup + lane;
      if (j >= neurons || !which(j)) continue;
      const float w = change(p, j, weights.load(p, j));
      weights.set(p, j, rounded_code(weights.codes, w, rounding.level(block, lane)));
    }
  }
  ctx.block_barrier();
}
template <class Ctx, class Which, class Change>
SPRIG_KERNEL void change_rows(Ctx& ctx, const PackedWeights& weights, std::uint32_t neurons,
                              const std::uint32_t* inputs, std::uint32_t count, const RoundingDrawsOf& rounding,
                              Which which, Change change) {
  change_groups(
      ctx, weights, neurons, count, rounding, [=](std::uint32_t k) { return inputs[k]; }, which, change);
}

// w = change(p, j, w) for all of them.
template <class Ctx, class Change>
SPRIG_KERNEL void change_all(Ctx& ctx, const NumberWeights& weights, std::uint32_t inputs, std::uint32_t neurons,
                             const RoundingDrawsOf&, Change change) {
  for (std::uint32_t j = ctx.thread(); j < neurons; j += ctx.threads())
    for (std::uint32_t p = 0; p < inputs; ++p) weights.store(p, j, change(p, j, weights.load(p, j)));
}
template <class Ctx, class Change>
SPRIG_KERNEL void change_all(Ctx& ctx, const PackedWeights& weights, std::uint32_t inputs, std::uint32_t neurons,
                             const RoundingDrawsOf& rounding, Change change) {
  const auto every = [](std::uint32_t k) { return k; };
  change_groups(
      ctx, weights, neurons, inputs, rounding, every, [](std::uint32_t) { return true; }, change);
}

// w = change(p, w) for one neuron's, each thread its inputs.
template <class Ctx, class Change>
SPRIG_KERNEL void change_column(Ctx& ctx, const NumberWeights& weights, std::uint32_t inputs, std::uint32_t j,
                                const RoundingDrawsOf&, Change change) {
  for (std::uint32_t p = ctx.thread(); p < inputs; p += ctx.threads())
    weights.store(p, j, change(p, weights.load(p, j)));
}
template <class Ctx, class Change>
SPRIG_KERNEL void change_column(Ctx& ctx, const PackedWeights& weights, std::uint32_t inputs, std::uint32_t j,
                                const RoundingDrawsOf& rounding, Change change) {
  for (std::uint32_t p = ctx.thread(); p < inputs; p += ctx.threads()) {
    const PhiloxBlock block = rounding.block(j * groups_of(inputs) + p / kCodeGroup);
    const float w = change(p, weights.load(p, j));
    weights.set(p, j, rounded_code(weights.codes, w, rounding.level(block, p % kCodeGroup)));
  }
}

// A model's codes as numbers, and back.
template <class Ctx>
SPRIG_KERNEL void open_codes(Ctx& ctx, const CompetitiveModelView& m) {
  ctx.block_barrier();
  for (std::uint32_t j = ctx.thread(); j < m.c.neurons; j += ctx.threads())
    for (std::uint32_t p = 0; p < m.inputs; ++p) m.numbers.store(p, j, m.codes.load(p, j));
  ctx.block_barrier();
}
template <class Ctx>
SPRIG_KERNEL void close_codes(Ctx& ctx, const CompetitiveModelView& m, const RoundingDrawsOf& rounding) {
  change_all(ctx, m.codes, m.inputs, m.c.neurons, rounding,
             [&](std::uint32_t p, std::uint32_t j, float) { return m.numbers.load(p, j); });
}

}  // namespace sprig::kernel
