// A network that is drawn by the device's kernels is the one that the host packs, byte for byte.
#include <gtest/gtest.h>

#include "kernels/engine/draw_rows.cuh"
#include "tests/kernels/gpu_fixture.hpp"
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
      {200, 100, 0, 300, ProjectionRule::fixed_in_degree, 0, 7, 0, false, inhibition, delay},
      {0, 300, 50, 150, ProjectionRule::bernoulli, 0, 0, 0.05, false, weight, {Distribution::Kind::constant, 2, 0}},
      {0, 300, 0, 300, ProjectionRule::bernoulli, 0, 0, 0, true, weight, delay}};
  return procedural;
}

void expect_the_hosts(const ProceduralNetwork& procedural, const SlicePolicy& policy) {
  const SlicedNetwork host = slice_network(procedural, {}, policy);
  ASSERT_TRUE(host.narrow);
  const cuda::DrawnRows drawn = cuda::draw_rows(procedural, {}, policy);
  const cuda::Stream stream;
  const std::vector<std::uint32_t> all_parts = drawn.parts.to_host(stream);
  const std::vector<std::uint64_t> first = drawn.first.to_host(stream);
  const std::vector<NarrowSynapse> synapses = drawn.synapses.to_host(stream);
  const std::size_t slices = host.slices.size();
  ASSERT_EQ(drawn.sliced.slices.size(), slices);
  EXPECT_EQ(drawn.sliced.delay_slots, host.delay_slots);
  EXPECT_EQ(drawn.sliced.min_delay, host.min_delay);
  EXPECT_EQ(drawn.sliced.exponents, host.exponents);
  std::uint64_t total = 0;
  for (std::size_t s = 0; s < slices; ++s) {
    EXPECT_EQ(drawn.sliced.slices[s].constants.unit_0, host.slices[s].constants.unit_0);
    const PackedRows& rows = host.slices[s].recurrent;
    total += rows.synapses();
    for (std::uint32_t source = 0; source < host.sources; ++source) {
      const std::uint32_t* parts = all_parts.data() + source * (slices + 1) + s;
      ASSERT_EQ(parts[1] - parts[0], rows.offsets[source + 1] - rows.offsets[source]);
      for (std::uint32_t k = 0; k < parts[1] - parts[0]; ++k) {
        const NarrowSynapse& a = synapses[first[source] + parts[0] + k];
        const NarrowSynapse& b = rows.narrow[rows.offsets[source] + k];
        ASSERT_EQ(a.place, b.place);
        ASSERT_EQ(a.weight, b.weight);
      }
    }
  }
  EXPECT_EQ(total, synapses.size());
  EXPECT_EQ(first.back(), total);
}

class DrawKernels : public OnGpu<::testing::Test> {};

TEST_F(DrawKernels, GiveTheHostsNetwork) {
  for (const int receptors : {1, 2}) {
    expect_the_hosts(three_projections(receptors, 5), {1, 16, true});
    expect_the_hosts(three_projections(receptors, 6), {7, 16, true});
    expect_the_hosts(three_projections(receptors, 7), {4, 16, true});
  }
}

TEST_F(DrawKernels, ANetworkWithoutSynapses) {
  ProceduralNetwork procedural = three_projections(1, 1);
  procedural.projections.resize(1);
  procedural.projections[0].synapses = 0;
  expect_the_hosts(procedural, {3, 16, true});
}

}  // namespace
}  // namespace sprig::test
