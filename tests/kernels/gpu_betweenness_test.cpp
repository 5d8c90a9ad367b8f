// Betweenness by searches on a device: the CPU's bits.
#include <gtest/gtest.h>

#include "host/pruning/betweenness.hpp"
#include "host/pruning/estimated_betweenness.hpp"
#include "sprig/core/error.hpp"
#include "tests/kernels/gpu_fixture.hpp"
#include "tests/pruning/graphs.hpp"

namespace sprig::test {
namespace {

class GpuBetweenness : public OnGpu<::testing::TestWithParam<GraphSpec>> {};

// Fewer sources than a warp is wide, groups that are not full; graphs of few levels and of many, in pieces, with no
// edge.
TEST_P(GpuBetweenness, IsTheCpusBits) {
  const Csr graph = random_graph(GetParam());
  EXPECT_EQ(betweenness(graph, false, 1, {}, Device::cuda), betweenness(graph, false, 1));
}
INSTANTIATE_TEST_SUITE_P(Graphs, GpuBetweenness,
                         ::testing::Values(GraphSpec{.nodes = 301, .density = 0.02, .multapses = 0.1, .seed = 1},
                                           GraphSpec{.nodes = 100, .density = 0.3, .autapses = true, .seed = 2},
                                           GraphSpec{.nodes = 131, .density = 0.01, .seed = 3},
                                           GraphSpec{.nodes = 7, .density = 0.5, .seed = 4},
                                           GraphSpec{.nodes = 40, .density = 0, .seed = 5}));

class GpuBetweennessOnce : public OnGpu<::testing::Test> {};

TEST_F(GpuBetweennessOnce, OfADirectedPathIsPredecessorsTimesSuccessors) {
  constexpr std::uint32_t kNodes = 70;
  std::vector<Edge> edges;
  for (std::uint32_t i = 0; i + 1 < kNodes; ++i) edges.push_back({i, i + 1, 1.0f, 1});
  const std::vector<double> b = betweenness(csr_from(kNodes, kNodes, edges), false, 1, {}, Device::cuda);
  for (std::uint32_t i = 0; i < kNodes; ++i) EXPECT_EQ(b[i], i * (kNodes - 1.0 - i));
}

// A round of searches has at most as many groups of 32 sources as blocks are resident.
TEST_F(GpuBetweennessOnce, OfMoreSourcesThanARoundHasIsTheCpusBits) {
  const std::uint32_t nodes = is_emulated() ? 1100 : 20000;
  std::vector<Edge> edges;
  for (std::uint32_t i = 0; i < nodes; ++i)
    for (std::uint32_t k = 0; k < 3; ++k)
      edges.push_back({i, static_cast<std::uint32_t>(test_uniform(9, i, k) * nodes), 1.0f, 1});
  const Csr graph = csr_from(nodes, nodes, edges);
  EXPECT_EQ(betweenness(graph, false, 1, {}, Device::cuda), betweenness(graph, false, 1));
}

// By length it stays with the CPU, whichever device is asked for.
TEST_F(GpuBetweennessOnce, OfLengthsIsTheCpus) {
  const Csr graph = random_graph({.nodes = 50, .seed = 6});
  EXPECT_EQ(betweenness(graph, true, 1, {}, Device::cuda), betweenness(graph, true, 1));
}

TEST_F(GpuBetweennessOnce, EstimatesAreTheCpusBits) {
  const Csr graph = random_graph({.nodes = 540, .density = 0.01, .seed = 7});
  const EstimatedBetweenness there = estimated_betweenness(graph, 1, {}, Device::cuda),
                             here = estimated_betweenness(graph, 1);
  EXPECT_EQ(there.value, here.value);
  EXPECT_EQ(there.error, here.error);
}

TEST_F(GpuBetweennessOnce, StopsBetweenRounds) {
  const Csr graph = random_graph({.nodes = 50, .seed = 8});
  EXPECT_THROW(betweenness(graph, false, 1, Progress([](double) { return false; }), Device::cuda), Interrupted);
}

}  // namespace
}  // namespace sprig::test
