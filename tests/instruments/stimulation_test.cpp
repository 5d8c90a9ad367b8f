// Stimuli as a whole: pieces, threads, trains that merge, and what they may not be.
#include "sprig/instruments/stimulation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "tests/instruments/stimulus_support.hpp"

namespace sprig::test {
namespace {

TEST(Stimuli, PiecesOfAnyLengthGiveTheSameBits) {
  const Network network = network_for_stimuli(300);
  SimulationOptions options = on_cpu();
  options.replicas = 2;
  options.first_replica = 3;
  const StimulatedRun whole = run_stimulated(network, {}, stimuli_of_each_kind(), options, 220);
  EXPECT_GT(whole.recording.total_spikes, 300u);
  for (const std::uint64_t piece : {1, 7, 64}) {
    const StimulatedRun pieces = run_stimulated(network, {}, stimuli_of_each_kind(), options, 220, piece);
    EXPECT_EQ(pieces.hash, whole.hash) << piece;
    EXPECT_EQ(pieces.recording.spikes, whole.recording.spikes) << piece;
    EXPECT_EQ(pieces.recording.counts, whole.recording.counts) << piece;  // windows run across changes
  }
}

TEST(Stimuli, ThreadsAndSlicesChangeNoBit) {
  const Network network = network_for_stimuli();
  const auto run = [&](int threads, std::uint32_t slices) {
    SimulationOptions options = on_cpu();
    options.threads = threads, options.slices = slices;
    return run_stimulated(network, {}, stimuli_of_each_kind(), options, 210).hash;
  };
  const std::uint64_t expected = run(1, 0);
  EXPECT_EQ(run(2, 0), expected);
  EXPECT_EQ(run(2, 5), expected);
}

TEST(Stimuli, ABatchIsItsReplicasRunOneByOne) {
  const Network network = network_for_stimuli(300);
  SimulationOptions both = on_cpu();
  both.replicas = 2;
  const StimulatedRun batch = run_stimulated(network, {}, stimuli_of_each_kind(), both, 210);
  for (std::uint32_t r = 0; r < 2; ++r) {
    SimulationOptions one = on_cpu();
    one.first_replica = r;
    std::vector<SpikeEvent> expected;
    for (SpikeEvent spike : batch.recording.spikes)
      if (spike.replica == r) spike.replica = 0, expected.push_back(spike);
    EXPECT_EQ(run_stimulated(network, {}, stimuli_of_each_kind(), one, 210).recording.spikes, expected) << r;
  }
}

TEST(Stimuli, EachActsAndNoneActsOnNeuronsThatWereNotChosen) {
  NeuronDefaults d;
  d.v_th = 1e6;
  Network network = unconnected(40, {Synapse::exponential, 2, Reset::hard, false}, 0.5, d);
  network.populations = {{"e", 0, 30, false}, {"i", 30, 10, true}};
  const std::vector<StimulusSpec> all = stimuli_of_each_kind();
  for (std::size_t k = 0; k < all.size(); ++k) {
    Network copy = network;
    const auto simulation =
        make_simulation(copy, {}, {onto(all[k], {"e"}, all[k].columns == 4 ? "3:7" : "5:15")}, on_cpu());
    simulation->advance(150);
    const SimulationState state = simulation->state();
    std::uint32_t moved = 0;
    for (std::uint32_t i = 0; i < 40; ++i) {
      const bool chosen = all[k].columns == 4 ? i >= 3 && i < 7 : i >= 5 && i < 15;
      moved += state.u[i] != 0 ? 1 : 0;
      EXPECT_TRUE(chosen || state.u[i] == 0) << "stimulus " << k << ", neuron " << i;
    }
    EXPECT_GE(moved, 4u) << "stimulus " << k;
  }
}

TEST(Stimuli, StateMovesWithItsStep) {
  Network network = network_for_stimuli(300);
  const auto whole = make_simulation(network, {}, stimuli_of_each_kind(), on_cpu());
  whole->advance(95);
  const SimulationState there = whole->state();
  whole->advance(100);

  const auto resumed = make_simulation(network, {}, stimuli_of_each_kind(), on_cpu());
  resumed->set_state(there);
  resumed->advance(100);

  EXPECT_EQ(resumed->state().hash(), whole->state().hash());
}

TEST(Stimuli, TheNetworksOwnInputIsUntouched) {
  Network network = network_for_stimuli(300, 3);
  const Csr input = network.input;
  const auto simulation = make_simulation(network, {}, {spikes({1.0}, {4}, 1)}, on_cpu());
  EXPECT_EQ(network.input.rows, input.rows);
  EXPECT_EQ(network.input.targets, input.targets);
  EXPECT_EQ(network.input.delays, input.delays);
}

TEST(Stimuli, AConstantOneIsADriveAndNothingElse) {
  Network network = network_for_stimuli(300);
  const std::vector<StimulusSpec> stimuli{dc(0.2), poisson(300, 0.05), onto(noise(0.3), {"e"})};
  const Drive drive = constant_drive(network, {}, stimuli);
  const auto made = make_simulation(network, drive, on_cpu()),
             stimulated = make_simulation(network, {}, stimuli, on_cpu());
  made->advance(200);
  stimulated->advance(200);
  EXPECT_EQ(stimulated->state().hash(), made->state().hash());
  stimulated->set_drive(drive);  // which it can: it is no other simulation
}

TEST(Stimuli, PoissonTrainsOfOneWeightAreOneTrainOfTheSumOfTheirRates) {
  const Network network = network_for_stimuli(300);
  Drive drive;
  drive.poisson_rate_hz.assign(300, 100);
  drive.poisson_weight.assign(300, 0.05);
  const StimulatedRun one = run_stimulated(network, {}, {poisson(600, 0.05)}, on_cpu(), 200);
  EXPECT_EQ(run_stimulated(network, {}, {poisson(200, 0.05), poisson(400, 0.05)}, on_cpu(), 200).hash, one.hash);
  EXPECT_EQ(run_stimulated(network, drive, {poisson(500, 0.05)}, on_cpu(), 200).hash, one.hash);
}

TEST(Stimuli, PoissonTrainsOfSeveralWeightsThatNeverActAtOnceAreTheEngines) {
  // As drives that are set between calls.
  Network network = network_for_stimuli(300);
  const auto stimulated =
      make_simulation(network, {}, {poisson(600, 0.05, 0, 40), poisson(300, -0.07, 40, 90)}, on_cpu());
  Drive drive;
  drive.poisson_rate_hz.assign(300, 600);
  drive.poisson_weight.assign(300, 0.05);
  const auto driven = make_simulation(network, drive, on_cpu());
  driven->advance(80);
  drive.poisson_rate_hz.assign(300, 300);
  drive.poisson_weight.assign(300, -0.07);
  driven->set_drive(drive);
  driven->advance(100);
  driven->set_drive({});
  driven->advance(20);

  stimulated->advance(200);

  EXPECT_EQ(stimulated->state().hash(), driven->state().hash());
}

// Spikes that arrive, one by one: a delta synapse of weight 1 onto a neuron that does not leak within the run counts
// them.
struct Counts {
  double mean, variance;
};
Counts count_spikes(const std::vector<StimulusSpec>& stimuli, std::uint32_t neurons, std::uint64_t steps) {
  NeuronDefaults d;
  d.tau_m_ms = 1e9;
  d.v_th = 1e6;
  d.v_reset = 0;
  Network network = unconnected(neurons, {Synapse::delta, 1, Reset::hard, false}, 0.1, d);
  const auto simulation = make_simulation(network, {}, stimuli, on_cpu());
  simulation->advance(steps);
  double sum = 0, squares = 0;
  for (const real u : simulation->state().u) sum += u, squares += static_cast<double>(u) * u;
  const double n = neurons;
  return {sum / n, squares / n - sum / n * (sum / n)};
}

TEST(Stimuli, PoissonTrainsHaveTheirMeanAndVarianceWhoeverDrawsThem) {
  constexpr std::uint32_t kNeurons = 4000;
  constexpr std::uint64_t kSteps = 2000;  // 200 ms
  std::vector<double> rates;
  for (int k = 0; k < 50; ++k) rates.push_back(2000 + 1500 * std::sin(k * 0.4));
  double expected = 0;
  for (const double rate : rates) expected += rate * 4e-3;
  StimulusSpec varying = array(StimulusKind::poisson, rates, 1, 4);
  varying.weight = 1;
  // The engine's own; one that is drawn outside, next to a faster one of another weight (0.0 mV of it: 1e-12 each).
  const StimulusSpec faster = poisson(30000, 1e-12);
  for (const bool outside : {false, true}) {
    std::vector<StimulusSpec> stimuli{varying};
    if (outside) stimuli.push_back(faster);
    const Counts counts = count_spikes(stimuli, kNeurons, kSteps);
    // Counts of a Poisson process: variance = mean m; standard errors sqrt(m / n), and about m sqrt(2 / n). Outside,
    // the first step of all has no spikes.
    const double mean = expected - (outside ? rates[0] * 1e-4 : 0);
    EXPECT_NEAR(counts.mean, mean, 3 * std::sqrt(mean / kNeurons)) << outside;
    EXPECT_NEAR(counts.variance, mean, 3 * mean * std::sqrt(2.0 / kNeurons)) << outside;
  }
}

TEST(Stimuli, TrainsThatAreDrawnOutsideAreIndependentOfTheEnginesAndOfEachOther) {
  // Two trains of equal law of weights 1 and -1.0000001: the variance of the difference is the sum of both.
  constexpr std::uint32_t kNeurons = 4000;
  const Counts difference = count_spikes({poisson(1000, 1), poisson(1000, -1.0000001)}, kNeurons, 1000);
  EXPECT_NEAR(difference.variance, 200, 3 * 200 * std::sqrt(2.0 / kNeurons));
  const Counts three =
      count_spikes({poisson(9000, 1e-12), poisson(1000, 1), poisson(1000, -1.0000001)}, kNeurons, 1000);
  EXPECT_NEAR(three.variance, 200, 3 * 200 * std::sqrt(2.0 / kNeurons));
}

TEST(Stimuli, NoiseOfSeveralAddsItsVariances) {
  const Network network = network_for_stimuli(300);
  EXPECT_EQ(run_stimulated(network, {}, {noise(0.3), noise(0.4)}, on_cpu(), 200).hash,
            run_stimulated(network, {}, {noise(0.5)}, on_cpu(), 200).hash);
}

TEST(Stimuli, ByEventsTheyAreThoseOfTheClock) {
  NeuronDefaults d;
  Network network = unconnected(60, {Synapse::exponential, 1, Reset::hard, false}, 0.5, d);
  std::vector<StimulusSpec> stimuli{dc(0.8, 20, 90), array(StimulusKind::current, {0.3, 0.9, 0.1}, 1, 30),
                                    onto(spikes({10, 35, 35, 60, 61}, {0, 1, 1, 2, 0}, 4), {}, "7:10")};
  SimulationOptions event = on_cpu();
  event.update = UpdateMode::event;
  const StimulatedRun expected = run_stimulated(network, {}, stimuli, on_cpu(), 300),
                      found = run_stimulated(network, {}, stimuli, event, 300, 17);
  EXPECT_EQ(found.recording.spikes, expected.recording.spikes);
  EXPECT_GT(expected.recording.total_spikes, 60u);
}

TEST(Stimuli, AProceduralNetworkTakesThemAll) {
  ProceduralNetwork procedural;
  procedural.network = network_for_stimuli(400);
  procedural.network.recurrent = csr_from(400, 400, {});
  Projection projection;
  projection.source_count = projection.target_count = 400;
  projection.probability = 0.05;
  projection.weight = {Distribution::Kind::constant, 0.05};
  projection.delay_ms = {Distribution::Kind::constant, 1.5};
  procedural.projections = {projection};
  Network realised = realise(procedural);
  const auto drawn = make_simulation(procedural, {}, stimuli_of_each_kind(), on_cpu()),
             stored = make_simulation(realised, {}, stimuli_of_each_kind(), on_cpu());
  drawn->advance(210);
  stored->advance(210);
  EXPECT_EQ(drawn->state().hash(), stored->state().hash());
  EXPECT_EQ(procedural.network.input.rows, 0u);
}

// ---- refusals ----

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}
std::string refusal_of(const StimulusSpec& spec) {
  const Network network = network_for_stimuli(100);
  return refusal([&] { check_stimuli(network, {dc(1), spec}); });
}

TEST(StimuliAreRefused, WithTheirNumberAndTheKey) {
  EXPECT_EQ(refusal_of(onto(dc(1), {"x"})), "stimulus.1.to: found \"x\"; allowed: \"e\", \"i\"");
  EXPECT_EQ(refusal_of(onto(dc(1), {"e"}, "90:")).substr(0, 19), "stimulus.1.neurons:");
  EXPECT_EQ(refusal_of(dc(1, 5, 5)),
            "stimulus.1.until_ms: found 5, from_ms = 5; allowed: at least a step after from_ms");
  EXPECT_EQ(refusal_of(ramp(0, 1, 0, INFINITY)),
            "stimulus.1.until_ms: found none; allowed: when the ramp reaches amplitude_end");
  EXPECT_EQ(refusal_of(poisson(100, 0)), "stimulus.1.weight: found 0; allowed: above or below 0: what a spike adds");
  EXPECT_EQ(refusal_of(poisson(1e9, 1)), "stimulus.1.rate_hz: found 1e+09; allowed: at most 4e+05 at this step");
  EXPECT_EQ(refusal_of(noise(-1)).substr(0, 17), "stimulus.1.sigma:");
  EXPECT_EQ(refusal_of(stimulus(StimulusKind::current)),
            "stimulus.1.file: found none; allowed: the file with the current over time");
  EXPECT_EQ(refusal_of(spikes({}, {}, 1)), "stimulus.1.file: found none; allowed: the file with the spikes");
}

TEST(StimuliAreRefused, WhenAKeyIsOfAnotherKind) {
  StimulusSpec spec = dc(1);
  spec.rate_hz = 3;
  EXPECT_EQ(refusal_of(spec), "stimulus.1.rate_hz: found 3 with kind = \"dc\"; allowed: with poisson alone");
  spec = poisson(10, 1);
  spec.delay_ms = 2;
  EXPECT_EQ(refusal_of(spec), "stimulus.1.delay_ms: found 2 with kind = \"poisson\"; allowed: with spikes alone");
  spec = noise(1);
  spec.file = "a.npy";
  EXPECT_EQ(refusal_of(spec).substr(0, 16), "stimulus.1.file:");
}

TEST(StimuliAreRefused, WhenTheirValuesDoNotFit) {
  EXPECT_EQ(refusal_of(array(StimulusKind::current, {1, 2, 3, 4}, 2, 1)),
            "stimulus.1.file: found 2 columns; allowed: 1, or one for each of the 100 neurons that are chosen");
  EXPECT_EQ(refusal_of(array(StimulusKind::current, {1, 2, NAN}, 1, 1)),
            "stimulus.1.file: found nan in row 2, column 0; allowed: a finite number");
  EXPECT_EQ(refusal_of(array(StimulusKind::current, {1, 2}, 1, 0.2)).substr(0, 21), "stimulus.1.sample_ms:");
  StimulusSpec rates = array(StimulusKind::poisson, {1, -2}, 1, 1);
  rates.weight = 1;
  EXPECT_EQ(refusal_of(rates), "stimulus.1.file: found -2 in row 1, column 0; allowed: a rate from 0 to 4e+05 Hz");
  rates.rate_hz = 3, rates.values[1] = 2;
  EXPECT_EQ(refusal_of(rates), "stimulus.1.rate_hz: found 3 with a file of rates; allowed: one of both");
  EXPECT_EQ(refusal_of(spikes({1, -1}, {0, 0}, 1)),
            "stimulus.1.file: found spike 1 at -1 ms; allowed: times from 0 to 1e15 steps");
  EXPECT_EQ(
      refusal_of(spikes({1, 2}, {0, 100}, 1)),
      "stimulus.1.file: found spike 1 of neuron 100; allowed: below 100, counted among the neurons that are chosen");
  EXPECT_EQ(refusal_of(spikes({1}, {0}, 1, 1e6)).substr(0, 20), "stimulus.1.delay_ms:");
}

TEST(StimuliAreRefused, WhenRatesAreTooHighInSumAtTheStart) {  // at most 4e5 Hz at this step
  Network network = network_for_stimuli(100);
  const auto refused = [&](const Drive& drive, const std::vector<StimulusSpec>& stimuli) {
    return refusal([&] { make_simulation(network, drive, stimuli, on_cpu()); });
  };
  EXPECT_EQ(refused({}, {poisson(3e5, 0.1, 40), onto(poisson(2e5, 0.1, 40), {"e"}, "7:9")}),
            "stimulus.1.rate_hz: found 2e+05, with the drive and other stimuli 5e+05 onto neuron 7; allowed: at most "
            "4e+05 in sum at this step");
  EXPECT_EQ(refused({}, {poisson(3e5, 0.1, 0, 40), poisson(2e5, 0.1, 40), poisson(1e5, 0.1)}), "no error")
      << "they never act all at once";
  EXPECT_NE(refused({}, {poisson(3e5, 0.1, 0, 40), poisson(2e5, 0.1, 39), poisson(1e5, 0.1)}), "no error");
  Drive drive;
  drive.poisson_rate_hz.assign(100, 0), drive.poisson_weight.assign(100, 0.1);
  drive.poisson_rate_hz[3] = 3e5;
  StimulusSpec rates = array(StimulusKind::poisson, {1, 2e5}, 1, 50);
  rates.weight = 0.1;
  EXPECT_EQ(refused(drive, {rates}).substr(0, 42), "stimulus.0.file: found 2e+05, with the dri");
  EXPECT_EQ(refused(drive, {poisson(1e5, 0.1)}), "no error");
  rates.weight = 0.2;  // a train of its own onto neuron 3
  EXPECT_EQ(refused(drive, {rates}), "no error");
}

TEST(StimuliAreRefused, WhenSpikesAtOnceAreMoreThanASynapseHolds) {
  Network network = network_for_stimuli(100);
  const auto refused = [&](const StimulusSpec& spec) {
    return refusal([&] { make_simulation(network, {}, {spec}, on_cpu()); });
  };
  EXPECT_EQ(refused(spikes({1, 1}, {0, 0}, 2e38)).substr(0, 25), "stimulus.0.weight: found ");
  EXPECT_EQ(refused(spikes({1, 3}, {0, 0}, 2e38)).substr(0, 17), "run.weight_error:");  // beside the other weights
}

TEST(StimuliAreRefused, WhereTimeHasNoPlace) {
  const Network network = network_for_stimuli(100);
  const auto refused = [&](const StimulusSpec& spec) {
    return refusal([&] { constant_drive(network, {}, {dc(1), spec}); });
  };
  EXPECT_EQ(refused(dc(1, 5)).substr(0, 20), "stimulus.1.from_ms: ");
  EXPECT_EQ(refused(poisson(1, 1, 0, 5)).substr(0, 21), "stimulus.1.until_ms: ");
  EXPECT_EQ(refused(ramp(0, 1, 0, 5)).substr(0, 17), "stimulus.1.kind: ");
  EXPECT_EQ(refused(spikes({1}, {0}, 1)).substr(0, 17), "stimulus.1.file: ");
  EXPECT_EQ(refusal([&] {
              constant_drive(network, {}, {poisson(5, 1), poisson(4, 2)});
            }).substr(0, 19),
            "stimulus.1.weight: ");
}

TEST(StimuliAreRefused, ByEventsWhenTheyNeedTheClock) {
  SimulationOptions event = on_cpu();
  event.update = UpdateMode::event;
  for (const StimulusSpec& spec : {poisson(5, 1, 90), noise(1, 90), ramp(0, 1, 90, 99)}) {
    Network network = network_for_stimuli(100);
    EXPECT_EQ(refusal([&] { make_simulation(network, {}, {dc(1), spec}, event); }).substr(0, 11), "run.update:");
  }
}

TEST(StimuliAreRefused, TogetherWithOtherInputAndAnotherDrive) {
  Network network = network_for_stimuli(100, 2);
  const auto simulation = make_simulation(network, {}, {dc(1, 5)}, on_cpu());
  const std::vector<Input::Spike> given{{0, 0, 0}};
  Input input;
  input.spikes = View<const Input::Spike>(given);
  EXPECT_EQ(refusal([&] { simulation->advance(3, input, {}, nullptr); }).substr(0, 9), "stimulus:");
  EXPECT_EQ(refusal([&] { simulation->set_drive({}); }).substr(0, 6), "drive:");
}

}  // namespace
}  // namespace sprig::test
