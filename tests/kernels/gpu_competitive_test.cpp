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

class GpuCompetitiveNarrow : public OnGpu<::testing::TestWithParam<CompetitiveCase>> {};

TEST_P(GpuCompetitiveNarrow, GivesTheCpusBits) {
  expect_cpus_bits(GetParam(), 100, [](View<Presentations> models) { cuda::present(models); });
}

INSTANTIATE_TEST_SUITE_P(Small, GpuCompetitiveNarrow, ::testing::ValuesIn(narrow_cases(9, 30)));

class GpuCompetitiveOnce : public OnGpu<::testing::Test> {};

// Models of all widths in one launch.
TEST_F(GpuCompetitiveOnce, ModelsOfSeveralWidthsLearnSideBySide) {
  const Pictures pictures = noise(3, 100);
  const std::vector<std::uint32_t> which{2, 1};
  std::vector<CompetitiveOptions> options;
  for (const CompetitiveCase& c : narrow_cases(9, 20))
    if (c.options.rule == CompetitiveRule::pair) options.push_back(c.options);
  options.push_back(lively(9));
  std::vector<CompetitiveState> ours;
  for (const CompetitiveOptions& o : options) ours.push_back(initial_state(o, 100));
  std::vector<CompetitiveState> cpus = ours;
  std::vector<Presentations> a, b;
  for (std::size_t m = 0; m < options.size(); ++m) {
    a.push_back(job(options[m], ours[m], pictures.images, which));
    b.push_back(job(options[m], cpus[m], pictures.images, which));
  }
  cuda::present(View<Presentations>(a));
  cpu::present(b, 1);
  for (std::size_t m = 0; m < options.size(); ++m) {
    EXPECT_EQ(ours[m].codes, cpus[m].codes) << m;
    EXPECT_EQ(ours[m].weights, cpus[m].weights) << m;
  }
}

TEST_F(GpuCompetitiveOnce, NamesTheNeuronAndTheImageThatAreNotFinite) {
  const CompetitiveOptions o = lively(5);
  Pictures pictures = noise(3, 36);
  CompetitiveState state = initial_state(o, 36);
  state.theta[3] = NAN;
  const std::vector<std::uint32_t> which{2, 1};
  CompetitiveState other = initial_state(o, 36);
  std::vector<Presentations> jobs{job(o, other, pictures.images, which), job(o, state, pictures.images, which)};
  cuda::present(View<Presentations>(jobs));
  EXPECT_EQ(jobs[0].failure, "");
  EXPECT_EQ(jobs[1].failure, "potential or threshold of neuron 3 is not finite after image 2");
}

}  // namespace
}  // namespace sprig::test
