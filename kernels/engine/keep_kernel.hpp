// Rows of packed synapses (engine/slices.hpp, one slice, by source) made smaller and weighed anew where they are: what
// is left of a row stays in its order, a neuron that is left gets its new number, and weights and their scales are
// those of the network as it is now. Two readings, one to count and one to move; a warp takes a row.
//
// Bytes a synapse that there was: 1 and 8 read, 1 more to count; a synapse that is left: 4 read, 8 written.
#pragma once

#include <cstdint>

#include "kernels/core/context.hpp"
#include "sprig/core/fixed_point.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig::kernel {

inline constexpr std::uint32_t kGone = 0xFFFFFFFFu;

// moved: [neuron before]: its number now, or kGone. mask: [synapse before]; null: all are left.
struct KeepData {
  LifKind kind;
  std::uint32_t neurons_before = 0, neurons = 0;
  const std::uint64_t* offsets = nullptr;  // before
  const WideSynapse* synapses = nullptr;   // before
  const std::uint8_t* mask = nullptr;
  const std::uint32_t* moved = nullptr;
  std::uint64_t* begins = nullptr;               // [neuron + 1]: synapses of its row; then where the row begins
  const float* weights = nullptr;                // [synapse]
  const std::uint32_t* population_of = nullptr;  // [neuron]
  const double* scale = nullptr;                 // [population * 2 + receptor]
  WideSynapse* to = nullptr;                     // [synapse]
};

// Calls use(row now, k or one too many, whether k is left, which lanes have one that is) for the synapses of all rows
// that are left, a warp's lanes at consecutive k, and done(row now) behind each row.
template <ExecutionContext Ctx, class Use, class Done>
SPRIG_KERNEL inline void each_row_left(Ctx& ctx, const KeepData& data, const Use& use, const Done& done) {
  for (std::uint32_t row = grid_warp(ctx); row < data.neurons_before; row += grid_warps(ctx)) {
    const std::uint32_t now = data.moved[row];
    if (now == kGone) continue;
    const std::uint64_t end = data.offsets[row + 1];
    for (std::uint64_t base = data.offsets[row]; base < end; base += kWarp) {
      const std::uint64_t k = base + lane_of(ctx);
      const bool left = k < end && (data.mask == nullptr || data.mask[k] != 0);
      use(now, k, left, ctx.ballot(left));
    }
    done(now);
  }
}

template <ExecutionContext Ctx>
SPRIG_KERNEL inline void count_kept(Ctx& ctx, const KeepData& data) {
  std::uint64_t count = 0;
  each_row_left(
      ctx, data, [&](std::uint32_t, std::uint64_t, bool, std::uint32_t lanes) { count += count_bits(lanes); },
      [&](std::uint32_t now) {
        if (lane_of(ctx) == 0) data.begins[now] = count;
        count = 0;
      });
}

template <ExecutionContext Ctx>
SPRIG_KERNEL inline void move_kept(Ctx& ctx, const KeepData& data) {
  const std::uint32_t receptors = data.kind.currents();
  const std::uint32_t stride_before = receptors * data.neurons_before, stride = receptors * data.neurons;
  std::uint64_t before = 0;  // of the row, that are left
  each_row_left(
      ctx, data,
      [&](std::uint32_t now, std::uint64_t k, bool left, std::uint32_t lanes) {
        const std::uint64_t at =
            data.begins[now] + before + count_bits(lanes & ((std::uint32_t{1} << lane_of(ctx)) - 1));
        before += count_bits(lanes);
        if (!left) return;
        const std::uint32_t place = data.synapses[k].place, delay = place / stride_before;
        const std::uint32_t target = data.moved[place % stride_before % data.neurons_before];
        const auto weight = static_cast<double>(data.weights[at]);
        const auto receptor = static_cast<std::uint32_t>(receptor_of(data.kind, weight));
        const double scale = data.scale[2 * std::size_t{data.population_of[target]} + receptor];
        data.to[at] = {delay * stride + receptor * data.neurons + target, to_fixed(weight, scale)};
      },
      [&](std::uint32_t) { before = 0; });
}

}  // namespace sprig::kernel
