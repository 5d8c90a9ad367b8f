// Normal variates and Poisson counts of a slice, sixteen neurons side by side.
#include "host/engine/cpu_drive.hpp"

#include <algorithm>

#include "sprig/core/philox_lanes.hpp"
#include "sprig/core/quantile.hpp"
#include "sprig/core/random.hpp"
#include "sprig/engine/drive.hpp"

namespace sprig::cpu {

namespace {

// step_block() of kLanes neurons at once.
void draw_step(const UpdateContext& context, Stream stream, const std::uint32_t* ids, std::uint32_t replica,
               std::uint64_t step, LaneWords& words) {
  for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
    const PhiloxBlock counter = step_counter(ids[lane], context.first_replica + replica, step);
    for (int w = 0; w < 4; ++w) words.word[w][lane] = counter.word[w];
  }
  philox_lanes(words, context.seed, static_cast<std::uint32_t>(stream));
}

// poisson_count() of kLanes draws with the same table row: columns outside, so that the counts stay in vectors.
inline __attribute__((always_inline)) void count_lanes(const std::uint32_t* row, std::uint32_t columns,
                                                       const std::uint32_t* words, real* counts) {
  std::int32_t sum[kLanes] = {};
  for (std::uint32_t k = 0; k < columns; ++k) {
    const std::uint32_t threshold = row[k];
#pragma omp simd
    for (std::uint32_t lane = 0; lane < kLanes; ++lane) sum[lane] += threshold < words[lane] ? 1 : 0;
  }
  for (std::uint32_t lane = 0; lane < kLanes; ++lane) counts[lane] = static_cast<real>(sum[lane]);
}

}  // namespace

void draw_drive(SliceState& state, const Slice& slice, const UpdateContext& context, std::uint64_t step) {
  const SlicedNetwork& network = *context.network;
  const SliceConstants& c = slice.constants;
  const std::size_t replicas = context.replicas, cells = slice.count * replicas;
  std::uint32_t ids[kLanes];
  real counts[kLanes];
  LaneWords words;
  const std::uint32_t first_word = step & 3;  // what was before is over
  for (std::uint32_t base = 0; base < slice.count; base += kLanes) {
    const std::uint32_t lanes = std::min(kLanes, slice.count - base);
    for (std::uint32_t lane = 0; lane < kLanes; ++lane) ids[lane] = c.draw_id[base + std::min(lane, lanes - 1)];
    for (std::uint32_t replica = 0; replica < context.replicas; ++replica) {
      const std::size_t first = base * replicas + replica;
      if (!c.noise_sigma.empty()) {
        draw_step(context, Stream::gaussian_drive, ids, replica, step, words);
        for (std::uint32_t w = first_word; w < 4; ++w)
          for (std::uint32_t lane = 0; lane < lanes; ++lane)
            state.noise[w * cells + first + lane * replicas] =
                quantile_lookup(network.noise_table.data(), words.word[w][lane]);
      }
      if (!c.poisson_row.empty()) {
        draw_step(context, Stream::poisson_drive, ids, replica, step, words);
        const std::uint32_t* rows = c.poisson_row.data() + base;
        const std::uint32_t columns = network.poisson_columns;
        const std::uint32_t* table = network.poisson_table.data();
        const bool same = std::all_of(rows, rows + lanes, [&](std::uint32_t row) { return row == rows[0]; });
        for (std::uint32_t w = first_word; w < 4; ++w) {
          if (same)
            count_lanes(table + std::size_t{rows[0]} * columns, columns, words.word[w], counts);
          else
            for (std::uint32_t lane = 0; lane < lanes; ++lane)
              counts[lane] = static_cast<real>(static_cast<std::int32_t>(
                  poisson_count(table + std::size_t{rows[lane]} * columns, columns, words.word[w][lane])));
          for (std::uint32_t lane = 0; lane < lanes; ++lane)
            state.poisson[w * cells + first + lane * replicas] = counts[lane];
        }
      }
    }
  }
  state.drawn_quarter = step >> 2;
}

}  // namespace sprig::cpu
