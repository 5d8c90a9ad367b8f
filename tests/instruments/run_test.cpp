// A run's arrays are what one call of the engine records, however it is cut.
#include "sprig/instruments/run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "sprig/core/error.hpp"
#include "sprig/network/builders.hpp"
#include "tests/instruments/run_support.hpp"
#include "tests/support/python.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

using test::one_call;
using test::outcome_of;
using test::record;
using test::request_of;
using test::values_of;
using Q = RecordedQuantity;

// step, neuron, replica.
std::vector<std::uint32_t> flat(const std::vector<SpikeEvent>& spikes, bool replicas,
                                const std::function<bool(const SpikeEvent&)>& chosen) {
  std::vector<std::uint32_t> list;
  for (const SpikeEvent& s : spikes) {
    if (!chosen(s)) continue;
    list.push_back(static_cast<std::uint32_t>(s.step));
    list.push_back(s.neuron);
    if (replicas) list.push_back(s.replica);
  }
  return list;
}

RecordOptions all_spikes() {
  RecordOptions what;
  what.spikes = true;
  return what;
}

TEST(RunRecords, SpikesOfEverySelectionAreThoseOfOneCall) {
  for (const std::uint32_t replicas : {1u, 3u}) {
    std::vector<RecordSpec> records(6, record(Q::spikes));
    records[1].of = {"i"};
    records[2].of = {"e"}, records[2].neurons = "5:-3:7";
    records[3].indices = {50, 3, 9};
    records[4].from_ms = 100, records[4].until_ms = 200.5;
    records[5].of = {"i", "e"}, records[5].neurons = "-1:", records[5].from_ms = 0;
    const RunRequest request = request_of(records, replicas);
    const std::vector<SpikeEvent> spikes = one_call(request, all_spikes()).spikes;
    ASSERT_GT(spikes.size(), 100u);
    const RunOutcome out = outcome_of(request);
    const auto row = [&](std::size_t k) { return values_of<std::uint32_t>(out.arrays[k]); };
    const bool several = replicas > 1;
    EXPECT_EQ(row(0), flat(spikes, several, [](const SpikeEvent&) { return true; }));
    EXPECT_EQ(row(1), flat(spikes, several, [](const SpikeEvent& s) { return s.neuron >= 48; }));
    EXPECT_EQ(row(2), flat(spikes, several, [](const SpikeEvent& s) {
                return s.neuron >= 5 && s.neuron < 45 && (s.neuron - 5) % 7 == 0;
              }));
    EXPECT_EQ(row(3), flat(spikes, several,
                           [](const SpikeEvent& s) { return s.neuron == 50 || s.neuron == 3 || s.neuron == 9; }));
    EXPECT_EQ(row(4), flat(spikes, several, [](const SpikeEvent& s) { return s.step >= 200 && s.step < 401; }));
    EXPECT_EQ(row(5), flat(spikes, several, [](const SpikeEvent& s) { return s.neuron == 59 || s.neuron == 47; }));
    for (std::size_t k = 0; k < records.size(); ++k) {
      EXPECT_EQ(out.arrays[k].shape, std::vector<std::uint64_t>{row(k).size() / (several ? 3 : 2)});
      EXPECT_EQ(out.rows[k], out.arrays[k].shape.front());
    }
  }
}

TEST(RunRecords, CountsInWindowsAreThoseOfOneCall) {
  // Windows below, between and beyond the pieces, which begin with 64 steps and double; the last one is partial.
  for (const std::uint32_t window : {1u, 7u, 64u, 100u, 601u, 2000u}) {
    RecordSpec spec = record(Q::counts);
    spec.every_ms = window * test::kStepMs;
    RecordSpec some = spec;
    some.indices = {7, 2, 55};
    const RunRequest request = request_of({spec, some}, 2);
    RecordOptions what;
    what.count_window_steps = window;
    const Recording once = one_call(request, what);
    const RunOutcome out = outcome_of(request);
    EXPECT_EQ(values_of<std::uint32_t>(out.arrays[0]), once.counts) << window;
    EXPECT_EQ(out.arrays[0].shape, (std::vector<std::uint64_t>{(601 + window - 1) / window, 60, 2}));
    const auto chosen = values_of<std::uint32_t>(out.arrays[1]);
    ASSERT_EQ(chosen.size(), out.arrays[0].shape[0] * 6);
    for (std::size_t k = 0; k < chosen.size(); ++k)
      ASSERT_EQ(chosen[k], once.counts[k / 6 * 120 + some.indices[k % 6 / 2] * 2 + k % 2]);
    EXPECT_EQ(out.total_spikes, once.total_spikes);
  }
}

