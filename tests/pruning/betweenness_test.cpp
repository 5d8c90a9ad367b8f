// Betweenness against Boost.Graph, NetworkX and closed forms.
#include "host/pruning/betweenness.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/betweenness_centrality.hpp>
#include <cmath>
#include <map>
#include <sstream>

#include "sprig/core/error.hpp"
#include "tests/pruning/graphs.hpp"
#include "tests/support/python.hpp"

namespace sprig {
namespace {

using test::csr_from;
using test::Edge;
using test::GraphSpec;
using test::random_graph;

// Edges with their lengths: multapses as one, the strongest; no autapse; no zero weight when weighted.
using Lengths = std::map<std::pair<std::uint32_t, std::uint32_t>, double>;
Lengths lengths_of(const Csr& csr, bool weighted) {
  Lengths lengths;
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      const double magnitude = std::abs(static_cast<double>(csr.weights[k]));
      if (csr.targets[k] == i || (weighted && magnitude == 0)) continue;
      const double length = weighted ? 1 / magnitude : 1.0;
      const auto [entry, added] = lengths.try_emplace({i, csr.targets[k]}, length);
      if (!added) entry->second = std::min(entry->second, length);
    }
  return lengths;
}

std::vector<double> by_boost(const Csr& csr, bool weighted) {
  using Weight = boost::property<boost::edge_weight_t, double>;
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property, Weight>;
  Graph graph(csr.rows);
  for (const auto& [edge, length] : lengths_of(csr, weighted)) boost::add_edge(edge.first, edge.second, length, graph);
  std::vector<double> result(csr.rows, 0);
  const auto map = boost::make_iterator_property_map(result.begin(), boost::get(boost::vertex_index, graph));
  if (weighted)
    boost::brandes_betweenness_centrality(graph,
                                          boost::centrality_map(map).weight_map(boost::get(boost::edge_weight, graph)));
  else
    boost::brandes_betweenness_centrality(graph, map);
  return result;
}

// Relative to the value itself; absolute where the value is below 1.
void expect_close(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t v = 0; v < found.size(); ++v)
    EXPECT_NEAR(found[v], expected[v], 1e-9 * std::max(1.0, std::abs(expected[v]))) << "node " << v;
}

// Sparse, dense, disconnected, with multapses, autapses, zero weights and many exact ties.
std::vector<GraphSpec> specs() {
  return {{.nodes = 60, .density = 0.05, .seed = 1},
          {.nodes = 60, .density = 0.01, .seed = 2},
          {.nodes = 120, .density = 0.1, .multapses = 0.2, .zeros = 0.1, .autapses = true, .seed = 3},
          {.nodes = 80, .density = 0.08, .integer_lengths = true, .seed = 4},
          {.nodes = 40, .density = 0.6, .multapses = 0.5, .integer_lengths = true, .seed = 5},
          {.nodes = 200, .density = 0.03, .seed = 6}};
}

class BetweennessOracle : public ::testing::TestWithParam<std::tuple<std::size_t, bool>> {
 protected:
  Csr graph() const { return random_graph(specs()[std::get<0>(GetParam())]); }
  bool weighted() const { return std::get<1>(GetParam()); }
};

TEST_P(BetweennessOracle, AgreesWithBoost) {
  const Csr csr = graph();
  expect_close(betweenness(csr, weighted(), 2), by_boost(csr, weighted()));
}

TEST_P(BetweennessOracle, AgreesWithNetworkX) {
  const Csr csr = graph();
  std::ostringstream script;
  script.precision(17);
  script << "import sys\ntry:\n  import networkx\nexcept ImportError:\n  sys.exit(0)\ng = networkx.DiGraph()\n"
         << "g.add_nodes_from(range(" << csr.rows << "))\n";
  for (const auto& [edge, length] : lengths_of(csr, weighted()))
    script << "g.add_edge(" << edge.first << ", " << edge.second << ", d=" << length << ")\n";
  script << "b = networkx.betweenness_centrality(g, normalized=False, weight=" << (weighted() ? "'d'" : "None")
         << ")\nfor v in range(" << csr.rows << "): print(repr(float(b[v])))\n";
  const std::string name = "betweenness_" + std::to_string(std::get<0>(GetParam())) + (weighted() ? "w" : "u");
  const auto numbers = test::python_numbers(name, script.str());
  if (!numbers || numbers->empty()) GTEST_SKIP() << "python3 with networkx is missing";
  expect_close(betweenness(csr, weighted(), 1), *numbers);
}

