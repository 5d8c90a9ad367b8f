#include "sprig/session/memory_plan.hpp"

#include <gtest/gtest.h>

#include "host/engine/dry_run_exchange.hpp"
#include "host/engine/packing.hpp"
#include "sprig/core/error.hpp"
#include "sprig/engine/device_model.hpp"
#include "sprig/engine/row_groups.hpp"
#include "sprig/engine/slices.hpp"
#include "sprig/formats/network_file.hpp"
#include "sprig/session/network.hpp"
#include "sprig/session/table.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig::app {
namespace {

double item(const MemoryPlan& plan, const std::string& name) {
  for (const MemoryItem& i : plan.items)
    if (i.name == name) return i.bytes;
  return 0;
}

template <class T, class Allocator>
double size_of(const std::vector<T, Allocator>& v) {
  return static_cast<double>(v.size() * sizeof(T));
}

void expect_close(double predicted, double measured, const char* what) {
  EXPECT_NEAR(predicted, measured, 0.05 * measured + 64) << what;
}

TEST(MemoryPlan, PredictsTheArraysOfEveryTopologyWithinFivePercent) {
  for (const Topology topology : {Topology::random, Topology::fixed_in_degree, Topology::fixed_total,
                                  Topology::small_world, Topology::clustered, Topology::small_world_clusters}) {
    SCOPED_TRACE(std::string(name_of(topology)));
    Config config;
    config.network.topology = topology;
    config.network.neurons = 1500;
    config.network.clusters = 3;
    config.network.tau_m_ms.resize(1);
    config.network.delay_ms = {Distribution::Kind::uniform, 1.0, 4.0};
    config.network.kind.receptors = 2;
    config.simulation.device = Device::cpu;
    config.simulation.slices = 2;
    config.simulation.weight_bits = topology == Topology::random ? 16 : 32;
    finish_config(config);
    const MemoryPlan plan = plan_memory(config, Work::run);
    const Network network = stored(make_network(config, 1));
    expect_close(item(plan, "targets"), size_of(network.recurrent.targets), "targets");
    expect_close(item(plan, "weights"), size_of(network.recurrent.weights), "weights");
    expect_close(item(plan, "delays"), size_of(network.recurrent.delays), "delays");
    expect_close(item(plan, "offsets"), size_of(network.recurrent.offsets), "offsets");
    const SlicedNetwork sliced = slice_network(
        network, {}, {config.simulation.slices, config.simulation.weight_bits, config.simulation.weight_bits == 16});
    double synapses = 0, offsets = 0;
    for (const Slice& s : sliced.slices) {
      synapses += size_of(s.recurrent.wide) + size_of(s.recurrent.narrow);
      offsets += size_of(s.recurrent.offsets);
    }
    expect_close(item(plan, "packed synapses"), synapses, "packed synapses");
    expect_close(item(plan, "packed offsets"), offsets, "packed offsets");
    expect_close(item(plan, "delay ring"), 4.0 * sliced.delay_slots * 2 * network.size(), "delay ring");
  }
}

// Of a network that is drawn, on ranks with more synapses than there are neurons and on ranks with fewer.
TEST(MemoryPlan, PredictsTheArraysOfARankWithinFivePercent) {
  for (const int ranks : {1, 3, 40}) {
    SCOPED_TRACE(ranks);
    Config config;
    read_config_text(config, R"toml([[population]]
size = 12000
name = "all"
[[projection]]
from = "all"
to = "all"
rule = "fixed_in_degree(20)"
delay_ms = "uniform(1, 4)"
)toml",
                     "c.toml");
    config.simulation.device = Device::cpu;
    config.simulation.threads = 2;
    finish_config(config);
    const MemoryPlan plan = plan_memory(config, Work::run, 1, nullptr, ranks);
    const BuiltNetwork built = make_network(config, 1);
    const auto& procedural = std::get<ProceduralNetwork>(built);
    const Network& whole = procedural.network;
    const std::uint32_t each = whole.size() / static_cast<std::uint32_t>(ranks);
    std::vector<std::uint32_t> first;
    for (int r = 0; r <= ranks; ++r) first.push_back(each * static_cast<std::uint32_t>(r));
    const NeuronPart part{0, each, whole.size()};
    const auto exchange = dry_run_exchange(first);
    SlicePolicy policy;
    policy.slices = 2;
    policy.by_delay = true;
    const PartSlices held =
        slice_part(network_of_part(whole, part, false), {whole, &procedural}, part, {}, policy, *exchange);
    double synapses = 0, offsets = 0;
    for (const Slice& s : held.sliced.slices) {
      synapses += size_of(s.recurrent.wide) + size_of(s.recurrent.narrow);
      offsets += size_of(s.recurrent.offsets);
    }
    EXPECT_EQ(held.rows.all(), ranks < 20);
    expect_close(item(plan, "packed synapses"), synapses, "packed synapses");
    expect_close(item(plan, "packed offsets"), offsets, "packed offsets");
    const double slots = held.sliced.by_delay ? 1 : held.sliced.delay_slots;
    expect_close(item(plan, "delay ring"), 4.0 * slots * whole.kind.receptors * each, "delay ring");
    EXPECT_EQ(item(plan, "neuron parameters"), 100.0 * whole.size()) << "of all, before a rank lets go of them";
    EXPECT_EQ(item(plan, "which sources have rows") > 0, !held.rows.all());
  }
}

