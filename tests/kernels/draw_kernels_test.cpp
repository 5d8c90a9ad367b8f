// A network that is drawn by the device's kernels is the one that the host packs, byte for byte.
#include <gtest/gtest.h>

#include "kernels/engine/resident_layout.hpp"
#include "tests/kernels/threaded_draws.hpp"
#include "tests/support/networks.hpp"

namespace sprig::test {
namespace {

ProceduralNetwork three_projections(int receptors, std::uint32_t seed) {
  ProceduralNetwork procedural;
  LifKind kind;
  kind.receptors = receptors;
  procedural.network = unconnected(300, kind, 0.1, {});
  procedural.network.populations = {{"a", 0, 200, false}, {"b", 200, 100, true}};
  procedural.seed = seed;
  const Distribution weight{Distribution::Kind::normal, 0.3, 0.1}, inhibition{Distribution::Kind::normal, -0.9, 0.2};
  const Distribution delay{Distribution::Kind::normal, 1.5, 0.75};
  procedural.projections = {
      {0, 200, 0, 300, ProjectionRule::fixed_total, 3001, 0, 0, true, weight, delay},
      {200, 100, 0, 300, ProjectionRule::fixed_in_degree, 0, 70, 0, false, inhibition, delay},
      {0, 300, 50, 150, ProjectionRule::bernoulli, 0, 0, 0.4, false, weight, {Distribution::Kind::constant, 2, 0}},
      {0, 300, 0, 300, ProjectionRule::bernoulli, 0, 0, 0, true, weight, delay}};
  return procedural;
}

void expect_the_hosts(const ProceduralNetwork& procedural, const SlicePolicy& policy, const LaunchShape& shape,
                      bool places = false) {
  const SlicedNetwork host = slice_network(procedural, {}, policy);
  ASSERT_TRUE(host.narrow);
  const ThreadedDraws drawn(procedural, {}, policy, shape, places);
  const std::size_t slices = host.slices.size();
  ASSERT_EQ(drawn.sliced.slices.size(), slices);
  EXPECT_EQ(drawn.sliced.delay_slots, host.delay_slots);
  EXPECT_EQ(drawn.sliced.min_delay, host.min_delay);
  EXPECT_EQ(drawn.sliced.exponents, host.exponents);
  for (std::size_t s = 0; s < slices; ++s)
    EXPECT_EQ(drawn.sliced.slices[s].constants.unit_0, host.slices[s].constants.unit_0);
  const kernel::RowTable table = kernel::row_table(host, &Slice::recurrent, host.sources, places);
  std::vector<SynapseGroup> groups;
  kernel::gather_rows(host, &Slice::recurrent, 0, host.sources, groups, !table.weights.empty());
  EXPECT_EQ(drawn.weights.empty(), !places);
  EXPECT_EQ(drawn.weights, table.weights);
  EXPECT_EQ(drawn.first, table.first);
  EXPECT_EQ(drawn.parts, table.parts);
  ASSERT_EQ(drawn.groups.size(), groups.size());
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (std::uint32_t j = 0; j < kGroup; ++j) {
      ASSERT_EQ(drawn.groups[g].synapse[j].place, groups[g].synapse[j].place);
      ASSERT_EQ(drawn.groups[g].synapse[j].weight, groups[g].synapse[j].weight);
    }
}

TEST(DrawKernels, GiveTheHostsNetwork) {
  for (const int receptors : {1, 2}) {
    expect_the_hosts(three_projections(receptors, 5), {1, 16, true}, {2, 64});
    expect_the_hosts(three_projections(receptors, 6), {7, 16, true}, {3, 32});
    expect_the_hosts(three_projections(receptors, 7), {4, 16, true}, {1, 96, 0, 3});
  }
}

// A delay of 2 ms, a weight a population; one target has no source of the second projection.
ProceduralNetwork one_weight_a_source() {
  ProceduralNetwork procedural = three_projections(1, 8);
  const Distribution weight{Distribution::Kind::constant, 0.3, 0}, inhibition{Distribution::Kind::constant, -0.9, 0},
      delay{Distribution::Kind::constant, 2, 0};
  procedural.projections = {
      {0, 200, 0, 300, ProjectionRule::bernoulli, 0, 0, 0.2, false, weight, delay},
      {200, 100, 0, 299, ProjectionRule::fixed_in_degree, 0, 9, 0, false, inhibition, delay},
  };
  return procedural;
}

TEST(DrawKernels, GiveTheHostsPlaces) {
  expect_the_hosts(one_weight_a_source(), {7, 16, true}, {3, 32}, true);
  // Onto one population alone another weight: then sources have two.
  ProceduralNetwork two = one_weight_a_source();
  two.projections.push_back({0,
                             50,
                             0,
                             100,
                             ProjectionRule::fixed_in_degree,
                             0,
                             3,
                             0,
                             true,
                             {Distribution::Kind::constant, 0.2, 0},
                             {Distribution::Kind::constant, 2, 0}});
  EXPECT_TRUE(ThreadedDraws(two, {}, {7, 16, true}, {1, 32}, true).weights.empty());
  two.projections.back().weight = {Distribution::Kind::normal, 0.3, 0.1};
  EXPECT_TRUE(ThreadedDraws(two, {}, {7, 16, true}, {1, 32}, true).weights.empty());
}

TEST(DrawKernels, ANetworkWithoutSynapses) {
  ProceduralNetwork procedural = three_projections(1, 1);
  procedural.projections.resize(1);
  procedural.projections[0].synapses = 0;
  expect_the_hosts(procedural, {3, 16, true}, {2, 32});
}

}  // namespace
}  // namespace sprig::test
