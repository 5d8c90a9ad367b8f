#include "host/dynamics/panel_products.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "sprig/core/wide_vectors.hpp"

namespace sprig::cpu {

namespace {

// Rows that are taken together, so that two panels of them stay in the first cache; sums over them are added up in
// order.
constexpr std::size_t kRows = 128;
using Block = double[kPanel * kPanel];

// sum += A^T B over some rows, kI columns of A at a time.
template <std::size_t kI>
inline __attribute__((always_inline)) void add_gram(const double* a, const double* b, std::size_t rows,
                                                    std::size_t stride, double* sum) {
  for (std::size_t first = 0; first < kPanel; first += kI) {
    double s[kI][kPanel] = {};
    for (std::size_t r = 0; r < rows; ++r) {
#pragma GCC unroll 8
      for (std::size_t i = 0; i < kI; ++i) {
        const double x = a[r * stride + first + i];
#pragma omp simd
        for (std::size_t j = 0; j < kPanel; ++j) s[i][j] = std::fma(x, b[r * stride + j], s[i][j]);
      }
    }
    for (std::size_t i = 0; i < kI; ++i)
      for (std::size_t j = 0; j < kPanel; ++j) sum[(first + i) * kPanel + j] += s[i][j];
  }
}

// kR rows of Y, from `start` (Y itself, or zero) on, += X M.
template <std::size_t kR, bool kFromZero>
inline __attribute__((always_inline)) void add_product(const double* x, const double* m, double* y,
                                                       std::size_t stride) {
  double s[kR][kPanel] = {};
  if constexpr (!kFromZero)
    for (std::size_t r = 0; r < kR; ++r)
      for (std::size_t j = 0; j < kPanel; ++j) s[r][j] = y[r * stride + j];
  for (std::size_t c = 0; c < kPanel; ++c) {
#pragma GCC unroll 8
    for (std::size_t r = 0; r < kR; ++r) {
      const double factor = x[r * stride + c];
#pragma omp simd
      for (std::size_t j = 0; j < kPanel; ++j) s[r][j] = std::fma(factor, m[c * kPanel + j], s[r][j]);
    }
  }
  for (std::size_t r = 0; r < kR; ++r)
    for (std::size_t j = 0; j < kPanel; ++j) y[r * stride + j] = s[r][j];
}

template <std::size_t kR, bool kFromZero>
inline __attribute__((always_inline)) void add_products(const double* x, const double* m, double* y, std::size_t rows,
                                                        std::size_t stride) {
  std::size_t r = 0;
  for (; r + kR <= rows; r += kR) add_product<kR, kFromZero>(x + r * stride, m, y + r * stride, stride);
  for (; r < rows; ++r) add_product<1, kFromZero>(x + r * stride, m, y + r * stride, stride);
}

// Blocks of R for rows of F: minus those above the diagonal, and the inverses of those on it.
struct Factors {
  std::size_t panels;
  std::vector<double> block;  // [panel above][panel]
  const double* at(std::size_t p, std::size_t q) const { return block.data() + (p * panels + q) * kPanel * kPanel; }
};

// Some rows of F become theirs of F R^-1, panel after panel.
template <std::size_t kR>
inline __attribute__((always_inline)) void solve_rows(const Panels& f, const Factors& m, std::size_t first,
                                                      std::size_t rows) {
  for (std::size_t q = 0; q < f.at.size(); ++q) {
    double* const y = f.at[q] + first * f.stride;
    for (std::size_t p = 0; p < q; ++p)
      add_products<kR, false>(f.at[p] + first * f.stride, m.at(p, q), y, rows, f.stride);
    add_products<kR, true>(y, m.at(q, q), y, rows, f.stride);
  }
}

void gram_narrow(const double* a, const double* b, std::size_t rows, std::size_t stride, double* sum) {
  add_gram<4>(a, b, rows, stride, sum);
}
void solve_narrow(const Panels& f, const Factors& m, std::size_t first, std::size_t rows) {
  solve_rows<4>(f, m, first, rows);
}
#if defined(SPRIG_WIDE_TARGET)
SPRIG_WIDE_TARGET void gram_wide(const double* a, const double* b, std::size_t rows, std::size_t stride, double* sum) {
  add_gram<8>(a, b, rows, stride, sum);
}
SPRIG_WIDE_TARGET void solve_wide(const Panels& f, const Factors& m, std::size_t first, std::size_t rows) {
  solve_rows<8>(f, m, first, rows);
}
#endif

auto choose_gram() {
#if defined(SPRIG_WIDE_TARGET)
  if (wide_vectors()) return gram_wide;
#endif
  return gram_narrow;
}
auto choose_solve() {
#if defined(SPRIG_WIDE_TARGET)
  if (wide_vectors()) return solve_wide;
#endif
  return solve_narrow;
}

// The inverse of an upper triangular block, by columns.
void invert(const SmallMatrix& r, std::size_t first, double* inverse) {
  for (std::size_t j = 0; j < kPanel; ++j) {
    inverse[j * kPanel + j] = 1 / r(first + j, first + j);
    for (std::size_t i = j; i-- > 0;) {
      double sum = 0;
      for (std::size_t k = i + 1; k <= j; ++k) sum += r(first + i, first + k) * inverse[k * kPanel + j];
      inverse[i * kPanel + j] = -sum / r(first + i, first + i);
    }
  }
}

Factors factors_of(const SmallMatrix& r) {
  Factors m{r.order / kPanel, std::vector<double>(r.values.size(), 0)};
  for (std::size_t q = 0; q < m.panels; ++q) {
    for (std::size_t p = 0; p < q; ++p)
      for (std::size_t i = 0; i < kPanel; ++i)
        for (std::size_t j = 0; j < kPanel; ++j)
          m.block[(p * m.panels + q) * kPanel * kPanel + i * kPanel + j] = -r(p * kPanel + i, q * kPanel + j);
    invert(r, q * kPanel, m.block.data() + (q * m.panels + q) * kPanel * kPanel);
  }
  return m;
}

}  // namespace

SmallMatrix gram(const Panels& f, [[maybe_unused]] int threads) {
  const std::size_t panels = f.at.size();
  SmallMatrix g(panels);
  const auto add = choose_gram();
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
  for (std::size_t q = 0; q < panels; ++q)
    for (std::size_t p = 0; p <= q; ++p) {
      Block sum = {};
      for (std::size_t first = 0; first < f.rows; first += kRows)
        add(f.at[p] + first * f.stride, f.at[q] + first * f.stride, std::min(kRows, f.rows - first), f.stride, sum);
      for (std::size_t i = 0; i < kPanel; ++i)
        for (std::size_t j = 0; j < kPanel; ++j) g(p * kPanel + i, q * kPanel + j) = sum[i * kPanel + j];
    }
  return g;
}

void multiply_by_inverse(const Panels& f, const SmallMatrix& r, [[maybe_unused]] int threads) {
  const Factors m = factors_of(r);
  const auto solve = choose_solve();
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::size_t first = 0; first < f.rows; first += kRows) solve(f, m, first, std::min(kRows, f.rows - first));
}

}  // namespace sprig::cpu