TEST(MemoryPlan, RanksHaveNoGpuAndNothingThatLearns) {
  PlannedNetwork network{1e5, 1e7, 16, false, true, {}};
  network.ranks = 4;
  SimulationOptions options;
  options.device = Device::cuda;
  EXPECT_THROW(plan_simulation(network, options, 1), ConfigError);
  options.device = Device::cpu;
  EXPECT_LT(plan_simulation(network, options, 1).total(),
            plan_simulation({1e5, 1e7, 16, false, true, {}}, options, 1).total() / 2);
  network.plasticity.target_count = 10;
  EXPECT_THROW(plan_simulation(network, options, 1), ConfigError);
}

TEST(MemoryPlan, CountsWhatFillsUpTheResidentEnginesGroups) {
  for (const double density : {0.02, 0.1, 0.9}) {  // rows of a slice: mostly none or one synapse, some, many
    Config config;
    config.network.topology = Topology::random;
    config.network.neurons = 1500;
    config.network.density = density;
    config.network.tau_m_ms.resize(1);
    config.simulation.device = Device::cuda;
    config.simulation.update = UpdateMode::clock;
    config.simulation.weight_bits = 16;
    finish_config(config);
    const MemoryPlan plan = plan_memory(config, Work::run);
    ASSERT_TRUE(plan.gpu && plan.gpu->resident);
    const SlicedNetwork sliced = slice_network(stored(make_network(config, 1)), {}, {plan.gpu->slices, 16, true});
    std::uint64_t groups = 0;
    for (const Slice& s : sliced.slices)
      for (std::uint32_t source = 0; source < sliced.sources; ++source)
        groups += groups_of(s.recurrent.offsets[source + 1] - s.recurrent.offsets[source], kGroup);
    expect_close(item(plan, "packed synapses"), static_cast<double>(groups * sizeof(SynapseGroup)), "packed synapses");
  }
}

TEST(MemoryPlan, OneWeightASourceNeedsHalfTheResidentEnginesSynapses) {
  PlannedNetwork network{1e5, 1e9, 16, false, true, {}};
  SimulationOptions options;
  options.device = Device::cuda;
  options.update = UpdateMode::clock;
  options.weight_bits = 16;
  const double synapses = item(plan_simulation(network, options, 1), "packed synapses");
  network.equal_weights = true;
  EXPECT_NEAR(item(plan_simulation(network, options, 1), "packed synapses") / synapses, 0.5, 0.02);
  network.uniform_delay = false;  // rows may then be split by delay
  EXPECT_EQ(item(plan_simulation(network, options, 1), "packed synapses"), synapses);
  network = {4e4, 1e9, 16, false, true, {}};  // 304 neurons a block, in registers: the delay does not fit beside them
  network.equal_weights = true;
  EXPECT_EQ(synapse_bytes(network, options), 4);
}

TEST(MemoryPlan, ALoadedNetworkIsPlannedFromItsHeaders) {
  test::TemporaryFolder folder;
  Config config;
  config.network.neurons = 200;
  finish_config(config);
  const Network network = stored(make_network(config, 1));
  save_network(folder.file("n.npz"), network);
  Config loaded;
  loaded.network_file = folder.file("n.npz");
  finish_config(loaded);
  const MemoryPlan plan = plan_memory(loaded, Work::run);
  EXPECT_EQ(plan.neurons, 200);
  EXPECT_EQ(plan.synapses, static_cast<double>(network.recurrent.synapses()));
}

