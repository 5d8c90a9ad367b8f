// How candidates of a search for an operating point are ranked.
#include <gtest/gtest.h>

#include "host/app/study/operating_point_table.hpp"
#include "sprig/core/error.hpp"

namespace sprig {
namespace {

using app::Cells;
using app::Score;

TEST(OperatingPointRanks, ThoseThatNeedTheirRecurrenceComeFirstThenTheSmallerError) {
  Cells cells;
  cells.seeds = 1;
  // The least error of all without a use for recurrence, two that use it, and one that failed.
  for (const auto& [dense, none] : {std::pair{0.10, 0.105}, std::pair{0.4, 0.9}, std::pair{0.3, 0.8}}) {
    app::Cell& cell = cells.list.emplace_back();
    cell.outcome = app::Outcome{dense, none, 5, 0.1};
  }
  cells.list.emplace_back().failure = NumericalError("candidate", "is not finite");
  const std::vector<Score> ranked = app::rank(cells, 4);
  ASSERT_EQ(ranked.size(), 3u);
  EXPECT_EQ(ranked[0].candidate, 2u);
  EXPECT_EQ(ranked[1].candidate, 1u);
  EXPECT_EQ(ranked[2].candidate, 0u);
  EXPECT_TRUE(ranked[1].qualifies);
  EXPECT_FALSE(ranked[2].qualifies);
  EXPECT_DOUBLE_EQ(ranked[0].gain.mean, 1 - 0.3 / 0.8);
}

}  // namespace
}  // namespace sprig