TEST_P(BetweennessOracle, OfEdgesAgreesWithNetworkX) {
  const Csr csr = graph();
  const Lengths lengths = lengths_of(csr, weighted());
  std::ostringstream script;
  script.precision(17);
  script << "import sys\ntry:\n  import networkx\nexcept ImportError:\n  sys.exit(0)\ng = networkx.DiGraph()\n"
         << "g.add_nodes_from(range(" << csr.rows << "))\ne = []\n";
  for (const auto& [edge, length] : lengths)
    script << "e.append((" << edge.first << ", " << edge.second << ")); g.add_edge(*e[-1], d=" << length << ")\n";
  script << "b = networkx.edge_betweenness_centrality(g, normalized=False, weight=" << (weighted() ? "'d'" : "None")
         << ")\nfor edge in e: print(repr(float(b[edge])))\n";
  const std::string name = "edge_betweenness_" + std::to_string(std::get<0>(GetParam())) + (weighted() ? "w" : "u");
  const auto numbers = test::python_numbers(name, script.str());
  if (!numbers || numbers->empty()) GTEST_SKIP() << "python3 with networkx is missing";
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> of_edge;
  for (auto [entry, n] = std::pair(lengths.begin(), std::size_t{0}); entry != lengths.end(); ++entry, ++n)
    of_edge[entry->first] = numbers->at(n);
  std::vector<double> expected;
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      const bool edge = csr.targets[k] != i && !(weighted() && csr.weights[k] == 0);
      expected.push_back(edge ? of_edge.at({i, csr.targets[k]}) : 0);
    }
  expect_close(edge_betweenness(csr, weighted(), 2), expected);
}

TEST_P(BetweennessOracle, BitsDoNotDependOnThreads) {
  const Csr csr = graph();
  const std::vector<double> one = betweenness(csr, weighted(), 1);
  const std::vector<double> edges = edge_betweenness(csr, weighted(), 1);
  for (const int threads : {0, 2, 3, 7}) {
    EXPECT_EQ(betweenness(csr, weighted(), threads), one) << threads << " threads";
    EXPECT_EQ(edge_betweenness(csr, weighted(), threads), edges) << threads << " threads";
  }
}

INSTANTIATE_TEST_SUITE_P(RandomGraphs, BetweennessOracle,
                         ::testing::Combine(::testing::Range<std::size_t>(0, 6), ::testing::Bool()));

constexpr std::uint32_t kSmallNodes = 9;

std::vector<double> of_edges(std::uint32_t nodes, const std::vector<Edge>& edges, bool weighted = false) {
  return betweenness(csr_from(nodes, nodes, edges), weighted, 1);
}

TEST(Betweenness, OfADirectedPathIsPredecessorsTimesSuccessors) {
  std::vector<Edge> edges;
  for (std::uint32_t i = 0; i + 1 < kSmallNodes; ++i) edges.push_back({i, i + 1, 1.0f, 1});
  const auto b = of_edges(kSmallNodes, edges);
  for (std::uint32_t i = 0; i < kSmallNodes; ++i) EXPECT_EQ(b[i], i * (kSmallNodes - 1.0 - i));
}

TEST(Betweenness, OfAnEdgeOfADirectedPathIsThePairsItJoins) {
  std::vector<Edge> edges;
  for (std::uint32_t i = 0; i + 1 < kSmallNodes; ++i) edges.push_back({i, i + 1, 1.0f, 1});
  const auto b = edge_betweenness(csr_from(kSmallNodes, kSmallNodes, edges), false, 1);
  for (std::uint32_t i = 0; i + 1 < kSmallNodes; ++i) EXPECT_EQ(b[i], (i + 1.0) * (kSmallNodes - 1.0 - i));
}

