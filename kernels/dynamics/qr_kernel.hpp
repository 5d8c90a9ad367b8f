// What the QR on the device (device_qr.cuh) does besides what vendor libraries do for it. The frame is [row][column].
#pragma once

#include <cstdint>

#include "kernels/core/context.hpp"

namespace sprig::kernel {

// to [column][row] = from [row][column].
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void to_columns(Ctx& ctx, double* to, const double* from, std::uint64_t rows,
                                    std::uint32_t columns) {
  for (std::uint64_t j = grid_thread(ctx); j < rows * columns; j += grid_threads(ctx))
    to[j] = from[j % rows * columns + j / rows];
}

// to [row][column] = from [column][row], column c times factor[c].
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void from_columns(Ctx& ctx, double* to, const double* from, std::uint64_t rows,
                                      std::uint32_t columns, const double* factor) {
  for (std::uint64_t j = grid_thread(ctx); j < rows * columns; j += grid_threads(ctx))
    to[j] = from[j % columns * rows + j / columns] * factor[j % columns];
}

// r (columns x columns, column-major) = the upper triangle of `factored` (rows x columns, column-major), row k times
// sign[k]; zeros below.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void signed_triangle(Ctx& ctx, double* r, const double* factored, std::uint64_t rows,
                                         std::uint32_t columns, const double* sign) {
  for (std::uint64_t j = grid_thread(ctx); j < std::uint64_t{columns} * columns; j += grid_threads(ctx)) {
    const std::uint64_t row = j % columns, column = j / columns;
    r[j] = row <= column ? sign[row] * factored[column * rows + row] : 0;
  }
}

// Each row x of `data`, [row][column], becomes x R^-1. r: R by rows, [row][column]. A warp takes a row, so what becomes
// of it depends on no other, nor on how many there are.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void solve_rows(Ctx& ctx, const double* r, std::uint32_t columns, double* data,
                                    std::uint64_t rows) {
  const std::uint32_t lane = lane_of(ctx);
  for (std::uint64_t row = grid_warp(ctx); row < rows; row += grid_warps(ctx)) {
    double* x = data + row * columns;
    for (std::uint32_t k = 0; k < columns; ++k) {
      const double* of_r = r + std::uint64_t{k} * columns;
      double known = 0;
      if (lane == k % kWarp) x[k] = known = x[k] / of_r[k];
      known = __builtin_bit_cast(double, ctx.shuffle(__builtin_bit_cast(std::uint64_t, known), k % kWarp));
      // The lane's first column beyond k: a lane has the columns that are its number mod kWarp.
      const std::uint32_t next = k + 1;
      for (std::uint32_t c = next + (lane - next) % kWarp; c < columns; c += kWarp) x[c] -= known * of_r[c];
    }
  }
}

}  // namespace sprig::kernel