TEST(MemoryPlan, WhatDoesNotFitIsRefusedWithTheNumbers) {
  Config config;
  config.network.neurons = 2000000000;
  config.network.density = 1;
  finish_config(config);
  try {
    require_memory(config, Work::run);
    FAIL();
  } catch (const MemoryError& error) {
    EXPECT_EQ(static_cast<int>(error.code()), 6);
    EXPECT_NE(std::string(error.what()).find("needs "), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("packed synapses (engine)"), std::string::npos) << error.what();
  }
  Config small;
  finish_config(small);
  EXPECT_NO_THROW(require_memory(small, Work::run));
}

TEST(MemoryPlan, WhatDoesNotFitOnTheDeviceAloneIsRefusedWithTheNumbers) {
  Config config;
  finish_config(config);
  const MemoryPlan plan = plan_memory(config, Work::run);
  EXPECT_LT(plan.on_device().total(), plan.total());
  EXPECT_NO_THROW(require_fits(plan, {"RAM", plan.total()}));
  EXPECT_NO_THROW(require_fits(plan.on_device(), {"device 0 (small)", plan.on_device().total()}));
  try {
    require_fits(plan.on_device(), {"device 0 (small)", plan.on_device().total() / 2});
    FAIL();
  } catch (const MemoryError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("needs " + bytes_text(plan.on_device().total())), std::string::npos) << text;
    EXPECT_NE(text.find("of device 0 (small) are available"), std::string::npos) << text;
  }
}

TEST(AvailableMemory, IsWhatTheEnvironmentSays) {
  ::setenv("SPRIG_MEMORY_BYTES", "128e9", 1);
  EXPECT_EQ(available_memory().bytes, 128e9);
  EXPECT_EQ(available_memory().name, "RAM (SPRIG_MEMORY_BYTES)");
  for (const char* nonsense : {"", "0", "-1", "inf", "nan", "1e400", "128 GB", "128e9 "}) {
    ::setenv("SPRIG_MEMORY_BYTES", nonsense, 1);
    EXPECT_THROW(available_memory(), ConfigError) << '"' << nonsense << '"';
  }
  ::unsetenv("SPRIG_MEMORY_BYTES");
  EXPECT_NE(available_memory().name, "RAM (SPRIG_MEMORY_BYTES)");
}

// The microcircuit's size: 77169 neurons, delays up to 63 steps, synapses that are rules.
PlannedNetwork like_the_microcircuit() {
  PlannedNetwork network;
  network.neurons = 77169;
  network.synapses = 3e8;
  network.delay_slots = 64;
  network.stored = network.uniform_delay = false;
  network.kind.receptors = 1;
  return network;
}

SimulationOptions on_a_gpu() {
  SimulationOptions options;
  options.device = Device::cuda;
  options.weight_bits = 16;
  return options;
}

// By hand: 132 blocks, one a multiprocessor, so slices of 585 neurons; a mailbox has room for a word of each neuron in
// the one step of a window, and one that counts them. Rows onto a slice have 29 synapses, so that the last group of
// four is filled up with 0, 1, 2 or 3 equally often. Near synapses have 7 words for 32 sources and a slice.
constexpr double kPadded = 16 * 77169.0 * 132 * (3e8 / (77169.0 * 132) + 1.5) / 4;
constexpr double kDirectories = 132 * 2412.0 * 7 * 4;

