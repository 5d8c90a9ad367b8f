// A few columns of a frame, row after row: what one thread moves on the CPU.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "sprig/core/page_vector.hpp"
#include "sprig/core/wide_vectors.hpp"

namespace sprig::cpu {

// A row of a tile, in kRegisters of kBytes: a value like a double to the formulas of tangent_step.hpp. It stands for
// doubles of a tile wherever they lie.
template <std::size_t kBytes, std::size_t kRegisters>
struct __attribute__((may_alias)) TileRow {
  typedef double Register __attribute__((vector_size(kBytes), aligned(8), may_alias));
  Register part[kRegisters];

  __attribute__((always_inline)) TileRow& operator*=(double factor) {
#pragma GCC unroll 4
    for (std::size_t k = 0; k < kRegisters; ++k) part[k] *= factor;
    return *this;
  }
  __attribute__((always_inline)) TileRow& operator+=(const TileRow& other) {
#pragma GCC unroll 4
    for (std::size_t k = 0; k < kRegisters; ++k) part[k] += other.part[k];
    return *this;
  }
  __attribute__((always_inline)) friend TileRow operator*(double factor, const TileRow& row) {
    TileRow product = row;
    product *= factor;
    return product;
  }
};

// Some consecutive columns of everything, rows contiguous; columns beyond the frame's are zero.
struct Tile {
  PageVector<double> frame;    // [row]
  PageVector<double> payload;  // [slot]
  PageVector<double> history;  // [step mod max_delay][neuron]: S of the surrogate
};

template <class Row>
Row* tile_rows(PageVector<double>& doubles) {
  return reinterpret_cast<Row*>(doubles.data());
}
template <class Row>
const Row* tile_rows(const PageVector<double>& doubles) {
  return reinterpret_cast<const Row*>(doubles.data());
}

// Columns of a tile: as many as fill four registers, so that what is asked of a neuron or a synapse is asked rarely;
// fewer where the frame has fewer, or not every thread would have a tile. Columns never mix, so it changes no result.
inline constexpr std::uint32_t kNarrowTile = 8;
inline std::uint32_t tile_width(std::uint32_t columns, int threads) {
  std::uint32_t width = 16;
#if defined(SPRIG_WIDE_TARGET)
  if (wide_vectors()) width = 32;
#endif
  const auto too_wide = [&](std::uint32_t w) {
    return w / 2 >= columns || (columns + w - 1) / w < std::uint32_t(threads);
  };
  while (width > kNarrowTile && too_wide(width)) width /= 2;
  return width;
}

}  // namespace sprig::cpu
