// The rows of a call's external spikes, as the device's kernels read them.
#include <gtest/gtest.h>

#include "kernels/engine/input_rows.hpp"

namespace sprig::test {
namespace {

TEST(InputRows, MergeReplicasOfAChannelAndKeepRepeats) {
  const std::vector<Input::Spike> spikes = {{1, 0, 0}, {1, 0, 33}, {1, 0, 1}, {1, 0, 1},
                                            {1, 2, 0}, {3, 0, 0},  {9, 0, 0}};

  const kernel::InputRows rows = kernel::input_rows(View<const Input::Spike>(spikes), 5, 2);

  EXPECT_EQ(rows.spans, (std::vector<std::uint64_t>{0, 0, 4, 4, 5, 5}));
  ASSERT_EQ(rows.rows.size(), 5u);  // the spike after the call's end is left out
  const std::uint32_t expected[5][2] = {{0, 3}, {1, 2}, {0, 2}, {4, 1}, {0, 1}};
  for (int k = 0; k < 5; ++k) {
    EXPECT_EQ(rows.rows[k].row, expected[k][0]) << k;
    EXPECT_EQ(rows.rows[k].replicas, expected[k][1]) << k;
  }
}

}  // namespace
}  // namespace sprig::test
