// Factors in blocks have the bits of Eigen's, at sizes around its blocks and ours.
#include "sprig/dynamics/factors.hpp"

#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "sprig/core/random.hpp"
#include "sprig/dynamics/covariance.hpp"

namespace sprig {
namespace {

using Eigen::MatrixXd;

MatrixXd random_matrix(Eigen::Index size) {
  MatrixXd a(size, size);
  for (Eigen::Index i = 0; i < size; ++i)
    for (Eigen::Index j = 0; j < size; ++j)
      a(i, j) =
          uniform_open(1, Stream::connectivity, static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(j)) - 0.5;
  return a;
}

constexpr Eigen::Index kSizes[] = {1, 2, 15, 16, 17, 31, 32, 33, 63, 65, 100, 129, 257, 260, 300, 333, 515, 701};

TEST(Factors, LuAndItsInverseAreThoseOfEigen) {
  for (const Eigen::Index size : kSizes) {
    const MatrixXd a = random_matrix(size);
    const Eigen::PartialPivLU<MatrixXd> eigen(a);
    const LuFactors ours(a);
    EXPECT_EQ(ours.matrix(), eigen.matrixLU()) << size;
    EXPECT_EQ(ours.inverse(), MatrixXd(eigen.inverse())) << size;
  }
}

TEST(Factors, CholeskyAndWhatIsSolvedWithItAreThoseOfEigen) {
  for (const Eigen::Index size : kSizes) {
    const MatrixXd a = random_matrix(size), spd = a * a.transpose() + MatrixXd::Identity(size, size);
    const Eigen::LLT<MatrixXd> eigen(spd);
    const std::optional<MatrixXd> ours = cholesky_factor(spd);
    ASSERT_TRUE(ours) << size;
    EXPECT_EQ(MatrixXd(ours->triangularView<Eigen::Lower>()), MatrixXd(eigen.matrixL())) << size;
    const MatrixXd identity = MatrixXd::Identity(size, size);
    EXPECT_EQ(cholesky_solve(*ours, identity), MatrixXd(eigen.solve(identity))) << size;
    MatrixXd indefinite = spd;
    indefinite(size / 2, size / 2) = -1;
    EXPECT_FALSE(cholesky_factor(indefinite)) << size;
  }
}

// Counts how often it is asked; stops at the n-th time.
struct Asked {
  int asked = 0, stop_at = -1;
  Progress progress() {
    return Progress([this](double) { return asked++ != stop_at; });
  }
};

TEST(Factors, AskOnceABlock) {
  const MatrixXd a = random_matrix(600);
  Asked lu, inverse, cholesky;
  const LuFactors factors(a, lu.progress());
  factors.inverse(inverse.progress());
  EXPECT_GE(lu.asked, 8);
  EXPECT_GE(inverse.asked, 2 * 9);
  cholesky_factor(a * a.transpose() + MatrixXd::Identity(600, 600), cholesky.progress());
  EXPECT_GE(cholesky.asked, 8);
}

TEST(Factors, ACovarianceStopsWhereverItIsAsked) {
  MatrixXd a = random_matrix(150);
  a.diagonal().array() -= 20;
  Asked all;
  lyapunov_covariance(a, 1, 2, all.progress());
  EXPECT_GT(all.asked, 30);
  for (int n = 0; n < all.asked; n += 7) {
    Asked stopped{0, n};
    EXPECT_THROW(lyapunov_covariance(a, 1, 1, stopped.progress()), Interrupted) << n;
    EXPECT_EQ(stopped.asked, n + 1);
  }
}

}  // namespace
}  // namespace sprig
