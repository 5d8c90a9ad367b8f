// What a stimulus is to one neuron, in closed form (docs/stimuli.md), also with the engine in double.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/instruments/stimulus_support.hpp"

namespace sprig::test {
namespace {

// tau_m 10 ms, R 2, rest 0, no threshold in reach; tau_syn 5 ms.
constexpr double kStep = 0.1, kTau = 10, kR = 2, kTauSyn = 5;
constexpr LifKind kKind{Synapse::exponential, 1, Reset::hard, false};

Network one_neuron(std::uint32_t neurons = 1) {
  NeuronDefaults d;
  d.tau_m_ms = kTau;
  d.resistance = kR;
  d.v_th = 1e6;
  d.tau_syn_exc_ms = d.tau_syn_inh_ms = kTauSyn;
  return unconnected(neurons, kKind, kStep, d);
}

// V after each step.
std::vector<real> trace(const std::vector<StimulusSpec>& stimuli, std::uint64_t steps, Network network = one_neuron()) {
  return run_stimulated(std::move(network), {}, stimuli, on_cpu(), steps, ~0ull, {.probe = {0}}).recording.probe_v;
}

// Rounding of a step: the potential is below 40 here, and a step adds the error of a few operations to what decays.
constexpr double kTolerance = sizeof(real) == 8 ? 1e-12 : 2e-4;

TEST(KnownStimuli, ADcActsFromTheStepOfItsBeginningToThatOfItsEnd) {
  const std::vector<real> v = trace({dc(3, 5, 20)}, 500);
  for (std::size_t k = 0; k < v.size(); ++k) {
    const double t = static_cast<double>(k + 1) * kStep;  // v[k] is at the end of step k
    const double charged = 3 * kR * (1 - std::exp(-(std::min(t, 20.0) - 5) / kTau));
    const double expected = t <= 5 ? 0 : t <= 20 ? charged : charged * std::exp(-(t - 20) / kTau);
    ASSERT_NEAR(v[k], expected, kTolerance) << "at " << t << " ms";
  }
  EXPECT_EQ(v[49], 0);
  EXPECT_GT(v[50], 0);  // step 50 is [5.0, 5.1) ms
  EXPECT_GT(v[199], v[200]);
}

TEST(KnownStimuli, TimesOffTheGridAreRoundedToTheNearestStep) {
  EXPECT_EQ(trace({dc(3, 5.04, 20.06)}, 500), trace({dc(3, 5.0, 20.1)}, 500));
  EXPECT_EQ(trace({dc(3, 0.04, 20)}, 500), trace({dc(3, 0, 20)}, 500));
}

// A staircase: the current of a step is that of the ramp at the step's beginning.
TEST(KnownStimuli, ARampIsAStaircaseOfItsValuesAtTheBeginningsOfSteps) {
  const std::vector<real> v = trace({ramp(1, 4, 10, 40)}, 600);
  const double p22 = std::exp(-kStep / kTau);
  double expected = 0;
  for (std::size_t k = 0; k < v.size(); ++k) {
    const double t = static_cast<double>(k) * kStep;
    const double current = k < 100 || k >= 400 ? 0 : 1 + 3 * (t - 10) / 30;
    expected = p22 * expected + kR * (1 - p22) * current;
    ASSERT_NEAR(v[k], expected, kTolerance) << "step " << k;
  }
}

// And so the response to the ramp of continuous time, half a step later: R (a + b (t - tau) - (a - b tau) e^(-t/tau)).
TEST(KnownStimuli, ARampOfShortStepsTendsToTheContinuousOne) {
  const std::vector<real> v = trace({ramp(1, 4, 0, 30)}, 300);
  const double b = 0.1;
  const auto continuous = [&](double t) { return kR * (1 + b * (t - kTau) - (1 - b * kTau) * std::exp(-t / kTau)); };
  for (std::size_t k = 0; k < v.size(); ++k) {
    const double t = static_cast<double>(k + 1) * kStep;
    ASSERT_NEAR(v[k], continuous(t), kR * b * kStep / 2 + kTolerance)
        << "at " << t;  // the staircase lags by h/2 at most
  }
}

// Rows longer and shorter than what is carried as a signal; a column a neuron.
TEST(KnownStimuli, ARowOfACurrentHoldsForItsSampleAndAfterTheLastThereIsNone) {
  for (const double sample_ms : {0.1, 0.5, 2.0}) {
    StimulusSpec current = array(StimulusKind::current, {1, -2, 3, 0.5, 5}, 1, sample_ms);
    current.from_ms = 3;
    const std::vector<real> v = trace({current}, 200);
    const double p22 = std::exp(-kStep / kTau);
    const auto rows = static_cast<std::size_t>(std::lround(sample_ms / kStep));
    double expected = 0;
    for (std::size_t k = 0; k < v.size(); ++k) {
      const std::size_t row = k < 30 ? 5 : (k - 30) / rows;
      expected = p22 * expected + kR * (1 - p22) * (row < 5 ? current.values[row] : 0.0);
      ASSERT_NEAR(v[k], expected, kTolerance) << "step " << k << ", samples of " << sample_ms << " ms";
    }
  }
}

TEST(KnownStimuli, SamplesOffTheGridBeginAtTheNearestStepEach) {
  // 0.25 ms: rows begin at 0, 0.25, 0.5, 0.75 ms: steps 0, 3 (2.5 rounds up), 5, 8 (7.5 rounds up), end at 10.
  const std::vector<real> v = trace({array(StimulusKind::current, {1, 2, 3, 4}, 1, 0.25)}, 14);
  const double p22 = std::exp(-kStep / kTau);
  double expected = 0;
  const double currents[14] = {1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 0, 0, 0, 0};
  for (std::size_t k = 0; k < v.size(); ++k) {
    expected = p22 * expected + kR * (1 - p22) * currents[k];
    ASSERT_NEAR(v[k], expected, kTolerance) << "step " << k;
  }
}

TEST(KnownStimuli, AColumnIsANeuronsOfTheSelection) {
  const StimulusSpec each = onto(array(StimulusKind::current, {1, 2, 3, 4, 5, 6}, 3, 5), {}, "1:6:2");
  const auto run = run_stimulated(one_neuron(7), {}, {each}, on_cpu(), 100, ~0ull, {.probe = {0, 1, 2, 3, 4, 5, 6}});
  const double p = std::exp(-5 / kTau);
  for (std::uint32_t i = 0; i < 7; ++i) {
    const double first = i % 2 == 1 ? (i - 1) / 2 + 1 : 0, second = i % 2 == 1 ? first + 3 : 0;
    EXPECT_NEAR(run.recording.probe_v[99 * 7 + i], kR * (1 - p) * (first * p + second), kTolerance) << i;
  }
}

TEST(KnownStimuli, SeveralAddUp) {
  const std::vector<real> v = trace({dc(1), dc(2, 4, 9), array(StimulusKind::current, {0.5}, 1, 7)}, 120);
  const double p22 = std::exp(-kStep / kTau);
  double expected = 0;
  for (std::size_t k = 0; k < v.size(); ++k) {
    const double current = 1 + (k >= 40 && k < 90 ? 2 : 0) + (k < 70 ? 0.5 : 0);
    expected = p22 * expected + kR * (1 - p22) * current;
    ASSERT_NEAR(v[k], expected, kTolerance) << "step " << k;
  }
}

// The current of a synapse, exp(-(t - t0) / tau_syn) from its arrival on, filtered by the membrane.
TEST(KnownStimuli, AGivenSpikeArrivesItsDelayAfterItsStep) {
  for (const double delay_ms : {0.0, 0.1, 1.5}) {
    const std::uint64_t arrives =
        40 + std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::lround(delay_ms / kStep)));
    StimulusSpec spike = spikes({4.0}, {0}, 6, delay_ms);
    const auto run = run_stimulated(one_neuron(), {}, {spike}, on_cpu(), 300, ~0ull, {.probe = {0}});
    for (std::uint64_t k = 0; k < 300; ++k) {
      const double since = (static_cast<double>(k) - static_cast<double>(arrives)) * kStep;  // from the step's end
      const double expected_i = since < 0 ? 0 : 6 * std::exp(-since / kTauSyn);
      const double expected_v =
          since < 0 ? 0 : 6 * kR * kTauSyn / (kTau - kTauSyn) * (std::exp(-since / kTau) - std::exp(-since / kTauSyn));
      // A fixed-point weight is off by half a unit, of which there are 2^30 or more in 6.
      ASSERT_NEAR(run.recording.probe_i[k], expected_i, kTolerance) << delay_ms << " ms, step " << k;
      ASSERT_NEAR(run.recording.probe_v[k], expected_v, kTolerance) << delay_ms << " ms, step " << k;
    }
  }
}

