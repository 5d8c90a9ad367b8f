// What every engine hands to a RecordWriter lands in the right rows, windows and sums of a Recording.
#include <gtest/gtest.h>

#include "sprig/engine/record_writer.hpp"
#include "tests/support/networks.hpp"

namespace sprig::test {
namespace {

// Populations of two and one neurons.
Network two_populations() {
  Network network = unconnected(3, {}, 0.1, {});
  network.populations = {{"a", 0, 2, false}, {"b", 2, 1, false}};
  network.neurons.e_l = {-70, -60, -50};
  return network;
}

TEST(RecordWriter, ASecondCallGoesOnWhereTheFirstEnded) {
  RecordWriter writer(two_populations(), 1);
  Recording recording;
  const RecordOptions what{.spikes = true, .count_window_steps = 2};
  writer.begin(100, 3, what, &recording);
  writer.add_spike(0, 1, 0);
  writer.add_spike(2, 2, 0);
  writer.end();
  writer.begin(103, 2, what, &recording);
  writer.add_spike(1, 0, 0);
  writer.end();

  EXPECT_EQ(recording.first_step, 100u);
  EXPECT_EQ(recording.steps, 5u);
  EXPECT_EQ(recording.total_spikes, 3u);
  EXPECT_EQ(recording.spikes, (std::vector<SpikeEvent>{{100, 1, 0}, {102, 2, 0}, {104, 0, 0}}));
  EXPECT_EQ(recording.population_spikes, (std::vector<std::uint64_t>{1, 0, 0, 0, 0, 1, 0, 0, 1, 0}));
}

TEST(RecordWriter, AWindowThatACallEndsInIsCountedOnByTheNext) {
  RecordWriter writer(two_populations(), 1);
  Recording recording;
  const RecordOptions what{.count_window_steps = 4};
  writer.begin(0, 6, what, &recording);
  EXPECT_EQ(writer.window_of(3), 0u);
  EXPECT_EQ(writer.window_of(4), 1u);
  EXPECT_TRUE(writer.ends_in_a_window());
  const std::vector<std::uint32_t> counts = {1, 2, 3, 4, 5, 6};
  writer.add_counts(0, 2, counts.data());
  writer.end();
  writer.begin(6, 2, what, &recording);
  EXPECT_EQ(writer.window_of(0), 1u);
  EXPECT_FALSE(writer.ends_in_a_window());
  ++writer.window(1)[2];
  writer.end();

  EXPECT_EQ(recording.counts, (std::vector<std::uint32_t>{1, 2, 3, 4, 5, 7}));
}

TEST(RecordWriter, ACallThatDoesNotEndLeavesNoStepsBehind) {
  RecordWriter writer(two_populations(), 1);
  Recording recording;
  writer.begin(0, 6, {}, &recording);
  writer.add_spike(0, 0, 0);

  EXPECT_EQ(recording.steps, 0u);
  EXPECT_EQ(recording.total_spikes, 0u);
}

TEST(RecordWriter, ProbesOfADeviceAreAbsolutePotentialsByStepProbeAndReplica) {
  RecordWriter writer(two_populations(), 2);
  Recording recording;
  writer.begin(0, 3, {.probe = {2, 0}}, &recording);
  std::vector<real> state;  // [step][u, current, theta][probe][replica]
  for (int k = 0; k < 24; ++k) state.push_back(static_cast<real>(k));
  writer.write_probes(1, 2, state.data());
  writer.end();

  EXPECT_EQ(recording.probe_v, (std::vector<real>{0, 0, 0, 0, -50, -49, -68, -67, -38, -37, -56, -55}));
  EXPECT_EQ(recording.probe_i, (std::vector<real>{0, 0, 0, 0, 4, 5, 6, 7, 16, 17, 18, 19}));
  EXPECT_EQ(recording.probe_theta, (std::vector<real>{0, 0, 0, 0, 8, 9, 10, 11, 20, 21, 22, 23}));
}

TEST(RecordWriter, TrajectoriesAndPopulationCountsOfADeviceGoToTheirSteps) {
  RecordWriter writer(two_populations(), 1);
  Recording recording;
  writer.begin(0, 3, {.trajectory = true}, &recording);
  const std::vector<real> u = {1, 2, 3, 4, 5, 6}, current = {7, 8, 9, 10, 11, 12};
  const std::vector<std::uint8_t> flags = {0, 1, 2, 3, 0, 1};
  const std::vector<std::uint32_t> spikes = {2, 0, 1, 1};
  writer.write_trajectory(1, 2, u.data(), current.data(), flags.data());
  writer.add_population_spikes(1, 2, spikes.data());
  writer.end();

  EXPECT_EQ(recording.u_before, (std::vector<real>{0, 0, 0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(recording.current, (std::vector<real>{0, 0, 0, 7, 8, 9, 10, 11, 12}));
  EXPECT_EQ(recording.flags, (std::vector<std::uint8_t>{0, 0, 0, 0, 1, 2, 3, 0, 1}));
  EXPECT_EQ(recording.population_spikes, (std::vector<std::uint64_t>{0, 0, 2, 0, 1, 1}));
  EXPECT_EQ(recording.total_spikes, 4u);
}

TEST(RecordWriter, WithoutARecordingNothingIsWanted) {
  RecordWriter writer(two_populations(), 1);
  writer.begin(0, 3, {.trajectory = true}, nullptr);
  EXPECT_FALSE(writer.wanted());
  EXPECT_EQ(writer.trajectory(0).u_before, nullptr);
  writer.end();
}

}  // namespace
}  // namespace sprig::test
