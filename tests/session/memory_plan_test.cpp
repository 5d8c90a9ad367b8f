#include "sprig/session/memory_plan.hpp"

#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
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
    config.simulation.slices = 2;
    config.simulation.weight_bits = topology == Topology::random ? 16 : 32;
    finish_config(config);
    const MemoryPlan plan = plan_memory(config, Work::run);
    const Network network = make_network(config, 1);
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
    const SlicedNetwork sliced = slice_network(make_network(config, 1), {}, {132, 16, true});
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
}

TEST(MemoryPlan, ALoadedNetworkIsPlannedFromItsHeaders) {
  test::TemporaryFolder folder;
  Config config;
  config.network.neurons = 200;
  finish_config(config);
  const Network network = make_network(config, 1);
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

TEST(MemoryPlan, ASearchNeedsNoPruning) {
  Config config;
  finish_config(config);
  const double search = plan_memory(config, Work::operating_point).total();
  EXPECT_LT(search, plan_memory(config, Work::study).total());
  EXPECT_LT(plan_memory(config, Work::run).on_device().total(), search);
}

TEST(MemoryPlan, MoreWorkNeedsMore) {
  Config config;
  finish_config(config);
  EXPECT_LT(plan_memory(config, Work::run).total(), plan_memory(config, Work::prune).total());
  EXPECT_LT(plan_memory(config, Work::prune).total(), plan_memory(config, Work::study).total());
  EXPECT_EQ(2 * plan_memory(config, Work::study, 1).total(), plan_memory(config, Work::study, 2).total());
}

}  // namespace
}  // namespace sprig::app