TEST(MemoryPlan, TheResidentEngineOnAnH200TakesWhatArithmeticSays) {
  const cuda::DeviceInfo h200 = *device_model("h200");
  const MemoryPlan plan = plan_simulation(like_the_microcircuit(), on_a_gpu(), 1, &h200);
  ASSERT_TRUE(plan.gpu && plan.gpu->resident) << plan.gpu->why;
  const double n = 77169;
  EXPECT_NEAR(item(plan, "packed synapses") / kPadded, 1, 1e-9);
  EXPECT_EQ(item(plan, "packed offsets"), n * (8 + 4 * 133));
  EXPECT_EQ(item(plan, "mailboxes"), 3 * 132 * (1 + 585) * 8);
  EXPECT_EQ(item(plan, "directories of near synapses"), kDirectories);
  EXPECT_EQ(item(plan, "delay ring"), n * 64 * 4);
  EXPECT_EQ(plan.gpu->blocks, 132u);
  EXPECT_EQ(plan.gpu->threads, 608u);
  EXPECT_EQ(plan.gpu->shared_bytes, 585 * 64 * 4 + 64u + 8 * 608 + 2412 * 7 * 4);
  EXPECT_NE(plan.gpu->why.find("132 blocks of 608 threads, delay rings in shared memory, 218 KiB a block"),
            std::string::npos)
      << plan.gpu->why;
  // What is drawn on the GPU is never in RAM; the rest is, until it is there.
  EXPECT_NEAR(plan.total() - plan.on_host().total(), kPadded + n * (8 + 4 * 133) + 3 * 132 * 586 * 8 + kDirectories, 1);
  EXPECT_EQ(plan.on_device().total(), plan.total() - item(plan, "neuron parameters"));
}

TEST(MemoryPlan, AStoredNetworkIsPackedInRamWhateverTheEngine) {
  PlannedNetwork network = like_the_microcircuit();
  network.stored = true;
  const cuda::DeviceInfo h200 = *device_model("h200");
  const MemoryPlan plan = plan_simulation(network, on_a_gpu(), 1, &h200);
  EXPECT_NEAR(item(plan.on_host(), "packed synapses") / kPadded, 1, 1e-9);
  EXPECT_EQ(item(plan.on_host(), "mailboxes"), 0);
}

TEST(MemoryPlan, TheEngineIsThatWhichTheNetworkAndTheGpuAllow) {
  const cuda::DeviceInfo h200 = *device_model("h200"), rtx4090 = *device_model("rtx4090");
  const auto why = [&](const PlannedNetwork& network, const SimulationOptions& options) {
    const MemoryPlan plan = plan_simulation(network, options, 1, &h200);
    EXPECT_FALSE(plan.gpu->resident);
    EXPECT_EQ(item(plan, "packed synapses"), 8 * 3e8);
    EXPECT_EQ(item(plan, "packed offsets"), 8 * (77169 + 1.0));
    EXPECT_EQ(item(plan, "mailboxes"), 0);
    return plan.gpu->why;
  };
  SimulationOptions options = on_a_gpu();
  options.weight_bits = 32;
  EXPECT_NE(why(like_the_microcircuit(), options).find("needs run.weight_bits = 16"), std::string::npos);
  options.cuda_engine = CudaEngine::resident;
  EXPECT_THROW(plan_simulation(like_the_microcircuit(), options, 1, &h200), ConfigError);
  options = on_a_gpu();
  options.replicas = 4;
  EXPECT_NE(why(like_the_microcircuit(), options).find("runs one replica, found 4"), std::string::npos);
  options = on_a_gpu();
  options.cuda_engine = CudaEngine::plain;
  EXPECT_EQ(why(like_the_microcircuit(), options), "run.cuda_engine asks for it");
  options = on_a_gpu();
  options.update = UpdateMode::automatic;
  EXPECT_NE(why(like_the_microcircuit(), options).find("updates by events"), std::string::npos);
  PlannedNetwork driven = like_the_microcircuit();
  driven.driven = true;
  EXPECT_TRUE(plan_simulation(driven, options, 1, &h200).gpu->resident);
  PlannedNetwork slow = like_the_microcircuit();
  slow.delay_slots = 1025;  // a slice of fewer than 64 neurons would not do
  EXPECT_NE(why(slow, on_a_gpu()).find("delays of 1024 steps do not fit synapses of 4 bytes"), std::string::npos);

  // 128 multiprocessors of 99 KiB: 603 neurons' rings of 64 slots are 154 368 bytes.
  const MemoryPlan other = plan_simulation(like_the_microcircuit(), on_a_gpu(), 1, &rtx4090);
  EXPECT_TRUE(other.gpu->resident);
  EXPECT_EQ(other.gpu->blocks, 128u);
  EXPECT_FALSE(other.gpu->ring_in_shared);
  EXPECT_NE(other.gpu->why.find("delay rings in device memory, for they do not fit"), std::string::npos);
}

