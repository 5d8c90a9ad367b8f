// An order drawn for its items: they are sorted by a draw of each, so that what is drawn for one depends on nothing
// else.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "sprig/core/random.hpp"

namespace sprig {

// items: from 0 on, or any ids; the same id has the same key in the same `round`.
inline void shuffle(std::vector<std::uint32_t>& items, std::uint32_t seed, Stream stream, std::uint64_t round) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keyed;
  keyed.reserve(items.size());
  for (const std::uint32_t item : items) {
    const PhiloxBlock block = draw_block(seed, stream, round, item);
    keyed.push_back({(std::uint64_t{block.word[0]} << 32) | block.word[1], item});
  }
  std::sort(keyed.begin(), keyed.end());
  for (std::size_t k = 0; k < items.size(); ++k) items[k] = keyed[k].second;
}

}  // namespace sprig
