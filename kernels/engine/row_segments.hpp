// How delivery cuts rows of synapses: a warp takes a segment of a row.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "kernels/engine/step_data.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig::kernel {

inline constexpr std::uint32_t kSegment = 128;      // four synapses a lane
inline constexpr std::uint32_t kMostSegments = 64;  // beyond it segments grow: the empty jobs of short rows cost too

// The view of rows of these offsets over their arrays at the given addresses.
template <class Offsets>
RowsView cut_rows(const Offsets& of_rows, const std::uint64_t* offsets, const WideSynapse* synapses) {
  std::uint64_t longest = 0;
  for (std::size_t r = 0; r + 1 < of_rows.size(); ++r) longest = std::max(longest, of_rows[r + 1] - of_rows[r]);
  const std::uint64_t at_least = (longest + kMostSegments - 1) / kMostSegments;
  const std::uint64_t segment = std::max<std::uint64_t>(kSegment, (at_least + kWarp - 1) / kWarp * kWarp);
  const std::uint64_t segments = std::max<std::uint64_t>((longest + segment - 1) / segment, 1);
  return {offsets, synapses, static_cast<std::uint32_t>(segment),
          static_cast<std::uint32_t>(std::bit_width(segments - 1))};
}

}  // namespace sprig::kernel
