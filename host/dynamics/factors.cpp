// The outer loops of Eigen's blocked factorisations over its own inner ones, so that every number is added up as there.
// Columns are cut at multiples of 64: within fours of them sums do not depend on how many columns there are.
#include "sprig/dynamics/factors.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "sprig/core/exception_trap.hpp"
#include "sprig/core/loop_poll.hpp"
#include "sprig/core/threads.hpp"

namespace sprig {

namespace {

using Eigen::Index;

constexpr Index kSolveColumns = 64, kProductColumns = 256;
constexpr Index kFewColumns = 4;  // a product with one column is another loop, so a rest of few goes with those before

// Calls use(first, count) for columns [0, columns) in pieces of about `piece`, on several threads. Where pieces begin
// does not depend on these.
template <class Use>
void in_pieces(Index columns, Index piece, int threads, const Use& use) {
  std::vector<Index> firsts;
  for (Index first = 0; first < columns; first += piece)
    if (first == 0 || columns - first >= kFewColumns) firsts.push_back(first);
  firsts.push_back(columns);
  const std::size_t pieces = firsts.size() - 1;
  ExceptionTrap trap;  // of an Interrupted, and of what products allocate
#pragma omp parallel for schedule(dynamic, 1) num_threads(team_size(threads))
  for (std::size_t k = 0; k < pieces; ++k) trap.run([&] { use(firsts[k], firsts[k + 1] - firsts[k]); });
  trap.rethrow();
}

// Rows of a block of the factorisations, as Eigen chooses them.
Index block_size(Index size, Index most) { return std::min(std::max(size / 8 / 16 * 16, Index{8}), most); }

std::uint64_t pieces_of(Index count) { return static_cast<std::uint64_t>(count); }

template <class Triangle>
void solve_in_place(const Triangle& triangle, Eigen::MatrixXd& b, int threads, LoopPoll& poll) {
  in_pieces(b.cols(), kSolveColumns, threads, [&](Index first, Index count) {
    poll(static_cast<std::uint64_t>(first));
    auto columns = b.middleCols(first, count);
    triangle.solveInPlace(columns);
  });
}

}  // namespace

LuFactors::LuFactors(Eigen::MatrixXd a, const Progress& progress, int threads) : lu_(std::move(a)), threads_(threads) {
  using Panel = Eigen::internal::partial_lu_impl<double, Eigen::ColMajor, int>;
  constexpr Index kUnblocked = 16, kPanelBlock = 16, kBlock = 256;
  const Index size = lu_.rows(), stride = lu_.outerStride();
  Eigen::Transpositions<Eigen::Dynamic> swaps(size);
  int ignored = 0;  // of exchanges
  if (size <= kUnblocked) {
    if (size > 0) Panel::blocked_lu(size, size, lu_.data(), stride, &swaps.coeffRef(0), ignored);
  } else {
    const Index block = block_size(size, kBlock), blocks = size / block + 1;
    LoopPoll poll("LU factors", progress, pieces_of(blocks * (2 + size / kProductColumns / 2)), 1);
    for (Index k = 0; k < size; k += block) {
      const Index rows = std::min(size - k, block), rest = size - k - rows;
      poll(static_cast<std::uint64_t>(k));
      Panel::blocked_lu(rest + rows, rows, &lu_.coeffRef(k, k), stride, &swaps.coeffRef(k), ignored, kPanelBlock);
      for (Index i = k; i < k + rows; ++i) {
        swaps.coeffRef(i) += static_cast<int>(k);
        const Index pivot = swaps.coeff(i);
        lu_.row(i).head(k).swap(lu_.row(pivot).head(k));
      }
      if (rest == 0) continue;
      for (Index i = k; i < k + rows; ++i) lu_.row(i).tail(rest).swap(lu_.row(swaps.coeff(i)).tail(rest));
      const auto a11 = lu_.block(k, k, rows, rows);
      const auto a21 = lu_.block(k + rows, k, rest, rows);
      auto a12 = lu_.block(k, k + rows, rows, rest);
      a11.triangularView<Eigen::UnitLower>().solveInPlace(a12);
      in_pieces(rest, kProductColumns, threads, [&](Index first, Index columns) {
        poll(static_cast<std::uint64_t>(first));
        lu_.block(k + rows, k + rows + first, rest, columns).noalias() -= a21 * a12.middleCols(first, columns);
      });
    }
  }
  permutation_ = swaps;
}

Eigen::MatrixXd LuFactors::inverse(const Progress& progress) const {
  const Index size = lu_.rows();
  Eigen::MatrixXd x = permutation_ * Eigen::MatrixXd::Identity(size, size);
  const Progress lower = progress.part(0, 0.5), upper = progress.part(0.5, 1);
  LoopPoll first("inverse", lower, pieces_of(size / kSolveColumns + 1), 1);
  solve_in_place(lu_.triangularView<Eigen::UnitLower>(), x, threads_, first);
  LoopPoll second("inverse", upper, pieces_of(size / kSolveColumns + 1), 1);
  solve_in_place(lu_.triangularView<Eigen::Upper>(), x, threads_, second);
  return x;
}

std::optional<Eigen::MatrixXd> cholesky_factor(Eigen::MatrixXd a, const Progress& progress) {
  using Lower = Eigen::internal::llt_inplace<double, Eigen::Lower>;
  constexpr Index kUnblocked = 32, kBlock = 128;
  const Index size = a.rows();
  const Index block = size < kUnblocked ? std::max(size, Index{1}) : block_size(size, kBlock);
  LoopPoll poll("Cholesky factor", progress, pieces_of(size / block + 1), 1);
  for (Index k = 0; k < size; k += block) {
    const Index rows = std::min(block, size - k), rest = size - k - rows;
    poll(static_cast<std::uint64_t>(k));
    Eigen::Block<Eigen::MatrixXd> a11(a, k, k, rows, rows), a21(a, k + rows, k, rest, rows),
        a22(a, k + rows, k + rows, rest, rest);
    if (Lower::unblocked(a11) >= 0) return std::nullopt;
    if (rest == 0) continue;
    a11.adjoint().triangularView<Eigen::Upper>().solveInPlace<Eigen::OnTheRight>(a21);
    a22.selfadjointView<Eigen::Lower>().rankUpdate(a21, -1);
  }
  return a;
}

Eigen::MatrixXd cholesky_solve(const Eigen::MatrixXd& l, Eigen::MatrixXd b, const Progress& progress, int threads) {
  const Progress lower = progress.part(0, 0.5), upper = progress.part(0.5, 1);
  const std::uint64_t pieces = pieces_of(b.cols() / kSolveColumns + 1);
  LoopPoll first("Cholesky solve", lower, pieces, 1);
  solve_in_place(l.triangularView<Eigen::Lower>(), b, threads, first);
  LoopPoll second("Cholesky solve", upper, pieces, 1);
  solve_in_place(l.adjoint().triangularView<Eigen::Upper>(), b, threads, second);
  return b;
}

}  // namespace sprig
