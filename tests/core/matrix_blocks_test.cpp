// Sums of matrix products come in an order that no processor's caches decide.
#include <gtest/gtest.h>

#include <Eigen/Core>

namespace sprig::test {
namespace {

TEST(MatrixBlocks, SuitCachesThatAreTheSameEverywhere) {
  EXPECT_EQ(Eigen::l1CacheSize(), 32 << 10);
  EXPECT_EQ(Eigen::l2CacheSize(), 512 << 10);
  EXPECT_EQ(Eigen::l3CacheSize(), 16 << 20);
}

}  // namespace
}  // namespace sprig::test
