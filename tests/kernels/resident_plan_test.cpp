// The resident engine's plan and layouts: host code, hand-checkable.
#include <gtest/gtest.h>

#include "kernels/engine/resident_kernel.hpp"
#include "kernels/engine/resident_layout.hpp"
#include "kernels/engine/resident_plan.hpp"
#include "kernels/engine/resident_records.hpp"
#include "tests/support/networks.hpp"

namespace sprig::test {
namespace {

using kernel::Keeps;
using kernel::plan_resident;
using kernel::ResidentMachine;
using kernel::ResidentPlan;
using kernel::ResidentShape;
using kernel::Split;

constexpr ResidentMachine kH200{132, 227 * 1024, 50 << 20};

ResidentShape microcircuit() { return {77169, 77169, 0, 1, 64, 1}; }

TEST(ResidentPlan, KeepsTheMicrocircuitOnChip) {
  const ResidentPlan plan = plan_resident(microcircuit(), kH200);

  ASSERT_TRUE(plan.possible()) << plan.refusal;
  EXPECT_EQ(plan.blocks, 132u);
  EXPECT_EQ(plan.slices, 132u);
  EXPECT_EQ(plan.threads, 608u);  // 585 neurons
  EXPECT_EQ(plan.keeps, Keeps::all);
  EXPECT_EQ(plan.shared_ring_size, 585u * 64);
  EXPECT_EQ(plan.shared_bytes, 585 * 64 * 4 + kernel::resident_shared_bytes(608));
  EXPECT_EQ(plan.window, 1u);
  EXPECT_EQ(plan.box_words, 2u);
  EXPECT_EQ(plan.overflow_words, 1 + 585u - 2);  // their number, and all that the box has no room for
}

TEST(ResidentPlan, SaysWhyNot) {
  ResidentShape shape = microcircuit();
  shape.weight_bits = 32;
  EXPECT_NE(plan_resident(shape, kH200).refusal.find("run.weight_bits"), std::string::npos);
  shape = microcircuit();
  shape.replicas = 2;
  EXPECT_NE(plan_resident(shape, kH200).refusal.find("replica"), std::string::npos);
  shape = microcircuit();
  shape.delay_slots = 65537;
  EXPECT_NE(plan_resident(shape, kH200).refusal.find("65536 steps"), std::string::npos);
  shape = microcircuit();
  shape.neurons = 0;
  EXPECT_FALSE(plan_resident(shape, kH200).possible());
  kernel::ResidentWishes wishes;
  wishes.ring = kernel::RingPlace::shared;
  EXPECT_NE(plan_resident(microcircuit(), {132, 100 * 1024}, wishes).refusal.find("shared memory"), std::string::npos);
}

TEST(ResidentPlan, CutsWhatNarrowSynapsesCannotReach) {
  // A million neurons, 64 slots: at most 1024 neurons a slice, so 8 slices for each of 132 blocks.
  ResidentShape shape = microcircuit();
  shape.neurons = shape.sources = 1000000;

  const ResidentPlan plan = plan_resident(shape, kH200);

  EXPECT_EQ(plan.blocks, 132u);
  EXPECT_EQ(plan.slices, 8u * 132);
  EXPECT_EQ(plan.slices_per_block, 8u);
  EXPECT_EQ(plan.keeps, Keeps::nothing);
  EXPECT_EQ(plan.shared_ring_size, 0u);
}

TEST(ResidentPlan, LeavesUnequalSlicesRoomInRegistersAndRing) {
  // Beside the ring stands the directory of near synapses; alone it would have room for 888, and threads for 640.
  EXPECT_EQ(plan_resident(microcircuit(), kH200).most_neurons, 623u);
  ResidentShape large = microcircuit();
  large.neurons = large.sources = 132 * 800;  // too many for registers
  EXPECT_EQ(plan_resident(large, kH200).most_neurons, 891u);
  large.neurons = large.sources = 132 * 1000;  // and for the ring: what synapses reach
  EXPECT_EQ(plan_resident(large, kH200).most_neurons, 1024u);
}

TEST(ResidentPlan, HasRoomForTheLargestSliceAndBlock) {
  ResidentShape shape{1000, 1000, 0, 1, 16, 15};
  kernel::ResidentWishes wishes;
  wishes.blocks = 2;
  wishes.slices = 4;
  shape.slice_first = {0, 100, 300, 700, 1000};  // 100 + 400 and 200 + 300
  const ResidentPlan plan = plan_resident(shape, kH200, wishes);
  EXPECT_EQ(plan.block_neurons, 500u);
  EXPECT_EQ(plan.shared_ring_size, 500u * 16);
  EXPECT_EQ(plan.overflow_words, 500u * 15 - (plan.box_words - 1));
  EXPECT_EQ(plan.keeps, Keeps::rings);
  shape.slice_first = {0, 300, 1000};
  wishes.slices = 2;
  EXPECT_EQ(plan_resident(shape, kH200, wishes).keeps, Keeps::rings);  // 700 neurons, 640 threads
}

TEST(ResidentPlan, UsesFewBlocksForFewNeurons) {
  const ResidentPlan small = plan_resident({1000, 1000, 0, 1, 16, 15}, kH200);
  EXPECT_EQ(small.blocks, 8u);
  EXPECT_EQ(small.window, 15u);
  EXPECT_EQ(plan_resident({1, 1, 0, 1, 2, 1}, kH200).blocks, 1u);
  EXPECT_EQ(plan_resident({1, 1, 0, 1, 2, 1}, kH200).overflow_words, 0u);
}

TEST(ResidentPlan, TheWindowIsNeverLongerThanItsSixBitsOrTheRing) {
  EXPECT_EQ(plan_resident({1000, 1000, 0, 1, 101, 100}, kH200).window, 64u);
  EXPECT_EQ(plan_resident({1000, 1000, 0, 1, 2, 100}, kH200).window, 1u);
}

TEST(ResidentPlan, CallsNearWhatIsDueWithinTwoWindows) {
  kernel::ResidentWishes on, off;
  on.split = Split::on;
  off.split = Split::off;
  EXPECT_EQ(plan_resident(microcircuit(), kH200).near_steps, 2u);
  EXPECT_EQ(plan_resident(microcircuit(), kH200, off).near_steps, 0u);
  EXPECT_EQ(plan_resident({1000, 1000, 0, 1, 31, 15}, kH200).near_steps, 30u);     // delays of 15 to 30 steps
  EXPECT_EQ(plan_resident({1000, 1000, 0, 1, 30, 15}, kH200, on).near_steps, 0u);  // of 15 to 29: all near
  EXPECT_EQ(plan_resident({1000, 1000, 0, 1, 201, 150}, kH200).near_steps, 128u);  // all far
}

TEST(ResidentPlan, SplitsRowsWhereFewSynapsesAreNear) {
  ResidentPlan plan;
  plan.slices = 5;
  const kernel::NearShape near{33, 3, 6};       // 33 sources: two groups, of 7 words a slice
  plan.l2_bytes = 2 * (6 * 4 + 5 * 2 * 7 * 4);  // room in half of it
  EXPECT_TRUE(plan.pays_to_split(near, 25));
  EXPECT_FALSE(plan.pays_to_split(near, 24));        // not less than a quarter
  EXPECT_FALSE(plan.pays_to_split({33, 3, 7}, 99));  // larger than half of the cache
  EXPECT_FALSE(plan.pays_to_split({65, 3, 6}, 99));  // three groups
  plan.split = Split::on;
  EXPECT_TRUE(plan.pays_to_split({65, 3, 6}, 7));
  EXPECT_TRUE(plan.pays_to_split({33, 63, 100}, 1u << 20));
  EXPECT_FALSE(plan.pays_to_split({33, 64, 100}, 1u << 20));          // more than a directory counts
  EXPECT_FALSE(plan.pays_to_split({33, 4, 1ull << 32}, 1ull << 40));  // more than 32 bits count
  plan.split = Split::off;
  EXPECT_FALSE(plan.pays_to_split({33, 1, 1}, 99));
}

TEST(ResidentPlan, KeepsTheDirectoryOfNearSynapsesBesideTheRingWhereItFits) {
  ResidentPlan plan = plan_resident(microcircuit(), kH200);
  const kernel::NearShape near{77169, 17, 4400000};  // 2412 groups: 68 KB beside 150 KB

  EXPECT_EQ(plan.shared_directory(near), 2412u * 7);
  EXPECT_EQ(plan.shared_bytes_with(near), plan.shared_bytes + 2412 * 7 * 4);
  EXPECT_TRUE(plan.pays_to_split(near, 298880970));  // 18 MB of 26
  plan.most_shared_bytes = plan.shared_bytes + 2412 * 7 * 4 - 1;
  EXPECT_EQ(plan.shared_directory(near), 0u);
  EXPECT_EQ(plan.shared_bytes_with(near), plan.shared_bytes);
  EXPECT_FALSE(plan.pays_to_split(near, 298880970));  // and 8.9 MB of directories
  plan.l2_bytes = 60 << 20;
  EXPECT_TRUE(plan.pays_to_split(near, 298880970));
  plan.most_shared_bytes = kH200.shared_bytes;
  plan.keeps = Keeps::rings;
  EXPECT_EQ(plan.shared_directory(near), 0u);
}

TEST(ResidentLayout, OrdersSynapsesBySourceThenSliceInWholeGroups) {
  Network network = unconnected(4, LifKind{}, 1.0, {});
  network.recurrent = csr_from(4, 4, {{0, 0, 1, 1}, {0, 3, 2, 2}, {2, 1, 3, 1}, {2, 2, 4, 1}, {2, 3, 5, 1}});
  const SlicedNetwork sliced = slice_network(network, {}, {2, 16, true});
  ASSERT_TRUE(sliced.narrow);

  const kernel::RowTable table = kernel::row_table(sliced, &Slice::recurrent, 4);
  std::vector<SynapseGroup> groups;
  kernel::gather_rows(sliced, &Slice::recurrent, 0, 2, groups);
  kernel::gather_rows(sliced, &Slice::recurrent, 2, 4, groups);

  EXPECT_EQ(table.first, (std::vector<std::uint64_t>{0, 2, 2, 4, 4}));
  EXPECT_EQ(table.parts, (std::vector<std::uint32_t>{0, 1, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0}));
  std::vector<int> places, zeros;  // delay * stride + cell, stride 2
  for (const SynapseGroup& group : groups)
    for (const NarrowSynapse& s : group.synapse) places.push_back(s.place), zeros.push_back(s.weight == 0);
  EXPECT_EQ(places, (std::vector<int>{2, 2, 2, 2, 5, 5, 5, 5, 3, 3, 3, 3, 2, 3, 3, 3}));
  EXPECT_EQ(zeros, (std::vector<int>{0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1}));
}

TEST(ResidentLayout, HoldsPlacesWhereASourceHasOneWeight) {
  Network network = unconnected(4, LifKind{}, 1.0, {});
  network.recurrent = csr_from(4, 4, {{0, 0, 1, 1}, {0, 1, 1, 2}, {0, 3, 1, 2}, {2, 1, -3, 1}});
  const SlicedNetwork sliced = slice_network(network, {}, {2, 16, true});
  const kernel::RowTable table = kernel::row_table(sliced, &Slice::recurrent, 4, true);
  std::vector<SynapseGroup> groups;
  kernel::gather_rows(sliced, &Slice::recurrent, 0, 4, groups, true);

  EXPECT_EQ(table.first, (std::vector<std::uint64_t>{0, 2, 2, 3, 3}));
  ASSERT_EQ(table.weights.size(), 4u);
  EXPECT_GT(table.weights[0], 0);
  EXPECT_EQ(table.weights[2], -3 * table.weights[0]);
  const int none = kNoPlace;
  std::vector<int> places;  // delay * 2 + cell
  for (const SynapseGroup& group : groups)
    for (std::uint32_t k = 0; k < kPlaces; ++k) places.push_back(place_in(group, k));
  EXPECT_EQ(places, (std::vector<int>{2,    5,    none, none, none, none, none, none, 5,    none, none, none,
                                      none, none, none, none, 3,    none, none, none, none, none, none, none}));

  network.recurrent = csr_from(4, 4, {{0, 0, 1, 1}, {0, 3, 2, 2}});
  const SlicedNetwork two = slice_network(network, {}, {2, 16, true});
  EXPECT_TRUE(kernel::row_table(two, &Slice::recurrent, 4, true).weights.empty());
}

TEST(ResidentPlan, RowsHoldPlacesWhereNothingIsSplitAndNoRingHasTheLastPlace) {
  EXPECT_FALSE(plan_resident(microcircuit(), kH200).places);              // split by delay
  EXPECT_FALSE(plan_resident({1000, 1000, 0, 1, 16, 15}, kH200).places);  // neurons in registers
  ResidentShape shape{1000, 1000, 0, 1, 16, 15};
  shape.places = true;  // they are there
  EXPECT_NE(plan_resident(shape, kH200).keeps, kernel::Keeps::all);
  EXPECT_TRUE(plan_resident({200000, 200000, 0, 1, 16, 15}, kH200).places);
  kernel::ResidentWishes wishes;
  wishes.slices = wishes.blocks = 1;
  EXPECT_TRUE(plan_resident({4095, 4095, 0, 1, 16, 15}, kH200, wishes).places);
  EXPECT_FALSE(plan_resident({4096, 4096, 0, 1, 16, 15}, kH200, wishes).places);
}

// The context hands shared memory out in pieces of 16 bytes: 585 * 63 * 4 are no whole number of them.
TEST(ResidentPlan, SharedMemoryIsAskedForAsItIsHandedOut) {
  const kernel::ResidentPlan plan = plan_resident({585, 585, 0, 1, 63, 1}, {1, 227 << 10, 60 << 20});
  ASSERT_EQ(plan.shared_ring_size, 585u * 63);
  EXPECT_EQ(plan.shared_bytes, 64 + 8u * 608 + (585 * 63 * 4 + 4));
}

TEST(ResidentLayout, RefusesARowThatAWarpCouldNotCount) {
  EXPECT_NO_THROW(kernel::check_row(3, (1u << 27) - 1));
  EXPECT_THROW(kernel::check_row(3, 1u << 27), ConfigError);
}

TEST(ResidentLayout, RingsComeBackFromPendingArrivals) {
  RandomNetworkSpec spec;
  spec.neurons = 11;
  spec.kind.receptors = 2;
  const SlicedNetwork sliced = slice_network(random_network(spec), {}, {3, 16, true});
  std::vector<std::int32_t> pending(std::size_t{sliced.delay_slots} * 2 * 11);
  for (std::size_t k = 0; k < pending.size(); ++k) pending[k] = static_cast<std::int32_t>(k);

  const std::vector<std::int32_t> rings = kernel::rings_of_pending(sliced, 7, pending);

  EXPECT_EQ(kernel::pending_of_rings(sliced, 7, rings), pending);
  // Step 7 of slice 0 stands in its slot 7 mod slots: receptor 0 of its neurons first.
  const std::size_t at = 7 % sliced.delay_slots * 2 * sliced.slices[0].count;
  EXPECT_EQ(rings[at], 0);
  EXPECT_EQ(rings[at + sliced.slices[0].count], 11);
}

kernel::MostSpikes most_spikes(std::initializer_list<double> t_ref_ms) {
  Network network = unconnected(static_cast<std::uint32_t>(t_ref_ms.size()), {}, 0.1, {});
  network.neurons.t_ref_ms = t_ref_ms;
  return kernel::MostSpikes(network);
}

TEST(ResidentRecords, NoNeuronFiresTwiceWithinTheShortestRefractoryPeriodAndAStep) {
  const kernel::MostSpikes most = most_spikes({2.0, 0.5, 3.0});
  EXPECT_EQ(most.interval(), 6u);
  EXPECT_EQ(most(0), 0u);
  EXPECT_EQ(most(1), 1u);
  EXPECT_EQ(most(6), 1u);
  EXPECT_EQ(most(7), 2u);
  EXPECT_EQ(most_spikes({2.0, 0.0})(7), 7u);
}

TEST(ResidentRecords, SegmentsFitTheirBudgetIfEveryNeuronFiresAsOftenAsItCan) {
  const kernel::MostSpikes always = most_spikes({0.0}), seldom = most_spikes({2.0});
  RecordOptions what;
  EXPECT_EQ(kernel::segment_steps(1000, always, nullptr, 1 << 20, 5000), 5000u);
  EXPECT_EQ(kernel::segment_steps(1000, always, &what, 8000 * 30, 5000), 30u);
  EXPECT_EQ(kernel::segment_steps(1000, always, &what, 10, 5000), 1u);
  EXPECT_EQ(kernel::segment_steps(1000, seldom, &what, 8000 * 30, 5000), 630u);
  EXPECT_EQ(kernel::segment_steps(1000, seldom, &what, 8000 * 30, 600), 600u);
  what.trajectory = true;
  EXPECT_EQ(kernel::segment_steps(1000, always, &what, 17000 * 30, 5000), 30u);
  EXPECT_EQ(kernel::segment_steps(1000, seldom, &what, 2 * (8000 + 21 * 9000), 5000), 42u);
  EXPECT_EQ(kernel::segment_steps(1000, seldom, &what, 8000 + 4 * 9000, 5000), 4u);
}

}  // namespace
}  // namespace sprig::test
