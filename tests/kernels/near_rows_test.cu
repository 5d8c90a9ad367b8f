// The compact copy of near synapses is what a filter of the whole rows gives.
#include <gtest/gtest.h>

#include <algorithm>

#include "kernels/engine/near_rows.cuh"
#include "kernels/engine/resident_deliver.hpp"
#include "kernels/engine/resident_layout.hpp"
#include "kernels/engine/resident_network.cuh"
#include "tests/kernels/gpu_fixture.hpp"
#include "tests/support/networks.hpp"

namespace sprig::test {
namespace {

struct Copied {
  kernel::NearShape shape;
  std::vector<std::uint64_t> first;
  std::vector<std::uint32_t> directory;
  std::vector<NarrowSynapse> synapses;
};

Copied copy_near(const SlicedNetwork& sliced, std::uint32_t near_steps) {
  const cuda::DeviceBuffer<std::uint32_t> slice_first(kernel::slice_first(sliced));
  const cuda::ResidentDeviceRows rows(sliced, &Slice::recurrent, sliced.sources, false);
  kernel::ResidentData data;
  data.slices = static_cast<std::uint32_t>(sliced.slices.size());
  data.receptors = sliced.kind.currents();
  data.slice_first = slice_first.data();
  data.recurrent = rows.view();
  data.near_steps = near_steps;
  kernel::ResidentPlan plan;
  plan.split = kernel::Split::on;
  const cuda::NearDeviceRows near(data, plan, sliced.sources, sliced.sources);
  const cuda::Stream stream;
  return {near.shape, near.first.to_host(stream), near.directory.to_host(stream), near.synapses.to_host(stream)};
}

// What a slice's directory says of a source: where its near synapses begin, and how many there are.
kernel::RowPiece found_in(const std::uint32_t* directory, std::uint32_t source) {
  const std::uint32_t* words = directory + source / 32 * kernel::kDirectoryWords;
  kernel::RowPiece piece{words[0], 0};
  for (std::uint32_t k = 0; k <= source % 32; ++k) {
    piece.begin += piece.length;
    piece.length = 0;
    for (std::uint32_t plane = 0; plane < kernel::kPlanes; ++plane)
      piece.length += (words[1 + plane] >> k & 1) << plane;
  }
  return piece;
}

// Slice by slice, source by source: what the directory finds is what a filter of the whole rows leaves.
void expect_filtered(const Network& network, std::uint32_t slices, std::uint32_t near_steps) {
  const SlicedNetwork sliced = slice_network(network, {}, {slices, 16, true});
  ASSERT_TRUE(sliced.narrow);
  const Copied copied = copy_near(sliced, near_steps);
  ASSERT_LE(copied.shape.most, kernel::kMostNear);
  const std::uint32_t receptors = sliced.kind.currents();
  std::size_t at = 0;
  std::uint32_t most = 0;
  for (std::size_t s = 0; s < sliced.slices.size(); ++s) {
    EXPECT_EQ(copied.first[s], at);
    const std::uint32_t* directory = copied.directory.data() + s * copied.shape.directory_words();
    for (std::uint32_t source = 0; source < sliced.sources; ++source) {
      const kernel::RowPiece piece = found_in(directory, source);
      EXPECT_EQ(copied.first[s] + piece.begin, at);
      const PackedRows& rows = sliced.slices[s].recurrent;
      std::uint32_t length = 0;
      for (std::uint64_t k = rows.offsets[source]; k < rows.offsets[source + 1]; ++k) {
        const NarrowSynapse& synapse = rows.narrow[k];
        if (synapse.place / (sliced.slices[s].count * receptors) >= near_steps) continue;  // its delay
        if (synapse.weight == 0) continue;  // adds nothing, and is left out
        ASSERT_LT(at, copied.synapses.size());
        EXPECT_EQ(copied.synapses[at].place, synapse.place);
        EXPECT_EQ(copied.synapses[at].weight, synapse.weight);
        ++at, ++length;
      }
      EXPECT_EQ(piece.length, length);
      most = std::max(most, length);
    }
  }
  EXPECT_EQ(copied.first[sliced.slices.size()], at);
  EXPECT_EQ(copied.shape.synapses, at);
  EXPECT_EQ(copied.shape.most, most);
}

class NearRows : public OnGpu<::testing::Test> {};

TEST_F(NearRows, AreThoseOfTheWholeRowsInTheirOrder) {
  for (const int receptors : {1, 2}) {
    RandomNetworkSpec spec;
    spec.neurons = 101;
    spec.density = 0.45;  // rows of a slice longer than a warp
    spec.kind.receptors = receptors;
    const Network network = random_network(spec);              // delays of 1 to 5 steps
    for (const std::uint32_t near_steps : {1u, 2u, 4u, 6u}) {  // none to all
      expect_filtered(network, 1, near_steps);
      expect_filtered(network, 7, near_steps);
    }
  }
}

TEST_F(NearRows, OfANetworkWithoutSynapses) { expect_filtered(unconnected(5, LifKind{}, 1.0, {}), 2, 2); }

}  // namespace
}  // namespace sprig::test
