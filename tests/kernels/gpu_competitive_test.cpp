// Competitive learning on a real device: the CPU's bits.
#include <gtest/gtest.h>

#include "tests/kernels/competitive_cases.hpp"
#include "tests/kernels/gpu_fixture.hpp"

namespace sprig::test {
namespace {

class GpuCompetitive : public OnGpu<::testing::TestWithParam<CompetitiveCase>> {};

TEST_P(GpuCompetitive, GivesTheCpusBits) {
  expect_cpus_bits(GetParam(), 784, [](View<Presentations> models) { cuda::present(models); });
}

INSTANTIATE_TEST_SUITE_P(Small, GpuCompetitive, ::testing::ValuesIn(competitive_cases(9, 60)));
INSTANTIATE_TEST_SUITE_P(Large, GpuCompetitive, ::testing::ValuesIn(competitive_cases(400, 100)));
INSTANTIATE_TEST_SUITE_P(BeyondSharedMemory, GpuCompetitive, ::testing::ValuesIn(competitive_cases(6400, 20)));

}  // namespace
}  // namespace sprig::test