TEST(RunRecords, StatesAreEveryNthRowOfOneCall) {
  for (const std::uint32_t every : {1u, 3u, 50u, 700u}) {
    std::vector<RecordSpec> records{record(Q::v), record(Q::i), record(Q::theta)};
    for (RecordSpec& spec : records) spec.every_ms = every * test::kStepMs, spec.from_ms = 50;
    records[0].of = {"e"}, records[0].neurons = "::10";
    records[1].indices = {40, 3};
    const RunRequest request = request_of(records, 2);
    RecordOptions what;
    for (std::uint32_t i = 0; i < 60; ++i) what.probe.push_back(i);
    const Recording once = one_call(request, what);
    const RunOutcome out = outcome_of(request);
    const std::vector<std::vector<std::uint32_t>> neurons{{0, 10, 20, 30, 40}, {40, 3}, what.probe};
    const std::vector<real>* all[] = {&once.probe_v, &once.probe_i, &once.probe_theta};
    for (std::size_t r = 0; r < 3; ++r) {
      std::vector<real> expected;
      for (std::size_t step = 60; step < 601; step += every)  // 50 ms is step 100, 40 were passed over
        for (const std::uint32_t neuron : neurons[r])
          for (std::size_t b = 0; b < 2; ++b) expected.push_back((*all[r])[(step * 60 + neuron) * 2 + b]);
      EXPECT_EQ(values_of<real>(out.arrays[r]), expected) << r << ", every " << every;
    }
  }
}

TEST(RunRecords, SparseSamplesOfManyNeuronsAreTheSameAsDenseOnes) {
  // Beyond 2^14 values between samples the engine is asked for single steps.
  BuiltNetwork network = test::random_network({.neurons = 400, .density = 0.02, .kind = {}});
  RecordSpec sparse = record(Q::v), dense = record(Q::v);
  sparse.every_ms = 60 * test::kStepMs;
  const RunOutcome a = sprig::Run(network, request_of({sparse})).simulate(""),
                   b = sprig::Run(network, request_of({dense})).simulate("");
  const auto few = values_of<real>(a.arrays[0]), all = values_of<real>(b.arrays[0]);
  ASSERT_EQ(few.size(), 11u * 400);
  for (std::size_t k = 0; k < few.size(); ++k) ASSERT_EQ(few[k], all[k / 400 * 60 * 400 + k % 400]);
  EXPECT_EQ(a.hash, b.hash);
}

TEST(RunRecords, RatesAreSpikesOverNeuronsReplicasAndTime) {
  RecordSpec spec = record(Q::rate);
  spec.every_ms = 50, spec.of = {"i", "e"};
  const RunRequest request = request_of({spec}, 2);
  const std::vector<SpikeEvent> spikes = one_call(request, all_spikes()).spikes;
  const auto rates = values_of<double>(outcome_of(request).arrays[0]);
  ASSERT_EQ(rates.size(), 7u * 2);  // the last window has half a millisecond
  for (std::size_t w = 0; w < 7; ++w) {
    double counts[2] = {0, 0};
    for (const SpikeEvent& s : spikes)
      if ((s.step - 40) / 100 == w) ++counts[s.neuron >= 48 ? 0 : 1];
    const double seconds = w < 6 ? 0.05 : 0.0005;
    EXPECT_DOUBLE_EQ(rates[2 * w], counts[0] / (12 * 2 * seconds));
    EXPECT_DOUBLE_EQ(rates[2 * w + 1], counts[1] / (48 * 2 * seconds));
  }
}

TEST(RunRecords, WeightsAreThoseOfTheStateAtTheirTime) {
  Network plastic = test::small_network();
  for (float& w : plastic.recurrent.weights) w = std::abs(w);
  plastic.plasticity = Plasticity{0, 48, 10, 30};
  plastic.plasticity->w_max = 0.4f;
  RecordSpec spec = record(Q::weights);
  spec.at_ms = {0, 33, 320.5};
  BuiltNetwork built = plastic;
  const RunRequest request = request_of({spec});
  const RunOutcome out = sprig::Run(built, request).simulate("");
  const auto simulation = make_simulation(plastic, {}, request.simulation);
  std::vector<float> expected;
  std::uint64_t done = 0;
  for (const std::uint64_t step : {0u, 66u, 641u}) {
    if (step > done) simulation->advance(step - done);
    done = step;
    const PlasticState state = simulation->state().plastic;
    for (const std::int32_t weight : state.weights) expected.push_back(static_cast<float>(weight * state.unit));
  }
  EXPECT_EQ(values_of<float>(out.arrays[0]), expected);
  ASSERT_EQ(out.arrays.size(), 3u);
  const auto source = values_of<std::uint32_t>(out.arrays[1]), target = values_of<std::uint32_t>(out.arrays[2]);
  ASSERT_EQ(source.size(), expected.size() / 3);
  for (std::size_t k = 0; k < source.size(); ++k) ASSERT_TRUE(plastic.plasticity->has(source[k], target[k]));
  EXPECT_TRUE(std::is_sorted(source.begin(), source.end()));
}