TEST(KnownStimuli, AGivenSpikeArrivesAsASynapsesSpike) {
  // Neuron 0 fires in step 25; its synapse onto 1 and the given spike onto 2 have weight and delay in common.
  Network network = one_neuron(3);
  network.neurons.v_th[0] = 1;
  network.neurons.v_initial[0] = 0;
  network.recurrent = csr_from(3, 3, {{0, 1, 2.0f, 7}});
  const auto run =
      run_stimulated(network, {}, {onto(dc(1e3, 2.5, 2.6), {}, "0"), onto(spikes({2.5}, {0}, 2, 0.7), {}, "2")},
                     on_cpu(), 200, ~0ull, {.spikes = true, .probe = {1, 2}});
  ASSERT_EQ(run.recording.spikes.size(), 1u);
  ASSERT_EQ(run.recording.spikes[0].step, 25u);
  for (std::size_t k = 0; k < 200; ++k) EXPECT_EQ(run.recording.probe_v[2 * k], run.recording.probe_v[2 * k + 1]) << k;
  EXPECT_GT(run.recording.probe_v[2 * 199], 0.1);
}

TEST(KnownStimuli, SpikesAtOnceAndOutOfOrderAllCount) {
  std::vector<double> ms;
  std::vector<std::uint32_t> neurons;
  for (int k = 0; k < 5; ++k) ms.push_back(4), neurons.push_back(0);
  for (int k = 0; k < 3; ++k) ms.push_back(1), neurons.push_back(1);
  ms.push_back(4.02), neurons.push_back(0);  // the same step
  ms.push_back(1), neurons.push_back(0);
  const auto run =
      run_stimulated(one_neuron(2), {}, {spikes(ms, neurons, 0.5)}, on_cpu(), 100, ~0ull, {.probe = {0, 1}});
  const auto current = [&](std::size_t step, std::size_t neuron) { return run.recording.probe_i[2 * step + neuron]; };
  EXPECT_NEAR(current(11, 0), 0.5, kTolerance);
  EXPECT_NEAR(current(11, 1), 1.5, kTolerance);
  EXPECT_NEAR(current(41, 0), 0.5 * std::exp(-30 * kStep / kTauSyn) + 3.0, kTolerance);
  EXPECT_NEAR(current(41, 1), 1.5 * std::exp(-30 * kStep / kTauSyn), kTolerance);
}

TEST(KnownStimuli, SpikesOutsideOfTheStimulusTimeAreNone) {
  StimulusSpec given = spikes({1, 2, 3, 4, 5}, {0, 0, 0, 0, 0}, 1);
  given.from_ms = 2, given.until_ms = 4;
  StimulusSpec some = spikes({2, 3}, {0, 0}, 1);
  EXPECT_EQ(trace({given}, 100), trace({some}, 100));
}

}  // namespace
}  // namespace sprig::test
