// The compact copy of near synapses is what a filter of the whole rows gives.
#include <gtest/gtest.h>

#include "kernels/engine/near_rows.hpp"
#include "kernels/engine/resident_layout.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/threaded_context.hpp"

namespace sprig::test {
namespace {

struct Copied {
  std::vector<std::uint32_t> counts;
  std::vector<std::uint64_t> first;
  std::vector<std::uint16_t> parts;
  std::vector<NarrowSynapse> synapses;
};

Copied copy_near(const SlicedNetwork& sliced, std::uint32_t near_steps, const LaunchShape& shape) {
  const std::vector<std::uint32_t> slice_first = kernel::slice_first(sliced);
  const kernel::RowTable table = kernel::row_table(sliced, &Slice::recurrent, sliced.sources);
  std::vector<SynapseGroup> groups;
  kernel::gather_rows(sliced, &Slice::recurrent, 0, sliced.sources, groups);
  kernel::ResidentData data;
  data.slices = static_cast<std::uint32_t>(sliced.slices.size());
  data.receptors = sliced.kind.currents();
  data.slice_first = slice_first.data();
  data.recurrent = {table.first.data(), table.parts.data(), groups.data()};
  data.near_steps = near_steps;

  Copied copied;
  copied.counts.resize(sliced.sources);
  launch_threads(shape,
                 [&](ThreadedContext& ctx) { kernel::count_near(ctx, data, sliced.sources, copied.counts.data()); });
  copied.first = kernel::first_of(copied.counts);
  copied.parts.resize(std::size_t{sliced.sources} * (data.slices + 1));
  copied.synapses.resize(copied.first.back());
  launch_threads(shape, [&](ThreadedContext& ctx) {
    kernel::copy_near(ctx, data, sliced.sources, copied.first.data(), copied.parts.data(), copied.synapses.data());
  });
  return copied;
}

void expect_filtered(const Network& network, std::uint32_t slices, std::uint32_t near_steps, const LaunchShape& shape) {
  const SlicedNetwork sliced = slice_network(network, {}, {slices, 16, true});
  ASSERT_TRUE(sliced.narrow);
  const Copied copied = copy_near(sliced, near_steps, shape);
  const std::uint32_t receptors = sliced.kind.currents();
  std::size_t at = 0;
  for (std::uint32_t source = 0; source < sliced.sources; ++source) {
    EXPECT_EQ(copied.first[source], at);
    for (std::size_t s = 0; s < sliced.slices.size(); ++s) {
      EXPECT_EQ(copied.first[source] + copied.parts[source * (sliced.slices.size() + 1) + s], at);
      const PackedRows& rows = sliced.slices[s].recurrent;
      for (std::uint64_t k = rows.offsets[source]; k < rows.offsets[source + 1]; ++k) {
        const NarrowSynapse& synapse = rows.narrow[k];
        if (synapse.place / (sliced.slices[s].count * receptors) >= near_steps) continue;  // its delay
        if (synapse.weight == 0) continue;  // adds nothing, and is left out
        ASSERT_LT(at, copied.synapses.size());
        EXPECT_EQ(copied.synapses[at].place, synapse.place);
        EXPECT_EQ(copied.synapses[at].weight, synapse.weight);
        ++at;
      }
    }
    EXPECT_EQ(copied.first[source] + copied.parts[(source + 1) * (sliced.slices.size() + 1) - 1], at);
    EXPECT_EQ(copied.counts[source], at - copied.first[source]);
  }
  EXPECT_EQ(copied.synapses.size(), at);
}

TEST(NearRows, AreThoseOfTheWholeRowsInTheirOrder) {
  for (const int receptors : {1, 2}) {
    RandomNetworkSpec spec;
    spec.neurons = 101;
    spec.density = 0.6;  // rows of a slice longer than a warp
    spec.kind.receptors = receptors;
    const Network network = random_network(spec);              // delays of 1 to 5 steps
    for (const std::uint32_t near_steps : {1u, 2u, 4u, 6u}) {  // none to all
      expect_filtered(network, 1, near_steps, {2, 64});
      expect_filtered(network, 7, near_steps, {1, 32, 0, near_steps});
    }
  }
}

TEST(NearRows, OfANetworkWithoutSynapses) { expect_filtered(unconnected(5, LifKind{}, 1.0, {}), 2, 2, {1, 32}); }

}  // namespace
}  // namespace sprig::test
