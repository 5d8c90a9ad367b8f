// SpikeDyn's four mechanisms, one by one, and ASP's leak: each changes what it should and nothing else.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/learning/competitive_support.hpp"

namespace sprig {
namespace {

using test::lively;
using test::noise;
using test::Pictures;
using test::present_by_hand;
using test::presented;

constexpr std::uint32_t kSide6Pixels = 36;

// SpikeDyn's rule alone, none of its other mechanisms; spikes at 3, 10 and 17.
CompetitiveOptions windows_by_hand() {
  CompetitiveOptions o = test::by_hand();
  o.rule = CompetitiveRule::spikedyn;
  o.mu = 0;
  o.adaptive_rates = o.weight_decay = o.adaptive_theta = false;
  return o;
}

float weight_after(const CompetitiveOptions& o) {
  CompetitiveState state;
  present_by_hand(o, state);
  return state.weights[0];
}

TEST(SpikeDyn, WeightsChangeOnceAWindow) {
  CompetitiveOptions o = windows_by_hand();
  o.update_steps = 5;  // the neuron fires in windows 1, 3 and 4: it is depressed in the second, ended at step 9
  EXPECT_NEAR(weight_after(o), 5 + 3 * 1e-2 - 1e-4 * std::exp(-6 / 20.0), 1e-6);
  o.update_steps = 8;  // in 1 and 2; what comes after step 15 is in no whole window
  EXPECT_NEAR(weight_after(o), 5 + 2 * 1e-2, 1e-6);
}

TEST(SpikeDyn, WithoutTimedUpdatesEverySpikeCounts) {
  CompetitiveOptions o = windows_by_hand();
  o.timed_updates = false;
  o.adaptive_rates = true;
  o.rate_pre = 0;
  o.spike_threshold = 2;
  EXPECT_NEAR(weight_after(o), 5 + 1e-2 * (1 + 1 + 2), 1e-6);  // k_p of 1, 2 and 3 spikes
  o.spike_threshold = 100;
  o.rate_post = 0;
  o.rate_pre = 1e-4;
  double down = 0;  // k_d, one spike, two, three of the neuron in as many of the input as there were steps, times y
  for (int t = 3, spike = 3, spikes = 1; t < 20; ++t) {
    if (t == 10 || t == 17) spike = t, ++spikes;
    down += static_cast<double>(spikes) / (t + 1) * std::exp(-(t - spike) / 20.0);
  }
  EXPECT_NEAR(weight_after(o), 5 - 1e-4 * down, 2e-6);
}

// All mechanisms off and no weight dependence: nothing is left but the pair rule.
TEST(SpikeDyn, WithoutItsMechanismsIsThePairRuleBitForBit) {
  for (const bool one_spike : {true, false}) {
    CompetitiveOptions pair = lively(20);
    pair.one_spike = one_spike;
    CompetitiveOptions off = pair;
    off.rule = CompetitiveRule::spikedyn;
    off.mu = 0;
    off.adaptive_rates = off.timed_updates = off.weight_decay = off.adaptive_theta = false;
    Pictures pictures = noise(4, kSide6Pixels);
    CompetitiveState a = initial_state(pair, kSide6Pixels), b = a;
    EXPECT_EQ(presented(pair, a, pictures.images, {0, 1, 2, 3}), presented(off, b, pictures.images, {0, 1, 2, 3}));
    EXPECT_EQ(a.weights, b.weights);
    EXPECT_EQ(a.theta, b.theta);
  }
}

TEST(SpikeDyn, RatesFollowTheSpikeCounts) {
  CompetitiveOptions o = windows_by_hand();
  o.update_steps = 5;
  o.adaptive_rates = true;
  o.spike_threshold = 2;
  // Counts of the neuron and the input at the ends of the windows: 1 and 5, 1 and 10, 2 and 15, 3 and 20.
  // k_p = 1, -, 1, 2; k_d = 1/10 in the second.
  EXPECT_NEAR(weight_after(o), 5 + 1e-2 * (1 + 1 + 2) - 1e-4 * 0.1 * std::exp(-6 / 20.0), 1e-6);
}

TEST(SpikeDyn, WeightsAreSoftBound) {
  CompetitiveOptions o = windows_by_hand();
  o.update_steps = 20;
  o.mu = 0.5;  // one window, in which it fires
  EXPECT_NEAR(weight_after(o), 5 + 1e-2 * std::sqrt(5.0), 1e-6);
}

TEST(SpikeDyn, WeightsDecayTheSlowerTheMoreNeurons) {
  CompetitiveOptions o = windows_by_hand();
  o.rate_post = o.rate_pre = 0;
  o.weight_decay = true;
  o.decay_rate = 2;
  o.decay_tau_ms = 100;
  EXPECT_NEAR(weight_after(o), 5 * std::exp(-2 * 20 / 100.0), 1e-5);
  o.neurons = 4;
  Pictures dark({0}, 1);
  CompetitiveState state = initial_state(o, 1);
  state.weights = {1, 2, 3, 4};
  presented(o, state, dark.images, {0});
  for (int j = 0; j < 4; ++j) EXPECT_NEAR(state.weights[j], (j + 1) * std::exp(-2.0 / 4 * 20 / 100), 1e-6);
}

TEST(SpikeDyn, TheDefaultDecayIsOfTheSpecificationsSize) {
  const CompetitiveOptions o;
  const double per_ms = o.decay_rate / 400 / o.decay_tau_ms;
  EXPECT_GE(per_ms, 1e-6 * (1 - 1e-12));
  EXPECT_LE(per_ms, 1e-5);
}

TEST(SpikeDyn, AnAdaptiveThetaTakesTheStepOfThePresentation) {
  CompetitiveOptions o = windows_by_hand();
  o.rate_post = o.rate_pre = 0;
  o.adaptive_theta = true;
  o.tau_theta_ms = 1e6;
  o.theta_factor = 1000;
  CompetitiveState state;
  present_by_hand(o, state);
  EXPECT_NEAR(state.theta[0], 3 * 1000 * 20 / 1e6, 1e-5);
  EXPECT_EQ(state.weights[0], 5);
}

// Each switch alone, against all off, in a network where much happens.
TEST(SpikeDyn, ASwitchChangesWhatItShouldAndNothingElse) {
  CompetitiveOptions off = lively(12);
  off.rule = CompetitiveRule::spikedyn;
  off.adaptive_rates = off.timed_updates = off.weight_decay = off.adaptive_theta = false;
  off.spike_threshold = 1;
  off.decay_rate = 10;
  Pictures pictures = noise(1, kSide6Pixels);
  const auto learnt = [&](const CompetitiveOptions& o, std::vector<std::uint32_t>* counts = nullptr) {
    CompetitiveState state = initial_state(o, kSide6Pixels);
    const auto spikes = presented(o, state, pictures.images, {0});
    if (counts != nullptr) *counts = spikes;
    return state;
  };
  const CompetitiveState plain = learnt(off);
  CompetitiveOptions rates = off, timed = off, decay = off, theta = off;
  rates.adaptive_rates = timed.timed_updates = decay.weight_decay = theta.adaptive_theta = true;

  EXPECT_NE(learnt(rates).weights, plain.weights);
  EXPECT_NE(learnt(timed).weights, plain.weights);
  EXPECT_NE(learnt(theta).theta, plain.theta);
  // Decay comes after the presentation: thresholds are the same, and after normalisation so are weights, up to
  // rounding.
  const CompetitiveState decayed = learnt(decay);
  EXPECT_EQ(decayed.theta, plain.theta);
  for (std::size_t k = 0; k < plain.weights.size(); ++k) EXPECT_NEAR(decayed.weights[k], plain.weights[k], 1e-5);
  decay.norm = off.norm = 0;
  EXPECT_NE(learnt(decay).weights, learnt(off).weights);
}

TEST(Asp, RatesFallWithSpikesAndWeightsLeak) {
  CompetitiveOptions o = windows_by_hand();
  o.rule = CompetitiveRule::asp;
  o.rate_pre = 0;
  o.asp_half_spikes = 2;
  o.asp_leak_tau_ms = 1e12;
  CompetitiveState state;
  present_by_hand(o, state);
  EXPECT_NEAR(state.weights[0], 5 + 1e-2 * (1 + 2.0 / 3 + 2.0 / 4), 2e-6);
  EXPECT_EQ(state.spikes[0], 3);

  o.rate_post = 0;
  o.asp_leak_tau_ms = 100;
  o.asp_leak_growth = 2;
  o.asp_trace_tau_ms = 40;
  present_by_hand(o, state);
  EXPECT_NEAR(state.weights[0], 5 * std::exp(-20 / (100 * (1 + 2 * 3.0))), 1e-5);
  EXPECT_NEAR(state.slow[0], 3 * std::exp(-20 / 40.0), 1e-6);
}

}  // namespace
}  // namespace sprig
