// A presentation: by hand, against the plain simulator of competitive_support.hpp, and what it must not depend on.
#include "sprig/learning/competitive/competitive.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numeric>
#include <tuple>

#include "sprig/core/error.hpp"
#include "sprig/learning/competitive/system.hpp"
#include "tests/learning/competitive_support.hpp"

namespace sprig {
namespace {

using test::by_hand;
using test::job;
using test::lively;
using test::noise;
using test::Pictures;
using test::plain_presentations;
using test::present_by_hand;
using test::presented;

constexpr std::uint32_t kPixels = 36;

double sum(const std::vector<std::uint32_t>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

TEST(Competitive, TwentyStepsByHand) {
  CompetitiveState state;
  const auto counts = present_by_hand(by_hand(), state);

  EXPECT_EQ(counts, std::vector<std::uint32_t>{3});
  EXPECT_FLOAT_EQ(state.theta[0], 0.15f);
  double traces = 0;
  for (const int steps : {7, 7, 3})
    for (int k = 0; k < steps; ++k) traces += std::exp(-k / 20.0);
  EXPECT_NEAR(state.weights[0], 5 + 3 * 1e-2 - 1e-4 * traces, 2e-6);
}

TEST(Competitive, TripletWeighsASpikeByTheSlowTraceOfTheOneBefore) {
  CompetitiveOptions o = by_hand();
  o.rule = CompetitiveRule::triplet;
  o.rate_pre = 0;
  CompetitiveState state;
  present_by_hand(o, state);

  EXPECT_NEAR(state.weights[0], 5 + 1e-2 * 2 * std::exp(-7 / 40.0), 2e-6);  // the first one has none before it
}

TEST(Competitive, IsThePlainSimulatorBitForBit) {
  for (const std::uint32_t neurons : {1u, 7u, 40u}) {
    CompetitiveOptions o = lively(neurons);
    Pictures pictures = noise(6, kPixels);
    CompetitiveState fast = initial_state(o, kPixels), plain = fast;

    const auto counts = presented(o, fast, pictures.images, {0, 1, 2, 3, 4, 5});
    const auto expected = plain_presentations(o, plain, pictures.images, 6);

    EXPECT_GT(sum(expected), 2 * 6) << neurons;
    EXPECT_EQ(counts, expected) << neurons;
    EXPECT_EQ(fast.theta, plain.theta) << neurons;
    EXPECT_EQ(fast.weights, plain.weights) << neurons;
  }
}

// Few pixels, so that normalisation raises weights above the largest, which BindsNET bounds as the next image
// begins.
TEST(Competitive, WeightsThatNormalisationRaisesAreBounded) {
  CompetitiveOptions o = lively(7);
  o.norm = 14;
  Pictures pictures = noise(6, 20);
  CompetitiveState fast = initial_state(o, 20), plain = fast;

  const auto counts = presented(o, fast, pictures.images, {0, 1, 2, 3, 4, 5});

  EXPECT_EQ(counts, plain_presentations(o, plain, pictures.images, 6));
  EXPECT_GT(*std::max_element(plain.weights.begin(), plain.weights.end()), 1.0f);
  for (float& w : plain.weights) w = std::min(w, 1.0f);
  EXPECT_EQ(fast.weights, plain.weights);
}

TEST(Competitive, WithoutOneSpikeAllThatCrossedEmit) {
  CompetitiveOptions o = lively(12);
  o.one_spike = false;
  o.inhibition_mv = 0;
  Pictures pictures = noise(3, kPixels);
  CompetitiveState fast = initial_state(o, kPixels), plain = fast;

  const auto counts = presented(o, fast, pictures.images, {0, 1, 2});

  EXPECT_EQ(counts, plain_presentations(o, plain, pictures.images, 3));
  EXPECT_EQ(fast.weights, plain.weights);
}

// Neurons alike cross together: all are reset and have their thresholds raised, one emits, each as often as the others.
TEST(Competitive, OfNeuronsThatCrossTogetherOneIsDrawn) {
  CompetitiveOptions o = lively(4);
  o.inhibition_mv = 0;
  o.norm = 0;
  o.steps = 200;
  o.rate_pre = o.rate_post = 0;
  o.theta_plus_mv = 0.01;
  Pictures pictures = noise(40, kPixels);
  CompetitiveState state = initial_state(o, kPixels);
  std::fill(state.weights.begin(), state.weights.end(), 0.5f);
  std::vector<std::uint32_t> all(40);
  std::iota(all.begin(), all.end(), 0u);

  const auto counts = presented(o, state, pictures.images, all);

  const double spikes = sum(counts);
  EXPECT_GT(spikes, 400);
  for (int j = 0; j < 4; ++j) {
    double of_neuron = 0;
    for (int k = 0; k < 40; ++k) of_neuron += counts[k * 4 + j];
    EXPECT_NEAR(of_neuron, spikes / 4, 5 * std::sqrt(spikes * 3 / 16));
    EXPECT_EQ(state.theta[j], state.theta[0]);
    EXPECT_NEAR(state.theta[j], 0.01 * spikes, 0.01 * spikes * 1e-3);
  }
}

TEST(Competitive, NeitherPiecesNorThreadsNorCompanyChangeABit) {
  const CompetitiveOptions o = lively(20);
  Pictures pictures = noise(8, kPixels);
  CompetitiveState whole = initial_state(o, kPixels), pieces = whole, other = whole;
  const auto counts = presented(o, whole, pictures.images, {5, 1, 7, 0, 2});

  presented(o, pieces, pictures.images, {5, 1});
  std::vector<std::uint32_t> rest{7, 0, 2};
  std::vector<Presentations> jobs{job(o, other, pictures.images, rest), job(o, pieces, pictures.images, rest)};
  cpu::present(jobs, 2);

  EXPECT_EQ(whole.weights, pieces.weights);
  EXPECT_EQ(whole.theta, pieces.theta);
  EXPECT_EQ(std::vector<std::uint32_t>(counts.begin() + 40, counts.end()), jobs[1].counts);
  EXPECT_NE(whole.weights, other.weights);
}

TEST(Competitive, WhatDoesNotLearnLeavesItsStateAlone) {
  const CompetitiveOptions o = lively(20);
  Pictures pictures = noise(4, kPixels);
  CompetitiveState state = initial_state(o, kPixels);
  presented(o, state, pictures.images, {0, 1});
  const CompetitiveState before = state;

  const auto first = presented(o, state, pictures.images, {2, 3}, false);

  EXPECT_EQ(state.weights, before.weights);
  EXPECT_EQ(state.theta, before.theta);
  EXPECT_EQ(presented(o, state, pictures.images, {2, 3}, false), first);
  EXPECT_GT(sum(first), 0);
}

TEST(Competitive, AnotherPassDrawsOtherSpikes) {
  const CompetitiveOptions o = lively(20);
  Pictures pictures = noise(2, kPixels);
  CompetitiveState state = initial_state(o, kPixels);
  const std::vector<std::uint32_t> both{0, 1};
  std::vector<Presentations> jobs{job(o, state, pictures.images, both, false),
                                  job(o, state, pictures.images, both, false)};
  jobs[1].first_step = o.steps;
  cpu::present(jobs, 1);
  EXPECT_NE(jobs[0].counts, jobs[1].counts);
}

TEST(Competitive, WeightsOfEachNeuronAreScaledToTheirSum) {
  const CompetitiveOptions o = lively(15);
  Pictures pictures = noise(2, kPixels);
  CompetitiveState state = initial_state(o, kPixels);
  presented(o, state, pictures.images, {0, 1});

  for (std::uint32_t j = 0; j < 15; ++j) {
    double total = 0;
    for (std::uint32_t p = 0; p < kPixels; ++p) {
      total += state.weights[p * 15 + j];
      EXPECT_GE(state.weights[p * 15 + j], 0);
    }
    EXPECT_NEAR(total, o.norm, 1e-4);
  }
}

// The inhibitory neuron fires a step after its own neuron, which inhibits in the step after that.
TEST(Competitive, APopulationInhibitsAStepLater) {
  CompetitiveOptions o;
  o.neurons = 2;
  o.steps = 8;
  o.rate_hz = 1000;
  o.tau_m_ms = 1e30;
  o.weight_max = 20;
  o.norm = o.rate_pre = o.rate_post = 0;
  o.inhibition_mv = 100;
  Pictures white({255}, 1);
  // The first neuron fires at step 1; the second, of weight 6, would at 3 (6, 12, 18): direct inhibition comes in at 2,
  // that of the population at 3, both in time; of weight 6.5 (6.5, 13) it fires at 2 unless inhibition comes at once.
  for (const auto& [weight, direct, population] : {std::tuple{6.0f, 0u, 0u}, {6.5f, 0u, 1u}}) {
    for (const Inhibition inhibition : {Inhibition::direct, Inhibition::population}) {
      o.inhibition = inhibition;
      CompetitiveState state = initial_state(o, 1);
      state.weights = {14, weight};
      const auto counts = presented(o, state, white.images, {0}, false);
      EXPECT_GE(counts[0], 1u);
      EXPECT_EQ(counts[1], inhibition == Inhibition::direct ? direct : population) << weight;
    }
  }
}

// The last step's spikes act in the first step of rest, which counts; thresholds fall, weights decay on; theta's step
// balances the presentation alone.
TEST(Competitive, RestComesWithoutSpikesOfPixels) {
  CompetitiveOptions o = by_hand();
  o.steps = 1;
  CompetitiveState state;
  for (const std::uint32_t rest : {0u, 3u}) {
    o.rest_steps = rest;
    Pictures white({255}, 1);
    state = initial_state(o, 1);
    state.weights = {10};
    o.threshold_mv = -56;
    EXPECT_EQ(presented(o, state, white.images, {0}), std::vector<std::uint32_t>{rest > 0 ? 1u : 0u});
  }
  o = by_hand();
  o.rest_steps = 10;
  o.tau_theta_ms = 100;
  EXPECT_EQ(present_by_hand(o, state), std::vector<std::uint32_t>{3});
  double theta = 0;
  for (const int spike : {3, 10, 17}) theta += 0.05 * std::exp(-(29 - spike) / 100.0);
  EXPECT_NEAR(state.theta[0], theta, 1e-6);

  o.rule = CompetitiveRule::spikedyn;
  o.rate_pre = o.rate_post = 0;
  o.decay_rate = 2;
  o.decay_tau_ms = 100;
  o.theta_factor = 1;
  o.tau_theta_ms = 1e6;
  present_by_hand(o, state);
  EXPECT_NEAR(state.weights[0], 5 * std::exp(-2 * 30 / 100.0), 1e-5);
  EXPECT_NEAR(state.theta[0], 3 * 20 / 1e6, 1e-8);
}

TEST(Competitive, CountsItsOperations) {
  CompetitiveOptions o;
  o.neurons = 3;
  o.steps = 10;
  o.rate_hz = 1000;
  o.initial_weight = 0;
  Pictures white({255, 255}, 2);
  CompetitiveState state = initial_state(o, 2);
  const std::vector<std::uint32_t> one{0};
  std::vector<Presentations> jobs{job(o, state, white.images, one, false)};
  cpu::present(jobs, 1);

  EXPECT_EQ(jobs[0].operations.neuron_updates, 30u);
  EXPECT_EQ(jobs[0].operations.synaptic_events, 9u * 2 * 3);  // spikes of the last step act in none
  EXPECT_EQ(jobs[0].operations.weight_updates, 0u);
}

TEST(CompetitiveSystem, DrawsOtherSpikesInAnotherPass) {
  const Pictures pictures = noise(4, kPixels);
  const std::vector<std::uint32_t> which{0, 1, 2, 3};
  const auto system = competitive_system(lively(13));
  const auto counts_of = [&](std::uint32_t pass) {
    const auto model = system->make(kPixels, 1);
    LearningJob job;
    job.model = model.get(), job.images = &pictures.images, job.which = which, job.pass = pass;
    system->present({&job, 1}, Device::cpu, 1);
    return job.counts;
  };
  EXPECT_EQ(counts_of(0), counts_of(0));
  EXPECT_NE(counts_of(0), counts_of(1));
}

TEST(Competitive, EveryBadOptionIsNamed) {
  const std::pair<const char*, std::function<void(CompetitiveOptions&)>> bad[] = {
      {"learn.neurons", [](auto& o) { o.neurons = 0; }},
      {"learn.steps", [](auto& o) { o.steps = 0; }},
      {"learn.step_ms", [](auto& o) { o.step_ms = 0; }},
      {"learn.rate_hz", [](auto& o) { o.rate_hz = 1001; }},
      {"learn.rate_hz", [](auto& o) { o.rate_hz = NAN; }},
      {"learn.tau_m_ms", [](auto& o) { o.tau_m_ms = -1; }},
      {"learn.threshold_mv", [](auto& o) { o.threshold_mv = -65; }},
      {"learn.reset_mv", [](auto& o) { o.reset_mv = -52; }},
      {"learn.refractory_ms", [](auto& o) { o.refractory_ms = -1; }},
      {"learn.refractory_ms", [](auto& o) { o.refractory_ms = 2.3 * o.step_ms; }},
      {"learn.initial_weight", [](auto& o) { o.initial_weight = 2; }},
      {"learn.norm", [](auto& o) { o.norm = INFINITY; }},
      {"learn.update_steps", [](auto& o) { o.rule = CompetitiveRule::spikedyn, o.update_steps = 0; }},
      {"learn.update_steps", [](auto& o) { o.rule = CompetitiveRule::spikedyn, o.update_steps = o.steps + 1; }},
      {"learn.spike_threshold", [](auto& o) { o.spike_threshold = 0; }},
      {"learn.mu", [](auto& o) { o.mu = -0.1; }},
      {"learn.rest_steps", [](auto& o) { o.rest_steps = 1000001; }},
      {"learn.weight_bits", [](auto& o) { o.weight_bits = 7; }},
      {"learn.weight_rounding", [](auto& o) { o.weight_rounding = CodeRounding::stochastic; }},
      {"learn.initial_weight", [](auto& o) { o.weight_bits = 4, o.initial_weight = 1.0 / 16; }},
      {"learn.norm", [](auto& o) { o.weight_bits = 4, o.norm = 10 * 0.99 / 16; }},
      {"learn.depression", [](auto& o) { o.depression = false; }},
      {"learn.depression", [](auto& o) { o.rule = CompetitiveRule::spikedyn, o.depression = false, o.norm = 0; }},
      {"learn.steps", [](auto& o) { o.reference_steps = 249; }},
      {"learn.answer_steps", [](auto& o) { o.reference_steps = 250, o.answer_steps = 251; }},
      {"learn.answer_steps", [](auto& o) { o.reference_steps = 250, o.answer_steps = 4; }},
      {"learn.scale_threshold",
       [](auto& o) { o.reference_steps = 1'000'000, o.steps = 1, o.refractory_ms = 0, o.scale_threshold = 8; }},
      {"learn.decay_tau_ms", [](auto& o) { o.decay_tau_ms = 0; }},
  };
  for (const auto& [key, spoil] : bad) {
    CompetitiveOptions o;
    spoil(o);
    try {
      initial_state(o, 10);
      ADD_FAILURE() << key << " was accepted";
    } catch (const ConfigError& error) {
      EXPECT_EQ(error.where(), key) << error.what();
    }
  }
}

TEST(Competitive, RefusesAStateOfAnotherSizeAndImagesThatAreNotThere) {
  const CompetitiveOptions o = lively(5);
  Pictures pictures = noise(2, kPixels);
  CompetitiveState wrong = initial_state(o, kPixels + 1), state = initial_state(o, kPixels);

  EXPECT_THROW(presented(o, wrong, pictures.images, {0}), ConfigError);
  EXPECT_THROW(presented(o, state, pictures.images, {2}), ConfigError);
  state.theta[3] = NAN;
  const std::vector<std::uint32_t> which{1, 0};
  std::vector<Presentations> jobs{job(o, state, pictures.images, which)};
  cpu::present(jobs, 1);
  EXPECT_EQ(jobs[0].failure, "potential or threshold of neuron 3 is not finite after image 1");
}

}  // namespace
}  // namespace sprig