TEST(Betweenness, OfAStarIsAllPairsOfLeavesAtItsCentre) {
  std::vector<Edge> edges;
  for (std::uint32_t i = 1; i < kSmallNodes; ++i) {
    edges.push_back({0, i, 1.0f, 1});
    edges.push_back({i, 0, -2.0f, 1});
  }
  std::vector<double> expected(kSmallNodes, 0);
  expected[0] = (kSmallNodes - 1.0) * (kSmallNodes - 2.0);
  EXPECT_EQ(of_edges(kSmallNodes, edges), expected);
  EXPECT_EQ(of_edges(kSmallNodes, edges, true), expected);
}

TEST(Betweenness, OfADirectedCycleIsTheSameEverywhere) {
  std::vector<Edge> edges;
  for (std::uint32_t i = 0; i < kSmallNodes; ++i) edges.push_back({i, (i + 1) % kSmallNodes, 1.0f, 1});
  // A path of d hops has d - 1 inner nodes, and starts anywhere: sum over d of (d - 1).
  EXPECT_EQ(of_edges(kSmallNodes, edges),
            std::vector<double>(kSmallNodes, (kSmallNodes - 1.0) * (kSmallNodes - 2.0) / 2));
}

TEST(Betweenness, OfACompleteGraphIsZero) {
  std::vector<Edge> edges;
  for (std::uint32_t i = 0; i < kSmallNodes; ++i)
    for (std::uint32_t j = 0; j < kSmallNodes; ++j) edges.push_back({i, j, 1.0f, 1});
  EXPECT_EQ(of_edges(kSmallNodes, edges), std::vector<double>(kSmallNodes, 0));
}

TEST(Betweenness, OfNoEdgesIsZeroAndOfNoNodesEmpty) {
  EXPECT_EQ(of_edges(3, {}), std::vector<double>(3, 0));
  EXPECT_TRUE(of_edges(0, {}).empty());
}

TEST(Betweenness, WeightedPathsAvoidWeakSynapses) {
  // 0 -> 3 directly is weak (length 4); through 1 it is 1 + 1, through 2 it is 2 + 1.
  const std::vector<Edge> edges = {{0, 3, 0.25f, 1}, {0, 1, 1, 1}, {1, 3, -1, 1}, {0, 2, 0.5f, 1}, {2, 3, 1, 1}};
  EXPECT_EQ(of_edges(4, edges), (std::vector<double>{0, 0, 0, 0}));
  EXPECT_EQ(of_edges(4, edges, true), (std::vector<double>{0, 1, 0, 0}));
}

// By length every source has a search of its own; by hops eight are searched together. Paths of unit lengths are those
// of hops, and every sum has the same terms in the same order.
TEST(Betweenness, OfUnitLengthsHasTheBitsOfHops) {
  for (const auto& [nodes, density] : {std::pair(300u, 0.02), std::pair(130u, 0.3), std::pair(5u, 0.5)}) {
    Csr csr = random_graph({.nodes = nodes, .density = density, .multapses = 0.1, .autapses = true, .seed = 8});
    std::fill(csr.weights.begin(), csr.weights.end(), 1.0f);
    EXPECT_EQ(betweenness(csr, false, 2), betweenness(csr, true, 1)) << nodes;
  }
}

TEST(Betweenness, ParallelSynapsesAndTiesShareOnePath) {
  // Two ways from 0 to 3 of equal length; the second synapse 0 -> 1 must not count as a third.
  const std::vector<Edge> edges = {{0, 1, 1, 1}, {0, 1, 0.5f, 1}, {0, 2, 1, 1}, {1, 3, 1, 1}, {2, 3, 1, 1}};
  EXPECT_EQ(of_edges(4, edges), (std::vector<double>{0, 0.5, 0.5, 0}));
  EXPECT_EQ(of_edges(4, edges, true), (std::vector<double>{0, 0.5, 0.5, 0}));
}

TEST(Betweenness, RefusesMorePathsThanADoubleCounts) {
  // A chain of 1100 diamonds has 2^1100 shortest paths.
  std::vector<Edge> edges;
  for (std::uint32_t d = 0; d < 1100; ++d)
    for (const std::uint32_t middle : {3 * d + 1, 3 * d + 2}) {
      edges.push_back({3 * d, middle, 1, 1});
      edges.push_back({middle, 3 * d + 3, 1, 1});
    }
  EXPECT_THROW(of_edges(3 * 1100 + 1, edges), NumericalError);
}

}  // namespace
}  // namespace sprig
