// How a warp walks a segment of a row of synapses: lanes take consecutive synapses (8 bytes each, one load), and a lane
// asks for several before it uses the first. What is done with a synapse is an addition somewhere, behind which the
// compiler would not move a load by itself.
#pragma once

#include <cstdint>

#include "kernels/core/context.hpp"
#include "kernels/engine/step_data.hpp"

namespace sprig::kernel {

// A lane's synapses of one turn.
struct SynapseBatch {
  static constexpr std::uint32_t kMost = 4;  // so that a segment of 128 takes one turn

  std::uint64_t first;  // index of the first; the others follow in steps of a warp
  std::uint32_t count;  // of them, 1 to kMost
  WideSynapse of[kMost];

  SPRIG_HD std::uint64_t at(std::uint32_t i) const { return first + std::uint64_t{i} * kWarp; }
};

// Calls use(batch) for the lanes' synapses of one segment of the row of `source`. Where a batch is not full, its first
// synapse is read again in place of those that are not there: a load that needs no condition.
template <ExecutionContext Ctx, class Use>
SPRIG_KERNEL inline void each_batch(Ctx& ctx, const RowsView& rows, std::uint32_t source, std::uint64_t segment,
                                    Use use) {
  const std::uint64_t row_end = rows.offsets[source + 1];
  const std::uint64_t begin = rows.offsets[source] + segment * rows.segment;
  const std::uint64_t end = begin + rows.segment < row_end ? begin + rows.segment : row_end;
  constexpr std::uint32_t kMost = SynapseBatch::kMost;
  for (std::uint64_t k = begin + lane_of(ctx); k < end; k += kMost * kWarp) {
    const std::uint64_t left = (end - k + kWarp - 1) / kWarp;
    SynapseBatch batch;
    batch.first = k;
    batch.count = left < kMost ? static_cast<std::uint32_t>(left) : kMost;
    for (std::uint32_t i = 0; i < kMost; ++i) batch.of[i] = rows.synapses[batch.at(i < batch.count ? i : 0)];
    use(batch);
  }
}

}  // namespace sprig::kernel
