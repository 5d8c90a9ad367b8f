// Products of tall matrices whose columns lie in panels of eight: row r of panel p stands at at[p] + r * stride, as in
// tiles of any width. Each entry of a result is one chain of fused operations in one order, so that the bits depend
// neither on threads, nor on tiles, nor on the width of the processor's registers.
#pragma once

#include <cstddef>
#include <vector>

namespace sprig::cpu {

inline constexpr std::size_t kPanel = 8;

struct Panels {
  std::vector<double*> at;
  std::size_t rows = 0, stride = kPanel;
};

// A small matrix of kPanel x kPanel blocks: entry (i, j) at values[i * order + j].
struct SmallMatrix {
  std::size_t order = 0;
  std::vector<double> values;
  explicit SmallMatrix(std::size_t panels) : order(panels * kPanel), values(order * order, 0) {}
  double& operator()(std::size_t i, std::size_t j) { return values[i * order + j]; }
  double operator()(std::size_t i, std::size_t j) const { return values[i * order + j]; }
};

// The upper triangle of F^T F.
SmallMatrix gram(const Panels& f, int threads);

// F becomes F R^-1. r: upper triangular, no zero on its diagonal.
void multiply_by_inverse(const Panels& f, const SmallMatrix& r, int threads);

}  // namespace sprig::cpu
