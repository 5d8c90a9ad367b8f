// CholeskyQR2 over panels against Eigen's Householder reflections.
#include "host/dynamics/cholesky_qr.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "host/dynamics/benettin.hpp"
#include "sprig/core/random.hpp"

namespace sprig::test {
namespace {

// A matrix in tiles of `width` columns, row after row, with zeros beyond its columns.
struct Tiled {
  std::vector<std::vector<double>> tiles;
  cpu::Panels panels;
  Eigen::Index columns;

  Tiled(const Eigen::MatrixXd& m, std::size_t width) : columns(m.cols()) {
    const auto rows = static_cast<std::size_t>(m.rows()), count = static_cast<std::size_t>(m.cols());
    tiles.assign((count + width - 1) / width, std::vector<double>(rows * width, 0));
    for (std::size_t c = 0; c < count; ++c)
      for (std::size_t r = 0; r < rows; ++r)
        tiles[c / width][r * width + c % width] = m(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(c));
    panels.rows = rows;
    panels.stride = width;
    for (std::size_t c = 0; c < count; c += cpu::kPanel) panels.at.push_back(tiles[c / width].data() + c % width);
  }
  Eigen::MatrixXd matrix() const {
    Eigen::MatrixXd m(static_cast<Eigen::Index>(panels.rows), columns);
    for (Eigen::Index c = 0; c < columns; ++c)
      for (Eigen::Index r = 0; r < m.rows(); ++r)
        m(r, c) = panels.at[static_cast<std::size_t>(c) / cpu::kPanel]
                           [static_cast<std::size_t>(r) * panels.stride + static_cast<std::size_t>(c) % cpu::kPanel];
    return m;
  }
};

double drawn(std::uint64_t id, std::uint64_t index) { return 2 * uniform_open(5, Stream::test, id, index) - 1; }

// Random columns with lengths from 1 down to 1e-8; every one but the first has only `sine` of it outside the first.
Eigen::MatrixXd frame_of(Eigen::Index rows, Eigen::Index columns, double sine) {
  Eigen::MatrixXd f(rows, columns);
  for (Eigen::Index c = 0; c < columns; ++c) {
    for (Eigen::Index r = 0; r < rows; ++r) f(r, c) = drawn(r, c);
    if (c > 0 && sine < 1) f.col(c) = f.col(0) + sine * f.col(c);
    if (c > 0) f.col(c) *= std::pow(10.0, -8.0 * static_cast<double>(c) / static_cast<double>(columns));
  }
  return f;
}

bool both_passes(Tiled& frame, const std::vector<cpu::Panels>& carried, std::vector<double>& diagonal, int threads) {
  diagonal.assign(static_cast<std::size_t>(frame.columns), 1);
  return cpu::cholesky_pass(frame.panels, carried, diagonal, false, threads) &&
         cpu::cholesky_pass(frame.panels, carried, diagonal, true, threads);
}

TEST(CholeskyQr, IsHouseholdersForFramesOfAnyShapeAndLength) {
  for (const auto& [rows, columns] : {std::pair{1, 1}, {9, 8}, {40, 40}, {131, 17}, {700, 33}})
    for (const double sine : {1.0, 1e-4}) {
      const Eigen::MatrixXd start = frame_of(rows, columns, sine), flight = frame_of(13, columns, 1);
      Eigen::MatrixXd q = start, carried = flight;
      Eigen::VectorXd r;
      orthonormalise(q, r, &carried);
      Tiled frame(start, 16), carries(flight, 16);
      std::vector<double> diagonal;
      ASSERT_TRUE(both_passes(frame, {carries.panels}, diagonal, 1)) << rows << " x " << columns << ", " << sine;
      const Eigen::MatrixXd found = frame.matrix();
      EXPECT_LT((found.transpose() * found - Eigen::MatrixXd::Identity(columns, columns)).cwiseAbs().maxCoeff(), 1e-13);
      EXPECT_LT((found - q).cwiseAbs().maxCoeff(), 1e-13 / sine);
      for (Eigen::Index c = 0; c < columns; ++c) {
        EXPECT_NEAR(diagonal[static_cast<std::size_t>(c)] / r[c], 1, 1e-14 / sine);
        EXPECT_LT((carries.matrix().col(c) - carried.col(c)).norm(), 1e-11 / sine * carried.col(c).norm());
      }
    }
}

TEST(CholeskyQr, NeitherThreadsNorTilesChangeABit) {
  const Eigen::MatrixXd start = frame_of(777, 40, 1e-3);
  std::vector<double> first;
  Eigen::MatrixXd q;
  for (const std::size_t width : {8, 16, 32})
    for (const int threads : {1, 2, 3}) {
      Tiled frame(start, width);
      std::vector<double> diagonal;
      ASSERT_TRUE(both_passes(frame, {}, diagonal, threads));
      if (first.empty()) {
        first = diagonal;
        q = frame.matrix();
      }
      EXPECT_EQ(diagonal, first);
      EXPECT_EQ(frame.matrix(), q);
    }
}

TEST(CholeskyQr, LeavesFramesAloneThatItsConditionForbids) {
  for (const double sine : {1e-7, 1e-9, 0.0}) {
    const Eigen::MatrixXd start = frame_of(50, 12, sine);
    Tiled frame(start, 8);
    std::vector<double> diagonal;
    EXPECT_FALSE(both_passes(frame, {}, diagonal, 1));
    EXPECT_EQ(frame.matrix(), start);
    EXPECT_EQ(diagonal, std::vector<double>(12, 1));
  }
  for (const double entry : {0.0, 1e-160, std::nan(""), HUGE_VAL}) {
    Eigen::MatrixXd start = frame_of(50, 12, 1);
    start.col(5).setConstant(entry);
    Tiled frame(start, 8);
    std::vector<double> diagonal;
    EXPECT_FALSE(both_passes(frame, {}, diagonal, 1)) << entry;
  }
}

}  // namespace
}  // namespace sprig::test
