// Driver and kernel of competitive learning, on threads, give the CPU's bits.
#include <gtest/gtest.h>

#include "kernels/learning/competitive/driver.hpp"
#include "tests/kernels/competitive_cases.hpp"
#include "tests/support/threaded_context.hpp"

namespace sprig::test {
namespace {

struct ThreadedMachine {
  std::uint64_t shared_limit = 1 << 20;

  template <class T>
  struct Buffer {
    mutable std::vector<T> values;  // a machine's memory is written through views
    explicit Buffer(std::vector<T> host) : values(std::move(host)) {}
    T* data() const { return values.data(); }
  };
  std::uint64_t most_shared() const { return shared_limit; }
  template <class T>
  void download(const Buffer<T>& from, std::vector<T>& to) const {
    std::copy_n(from.values.begin(), to.size(), to.begin());
  }
  template <class Body>
  void run(std::uint32_t blocks, std::uint32_t threads, std::uint64_t shared, const Body& body) {
    launch_threads({blocks, threads, shared, 7u}, [&](ThreadedContext& ctx) { body(ctx); });
  }
};

class CompetitiveKernels : public ::testing::TestWithParam<CompetitiveCase> {};

TEST_P(CompetitiveKernels, GiveTheCpusBits) {
  expect_cpus_bits(GetParam(), 36, [](View<Presentations> models) {
    ThreadedMachine machine;
    kernel::present_on(models, machine, 32);
  });
}

INSTANTIATE_TEST_SUITE_P(Cases, CompetitiveKernels, ::testing::ValuesIn(competitive_cases(9, 30)));

TEST(CompetitiveKernel, MoreNeuronsThanThreadsAndMemoryThatIsNotShared) {
  for (const CompetitiveCase& c : competitive_cases(70, 12)) {
    SCOPED_TRACE(c.name);
    expect_cpus_bits(c, 40, [](View<Presentations> models) {
      ThreadedMachine machine{0};
      kernel::present_on(models, machine, 64);
    });
  }
}

TEST(CompetitiveKernel, NamesTheNeuronAndTheImageThatAreNotFinite) {
  const CompetitiveOptions o = lively(5);
  Pictures pictures = noise(3, 36);
  CompetitiveState state = initial_state(o, 36);
  state.theta[3] = NAN;
  const std::vector<std::uint32_t> which{2, 1};
  CompetitiveState other = initial_state(o, 36);
  std::vector<Presentations> jobs{job(o, other, pictures.images, which), job(o, state, pictures.images, which)};
  ThreadedMachine machine;
  kernel::present_on(View<Presentations>(jobs), machine, 32);
  EXPECT_EQ(jobs[0].failure, "");
  EXPECT_EQ(jobs[1].failure, "potential or threshold of neuron 3 is not finite after image 2");
}

}  // namespace
}  // namespace sprig::test
