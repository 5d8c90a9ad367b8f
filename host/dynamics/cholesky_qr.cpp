#include "host/dynamics/cholesky_qr.hpp"

#include <cmath>

#include "sprig/dynamics/collapsed.hpp"

namespace sprig::cpu {

namespace {

// A column's part outside the ones before it, relative to its length, below which the squared condition of F^T F eats
// the digits that the second pass needs.
constexpr double kLeastSine = 1e-6;
// What the first pass may leave of two columns' product: beyond it, a third would be needed.
constexpr double kLargestCosine = 1e-2;

// R with R^T R = g, in place of g's upper triangle. False where a column's sine is too small or nothing is finite.
bool factorise(SmallMatrix& g, std::size_t columns) {
  for (std::size_t k = 0; k < columns; ++k) {
    const double square = g(k, k);
    for (std::size_t i = 0; i < k; ++i) g(k, k) -= g(i, k) * g(i, k);
    if (!(g(k, k) > kLeastSine * kLeastSine * square) || is_collapsed(std::sqrt(square))) return false;
    g(k, k) = std::sqrt(g(k, k));
    for (std::size_t j = k + 1; j < columns; ++j) {
      double rest = g(k, j);
      for (std::size_t i = 0; i < k; ++i) rest -= g(i, k) * g(i, j);
      g(k, j) = rest / g(k, k);
    }
  }
  for (std::size_t k = columns; k < g.order; ++k) g(k, k) = 1;  // of columns that are not there
  return true;
}

bool nearly_orthonormal(const SmallMatrix& g, std::size_t columns) {
  for (std::size_t k = 0; k < columns; ++k)
    for (std::size_t i = 0; i <= k; ++i)
      if (!(std::abs(g(i, k) - (i == k ? 1 : 0)) <= kLargestCosine)) return false;
  return true;
}

}  // namespace

bool cholesky_pass(const Panels& frame, const std::vector<Panels>& carried, std::vector<double>& diagonal, bool last,
                   int threads) {
  SmallMatrix r = gram(frame, threads);
  if (last && !nearly_orthonormal(r, diagonal.size())) return false;
  if (!factorise(r, diagonal.size())) return false;
  for (std::size_t k = 0; k < diagonal.size(); ++k)
    if (is_collapsed(diagonal[k] * r(k, k))) return false;
  multiply_by_inverse(frame, r, threads);
  for (const Panels& part : carried) multiply_by_inverse(part, r, threads);
  for (std::size_t k = 0; k < diagonal.size(); ++k) diagonal[k] *= r(k, k);
  return true;
}

}  // namespace sprig::cpu
