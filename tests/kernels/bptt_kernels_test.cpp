// Driver and kernels of backpropagation through time, on threads, give the CPU's bits.
#include <gtest/gtest.h>

#include "kernels/learning/bptt/driver.hpp"
#include "tests/kernels/bptt_cases.hpp"
#include "tests/support/threaded_context.hpp"

namespace sprig::test {
namespace {

struct ThreadedMachine {
  LaunchShape shape;

  template <class T>
  using Buffer = std::vector<T>;
  template <class T>
  void upload(std::vector<T>& to, const std::vector<T>& from) {
    std::copy(from.begin(), from.end(), to.begin());
  }
  template <class T>
  void download(const std::vector<T>& from, std::vector<T>& to) {
    std::copy_n(from.begin(), to.size(), to.begin());
  }
  template <class Body>
  void run(std::uint64_t items, const Body& body) {
    if (items > 0) launch_threads(shape, [&](ThreadedContext& ctx) { body(ctx); });
  }
};

class BpttKernels : public ::testing::TestWithParam<BpttCase> {};

TEST_P(BpttKernels, GiveTheCpusBits) {
  expect_cpus_bits(GetParam(), [](const Network& network, const Drive& drive, const BpttModel& model) {
    return std::make_unique<kernel::DeviceBptt<ThreadedMachine>>(network, drive, model,
                                                                 ThreadedMachine{{2, 32, 0, 7u}});
  });
}

INSTANTIATE_TEST_SUITE_P(Cases, BpttKernels, ::testing::ValuesIn(bptt_cases(8, 18)));

}  // namespace
}  // namespace sprig::test
