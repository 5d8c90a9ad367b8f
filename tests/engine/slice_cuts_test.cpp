// Where a network is cut: equal work, within the limit, found by trying every cut.
#include "host/engine/slice_cuts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "sprig/core/random.hpp"
#include "sprig/engine/slices.hpp"
#include "tests/support/networks.hpp"

namespace sprig::test {
namespace {

std::uint64_t work_of(const std::vector<std::uint32_t>& degree, std::uint32_t begin, std::uint32_t end) {
  return kNeuronWork * (end - begin) + std::accumulate(degree.begin() + begin, degree.begin() + end, std::uint64_t{0});
}

// The least work that the slice with the most can have.
std::uint64_t least_work(const std::vector<std::uint32_t>& degree, std::uint32_t begin, std::uint32_t slices,
                         std::uint32_t most) {
  const auto n = static_cast<std::uint32_t>(degree.size());
  if (slices == 0) return begin == n ? 0 : ~0ull;
  std::uint64_t best = ~0ull;
  for (std::uint32_t end = begin + 1; end <= std::min(n, begin + most); ++end)
    best = std::min(best, std::max(work_of(degree, begin, end), least_work(degree, end, slices - 1, most)));
  return best;
}

TEST(SliceCuts, TheSliceWithTheMostWorkHasAsLittleAsCanBe) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    const PhiloxBlock draw = philox4x32({{seed, 0, 0, 0}}, 1, 2);
    const std::uint32_t n = 1 + draw.word[0] % 11, slices = 1 + draw.word[1] % std::min(n, 5u);
    const std::uint32_t least = (n + slices - 1) / slices, most = least + draw.word[2] % 3;
    std::vector<std::uint32_t> degree(n);
    for (std::uint32_t i = 0; i < n; ++i)
      degree[i] = philox4x32({{seed, i, 1, 0}}, 1, 2).word[0] % (draw.word[3] % 2 == 0 ? 3000 : 100000);
    const std::vector<std::uint32_t> first = cut_evenly(n, degree, slices, most);

    ASSERT_EQ(first.size(), slices + 1u);
    EXPECT_EQ(first.front(), 0u);
    EXPECT_EQ(first.back(), n);
    std::uint64_t found = 0;
    for (std::uint32_t s = 0; s < slices; ++s) {
      ASSERT_LT(first[s], first[s + 1]);
      EXPECT_LE(first[s + 1] - first[s], most);
      found = std::max(found, work_of(degree, first[s], first[s + 1]));
    }
    EXPECT_EQ(found, least_work(degree, 0, slices, most)) << "seed " << seed;
  }
}

TEST(SliceCuts, OfEqualNeuronsAreEqual) {
  const std::vector<std::uint32_t> alike(1000, 70);
  for (const std::uint32_t slices : {1u, 7u, 1000u}) {
    const std::vector<std::uint32_t> first = cut_evenly(1000, alike, slices, 1000);
    for (std::uint32_t s = 0; s < slices; ++s) {
      EXPECT_GE(first[s + 1] - first[s], 1000 / slices);
      EXPECT_LE(first[s + 1] - first[s], 1000 / slices + 1);
    }
    EXPECT_EQ(first.size(), cut_evenly(1000, {}, slices, 1000).size());
  }
}

TEST(SliceCuts, OwnersOfEverySoManiethSliceHavePartsOfEachKind) {
  std::vector<std::uint32_t> degree(100, 0);
  std::fill(degree.begin() + 40, degree.end(), 5000u);
  const std::vector<std::uint32_t> expected{0, 10, 20, 30, 40, 55, 70, 85, 100};
  EXPECT_EQ(cut_by_kind(100, degree, 4, 100), expected);
  std::reverse(degree.begin(), degree.end());
  EXPECT_EQ(cut_by_kind(100, degree, 4, 100), (std::vector<std::uint32_t>{0, 15, 30, 45, 60, 70, 80, 90, 100}));
  // Three sources among 100 neurons are no part of their own.
  std::fill(degree.begin(), degree.end(), 5000u);
  degree[0] = degree[1] = degree[99] = 0;
  EXPECT_EQ(cut_by_kind(100, degree, 4, 100).size(), 5u);
  std::fill(degree.begin(), degree.end(), 0u);
  EXPECT_EQ(cut_by_kind(100, degree, 4, 100), (std::vector<std::uint32_t>{0, 25, 50, 75, 100}));
}

TEST(SliceCuts, ANetworkIsCutWhereItsSynapsesAreHalved) {
  Network network = unconnected(2000, LifKind{}, 1.0, {});
  std::vector<Edge> edges;
  for (std::uint32_t source = 0; source < 1000; ++source)
    for (std::uint32_t target = 1500; target < 2000; ++target) edges.push_back({source, target, 1, 1});
  network.recurrent = csr_from(2000, 2000, edges);
  const SlicedNetwork sliced = slice_network(network, {}, {2, 32});
  // 1500 neurons of 1000 units of work and 500 of 2000: half of it lies before neuron 1250.
  ASSERT_EQ(sliced.slices.size(), 2u);
  EXPECT_NEAR(sliced.slices[1].first, 1250, 1);
  EXPECT_TRUE(sliced.slices[1].reached);
  EXPECT_FALSE(sliced.slices[0].reached);
}

}  // namespace
}  // namespace sprig::test