TEST(MemoryPlan, WithoutAGpuAPlanForOneIsThatOfAnH200) {
  if (!cuda::devices().empty()) GTEST_SKIP() << "there is a device";
  const cuda::DeviceInfo h200 = *device_model("h200");
  EXPECT_EQ(plan_simulation(like_the_microcircuit(), on_a_gpu(), 1).total(),
            plan_simulation(like_the_microcircuit(), on_a_gpu(), 1, &h200).total());
  EXPECT_EQ(planned_gpu(Device::cuda_all).name, h200.name);
  SimulationOptions options = on_a_gpu();
  options.device = Device::cpu;
  EXPECT_FALSE(plan_simulation(like_the_microcircuit(), options, 1).gpu);
}

// By hand: 2000 + 500 neurons, 3 replicas, 100 steps; a spike is listed in 16 bytes and once more as a key of 8.
TEST(MemoryPlan, CountsRecordsAsItCountsTheirShortForms) {
  Config config;
  PopulationSpec e, i;
  e.name = "e", e.size = 2000, i.name = "i", i.size = 500;
  ProjectionSpec learns;
  learns.from = {"e"}, learns.to = {"e"};
  learns.rule = {ConnectionRule::Kind::bernoulli, 0.1, 0, ""};
  learns.weight = {Distribution::Kind::constant, 0.5}, learns.delay_ms = {Distribution::Kind::constant, 1};
  learns.stdp.w_max = 1;
  config.description.populations = {e, i};
  config.description.projections = {learns};
  config.network.step_ms = 0.1;
  config.run.duration_ms = 10, config.run.record_spikes = false;
  config.simulation.replicas = 3, config.simulation.device = Device::cpu;
  const auto with = [&](RecordedQuantity what, std::vector<std::string> of = {}) {
    RecordSpec spec;
    spec.what = what, spec.of = std::move(of);
    config.records.push_back(spec);
    return plan_memory(config, Work::run);
  };
  const MemoryPlan none = plan_memory(config, Work::run);
  EXPECT_EQ(item(none, "spikes of two pieces") + item(none, "counts of a window") + item(none, "probe"), 0);
  EXPECT_EQ(item(none, "counts of two pieces"), 2 * 4 * 2500 * 3);

  EXPECT_EQ(item(with(RecordedQuantity::v, {"i"}), "probe"), 2 * 3 * sizeof(real) * 500.0 * 3 * 100);
  EXPECT_EQ(item(with(RecordedQuantity::theta), "probe"), 2 * 3 * sizeof(real) * 2500.0 * 3 * 100) << "each once";
  EXPECT_EQ(item(with(RecordedQuantity::rate), "spikes of two pieces"), 0);
  EXPECT_EQ(item(with(RecordedQuantity::counts, {"e"}), "counts of a window"), 2 * 4 * 2000 * 3);
  EXPECT_EQ(item(with(RecordedQuantity::spikes), "spikes of two pieces"),
            (2 * sizeof(SpikeEvent) + 8) * 2500.0 * 3 * 100);
  config.simulation.replicas = 1;  // as learning needs it
  EXPECT_NEAR(item(with(RecordedQuantity::weights), "weights that learn"), 24 * 0.1 * 2000 * 2000, 24 * 2000);
  config.records.front().indices = {7}, config.records.front().of = {};
  config.records.resize(1);
  EXPECT_EQ(item(plan_memory(config, Work::run), "probe"), 2 * 3 * sizeof(real) * 100);
}

TEST(MemoryPlan, ASearchNeedsNoPruning) {
  Config config;
  finish_config(config);
  const double search = plan_memory(config, Work::operating_point).total();
  EXPECT_LT(search, plan_memory(config, Work::study).total());
  EXPECT_LT(plan_memory(config, Work::run).on_device().total(), search);
}

TEST(MemoryPlan, MoreWorkNeedsMore) {
  Config config;
  config.run.record_spikes = false;  // of a small network they take more than all else
  finish_config(config);
  EXPECT_LT(plan_memory(config, Work::run).total(), plan_memory(config, Work::prune).total());
  EXPECT_LT(plan_memory(config, Work::prune).total(), plan_memory(config, Work::study).total());
  EXPECT_EQ(2 * plan_memory(config, Work::study, 1).total(), plan_memory(config, Work::study, 2).total());
}

}  // namespace
}  // namespace sprig::app
