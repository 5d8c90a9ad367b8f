// Models dealt out to GPUs.
#include "host/learning/competitive/shares.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace sprig {
namespace {

using Shares = std::vector<std::vector<std::size_t>>;

TEST(Shares, EqualPiecesGoAroundInTurn) {
  EXPECT_EQ(deal_out({1, 1, 1, 1, 1}, 2), (Shares{{0, 2, 4}, {1, 3}}));
  EXPECT_EQ(deal_out({1, 1, 1}, 3), (Shares{{0}, {1}, {2}}));
  EXPECT_EQ(deal_out({5, 5}, 1), (Shares{{0, 1}}));
}

TEST(Shares, TheDearestGoFirst) {
  // 9 | 5, 4: then 3 goes to the second of the two that have 9, which tie.
  EXPECT_EQ(deal_out({4, 9, 3, 5}, 2), (Shares{{1, 2}, {0, 3}}));
}

TEST(Shares, ThereMayBeFewerPiecesThanPlaces) {
  EXPECT_EQ(deal_out({2}, 3), (Shares{{0}, {}, {}}));
  EXPECT_EQ(deal_out({}, 2), (Shares{{}, {}}));
}

TEST(Shares, EachPieceOnceAndNobodyHasMoreThanAFairShareAndOnePiece) {
  std::vector<double> costs;
  for (int k = 0; k < 57; ++k) costs.push_back(1 + k * 37 % 23);
  const double all = std::accumulate(costs.begin(), costs.end(), 0.0);
  for (const std::size_t places : {1, 2, 3, 8}) {
    std::vector<int> dealt(costs.size(), 0);
    for (const std::vector<std::size_t>& share : deal_out(costs, places)) {
      double sum = 0;
      for (const std::size_t k : share) {
        ++dealt[k];
        sum += costs[k];
      }
      EXPECT_TRUE(std::is_sorted(share.begin(), share.end()));
      EXPECT_LE(sum, all / static_cast<double>(places) + 23);
    }
    EXPECT_EQ(dealt, std::vector<int>(costs.size(), 1)) << places;
  }
}

}  // namespace
}  // namespace sprig
