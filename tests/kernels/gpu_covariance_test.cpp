// Sampled covariances on a device: the CPU's bits.
#include <gtest/gtest.h>

#include <numeric>
#include <optional>

#include "sprig/core/error.hpp"
#include "sprig/dynamics/sampled_covariance.hpp"
#include "tests/dynamics/linear_systems.hpp"
#include "tests/kernels/gpu_fixture.hpp"

namespace sprig::test {
namespace {

class GpuCovariance : public OnGpu<::testing::TestWithParam<double>> {};

std::vector<double> moments_of(const PairMoments& m) {
  std::vector<double> all;
  for (std::uint64_t k = 0; k < m.graph().synapses(); ++k) {
    all.push_back(m.distance(k));
    all.push_back(m.distance_error(k));
  }
  for (std::uint32_t i = 0; i < m.graph().rows; ++i) {
    all.push_back(m.variance(i));
    all.push_back(m.variance_error(i));
  }
  return all;
}

// Dominated by rows; stable by its eigenvalues alone. Ids that are no indices, a round, and synapses of no sign.
TEST_P(GpuCovariance, SamplesAndErrorsAreTheCpusBits) {
  const System s = random_system({.nodes = 45, .strength = GetParam(), .negative = 0.5, .seed = 2});
  std::vector<std::uint32_t> ids(s.a.size());
  for (std::uint32_t i = 0; i < ids.size(); ++i) ids[i] = 3 * i + 1;
  std::vector<double> signs = s.strengths;
  for (std::size_t k = 0; k < signs.size(); k += 7) signs[k] = 0;
  std::optional<std::vector<double>> expected;
  for (const Device device : {Device::cpu, Device::cuda}) {
    const auto sampler = cayley_sampler(s.a, 0.7, {5, 3, ids}, 1, {}, device);
    PairMoments moments(s.graph, signs);
    sampler->set_control(moments);
    for (int block = 0; block < 3; ++block) sampler->draw_block(moments, {});
    if (!expected) expected = moments_of(moments);
    EXPECT_EQ(moments_of(moments), *expected);
    EXPECT_GT(moments.samples(), 100u);
    EXPECT_GT(moments.distance_error(1), 0);
  }
}
INSTANTIATE_TEST_SUITE_P(Strengths, GpuCovariance, ::testing::Values(1.0, 5.0));

class GpuCovarianceOnce : public OnGpu<::testing::Test> {};

TEST_F(GpuCovarianceOnce, AMatrixThatIsNotHurwitzIsRefused) {
  const System s = random_system({.nodes = 30, .strength = 40, .negative = 0.5, .seed = 2});
  std::vector<std::uint32_t> ids(s.a.size());
  std::iota(ids.begin(), ids.end(), 0u);
  const auto refusal = [&](const Device& device) {
    try {
      cayley_sampler(s.a, 1, {1, 0, ids}, 1, {}, device);
    } catch (const NumericalError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refusal(Device::cuda), refusal(Device::cpu));
  EXPECT_NE(refusal(Device::cpu), "");
}

TEST_F(GpuCovarianceOnce, AStopIsHeardWithinABlock) {
  const System s = random_system({.nodes = 20, .seed = 2});
  std::vector<std::uint32_t> ids(s.a.size());
  std::iota(ids.begin(), ids.end(), 0u);
  const auto sampler = cayley_sampler(s.a, 1, {1, 0, ids}, 1, {}, Device::cuda);
  PairMoments moments(s.graph, s.strengths);
  sampler->set_control(moments);
  EXPECT_THROW(sampler->draw_block(moments, Progress([](double) { return false; })), Interrupted);
}

}  // namespace
}  // namespace sprig::test