TEST(RunHash, IsThatOfTheSpikesWhateverElseIsRecorded) {
  RecordSpec some = record(Q::v), late = record(Q::spikes);
  some.every_ms = 10, late.from_ms = 200;
  const std::string hash = outcome_of(request_of({record(Q::spikes)})).hash;
  EXPECT_EQ(outcome_of(request_of({some, record(Q::spikes), late})).hash, hash);
  RunRequest threads = request_of({record(Q::spikes)});
  threads.simulation.threads = 2, threads.simulation.slices = 5;
  EXPECT_EQ(outcome_of(threads).hash, hash);
  const RunOutcome counts = outcome_of(request_of({late}));
  EXPECT_EQ(counts.hash_of, "spike counts per neuron and final state") << "not of every spike";
  EXPECT_EQ(counts.hash, outcome_of(request_of({})).hash);
  EXPECT_EQ(counts.state_hash, outcome_of(request_of({some})).state_hash);
}

// Two neurons without synapses, at rest but for `first`, which fires in the first step.
RunOutcome one_spike(std::size_t first, bool record_spikes) {
  NeuronDefaults neuron;
  neuron.i_dc = 0;
  Network network = test::unconnected(2, {}, 1.0, neuron);
  network.neurons.v_initial = {0, 0};
  network.neurons.v_initial[first] = 5;
  BuiltNetwork built = network;
  RunRequest request;
  if (record_spikes) request.records = {record(Q::spikes)};
  return sprig::Run(built, request).simulate("");
}

TEST(RunHash, KnowsTheSpikeTrainNotOnlyTheFinalState) {
  for (const bool record_spikes : {true, false}) {
    const RunOutcome a = one_spike(0, record_spikes), b = one_spike(1, record_spikes);
    ASSERT_EQ(a.total_spikes, 1u);
    ASSERT_EQ(b.total_spikes, 1u);
    EXPECT_EQ(a.state_hash, b.state_hash) << "long back at rest";
    EXPECT_NE(a.hash, b.hash) << a.hash_of;
    EXPECT_EQ(a.hash, one_spike(0, record_spikes).hash);
  }
}

TEST(RunStop, LeavesWhatWasRecordedUntilThen) {
  RecordSpec windows = record(Q::counts);
  windows.every_ms = 1e8;
  RunRequest request = request_of({record(Q::spikes), windows});
  request.duration_ms = 1e9;
  int pieces = 3;
  const RunOutcome out = outcome_of(request, Progress([&](double) { return --pieces > 0; }));
  EXPECT_FALSE(out.complete);
  EXPECT_GT(out.steps, 0u);
  EXPECT_LE(out.steps, 64u + 128u + 256u);
  EXPECT_EQ(out.arrays[1].shape, (std::vector<std::uint64_t>{1, 60, 1})) << "the window that was begun";
  const auto counts = values_of<std::uint32_t>(out.arrays[1]);
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), 0u), out.total_spikes);
  EXPECT_EQ(out.rows[0], out.total_spikes);
}

TEST(RunFiles, AreTheArraysInMemory) {
  test::TemporaryFolder folder;
  std::vector<RecordSpec> records{record(Q::spikes), record(Q::v), record(Q::rate)};
  records[1].of = {"i"}, records[2].every_ms = 20;
  const RunRequest request = request_of(records, 2);
  BuiltNetwork network = test::small_network();
  const RunOutcome memory = outcome_of(request), disk = sprig::Run(network, request).simulate(folder.path());
  EXPECT_EQ(disk.files, (std::vector<std::string>{"spikes.npy", "v_i.npy", "rate.npy"}));
  EXPECT_EQ(disk.rows, memory.rows);
  EXPECT_EQ(disk.hash, memory.hash);
  EXPECT_TRUE(disk.arrays.empty());
  for (std::size_t k = 0; k < 3; ++k) {
    const std::string bytes = test::read_file(folder.file(disk.files[k]));
    const std::vector<char>& array = memory.arrays[k].bytes;
    ASSERT_GT(bytes.size(), array.size());
    EXPECT_EQ(bytes.substr(bytes.size() - array.size()), std::string(array.begin(), array.end()));
  }
  const auto numbers = test::python_numbers(
      "run_files",
      "import numpy as np\ns = np.load('" + folder.file("spikes.npy") + "', mmap_mode='r')\n" +
          "print(len(s), s['step'].sum(dtype='u8'), s['neuron'].sum(dtype='u8'), s['replica'].sum(dtype='u8'))\n" +
          "print(*np.load('" + folder.file("v_i.npy") + "').shape, *np.load('" + folder.file("rate.npy") +
          "').shape)\n",
      "numpy");
  if (!numbers) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy";
  double sums[3] = {};
  for (const SpikeEvent& s : one_call(request, all_spikes()).spikes)
    sums[0] += static_cast<double>(s.step), sums[1] += s.neuron, sums[2] += s.replica;
  EXPECT_EQ(*numbers, (std::vector<double>{double(memory.rows[0]), sums[0], sums[1], sums[2], 601, 12, 2, 16, 2}));
}

