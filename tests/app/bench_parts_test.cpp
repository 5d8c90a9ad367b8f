// The parts of `sprig bench` that need no program: plans, the sweep's network and fit, verdicts.
#include <gtest/gtest.h>

#include <cmath>

#include "host/app/bench/case_log.hpp"
#include "host/app/bench/check.hpp"
#include "host/app/bench/power_law.hpp"
#include "host/app/bench/recipes.hpp"
#include "host/app/bench/report.hpp"
#include "host/app/bench/sweep.hpp"
#include "sprig/core/error.hpp"
#include "sprig/engine/plastic.hpp"
#include "sprig/engine/slices.hpp"
#include "sprig/network/projection_draws.hpp"
#include "sprig/network/standard_networks.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig::app {
namespace {

Config configured(const std::vector<std::string>& assignments) {
  Config config;
  for (const std::string& assignment : assignments) set_config(config, assignment);
  finish_config(config);
  config.simulation.device = Device::cpu;
  config.simulation.threads = 2;
  resolve_bench(config);
  return config;
}

const Progress kOn = [](double) { return true; };

double item(const MemoryPlan& plan, const std::string& name) {
  for (const MemoryItem& i : plan.items)
    if (i.name == name) return i.bytes;
  return 0;
}

std::uint64_t plastic_weights(const SlicedNetwork& network) {
  std::uint64_t count = 0;
  for (const Slice& slice : network.slices) count += slice.plastic.synapses();
  return count;
}

TEST(BenchPlan, PredictsTheArraysWithinFivePercent) {
  const std::vector<std::vector<std::string>> networks = {
      {"bench.network=microcircuit", "bench.size=0.1"},
      {"bench.network=vogels", "bench.neurons=6000"},
      {"bench.network=brunel-large", "bench.synapses=1e6"},
      {"bench.network=vogels-large", "bench.synapses=1e6"},
      {"bench.network=brunel-plus", "bench.synapses=1e6"},
      {"bench.network=hrsnn", "bench.batch=1"},
      {"bench.network=sweep", "bench.neurons=3000", "bench.synapses_a_neuron=100", "bench.rates_hz=10"},
  };
  for (const auto& assignments : networks) {
    SCOPED_TRACE(assignments[0]);
    const Config config = configured(assignments);
    const Benchmark benchmark = make_benchmark(config);
    const BenchCase& one = benchmark.cases.front();
    const MemoryPlan plan = plan_case(one, config);
    const auto built = one.build(1, kOn);
    EXPECT_EQ(plan.neurons, built->network().size());
    EXPECT_EQ(built->network().step_ms, one.step_ms);
    const SlicePolicy policy{2, one.simulation.weight_bits, one.simulation.weight_bits == 16};
    const SlicedNetwork sliced = built->stored ? slice_network(built->network(), built->drive, policy)
                                               : slice_network(built->procedural, built->drive, policy);
    double synapses = 0, offsets = 0, plastic_offsets = 0;
    for (const Slice& s : sliced.slices) {
      for (const PackedRows* rows : {&s.recurrent, &s.plastic})
        synapses +=
            static_cast<double>(rows->wide.size() * sizeof(WideSynapse) + rows->narrow.size() * sizeof(NarrowSynapse));
      offsets += static_cast<double>(s.recurrent.offsets.size()) * 8;
      plastic_offsets += static_cast<double>(s.plastic.offsets.size()) * 8;
    }
    EXPECT_NEAR(item(plan, "packed synapses"), synapses, 0.05 * synapses);
    EXPECT_NEAR(item(plan, "packed offsets"), offsets, 0.05 * offsets);
    const double ring = 4.0 * sliced.delay_slots * sliced.kind.receptors * sliced.neurons;
    EXPECT_NEAR(item(plan, "delay ring"), ring, 0.05 * ring);
    if (!sliced.plastic) continue;
    const double plastic = 8.0 * static_cast<double>(plastic_weights(sliced));
    EXPECT_NEAR(item(plan, "weights to start from and to compare"), plastic, 0.05 * plastic);
    double traces = 0;
    for (const PlasticSlice& s : make_plastic_slices(sliced, 0))
      traces += static_cast<double>(s.sources.size() * sizeof(StdpTrace) + s.targets.size() * sizeof(SpikeHistory));
    EXPECT_NEAR(item(plan, "offsets of plastic synapses"), plastic_offsets, 0.05 * plastic_offsets);
    EXPECT_NEAR(item(plan, "traces"), traces, 0.05 * traces);
  }
}

TEST(BenchPlan, CountsWhatPruningHolds) {
  const Config config = configured({"bench.network=hrsnn", "bench.neurons=5000", "bench.prune=lnp", "bench.batch=1"});
  const Benchmark benchmark = make_benchmark(config);
  ASSERT_EQ(benchmark.cases.size(), 2u);
  const char* const covariances = "expansion or samples of covariances";  // without matrices, at this size
  EXPECT_EQ(item(plan_case(benchmark.cases[0], config), covariances), 0);
  const MemoryPlan pruned = plan_case(benchmark.cases[1], config);
  EXPECT_GE(item(pruned, covariances), 5 * 128 * 5000.0);
  EXPECT_EQ(item(pruned, "covariance"), 0);
  EXPECT_GT(item(pruned, "pruned copies"), 0);
  EXPECT_EQ(plan_benchmark(benchmark, config).total(), pruned.total());
  EXPECT_THROW(require_fits(plan_benchmark(benchmark, config), {"RAM", pruned.total() - 1}), MemoryError);
}

TEST(BenchCases, OfOneNetworkShareIt) {
  const Benchmark hrsnn = make_benchmark(configured({"bench.network=hrsnn", "bench.batch=[1, 1, 2]"}));
  std::vector<bool> same;
  for (const BenchCase& one : hrsnn.cases) same.push_back(one.same_network);
  EXPECT_EQ(same, (std::vector<bool>{false, true, true, false, true, true}));
  for (const BenchCase& one : make_benchmark(configured({"bench.network=sweep"})).cases)
    EXPECT_EQ(one.same_network, one.settings["update"] == "event");
}

TEST(BenchCases, PruningIsTimedApartAndCanBeStopped) {
  const Benchmark benchmark = make_benchmark(configured({"bench.network=hrsnn", "bench.neurons=200"}));
  EXPECT_EQ(benchmark.cases.front().build(1, kOn)->prune_s, 0);
  EXPECT_GT(benchmark.cases.back().build(1, kOn)->prune_s, 0);
  int asked = 0;
  const Progress stop = [&](double) { return ++asked < 3; };
  EXPECT_THROW(benchmark.cases.back().build(1, stop), Interrupted);
  EXPECT_GE(asked, 3);
}

TEST(BenchCases, AStopBeforeTheFirstStepLeavesNoFigures) {
  const Config config = configured({"bench.network=vogels", "bench.neurons=300"});
  const BenchCase one = make_benchmark(config).cases.front();
  const auto built = one.build(1, kOn);
  const Measurement m =
      measure(one, *built, 1000, {0, 100, 1}, false, [](double, const std::string&) { return false; });
  EXPECT_FALSE(m.complete);
  EXPECT_EQ(m.counted_steps, 0u);
  EXPECT_GE(m.construct_s, 1000) << "with the time that building took, whenever it was";
  EXPECT_TRUE(std::isnan(m.mean_rate_hz()));
  const Json json = case_json(one, m, {0, ""});
  EXPECT_TRUE(json["hash"].is_null());
  EXPECT_TRUE(json["rates_hz"].is_null());
  EXPECT_TRUE(json["synapses"].is_null());
  EXPECT_EQ(json_text(json["mean_rate_hz"]), "null");
  EXPECT_NE(case_text(one, m, {0, ""}).find("rates (Hz)                n/a"), std::string::npos);
  EXPECT_EQ(cases_text({one}, {m}).find(" 0 "), std::string::npos) << cases_text({one}, {m});
  const BenchVerdict verdict = check_rates(m, {{{"all", 10}}, 0.04, 10, 0, "a test", false}, 500);
  EXPECT_TRUE(verdict.rates.empty());
  EXPECT_EQ(verdict.reason, "stopped before anything was counted");
}

// Against a simulation of the same batch: spikes of each neuron, in all replicas, times the length of its row.
TEST(BenchCases, EventsOfABatchAreThoseOfItsReplicas) {
  const Config config = configured({"bench.network=vogels", "bench.neurons=300"});
  BenchCase one = make_benchmark(config).cases.front();
  one.simulation.replicas = 3;
  const auto built = one.build(1, kOn);
  const Measurement m = measure(one, *built, 0, {0, 300, 1}, false, {});
  RecordOptions what;
  what.count_window_steps = 300;
  Recording recording;
  make_simulation(built->network(), built->drive, one.simulation)->advance(300, {}, what, &recording);
  ASSERT_EQ(recording.counts.size(), 900u);
  const std::vector<std::uint64_t>& offsets = built->network().recurrent.offsets;
  std::uint64_t events = 0;
  for (std::size_t i = 0; i < 300; ++i)
    for (std::size_t r = 0; r < 3; ++r) events += recording.counts[3 * i + r] * (offsets[i + 1] - offsets[i]);
  EXPECT_GT(events, 0u);
  EXPECT_EQ(m.events, events);
}

TEST(BenchCases, OfAnotherConfigurationAreMeasuredAgain) {
  const test::TemporaryFolder folder;
  const auto config_of = [](const char* neurons) {
    return configured({"bench.network=vogels", std::string("bench.neurons=") + neurons});
  };
  const Config config = config_of("100");
  const BenchCase one = make_benchmark(config).cases.front();
  const BenchSteps steps{0, 10, 1};
  {
    WorkLog log(folder.path(), {});
    CaseLog(log, config).add(one, steps, measure(one, *one.build(1, kOn), 0, steps, false, {}));
  }
  WorkLog log(folder.path(), {});
  EXPECT_FALSE(CaseLog(log, config_of("200")).find(one, steps, false)) << "whose cases are called the same";
  EXPECT_TRUE(CaseLog(log, config).find(one, steps, false));
  EXPECT_FALSE(CaseLog(log, config).find(one, {0, 20, 1}, false));
}

TEST(BenchCases, TheSecondSeedIsPartOfTheSameProgress) {
  const std::vector<std::string> sets{"bench.network=vogels", "bench.warmup_ms=500", "bench.duration_ms=10000",
                                      "bench.repeats=2"};
  const Config rates = configured(sets);
  EXPECT_EQ(share_of_cases(make_benchmark(rates), rates.bench), 1);
  std::vector<std::string> with_full = sets;
  with_full.push_back("bench.check=full");
  const Config full = configured(with_full);
  EXPECT_NEAR(share_of_cases(make_benchmark(full), full.bench), 30.5 / (30.5 + 10.5), 1e-12);
}

// The synapses that are counted for a network that is drawn are those of its matrix.
TEST(OutDegrees, AreTheRowsOfTheRealisedNetwork) {
  for (const char* network : {"brunel-large", "brunel-plus", "vogels-large"}) {
    SCOPED_TRACE(network);
    const Config config = configured({std::string("bench.network=") + network, "bench.synapses=1e5"});
    const auto built = make_benchmark(config).cases.front().build(3, kOn);
    ASSERT_FALSE(built->stored);
    const std::vector<std::uint64_t> offsets = realise(built->procedural).recurrent.offsets;
    const std::vector<std::uint32_t> degrees = out_degrees(*built, 2);
    ASSERT_EQ(degrees.size() + 1, offsets.size());
    EXPECT_NEAR(static_cast<double>(offsets.back()), 1e5, 3e3);
    for (std::size_t i = 0; i < degrees.size(); ++i) ASSERT_EQ(degrees[i], offsets[i + 1] - offsets[i]) << i;
  }
}

TEST(SweepNetwork, FiresAtTheRateThatIsAskedFor) {
  for (const double rate : {2.0, 50.0, 400.0}) {
    const Network network = sweep_network(2000, 50, rate, 1);
    validate(network);
    EXPECT_EQ(network.recurrent.synapses(), 100000u);
    EXPECT_EQ(network.recurrent.min_delay(), 15);
    EXPECT_EQ(network.recurrent.max_delay(), 29);
    SimulationOptions options;
    options.device = Device::cpu;
    const auto simulation = make_simulation(network, {}, options);
    simulation->advance(2000);
    Recording recording;
    simulation->advance(10000, {}, {}, &recording);
    EXPECT_NEAR(static_cast<double>(recording.total_spikes) / 2000, rate, 0.02 * rate + 0.25);
    // Spread over the steps: no volleys.
    const std::uint64_t most =
        *std::max_element(recording.population_spikes.begin(), recording.population_spikes.end());
    const double mean = static_cast<double>(recording.total_spikes) / 10000;
    EXPECT_LT(static_cast<double>(most), mean + 7 * std::sqrt(mean) + 3);
  }
}

TEST(SweepNetwork, HasAtLeastOnePulseAndSaysWhatThatGives) {
  const double expected = sweep_rate_hz(500, 0.1);
  EXPECT_NEAR(expected, 455.0 / 500, 0.01);
  SimulationOptions options;
  options.device = Device::cpu;
  const auto simulation = make_simulation(sweep_network(500, 10, 0.1, 1), {}, options);
  Recording recording;
  simulation->advance(110000, {}, {}, &recording);  // ten times around
  EXPECT_NEAR(static_cast<double>(recording.total_spikes) / 500 / 11, expected, 0.03 * expected);

  const auto note = [](const std::string& neurons, const std::string& rate) {
    const Config config = configured(
        {"bench.network=sweep", "bench.neurons=" + neurons, "bench.rates_hz=" + rate, "bench.synapses_a_neuron=10"});
    return make_benchmark(config).cases.front().build(1, kOn)->note;
  };
  EXPECT_EQ(note("2000", "0.1"),
            "2000 neurons fire at about 0.227 Hz, not 0.1 Hz: there are whole pulses, at least one");
  EXPECT_EQ(note("2000", "10"), "");
  const Config defaults = configured({"bench.network=sweep"});
  for (const std::uint32_t neurons : defaults.bench.neurons)
    for (const double rate : defaults.bench.rates_hz)
      EXPECT_NEAR(sweep_rate_hz(neurons, rate), rate, 0.2 * rate) << neurons << " neurons";
}

TEST(SweepNetwork, IsTheSameForEverySeedAndDiffersBetweenThem) {
  EXPECT_EQ(network_hash(sweep_network(300, 20, 10, 1)), network_hash(sweep_network(300, 20, 10, 1)));
  EXPECT_NE(network_hash(sweep_network(300, 20, 10, 1)), network_hash(sweep_network(300, 20, 10, 2)));
}

std::vector<SweepRow> rows_with(double a, double b, double c) {
  std::vector<SweepRow> rows;
  for (const double n : {1e3, 1e4, 1e5})
    for (const double rate : {1.0, 10.0, 100.0})
      for (const char* update : {"clock", "event"}) {
        SweepRow row{n, 100, rate, 1, update, 0, n * rate * 100, n * 1e4};
        // Events cost four times as much, and nothing where nothing happens.
        row.wall_s = update[0] == 'c' ? a + b * row.events + c * row.neuron_steps : 4 * b * row.events;
        rows.push_back(row);
      }
  return rows;
}

TEST(SweepFit, FindsTheCosts) {
  std::vector<SweepRow> clock;
  for (const SweepRow& row : rows_with(0.01, 2e-9, 5e-10))
    if (row.update == "clock") clock.push_back(row);
  const CostFit fit = fit_costs(clock);
  ASSERT_EQ(fit.why_not, "");
  EXPECT_NEAR(fit.a, 0.01, 1e-9);
  EXPECT_NEAR(fit.b, 2e-9, 1e-15);
  EXPECT_NEAR(fit.c, 5e-10, 1e-15);
  EXPECT_NEAR(fit.relative_error, 0, 1e-9);
  clock.resize(3);
  EXPECT_NE(fit_costs(clock).why_not.find("at least four cases"), std::string::npos) << "three rows";
  for (SweepRow& row : clock) row.neuron_steps = 1e7;
  clock.push_back(clock.front());
  EXPECT_NE(fit_costs(clock).why_not.find("at least four cases"), std::string::npos) << "one size";
}

TEST(SweepFit, WeighsRowsByTheirRelativeErrors) {
  std::vector<SweepRow> clock;
  for (const SweepRow& row : rows_with(1e-3, 2e-9, 5e-10))
    if (row.update == "clock") clock.push_back(row);
  clock.back().wall_s *= 1.1;  // the longest by far: by absolute errors it alone would decide
  const CostFit fit = fit_costs(clock);
  ASSERT_EQ(fit.why_not, "");
  EXPECT_NEAR(fit.a, 1e-3, 0.1e-3);
  EXPECT_NEAR(fit.c, 5e-10, 0.5e-10);
  EXPECT_GT(fit.relative_error, 0.001);
  EXPECT_LT(fit.relative_error, 0.1);
}

TEST(SweepFit, SaysSoWhereACostComesOutNegative) {
  std::vector<SweepRow> clock;
  for (const SweepRow& row : rows_with(0.01, 2e-9, 5e-10))
    if (row.update == "clock") clock.push_back(row);
  for (SweepRow& row : clock) row.wall_s = 1 + 1e-9 * row.neuron_steps - 1e-12 * row.events;
  EXPECT_NE(fit_costs(clock).why_not.find("the cost of an event comes out negative"), std::string::npos);
  EXPECT_NE(sweep_text(clock).find("no fit: the cost of an event"), std::string::npos);
  EXPECT_TRUE(sweep_json(clock)["fit"].is_null());
  EXPECT_TRUE(sweep_json(clock)["no_fit"].is_string());
}

TEST(SweepFit, SpeaksOfTheRatesThatWereMeasured) {
  EXPECT_NE(sweep_text(rows_with(0, 2e-9, 1e-6)).find("events are faster at every measured rate"), std::string::npos);
  EXPECT_NE(sweep_text(rows_with(0, 2e-9, 1e-14)).find("the clock is faster at every measured rate"),
            std::string::npos);
}

TEST(SweepFit, FindsTheCrossover) {
  // Events win while 4 b e < b e + c s: at a rate of c s / (3 b n 100).
  const std::vector<Crossover> list = crossovers(rows_with(0, 2e-9, 5e-10));
  ASSERT_EQ(list.size(), 3u);
  const double exact = 5e-10 * 1e4 / (3 * 2e-9 * 100);
  for (const Crossover& at : list) EXPECT_NEAR(at.rate_hz, exact, 0.25 * exact) << "interpolated from 1 to 10 Hz";
  for (const Crossover& at : crossovers(rows_with(0, 2e-9, 1e-6))) EXPECT_TRUE(std::isinf(at.rate_hz));
  for (const Crossover& at : crossovers(rows_with(0, 2e-9, 1e-14))) EXPECT_EQ(at.rate_hz, 0);
}

Measurement measurement(double rate_hz, double seconds) {
  Measurement m;
  m.neurons = 1000;
  m.step_ms = 0.1;
  m.populations = {{"exc", 0, 800, false}, {"inh", 800, 200, true}};
  m.counted_steps = static_cast<std::uint64_t>(seconds * 1e4);
  m.population_spikes = {static_cast<std::uint64_t>(800 * rate_hz * seconds),
                         static_cast<std::uint64_t>(200 * rate_hz * seconds)};
  m.spikes = m.population_spikes[0] + m.population_spikes[1];
  return m;
}

TEST(BenchVerdicts, FollowTheReference) {
  const BenchReference reference{{{"exc", 10}, {"all", 10}}, 0.04, 10000, 500, "a test", false};
  EXPECT_EQ(check_rates(measurement(10.3, 10), reference, 500).verdict, Verdict::pass);
  const BenchVerdict far = check_rates(measurement(10.6, 10), reference, 500);
  EXPECT_EQ(far.verdict, Verdict::fail);
  EXPECT_NE(far.reason.find("more than the allowed 4 %"), std::string::npos) << far.reason;
  EXPECT_EQ(check_rates(measurement(0, 10), reference, 500).verdict, Verdict::fail);
  EXPECT_EQ(check_rates(measurement(10, 9.9), reference, 500).verdict, Verdict::not_judged);
  EXPECT_EQ(check_rates(measurement(10, 10), reference, 100).verdict, Verdict::not_judged);
  EXPECT_EQ(check_rates(measurement(10, 10), {{}, 0, 0, 0, "none", false}, 500).reason, "none");
}

TEST(BenchVerdicts, TheErrorOfAllIsThatOfTheSumOverPopulations) {
  Measurement m = measurement(10, 10);
  m.complete = true;
  m.block_spikes.clear();
  for (std::size_t block = 0; block < Measurement::kBlocks; ++block) {
    const std::uint64_t more = block % 2;
    m.block_spikes.insert(m.block_spikes.end(), {4000 + 100 * more - 50, 1000 + 60 * more - 30});
  }
  // Blocks of 5000 -+ 80 spikes: their deviation is 80 sqrt(20 / 19), the mean's error that over sqrt(20).
  const double error = 10 * 80 / std::sqrt(19.0) / 5000;
  const BenchVerdict verdict = check_rates(m, {{{"all", 10}, {"exc", 10}}, 0.04, 10000, 500, "a test", false}, 500);
  ASSERT_EQ(verdict.rates.size(), 2u);
  EXPECT_NEAR(verdict.rates[0].error_hz, error, 1e-9);
  EXPECT_NEAR(verdict.rates[1].error_hz, 10 * 50 / std::sqrt(19.0) / 4000, 1e-9);
}

TEST(BenchVerdicts, BrunelLargeIsJudgedFromTheSizesOfItsReferenceOn) {
  const auto reference = [](const std::string& synapses) {
    return make_benchmark(configured({"bench.network=brunel-large", "bench.synapses=" + synapses})).reference;
  };
  EXPECT_TRUE(reference("9.9e6").rates_hz.empty());
  EXPECT_NE(reference("9.9e6").source.find("1e7 synapses and more"), std::string::npos);
  EXPECT_EQ(reference("1e7").rates_hz.size(), 2u);
}

TEST(PowerLaw, FindsTheExponentsOfAnExactOne) {
  std::vector<double> values;
  std::vector<std::vector<double>> factors(2);
  for (const double n : {500.0, 1000.0, 4000.0})
    for (const double e : {20.0, 80.0}) {
      factors[0].push_back(n);
      factors[1].push_back(n * e);
      values.push_back(3e-9 * std::pow(n, 1.5) * std::pow(n * e, -0.25));
    }
  const PowerLaw law = fit_power_law(values, factors);
  ASSERT_TRUE(law.why_not.empty()) << law.why_not;
  EXPECT_NEAR(law.constant, 3e-9, 1e-19);
  EXPECT_NEAR(law.exponents[0], 1.5, 1e-10);
  EXPECT_NEAR(law.exponents[1], -0.25, 1e-10);
  EXPECT_LT(law.half_widths[0] + law.half_widths[1] + law.relative_error, 1e-10);
}

// x = 0, 1, 2, 3 and y = 0, 1, 1, 3: slope 0.9, residuals 0.1, 0.2, -0.7, 0.4, whose squares add up to 0.7; the slope's
// error is sqrt(0.35 / 5), and Student's t at 97.5 % and two degrees of freedom is 4.302652730.
TEST(PowerLaw, HasTheIntervalsOfAStraightLineThroughLogarithms) {
  std::vector<double> values, factor;
  for (const auto& [x, y] : {std::pair{0, 0}, {1, 1}, {2, 1}, {3, 3}}) {
    factor.push_back(std::exp(x));
    values.push_back(std::exp(y));
  }
  const PowerLaw law = fit_power_law(values, {factor});
  ASSERT_TRUE(law.why_not.empty()) << law.why_not;
  EXPECT_NEAR(law.exponents[0], 0.9, 1e-12);
  EXPECT_NEAR(std::log(law.constant), -0.1, 1e-12);
  EXPECT_NEAR(law.half_widths[0], 4.302652730 * std::sqrt(0.07), 1e-8);
  EXPECT_NEAR(law.relative_error, std::sqrt(0.35), 1e-12);
}

TEST(PowerLaw, IsRefusedWhereCasesDoNotTellFactorsApart) {
  const std::vector<double> n{1, 2, 3, 4, 5}, square{2, 8, 18, 32, 50};
  EXPECT_NE(fit_power_law(n, {n, square}).why_not.find("apart from one another"), std::string::npos);
  EXPECT_NE(fit_power_law({1, 2}, {{1, 2}}).why_not.find("at least 3 cases"), std::string::npos);
  EXPECT_NE(fit_power_law({1, 0, 2, 3, 4}, {n}).why_not.find("no time"), std::string::npos);
}

TEST(MicrocircuitSlots, AreThoseOfItsDelays) {
  const Config config = configured({"bench.network=microcircuit", "bench.size=0.01"});
  const ProjectionDraws draws(microcircuit(Background::dc, 1, 0.01).procedural);
  EXPECT_EQ(make_benchmark(config).cases.front().planned.delay_slots, draws.max_delay() + 1);
}

}  // namespace
}  // namespace sprig::app
