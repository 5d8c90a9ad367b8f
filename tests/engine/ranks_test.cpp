// One network over ranks: the bits of one process on any number of them, however they cut it.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "host/engine/dry_run_exchange.hpp"
#include "host/engine/present_rows.hpp"
#include "sprig/core/error.hpp"
#include "sprig/engine/exchange.hpp"
#include "sprig/engine/simulation.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/ranks.hpp"

namespace sprig {
namespace {

using test::random_network;
using test::RandomNetworkSpec;

RandomNetworkSpec ranked_spec() {
  RandomNetworkSpec spec;
  spec.neurons = 1200;
  spec.density = 0.02;
  spec.kind = {Synapse::exponential, 2, Reset::hard, true};
  spec.max_delay = 20;
  spec.input_channels = 3;
  return spec;
}

// Terms that many neurons, and so whole ranks, have none of.
Drive full_drive(std::uint32_t neurons) {
  Drive drive;
  drive.channels = 2;
  for (std::uint32_t i = 0; i < neurons; ++i) {
    drive.poisson_rate_hz.push_back(i < neurons / 2 ? 0 : 200 + i % 7);
    drive.poisson_weight.push_back(i % 2 == 0 ? 0.03 : -0.03);
    drive.noise_sigma.push_back(i < neurons / 2 ? 0 : 0.1 * (i % 4));
    for (int k = 0; k < 2; ++k) drive.current_gain.push_back(0.2 * test::test_uniform(9, i, k) - 0.1);
  }
  return drive;
}

struct RankedRun {
  std::uint64_t state = 0;
  Recording recording;
};

void expect_same(const RankedRun& found, const RankedRun& expected, const std::string& what) {
  const Recording &a = found.recording, &b = expected.recording;
  EXPECT_EQ(found.state, expected.state) << what;
  EXPECT_EQ(a.spikes, b.spikes) << what;
  EXPECT_EQ(a.counts, b.counts) << what;
  EXPECT_EQ(a.population_spikes, b.population_spikes) << what;
  EXPECT_EQ(a.total_spikes, b.total_spikes) << what;
  EXPECT_EQ(a.steps, b.steps) << what;
  EXPECT_EQ(a.probe_v, b.probe_v) << what;
  EXPECT_EQ(a.probe_i, b.probe_i) << what;
  EXPECT_EQ(a.probe_theta, b.probe_theta) << what;
  EXPECT_EQ(a.u_before, b.u_before) << what;
  EXPECT_EQ(a.current, b.current) << what;
  EXPECT_EQ(a.flags, b.flags) << what;
}

// 200 steps in calls of unequal lengths, with signals and outside spikes where the network has them.
RankedRun advance(Simulation& simulation, const Network& network, const Drive& drive, std::uint32_t replicas,
                  const RecordOptions& what) {
  RankedRun outcome;
  for (const std::uint32_t length : {70u, 1u, 129u}) {
    const std::uint64_t first = simulation.step();
    std::vector<real> signal;
    std::vector<Input::Spike> spikes;
    for (std::uint32_t b = 0; b < replicas; ++b)
      for (std::uint32_t t = 0; t < length; ++t)
        for (std::uint32_t k = 0; k < drive.channels; ++k)
          signal.push_back(static_cast<real>(test::test_uniform(7, (first + t) / 5, 10 * b + k)));
    for (std::uint32_t t = 0; t < length; ++t)
      for (std::uint32_t c = 0; c < network.input.rows; ++c)
        for (std::uint32_t b = 0; b < replicas; ++b)
          if (test::test_uniform(8, first + t, 10 * b + c) < 0.1) spikes.push_back({t, c, b});
    Input input;
    input.signal = signal;
    input.samples = drive.channels > 0 ? length : 0;
    input.spikes = spikes;
    simulation.advance(length, input, what, &outcome.recording);
  }
  outcome.state = simulation.state().hash();
  return outcome;
}

SimulationOptions options_of(int threads) {
  SimulationOptions options;
  options.device = Device::cpu;
  options.threads = threads;
  return options;
}

const RecordOptions kEverything{
    .spikes = true, .count_window_steps = 30, .probe = {1199, 3, 700, 3}, .trajectory = true};

TEST(Ranks, GiveTheBitsOfOneProcessWhateverTheirNumberAndThreads) {
  const Network network = random_network(ranked_spec());
  const Drive drive = full_drive(network.size());
  const auto alone = make_simulation(network, drive, options_of(1));
  const RankedRun expected = advance(*alone, network, drive, 1, kEverything);
  ASSERT_GT(expected.recording.spikes.size(), 1000u);
  for (const int ranks : {2, 3, 4, 8})
    for (const int threads : {1, 2}) {
      RankedRun outcome;
      const auto ends = test::simulate_on_ranks(ranks, network, drive, options_of(threads), [&](Simulation& s) {
        outcome = advance(s, network, drive, 1, kEverything);
      });
      EXPECT_EQ(ends, std::vector<std::string>(ranks)) << ranks;
      expect_same(outcome, expected, std::to_string(ranks) + " ranks of " + std::to_string(threads) + " threads");
    }
}

TEST(Ranks, MayBeCutAnywhere) {
  const Network network = random_network(ranked_spec());
  const Drive drive = full_drive(network.size());
  const auto alone = make_simulation(network, drive, options_of(1));
  const RankedRun expected = advance(*alone, network, drive, 1, kEverything);
  for (const auto& first : std::vector<std::vector<std::uint32_t>>{
           {0, 1, 1200}, {0, 1199, 1200}, {0, 959, 960, 961, 1200}, {0, 600, 601, 1100, 1200}}) {
    SimulationOptions options = options_of(2);
    options.ranks.first = first;
    RankedRun outcome;
    test::simulate_on_ranks(static_cast<int>(first.size()) - 1, network, drive, options,
                            [&](Simulation& s) { outcome = advance(s, network, drive, 1, kEverything); });
    expect_same(outcome, expected, "cut at " + std::to_string(first[1]));
  }
}

TEST(Ranks, GiveTheSameBitsOfReplicasAndShortWeights) {
  const Network network = random_network(ranked_spec());
  const Drive drive = full_drive(network.size());
  SimulationOptions options = options_of(2);
  options.replicas = 3;
  options.weight_bits = 16;
  const RecordOptions what{.spikes = true, .count_window_steps = 7, .probe = {5, 1000}};
  const auto alone = make_simulation(network, drive, options);
  const RankedRun expected = advance(*alone, network, drive, 3, what);
  for (const int ranks : {2, 5}) {
    RankedRun outcome;
    test::simulate_on_ranks(ranks, network, drive, options,
                            [&](Simulation& s) { outcome = advance(s, network, drive, 3, what); });
    expect_same(outcome, expected, std::to_string(ranks) + " ranks");
  }
}

// Long and varied delays, and so many synapses that rows are kept by delay, in every rank as in one process.
ProceduralNetwork columns(std::uint32_t neurons, std::uint32_t in_degree) {
  ProceduralNetwork procedural;
  NeuronDefaults d;
  d.i_dc = 1.05;
  procedural.network = test::unconnected(neurons, {Synapse::exponential, 2, Reset::hard, false}, 0.1, d);
  for (std::uint32_t i = 0; i < neurons; ++i) procedural.network.neurons.v_initial[i] = test::test_uniform(2, i, 0);
  const std::uint32_t excitatory = neurons * 4 / 5;
  procedural.network.populations = {{"e", 0, excitatory, false}, {"i", excitatory, neurons - excitatory, true}};
  const auto projection = [&](std::uint32_t first, std::uint32_t count, ProjectionRule rule, double weight) {
    Projection p;
    p.source_first = first, p.source_count = count;
    p.target_count = neurons;
    p.rule = rule;
    p.synapses = std::uint64_t{neurons} * in_degree;
    p.in_degree = in_degree;
    p.probability = static_cast<double>(in_degree) / count;
    p.weight = {Distribution::Kind::normal, weight, std::abs(weight) / 10};
    p.delay_ms = {Distribution::Kind::uniform, 0.3, 1.5};
    return p;
  };
  procedural.projections = {projection(0, excitatory, ProjectionRule::fixed_total, 0.02),
                            projection(0, excitatory, ProjectionRule::bernoulli, 0.02),
                            projection(excitatory, neurons - excitatory, ProjectionRule::fixed_in_degree, -0.08)};
  procedural.seed = 5;
  return procedural;
}

TEST(Ranks, DrawTheSynapsesOntoTheirNeuronsAlone) {
  const ProceduralNetwork procedural = columns(1000, 60);
  Drive drive;
  drive.noise_sigma.assign(1000, 3.0);
  const RecordOptions what{.spikes = true};
  const auto alone = make_simulation(procedural, drive, options_of(2));
  const RankedRun expected = advance(*alone, procedural.network, drive, 1, what);
  ASSERT_GT(expected.recording.spikes.size(), 200u);
  for (const int ranks : {2, 3, 4, 8}) {
    RankedRun outcome;
    std::vector<WeightRounding> rounding;
    test::simulate_on_ranks(ranks, procedural, drive, options_of(1), [&](Simulation& s) {
      outcome = advance(s, procedural.network, drive, 1, what);
      rounding = s.weight_rounding();
    });
    expect_same(outcome, expected, std::to_string(ranks) + " ranks");
    ASSERT_EQ(rounding.size(), alone->weight_rounding().size());
    for (std::size_t k = 0; k < rounding.size(); ++k) {
      EXPECT_EQ(rounding[k].unit, alone->weight_rounding()[k].unit);
      EXPECT_EQ(rounding[k].weights, alone->weight_rounding()[k].weights);
      EXPECT_EQ(rounding[k].error, alone->weight_rounding()[k].error);
    }
  }
}

// Most sources have no synapse onto a rank, and no row there.
TEST(Ranks, HaveRowsOfThoseSourcesAloneThatReachThem) {
  const ProceduralNetwork procedural = columns(3000, 2);
  Drive drive;
  drive.noise_sigma.assign(3000, 3.0);
  const RecordOptions what{.spikes = true};
  for (const std::uint32_t replicas : {1u, 2u}) {
    SimulationOptions options = options_of(2);
    options.replicas = replicas;
    const auto alone = make_simulation(procedural, drive, options);
    const RankedRun expected = advance(*alone, procedural.network, drive, replicas, what);
    ASSERT_GT(expected.recording.spikes.size(), 500u);
    RankedRun outcome;
    const auto ends = test::simulate_on_ranks(8, procedural, drive, options, [&](Simulation& s) {
      outcome = advance(s, procedural.network, drive, replicas, what);
    });
    EXPECT_EQ(ends, std::vector<std::string>(8));
    expect_same(outcome, expected, std::to_string(replicas) + " replicas");
  }
}

TEST(PresentRows, NumberTheSourcesThatHaveSynapses) {
  std::vector<std::uint64_t> bits(4, 0);
  const std::vector<std::uint32_t> sources{0, 5, 63, 64, 191, 200};
  for (const std::uint32_t source : sources) bits[source / 64] |= std::uint64_t{1} << source % 64;
  const PresentRows rows(bits);
  EXPECT_EQ(rows.count(), sources.size());
  for (std::uint32_t source = 0; source < 256; ++source) {
    const auto at = std::find(sources.begin(), sources.end(), source);
    EXPECT_EQ(rows[source],
              at == sources.end() ? PresentRows::kNone : static_cast<std::uint32_t>(at - sources.begin()));
  }
  EXPECT_EQ(PresentRows()[77], 77u);
}

// The first rank as one process does; the other has so few neurons that it reads them by source.
TEST(Ranks, ReadRowsByDelayWhereTheirRingsAreLarge) {
  const std::uint32_t neurons = 36000;  // times 16 slots are more than a cache holds
  const ProceduralNetwork procedural = columns(neurons, 60);
  Drive drive;
  drive.noise_sigma.assign(neurons, 3.0);
  const RecordOptions what{.spikes = true};
  const auto run = [&](Simulation& s) {
    RankedRun outcome;
    s.advance(60, {}, what, &outcome.recording);
    outcome.state = s.state().hash();
    return outcome;
  };
  const auto alone = make_simulation(procedural, drive, options_of(1));
  const RankedRun expected = run(*alone);
  SimulationOptions options = options_of(1);
  options.ranks.first = {0, 34000, neurons};
  RankedRun outcome;
  test::simulate_on_ranks(2, procedural, drive, options, [&](Simulation& s) { outcome = run(s); });
  expect_same(outcome, expected, "2 ranks");
}

// Driven by outside spikes alone.
TEST(Ranks, GiveTheSameBitsByEventsAndTurnToTheClockTogether) {
  RandomNetworkSpec spec = ranked_spec();
  spec.i_dc = 0.2;
  spec.kind = {Synapse::exponential, 2, Reset::hard, false};
  const Network network = random_network(spec);
  for (const UpdateMode update : {UpdateMode::event, UpdateMode::automatic}) {
    SimulationOptions options = options_of(2);
    options.update = update;
    const RecordOptions what{.spikes = true, .probe = {0, 1199}};
    const auto run = [&](Simulation& s) {
      RankedRun outcome;
      for (int call = 0; call < 12; ++call) {
        const RankedRun part = advance(s, network, {}, 1, what);
        outcome.recording.spikes.insert(outcome.recording.spikes.end(), part.recording.spikes.begin(),
                                        part.recording.spikes.end());
        outcome.state = part.state;
      }
      return outcome;
    };
    const auto alone = make_simulation(network, {}, options);
    const RankedRun expected = run(*alone);
    // By events to the end, or not: the two cases are two.
    EXPECT_EQ(alone->state().as_of.empty(), update == UpdateMode::automatic);
    for (const int ranks : {2, 3}) {
      RankedRun outcome;
      const auto ends = test::simulate_on_ranks(ranks, network, {}, options, [&](Simulation& s) { outcome = run(s); });
      EXPECT_EQ(ends, std::vector<std::string>(ranks));
      expect_same(outcome, expected, std::to_string(ranks) + " ranks");
    }
  }
}

TEST(Ranks, AStateOfThreeGoesOnOnOneAndOnFive) {
  const Network network = random_network(ranked_spec());
  const Drive drive = full_drive(network.size());
  const RecordOptions what{.spikes = true};
  const auto alone = make_simulation(network, drive, options_of(1));
  advance(*alone, network, drive, 1, what);
  const RankedRun expected = advance(*alone, network, drive, 1, what);
  SimulationState kept;
  test::simulate_on_ranks(3, network, drive, options_of(1), [&](Simulation& s) {
    advance(s, network, drive, 1, what);
    kept = s.state();
  });
  const auto one = make_simulation(network, drive, options_of(2));
  one->set_state(kept);
  expect_same(advance(*one, network, drive, 1, what), expected, "on one");
  RankedRun outcome;
  const auto ends = test::simulate_on_ranks(5, network, drive, options_of(1), [&](Simulation& s) {
    s.set_state(kept);
    outcome = advance(s, network, drive, 1, what);
  });
  EXPECT_EQ(ends, std::vector<std::string>(5));
  expect_same(outcome, expected, "on five");
}

TEST(Ranks, TakeAnotherDrive) {
  const Network network = random_network(ranked_spec());
  const Drive drive = full_drive(network.size());
  Drive other = drive;
  for (double& rate : other.poisson_rate_hz) rate *= 2;
  const RecordOptions what{.spikes = true};
  const auto run = [&](Simulation& s) {
    advance(s, network, drive, 1, what);
    s.set_drive(other);
    return advance(s, network, drive, 1, what);
  };
  const auto alone = make_simulation(network, drive, options_of(1));
  const RankedRun expected = run(*alone);
  RankedRun outcome;
  test::simulate_on_ranks(3, network, drive, options_of(2), [&](Simulation& s) { outcome = run(s); });
  expect_same(outcome, expected, "3 ranks");
}

TEST(Ranks, ANonFiniteNeuronIsNamedAsInOneProcess) {
  Network network = random_network(ranked_spec());
  for (const std::uint32_t neuron : {777u, 1100u})  // on two ranks; validate() would have refused it
    network.neurons.v_initial[neuron] = std::numeric_limits<double>::quiet_NaN();
  const auto message = [&](const std::function<void(const std::function<void(Simulation&)>&)>& make) {
    std::string text;
    make([&](Simulation& s) {
      try {
        s.advance(50);
      } catch (const NumericalError& error) {
        text = error.what();
        throw;
      }
    });
    return text;
  };
  const std::string expected = message([&](const auto& body) {
    const auto alone = make_simulation(network, {}, options_of(1));
    EXPECT_THROW(body(*alone), NumericalError);
  });
  ASSERT_NE(expected.find("777"), std::string::npos);
  std::vector<std::string> ends;
  const std::string found =
      message([&](const auto& body) { ends = test::simulate_on_ranks(4, network, {}, options_of(1), body); });
  EXPECT_EQ(found, expected);
  EXPECT_EQ(ends, std::vector<std::string>(4, expected));  // no rank is to blame
}

TEST(Ranks, OneThatFailsEndsAllWithItsName) {
  const Network network = random_network(ranked_spec());
  const auto ends = test::on_ranks(4, [&](int rank, Exchange& exchange) {
    SimulationOptions options = options_of(1);
    options.ranks.exchange = &exchange;
    const auto simulation = make_simulation(network, {}, options);
    if (rank == 2) throw MemoryError("disk of this node", "is full");
    if (rank == 0)
      for (;;) simulation->advance(5);
    simulation->serve();
  });
  EXPECT_EQ(ends, std::vector<std::string>(4, "rank 2 of 4: disk of this node: is full"));
}

// Also before there is a simulation, and while rank 0 waits for what ranks send.
TEST(Ranks, OneThatFailsBeforeTheSimulationEndsAll) {
  const Network network = random_network(ranked_spec());
  for (const int failing : {0, 1, 2}) {
    const auto ends = test::on_ranks(3, [&](int rank, Exchange& exchange) {
      if (rank == failing) throw InputError("network.npz", "is not here");
      SimulationOptions options = options_of(1);
      options.ranks.exchange = &exchange;
      const auto simulation = make_simulation(network, {}, options);
      rank == 0 ? simulation->advance(5) : simulation->serve();
    });
    EXPECT_EQ(ends, std::vector<std::string>(3, "rank " + std::to_string(failing) + " of 3: network.npz: is not here"));
  }
  const auto ends = test::on_ranks(3, [&](int rank, Exchange& exchange) {
    if (rank == 1) throw InputError("spikes.npy", "cannot be written");
    exchange.collect({'x'}, [](int, const std::vector<char>&) {});
    Boxes all;
    exchange.share({}, all);
  });
  EXPECT_EQ(ends, std::vector<std::string>(3, "rank 1 of 3: spikes.npy: cannot be written"));
}

// The others bring what this one does.
TEST(Ranks, ADryRunIsOneRankOfManyThatFireAlike) {
  const std::uint32_t each = 200, ranks = 64;
  ProceduralNetwork procedural = columns(each * ranks, 40);
  for (std::uint32_t i = 0; i < each * ranks; ++i)
    procedural.network.neurons.v_initial[i] = test::test_uniform(2, i % each, 0);
  std::vector<std::uint32_t> first;
  for (std::uint32_t r = 0; r <= ranks; ++r) first.push_back(r * each);
  const auto exchange = dry_run_exchange(first);
  SimulationOptions options = options_of(1);
  options.ranks = {exchange.get(), first};
  options.weight_error = 1e9;  // rank 0 has no neuron of the second population
  const auto dry = make_simulation(procedural, {}, options);
  const auto alone = make_simulation(procedural, {}, options_of(1));
  ASSERT_EQ(dry->weight_rounding().size(), alone->weight_rounding().size());
  for (std::size_t k = 0; k < dry->weight_rounding().size(); ++k) {
    const WeightRounding &found = dry->weight_rounding()[k], &expected = alone->weight_rounding()[k];
    EXPECT_NEAR(found.weights, expected.weights, 0.1 * expected.weights);  // as many a rank as here
  }
  dry->advance(300);
  EXPECT_EQ(dry->step(), 300u);
  EXPECT_THROW(dry->state(), ConfigError);  // of the others there is none
}

TEST(DryRun, BringsItsSpikesAsThoseOfOthersInTheSamePlaces) {
  const auto exchange = dry_run_exchange({0, 100, 150, 250});
  const std::vector<std::uint32_t> box{2, 1, 7, 60, 99};  // two steps: 7, 60; 99
  Boxes all;
  exchange->share_spikes({{reinterpret_cast<const char*>(box.data()), box.size() * 4}, 8, 3}, all);
  const auto of_rank = [&](std::size_t r) {
    std::vector<std::uint32_t> words(box.size());
    std::copy_n(all[r].data, all[r].size, reinterpret_cast<char*>(words.data()));
    return words;
  };
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(of_rank(0), box);
  EXPECT_EQ(of_rank(1), (std::vector<std::uint32_t>{2, 1, 107, 110, 149}));
  EXPECT_EQ(of_rank(2), (std::vector<std::uint32_t>{2, 1, 157, 210, 249}));
}

TEST(Ranks, RefuseWhatTheyCannotDo) {
  const Network network = random_network(ranked_spec());
  const auto end = [&](const Network& of, int ranks, const SimulationOptions& options) {
    return test::simulate_on_ranks(ranks, of, {}, options, [](Simulation& s) { s.advance(1); }).front();
  };
  SimulationOptions gpu = options_of(1);
  gpu.device = Device::cuda;
  EXPECT_EQ(end(network, 2, gpu), "run.device: found \"cuda\" with 2 ranks; allowed: \"cpu\", of which each is a part");
  Network learns = network;
  learns.plasticity.emplace();
  EXPECT_EQ(
      end(learns, 2, options_of(1)),
      "projection.stdp.w_max: found synapses that learn, over 2 ranks; allowed: weights that are constant, or one "
      "rank");
  RandomNetworkSpec tiny;
  tiny.neurons = 3;
  EXPECT_EQ(end(random_network(tiny), 5, options_of(1)), "ranks: found 5; allowed: at most one for each of 3 neurons");
  SimulationOptions cut = options_of(1);
  cut.ranks.first = {0, 500, 500, 1200};
  EXPECT_NE(end(network, 3, cut).find("ranks.first"), std::string::npos);
}

}  // namespace
}  // namespace sprig
