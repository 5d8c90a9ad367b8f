// Backpropagation through time on a real device: the CPU's bits.
#include <gtest/gtest.h>

#include "tests/kernels/bptt_cases.hpp"
#include "tests/kernels/gpu_fixture.hpp"

namespace sprig::test {
namespace {

class GpuBptt : public OnGpu<::testing::TestWithParam<BpttCase>> {};

TEST_P(GpuBptt, GivesTheCpusBits) {
  expect_cpus_bits(GetParam(), [](const Network& network, const Drive& drive, const BpttModel& model) {
    return cuda::make_bptt(network, drive, model);
  });
}

INSTANTIATE_TEST_SUITE_P(Small, GpuBptt, ::testing::ValuesIn(bptt_cases(12, 19)));
INSTANTIATE_TEST_SUITE_P(Large, GpuBptt, ::testing::ValuesIn(bptt_cases(300, 70)));

}  // namespace
}  // namespace sprig::test
