// Encoders: rates of the fields, keys of the draws, what a pruned network sees.
#include "sprig/coding/series_encoder.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "sprig/network/compaction.hpp"
#include "tests/support/networks.hpp"

namespace sprig {

bool operator==(const Input::Spike& a, const Input::Spike& b) {
  return a.step == b.step && a.channel == b.channel && a.replica == b.replica;
}

namespace {

SeriesEncoding population_options() {
  SeriesEncoding options;
  options.encoding = Encoding::population;
  options.fields = 7;
  return options;
}

std::vector<Input::Spike> spikes_of(const Encoder& encoder, const std::vector<double>& values, std::uint32_t samples,
                                    std::uint32_t replicas, std::uint32_t first_replica, std::uint64_t first_step) {
  EncodedInput encoded;
  encoder.encode(values, samples, replicas, first_replica, first_step, encoded);
  return encoded.spikes;
}

TEST(PopulationEncoder, FiresAtTheGaussianFieldsRates) {
  SeriesEncoding options = population_options();
  options.steps_per_sample = 40000;
  const double z = 0.4, step_ms = 0.5, seconds = 20;
  const Encoder encoder(options, step_ms, 11);

  std::vector<double> count(options.fields, 0);
  for (const Input::Spike& spike : spikes_of(encoder, {z}, 1, 1, 0, 0)) ++count[spike.channel];

  for (std::uint32_t f = 0; f < options.fields; ++f) {
    const double centre = -2.5 + 5.0 * f / 6, x = (z - centre) / options.field_width;
    const double expected = options.field_rate_hz * std::exp(-x * x / 2) * seconds;
    EXPECT_NEAR(count[f], expected, 5 * std::sqrt(expected) + 1e-9) << f;
  }
}

TEST(PopulationEncoder, SpikesAscendInStepChannelReplica) {
  const Encoder encoder(population_options(), 1.0, 11);
  const auto spikes = spikes_of(encoder, {0.1, 0.2, -1, 2, 0, 0.5}, 3, 2, 0, 0);

  ASSERT_GT(spikes.size(), 10u);
  const auto key = [](const Input::Spike& s) { return std::tuple(s.step, s.channel, s.replica); };
  EXPECT_TRUE(std::is_sorted(spikes.begin(), spikes.end(), [&](auto& a, auto& b) { return key(a) < key(b); }));
}

TEST(PopulationEncoder, ABatchIsItsReplicasOneByOne) {
  const Encoder encoder(population_options(), 1.0, 11);
  const std::vector<double> values{0.3, -0.2, 1.5, 0.3, -0.2, 1.5, 2, 2, -2};
  const auto batch = spikes_of(encoder, values, 3, 3, 5, 400);

  for (std::uint32_t r = 0; r < 3; ++r) {
    std::vector<Input::Spike> part;
    for (const Input::Spike& spike : batch)
      if (spike.replica == r) part.push_back({spike.step, spike.channel, 0});
    EXPECT_EQ(part, spikes_of(encoder, {values.begin() + 3 * r, values.begin() + 3 * r + 3}, 3, 1, 5 + r, 400));
    EXPECT_FALSE(part.empty());
  }
}

TEST(PopulationEncoder, OneCallIsTheSameAsTwo) {
  const Encoder encoder(population_options(), 1.0, 11);
  const auto whole = spikes_of(encoder, {0.3, -0.2}, 2, 1, 0, 33);
  auto parts = spikes_of(encoder, {0.3}, 1, 1, 0, 33);
  for (Input::Spike spike : spikes_of(encoder, {-0.2}, 1, 1, 0, 43)) {
    spike.step += 10;
    parts.push_back(spike);
  }

  EXPECT_EQ(whole, parts);
}

TEST(PopulationEncoder, ChannelsKeepTheirDrawsWhenMoreAreObserved) {
  SeriesEncoding both = population_options();
  both.observed = {0, 2};
  SeriesEncoding second = population_options();
  second.observed = {2};
  const auto all = spikes_of(Encoder(both, 1.0, 4), {0.5, -0.7}, 1, 1, 0, 0);
  const auto alone = spikes_of(Encoder(second, 1.0, 4), {-0.7}, 1, 1, 0, 0);

  std::vector<Input::Spike> part;
  for (const Input::Spike& spike : all)
    if (spike.channel >= both.fields) part.push_back({spike.step, spike.channel - both.fields, 0});
  EXPECT_EQ(part, alone);
}

TEST(PopulationEncoder, NeuronsListenToTheAskedFraction) {
  SeriesEncoding options = population_options();
  options.fields = 20;
  Network network = test::unconnected(500, {}, 1.0, {});
  Drive drive;
  Encoder(options, 1.0, 2).wire(network, drive);

  validate(network);
  EXPECT_EQ(network.input.rows, 20u);
  EXPECT_EQ(drive.channels, 0u);
  const double n = 500 * 20, p = options.field_density;
  EXPECT_NEAR(network.input.synapses(), n * p, 5 * std::sqrt(n * p * (1 - p)));
}

TEST(CurrentEncoder, GainsAreUniformWithinTheInputGain) {
  SeriesEncoding options;
  options.observed = {0, 1};
  Network network = test::random_network({.neurons = 2000, .density = 0, .kind = {}, .input_channels = 3});
  Drive drive;
  Encoder(options, 1.0, 2).wire(network, drive);

  EXPECT_EQ(network.input.rows, 0u);
  ASSERT_EQ(drive.channels, 2u);
  ASSERT_EQ(drive.current_gain.size(), 4000u);
  double mean = 0, squares = 0, largest = 0;
  for (const double g : drive.current_gain) {
    mean += g / 4000, squares += g * g / 4000, largest = std::max(largest, std::abs(g));
  }
  EXPECT_LT(largest, 2);
  EXPECT_NEAR(mean, 0, 5 * 2 / std::sqrt(3 * 4000.0));
  EXPECT_NEAR(squares, 4.0 / 3, 5 * 4 * std::sqrt(4.0 / 45 / 4000));
}

TEST(Encoders, APrunedNetworkKeepsItsNeuronsInputWeights) {
  for (const Encoding encoding : {Encoding::current, Encoding::population}) {
    SeriesEncoding options;
    options.encoding = encoding;
    const Encoder encoder(options, 0.5, 9);
    Network whole = test::random_network({.neurons = 60, .kind = {}});
    Network pruned = whole;
    std::vector<std::uint8_t> keep(60);
    for (int i = 0; i < 60; ++i) keep[i] = i % 3 != 1;
    const auto kept = keep_neurons(pruned, keep);
    Drive drive, pruned_drive;

    encoder.wire(whole, drive);
    encoder.wire(pruned, pruned_drive);

    EXPECT_EQ(pruned_drive.current_gain, drive.subset(kept).current_gain);
    keep_neurons(whole, keep);
    EXPECT_EQ(pruned.input.targets, whole.input.targets);
    EXPECT_EQ(pruned.input.offsets, whole.input.offsets);
    EXPECT_EQ(pruned.input.weights, whole.input.weights);
  }
}

TEST(Encoders, RefuseADriveWithSignalsOfItsOwn) {
  Network network = test::unconnected(2, {}, 1.0, {});
  Drive drive;
  drive.channels = 1;
  drive.current_gain = {1, 1};

  EXPECT_THROW(Encoder({}, 1.0, 1).wire(network, drive), ConfigError);
}

}  // namespace
}  // namespace sprig
