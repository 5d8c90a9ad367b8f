// The Lyapunov matrix against a hand-computed case and a naive formula.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "host/pruning/noise_prune.hpp"
#include "sprig/core/error.hpp"
#include "tests/pruning/graphs.hpp"

namespace sprig {
namespace {

using test::csr_from;
using test::random_graph;

std::vector<double> exponents(std::uint32_t count, std::uint32_t seed) {
  std::vector<double> result;
  for (std::uint32_t i = 0; i < count; ++i) result.push_back(test::test_uniform(seed, i, 1u << 30) - 0.6);
  return result;
}

TEST(LyapunovMatrix, OfFourNeuronsIsAsComputedByHand) {
  // 0 -> 1 -> 2, 3 -> 1. N(0) = {0,1}, N(1) = {0,1,2,3}, N(2) = {1,2}, N(3) = {1,3}; every union is {0,1,2,3}
  // except none: each edge touches 1. |lambda| = 1, 2, 4, 4: 4 / (1 + 1/2 + 1/4 + 1/4) = 2.
  const Csr csr = csr_from(4, 4, {{0, 1, 1, 1}, {1, 2, 1, 1}, {3, 1, 1, 1}});
  PruneGuards guards;
  EXPECT_EQ(lyapunov_matrix(csr, {-1, -2, -4, -4}, 0, guards), (std::vector<double>{2, 2, 2}));
  EXPECT_EQ(guards.harmonic_small, 0u);
  EXPECT_EQ(guards.harmonic_mixed_sign, 0u);
}

TEST(LyapunovMatrix, ReadsOnlyTheNeighbourhoodsOfBothEnds) {
  // A directed path 0 -> 1 -> 2 -> 3: the union of (0, 1) is {0,1,2}, of (1, 2) all, of (2, 3) {1,2,3}.
  const Csr csr = csr_from(4, 4, {{0, 1, 1, 1}, {1, 2, 1, 1}, {2, 3, 1, 1}});
  PruneGuards guards;
  // epsilon 1 on |lambda| = 0, 1, 3, 7: inverses 1, 1/2, 1/4, 1/8.
  const std::vector<double> l = lyapunov_matrix(csr, {0, -1, 3, -7}, 1, guards);
  EXPECT_EQ(l, (std::vector<double>{3 / 1.75, 4 / 1.875, 3 / 0.875}));
  EXPECT_EQ(guards.harmonic_small, 2u);       // neuron 0 is in two unions
  EXPECT_EQ(guards.harmonic_mixed_sign, 3u);  // neuron 2 and a negative one are in all three
}

TEST(LyapunovMatrix, AgreesWithTheNaiveFormulaOnRandomGraphs) {
  const Csr csr = random_graph({.nodes = 70, .density = 0.06, .multapses = 0.2, .autapses = true, .seed = 7});
  const std::vector<double> lambda = exponents(csr.rows, 7);
  std::vector<std::set<std::uint32_t>> near(csr.rows);
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      near[i].insert({i, csr.targets[k]});
      near[csr.targets[k]].insert({i, csr.targets[k]});
    }
  PruneGuards guards;
  const std::vector<double> l = lyapunov_matrix(csr, lambda, 1e-3, guards);
  ASSERT_EQ(l.size(), csr.synapses());
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      std::set<std::uint32_t> both = near[i];
      both.insert(near[csr.targets[k]].begin(), near[csr.targets[k]].end());
      double sum = 0;
      for (const std::uint32_t u : both) sum += 1 / (std::abs(lambda[u]) + 1e-3);
      EXPECT_DOUBLE_EQ(l[k], static_cast<double>(both.size()) / sum);
    }
}

TEST(LyapunovMatrix, IsSymmetricAndBoundedByTheExponents) {
  const Csr csr = random_graph({.nodes = 80, .density = 0.2, .seed = 8});
  const std::vector<double> lambda = exponents(csr.rows, 8);
  PruneGuards guards;
  const std::vector<double> l = lyapunov_matrix(csr, lambda, 1e-4, guards);
  double least = 1e9, most = 0;
  for (const double x : lambda) {
    least = std::min(least, std::abs(x) + 1e-4);
    most = std::max(most, std::abs(x) + 1e-4);
  }
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> entry;
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      entry[{i, csr.targets[k]}] = l[k];
      EXPECT_GE(l[k], least * (1 - 1e-12));
      EXPECT_LE(l[k], most * (1 + 1e-12));
    }
  int both_ways = 0;
  for (const auto& [edge, value] : entry) {
    const auto back = entry.find({edge.second, edge.first});
    if (back == entry.end()) continue;
    EXPECT_EQ(back->second, value);
    ++both_ways;
  }
  EXPECT_GT(both_ways, 100);
}

TEST(LyapunovMatrix, DoesNotDependOnThreads) {
  const Csr csr = random_graph({.nodes = 100, .density = 0.1, .seed = 9});
  const std::vector<double> lambda = exponents(csr.rows, 9);
  PruneGuards one, more;
  const std::vector<double> expected = lyapunov_matrix(csr, lambda, 1e-2, one, 1);
  EXPECT_EQ(lyapunov_matrix(csr, lambda, 1e-2, more, 3), expected);
  EXPECT_GT(one.harmonic_small, 0u);
  EXPECT_EQ(more.harmonic_small, one.harmonic_small);
  EXPECT_EQ(more.harmonic_mixed_sign, one.harmonic_mixed_sign);
}

TEST(LyapunovMatrix, NamesAnExponentThatIsNotFinite) {
  const Csr csr = csr_from(3, 3, {{0, 1, 1, 1}});
  PruneGuards guards;
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity()}) try {
      lyapunov_matrix(csr, {-1, bad, -1}, 1e-4, guards);
      FAIL() << "no error";
    } catch (const NumericalError& error) {
      EXPECT_EQ(error.where(), "lyapunov.per_neuron[1]");
    }
}

}  // namespace
}  // namespace sprig
