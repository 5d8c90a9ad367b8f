// The whole forecast: determinism, what the scores mean, and that the reservoir is worth something.
#include "sprig/tasks/forecast.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "host/tasks/reservoir.hpp"
#include "sprig/core/error.hpp"
#include "sprig/network/compaction.hpp"
#include "tests/tasks/task_fixture.hpp"

namespace sprig {
namespace {

using test::on_cpu;
using test::short_forecast;
using test::task_network;
using test::without_synapses;

void expect_same(const ForecastScore& a, const ForecastScore& b) {
  EXPECT_EQ(a.nrmse, b.nrmse);
  EXPECT_EQ(a.validation_nrmse, b.validation_nrmse);
  EXPECT_EQ(a.vpt_each, b.vpt_each);
  EXPECT_EQ(a.lambda, b.lambda);
  EXPECT_EQ(a.sops, b.sops);
  EXPECT_EQ(a.sops_readout, b.sops_readout);
  EXPECT_EQ(a.rate_hz, b.rate_hz);
  EXPECT_EQ(a.silent_fraction, b.silent_fraction);
}

TEST(Forecast, ThreadsAndSlicesDoNotChangeTheScore) {
  for (const Encoding encoding : {Encoding::current, Encoding::population}) {
    const Network network = task_network();
    Drive noise;
    noise.noise_sigma.assign(network.size(), 0.1);
    ForecastOptions options = short_forecast(encoding);
    options.washout = 10;
    options.vpt_starts = 16;  // enough cells for a second thread
    options.vpt_samples = 8;

    const ForecastScore one = evaluate_forecast(network, noise, on_cpu(1, 1), options, 3);
    const ForecastScore two = evaluate_forecast(network, noise, on_cpu(2, 2), options, 3);

    expect_same(one, two);
  }
}

TEST(Forecast, SeedDecidesTheScore) {
  const Network network = task_network();
  const ForecastScore a = evaluate_forecast(network, {}, on_cpu(), short_forecast(), 3);

  expect_same(a, evaluate_forecast(network, {}, on_cpu(), short_forecast(), 3));
  EXPECT_NE(a.nrmse, evaluate_forecast(network, {}, on_cpu(), short_forecast(), 4).nrmse);
}

TEST(Forecast, BeatsTheMeanWithAndWithoutRecurrentSynapses) {
  for (const Encoding encoding : {Encoding::current, Encoding::population})
    for (const Network& network : {task_network(), without_synapses(task_network())}) {
      const ForecastScore score = evaluate_forecast(network, {}, on_cpu(), short_forecast(encoding), 3);

      EXPECT_LT(score.nrmse, 0.9);
      EXPECT_LT(score.validation_nrmse, 0.9);
      EXPECT_GE(score.vpt, 0);
      EXPECT_LE(score.vpt, 30 * 0.02 * 0.9056 + 1e-12);
      EXPECT_EQ(score.vpt_each.size(), 3u);
      EXPECT_GT(score.rate_hz, 1);
      EXPECT_LT(score.silent_fraction, 1);
    }
}

TEST(Forecast, FullObservationBeatsPartial) {
  ForecastOptions full = short_forecast();
  full.observed = {0, 1, 2};
  full.horizon = 1;
  ForecastOptions partial = short_forecast();
  partial.horizon = 1;

  EXPECT_LT(evaluate_forecast(task_network(), {}, on_cpu(), full, 3).nrmse,
            evaluate_forecast(task_network(), {}, on_cpu(), partial, 3).nrmse);
}

TEST(Forecast, CountsSynapticOperationsBySpikesAndOutDegrees) {
  // A ring in which every neuron has two targets: operations are exactly twice the spikes.
  Network ring = task_network(50);
  std::vector<test::Edge> edges;
  for (std::uint32_t i = 0; i < 50; ++i)
    for (const std::uint32_t d : {1u, 2u}) edges.push_back({i, (i + d) % 50, 0.05f, 1});
  ring.recurrent = test::csr_from(50, 50, edges);
  const ForecastOptions options = short_forecast();

  const ForecastScore score = evaluate_forecast(ring, {}, on_cpu(), options, 3);
  const ForecastScore none = evaluate_forecast(without_synapses(ring), {}, on_cpu(), options, 3);

  const double spikes = score.rate_hz * 50 * options.steps_per_sample * ring.step_ms * 1e-3;  // per sample
  EXPECT_NEAR(score.sops, 2 * spikes, 1e-9 * spikes);
  EXPECT_NEAR(score.sops_readout, (2 + 3) * spikes, 1e-9 * spikes);
  EXPECT_EQ(none.sops, 0);
  EXPECT_GT(none.sops_readout, 0);
}

TEST(Forecast, ASilentNetworkPredictsTheMean) {
  Network network = without_synapses(task_network(20));
  network.neurons.i_dc.assign(20, 0.0);
  ForecastOptions options = short_forecast();
  options.input_gain = 0;

  const ForecastScore score = evaluate_forecast(network, {}, on_cpu(), options, 3);

  EXPECT_EQ(score.silent_fraction, 1);
  EXPECT_EQ(score.rate_hz, 0);
  EXPECT_GE(score.nrmse, 1);  // the training part's mean is not the test part's
  EXPECT_TRUE(std::isfinite(score.nrmse));
}

TEST(Forecast, WithoutStartsThereIsNoValidTime) {
  ForecastOptions options = short_forecast();
  options.vpt_starts = 0;

  const ForecastScore score = evaluate_forecast(task_network(20), {}, on_cpu(), options, 3);

  EXPECT_TRUE(std::isnan(score.vpt));
  EXPECT_TRUE(score.vpt_each.empty());
}

TEST(Forecast, LeavesTheNetworkAlone) {
  const Network network = task_network(20);
  const std::uint64_t before = network_hash(network);

  evaluate_forecast(network, {}, on_cpu(), short_forecast(Encoding::population), 3);

  EXPECT_EQ(network_hash(network), before);
}

TEST(Forecast, StopsWhenAsked) {
  double last = 0;
  const Progress progress([&](double fraction) {
    EXPECT_GE(fraction, last);
    last = fraction;
    return fraction < 0.3;
  });

  EXPECT_THROW(evaluate_forecast(task_network(20), {}, on_cpu(), short_forecast(), 3, progress), Interrupted);
  EXPECT_LT(last, 0.6);
}

TEST(Reservoir, UncoupledNeuronsOfAPrunedNetworkKeepTheirFeatures) {
  for (const Encoding encoding : {Encoding::current, Encoding::population}) {
    const ForecastOptions options = short_forecast(encoding);
    const Network whole = without_synapses(task_network(40));
    Network pruned = whole;
    std::vector<std::uint8_t> keep(40);
    for (int i = 0; i < 40; ++i) keep[i] = i % 4 != 2;
    const auto kept = keep_neurons(pruned, keep);
    const ReservoirSetup a(whole, {}, on_cpu(), options, 5), b(pruned, {}, on_cpu(), options, 5);
    Reservoir all(a, 1, 0), some(b, 1, 0);
    std::vector<double> values;
    for (int s = 0; s < 80; ++s) values.push_back(std::sin(0.1 * s));
    const auto ignore = [](std::uint32_t, View<const SpikeEvent>) {};

    all.advance(values, 80, ignore);
    some.advance(values, 80, ignore);

    std::vector<double> from(40), to(kept.size());
    all.write_features(0, from);
    some.write_features(0, to);
    double sum = 0;
    for (std::size_t k = 0; k < kept.size(); ++k) {
      EXPECT_EQ(to[k], from[kept[k]]);
      sum += to[k];
    }
    EXPECT_GT(sum, 0);
  }
}

TEST(Reservoir, SquaredFeaturesFollowTheTraces) {
  ForecastOptions options = short_forecast();
  options.square = true;
  const ReservoirSetup setup(task_network(10), {}, on_cpu(), options, 5);
  Reservoir reservoir(setup, 1, 0);
  reservoir.advance(std::vector<double>(30, 0.8), 30, [](std::uint32_t, View<const SpikeEvent>) {});

  std::vector<double> features(setup.features());
  reservoir.write_features(0, features);

  ASSERT_EQ(features.size(), 20u);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(features[10 + i], features[i] * features[i]);
}

}  // namespace
}  // namespace sprig
