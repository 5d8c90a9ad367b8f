// Sampled covariances: unbiased, with honest errors, whatever the threads.
#include "sprig/dynamics/sampled_covariance.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "sprig/core/error.hpp"
#include "sprig/dynamics/covariance.hpp"
#include "tests/dynamics/linear_systems.hpp"

namespace sprig {
namespace {

using test::random_system;
using test::System;
using test::system_of;

enum class Kind { cayley, projections };

struct Drawn {
  std::vector<std::uint32_t> ids;
  std::unique_ptr<CovarianceSampler> sampler;
  std::unique_ptr<PairMoments> moments;

  Drawn(const System& s, const std::vector<double>& signs, Kind kind, std::uint32_t seed = 1, int threads = 2)
      : ids(s.a.size()) {
    std::iota(ids.begin(), ids.end(), 0u);
    sampler = kind == Kind::cayley ? cayley_sampler(s.a, 1, {seed, 0, ids}, threads)
                                   : projection_sampler(s.a, 1, {seed, 0, ids}, threads);
    moments = std::make_unique<PairMoments>(s.graph, signs);
    sampler->set_control(*moments);
  }
  void draw(int blocks) {
    for (int b = 0; b < blocks; ++b) sampler->draw_block(*moments, {});
  }
};

// Deviations from the exact covariance in standard errors, of variances and of distances.
std::vector<double> deviations(const System& s, const PairMoments& m, const Eigen::MatrixXd& exact) {
  std::vector<double> result;
  for (std::uint32_t i = 0; i < s.a.size(); ++i) {
    result.push_back((m.variance(i) - exact(i, i)) / m.variance_error(i));
    for (std::uint64_t k = s.graph.offsets[i]; k < s.graph.offsets[i + 1]; ++k) {
      const std::uint32_t j = s.graph.targets[k];
      result.push_back((m.distance(k) - exact(i, i) - exact(j, j) + 2 * m.sign(k) * exact(i, j)) / m.distance_error(k));
    }
  }
  return result;
}

void expect_agrees(const System& s, const PairMoments& moments, const Eigen::MatrixXd& exact) {
  double squares = 0;
  const std::vector<double> found = deviations(s, moments, exact);
  for (const double x : found) {
    EXPECT_LT(std::abs(x), 5);
    squares += x * x / static_cast<double>(found.size());
  }
  EXPECT_NEAR(squares, 1, 0.25);  // the errors are what they say
}

TEST(SampledCovariance, OfChainsLiesWithinFiveStandardErrorsOfSciPys) {
  // Dominated by rows; stable by its eigenvalues alone.
  for (const double strength : {1.0, 5.0}) {
    const System s = random_system({.nodes = 70, .strength = strength, .negative = 0.5, .seed = 2});
    const std::optional<Eigen::MatrixXd> exact = test::scipy_covariance(dense_matrix(s.a), 1);
    if (!exact) GTEST_SKIP() << "/usr/bin/python3 with NumPy and SciPy is not there";
    Drawn drawn(s, s.strengths, Kind::cayley);
    drawn.draw(60);
    expect_agrees(s, *drawn.moments, *exact);
  }
}

TEST(SampledCovariance, OfProjectionsLiesWithinFiveStandardErrors) {
  const System s = random_system({.nodes = 70, .strength = 1, .symmetric = true, .seed = 3});
  ASSERT_TRUE(has_projections(s.a));
  Drawn drawn(s, s.strengths, Kind::projections);
  drawn.draw(60);
  expect_agrees(s, *drawn.moments, lyapunov_covariance(dense_matrix(s.a), 1));
}

TEST(SampledCovariance, OfChainsAndProjectionsIsTheSame) {
  const System s = random_system({.nodes = 50, .strength = 1, .negative = 0, .symmetric = true, .seed = 5});
  const Eigen::MatrixXd exact = lyapunov_covariance(dense_matrix(s.a), 1);
  for (const Kind kind : {Kind::cayley, Kind::projections}) {
    Drawn drawn(s, s.strengths, kind);
    drawn.draw(60);
    expect_agrees(s, *drawn.moments, exact);
  }
}

TEST(SampledCovariance, ErrsAsTheRootOfItsSamples) {
  const System s = random_system({.nodes = 60, .strength = 3, .negative = 0.5, .seed = 6});
  const Eigen::MatrixXd exact = lyapunov_covariance(dense_matrix(s.a), 1);
  constexpr int kLengths = 3, kCounts[kLengths] = {4, 16, 64};
  double squares[kLengths] = {};
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    Drawn drawn(s, s.strengths, Kind::cayley, seed);
    int done = 0;
    for (int n = 0; n < kLengths; ++n) {
      drawn.draw(kCounts[n] - done);
      done = kCounts[n];
      for (std::uint32_t i = 0; i < s.a.size(); ++i)
        for (std::uint64_t k = s.graph.offsets[i]; k < s.graph.offsets[i + 1]; ++k) {
          const std::uint32_t j = s.graph.targets[k];
          squares[n] += std::pow(
              drawn.moments->distance(k) - exact(i, i) - exact(j, j) + 2 * drawn.moments->sign(k) * exact(i, j), 2);
        }
    }
  }
  for (int n = 0; n + 1 < kLengths; ++n) EXPECT_NEAR(std::sqrt(squares[n + 1] / squares[n]), 0.5, 0.07) << n;
}

TEST(SampledCovariance, NeedsFarFewerSamplesWithItsControl) {
  const System s = random_system({.nodes = 200, .density = 0.2, .strength = 1, .negative = 0.5, .seed = 7});
  Drawn with(s, s.strengths, Kind::cayley), without(s, s.strengths, Kind::cayley);
  without.moments->set_control(std::vector<double>(200, 0.0), {});  // the same differences
  with.draw(8);
  double error = 0, distance = 0;
  for (std::uint64_t k = 0; k < s.graph.synapses(); ++k) {
    error += with.moments->distance_error(k);
    distance += with.moments->distance(k);
  }
  // Without: sqrt(2 / samples) of a distance.
  EXPECT_LT(error / distance, 0.3 * std::sqrt(2.0 / static_cast<double>(with.moments->samples())));
}

TEST(SampledCovariance, DoesNotDependOnThreads) {
  const System s = random_system({.nodes = 150, .strength = 1, .symmetric = true});
  for (const Kind kind : {Kind::cayley, Kind::projections}) {
    Drawn one(s, s.strengths, kind, 1, 1), three(s, s.strengths, kind, 1, 3);
    one.draw(3);
    three.draw(3);
    for (std::uint64_t k = 0; k < s.graph.synapses(); ++k) {
      EXPECT_EQ(one.moments->distance(k), three.moments->distance(k));
      EXPECT_EQ(one.moments->distance_error(k), three.moments->distance_error(k));
    }
  }
}

TEST(SampledCovariance, RefusesAChainThatDoesNotSettle) {
  const System unstable = system_of(2, {{0, 1, 2, 1}, {1, 0, 2, 1}}, {1, 1});
  const System neutral = system_of(2, {{0, 1, 1, 1}, {1, 0, 1, 1}}, {1, 1});
  for (const System* s : {&unstable, &neutral}) EXPECT_THROW(Drawn(*s, s->strengths, Kind::cayley), NumericalError);
}

TEST(SampledCovariance, ServesAutapsesZeroWeightsAndLonelyNeurons) {
  // Neuron 3 has a positive autapse that leaves no stable diagonal, and is held by its loop with 4.
  const System s = system_of(6,
                             {{0, 0, 0.5f, 1},
                              {0, 1, 0, 1},
                              {1, 1, -0.5f, 1},
                              {1, 2, 0.3f, 1},
                              {1, 2, 0.3f, 1},
                              {3, 3, 1.5f, 1},
                              {3, 4, 3, 1},
                              {4, 3, -3, 1}},
                             {1, 1, 1, 1, 3, 1});
  const Eigen::MatrixXd exact = lyapunov_covariance(dense_matrix(s.a), 1);
  Drawn drawn(s, s.strengths, Kind::cayley);
  drawn.draw(100);
  for (std::uint32_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(drawn.moments->variance(i), exact(i, i), 5 * drawn.moments->variance_error(i) + 1e-12) << i;
    for (std::uint64_t k = s.graph.offsets[i]; k < s.graph.offsets[i + 1]; ++k) {
      const std::uint32_t j = s.graph.targets[k];
      const double sign = drawn.moments->sign(k);
      const double expected = sign == 0 ? 0 : exact(i, i) + exact(j, j) - 2 * sign * exact(i, j);
      EXPECT_NEAR(drawn.moments->distance(k), expected, 5 * drawn.moments->distance_error(k) + 1e-12) << k;
    }
  }
}

TEST(SampledCovariance, StopsWhereverItIsAsked) {
  const System s = random_system({.nodes = 300, .density = 0.05, .strength = 1, .symmetric = true});
  for (const Kind kind : {Kind::cayley, Kind::projections}) {
    Drawn drawn(s, s.strengths, kind, 1, 1);
    int asked = 0;
    drawn.sampler->draw_block(*drawn.moments, Progress([&](double) { return ++asked > 0; }));
    EXPECT_GT(asked, 8);
    for (int n = 0; n < asked; n += 1 + asked / 20) {
      int left = n;
      EXPECT_THROW(drawn.sampler->draw_block(*drawn.moments, Progress([&](double) { return left-- > 0; })),
                   Interrupted);
    }
  }
}

}  // namespace
}  // namespace sprig