TEST(RunFiles, AFileThatCannotBeWrittenEndsTheRunAndWhatIsThereStaysReadable) {
  test::TemporaryFolder folder;
  RunRequest request = request_of({record(Q::spikes), record(Q::counts)});
  request.records[1].every_ms = 1;
  const RunOutcome whole = outcome_of(request);  // of the first 300.5 ms
  request.duration_ms = 1e7;
  BuiltNetwork network = test::small_network();
  sprig::Run run(network, request);
  int pieces = 0;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(run.simulate(folder.path(), Progress([&](double) {
                              if (++pieces == 3) std::filesystem::remove(folder.file("spikes.npy"));
                              return std::chrono::steady_clock::now() - start < std::chrono::seconds(60);
                            })),
               InputError);
  const std::string bytes = test::read_file(folder.file("counts.npy"));
  const std::size_t begin = bytes.find('\n') + 1, shape = bytes.find("'shape': (");
  ASSERT_LT(shape, begin);
  const std::uint64_t rows = std::stoull(bytes.substr(shape + 10));
  EXPECT_EQ(bytes.size() - begin, rows * 60 * sizeof(std::uint32_t)) << "as many as the header says";
  ASSERT_GT(rows, 300u);
  const std::vector<char>& first = whole.arrays[1].bytes;
  const std::size_t known = 300 * 60 * sizeof(std::uint32_t);  // the last row is of a shorter window
  EXPECT_EQ(bytes.substr(begin, known), std::string(first.begin(), first.begin() + known));
}

TEST(RunSteps, TimesBelowOneStepAreRefusedBeforeTheyAreRounded) {
  RunRequest request = request_of({});
  BuiltNetwork network = test::small_network();
  request.duration_ms = 0.3;
  EXPECT_THROW(sprig::Run(network, request), ConfigError);
  request.duration_ms = 0.5;
  EXPECT_EQ(sprig::Run(network, request).steps(), 1u);
}

TEST(RunSteps, SpikesBeyondTwoToThe32StepsHaveWideSteps) {
  RunRequest request = request_of({record(Q::spikes)});
  request.simulation.first_step = (1ull << 32) - 300;
  const RunOutcome out = outcome_of(request);
  EXPECT_EQ(out.arrays[0].type, "[('step', '<u8'), ('neuron', '<u4')]");
  std::uint64_t last = 0;
  for (std::size_t k = 0; k + 12 <= out.arrays[0].bytes.size(); k += 12) {
    std::uint64_t step = 0;
    std::memcpy(&step, out.arrays[0].bytes.data() + k, 8);
    EXPECT_GE(step, last);
    last = step;
  }
  EXPECT_GT(last, 1ull << 32);
}

TEST(RunOfRules, IsTheRunOfTheSynapsesThatTheyDraw) {
  ProceduralNetwork rules;
  rules.network = test::small_network();
  rules.network.recurrent = test::csr_from(60, 60, {});
  Projection projection;
  projection.source_count = 48, projection.target_count = 60, projection.probability = 0.1;
  projection.weight = Distribution{Distribution::Kind::constant, 0.05},
  projection.delay_ms = Distribution{Distribution::Kind::constant, 1.5};
  rules.projections = {projection};
  rules.seed = 5;
  BuiltNetwork drawn = rules, stored = realise(rules);
  const RunRequest request = request_of({record(Q::spikes)});
  EXPECT_EQ(sprig::Run(drawn, request).simulate("").hash, sprig::Run(stored, request).simulate("").hash);
  EXPECT_EQ(out_degrees(drawn, 2), out_degrees(stored, 1));
}

}  // namespace
}  // namespace sprig
