// Where networks come from: the configurations in configs/networks are the networks that `sprig bench` builds; what a
// loaded network makes of keys.
#include "sprig/session/network.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>

#include "host/session/planned_network.hpp"
#include "sprig/core/error.hpp"
#include "sprig/formats/network_file.hpp"
#include "sprig/formats/npz.hpp"
#include "sprig/network/standard_networks.hpp"
#include "sprig/session/memory_plan.hpp"
#include "sprig/session/session.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

Config configured(const std::string& text, const std::vector<std::string>& assignments = {}) {
  Config config;
  read_config_text(config, text, "c.toml");
  for (const std::string& assignment : assignments) set_config(config, assignment);
  finish_config(config);
  return config;
}

Config committed(const std::string& name, const std::vector<std::string>& assignments = {}) {
  Config config;
  read_config(config, std::string(SPRIG_SOURCE_DIR "/configs/networks/") + name + ".toml");
  for (const std::string& assignment : assignments) set_config(config, assignment);
  finish_config(config);
  return config;
}

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "(accepted)";
}

void expect_equal(const Projection& a, const Projection& b) {
  EXPECT_EQ(a.source_first, b.source_first);
  EXPECT_EQ(a.source_count, b.source_count);
  EXPECT_EQ(a.target_first, b.target_first);
  EXPECT_EQ(a.target_count, b.target_count);
  EXPECT_EQ(a.rule, b.rule);
  EXPECT_EQ(a.synapses, b.synapses);
  EXPECT_EQ(a.autapses, b.autapses);
  EXPECT_EQ(a.weight.kind, b.weight.kind);
  EXPECT_EQ(a.weight.a, b.weight.a);
  EXPECT_EQ(a.weight.b, b.weight.b);
  EXPECT_EQ(a.delay_ms.kind, b.delay_ms.kind);
  EXPECT_EQ(a.delay_ms.a, b.delay_ms.a);
  EXPECT_EQ(a.delay_ms.b, b.delay_ms.b);
}

// At full size, without a synapse being drawn: they follow from the seed and the projections.
TEST(MicrocircuitToml, IsTheNetworkOfBenchInEveryNumber) {
  const Config config = committed("microcircuit");
  const BuiltNetwork built = make_network(config, 7);
  const StandardNetwork bench = microcircuit(Background::poisson, 7);
  ASSERT_TRUE(std::holds_alternative<ProceduralNetwork>(built));
  const auto& words = std::get<ProceduralNetwork>(built);

  EXPECT_EQ(words.seed, bench.procedural.seed);
  EXPECT_EQ(network_hash(words.network), network_hash(bench.procedural.network));
  ASSERT_EQ(words.network.populations.size(), bench.procedural.network.populations.size());
  for (std::size_t p = 0; p < kMicrocircuit.size(); ++p) {
    EXPECT_EQ(words.network.populations[p].name, bench.procedural.network.populations[p].name);
    EXPECT_EQ(words.network.populations[p].inhibitory, bench.procedural.network.populations[p].inhibitory);
  }
  ASSERT_EQ(words.projections.size(), bench.procedural.projections.size());
  for (std::size_t k = 0; k < words.projections.size(); ++k) {
    SCOPED_TRACE(k);
    expect_equal(words.projections[k], bench.procedural.projections[k]);
  }
  const Drive drive = make_drive(config, words.network);
  EXPECT_EQ(drive.poisson_rate_hz, bench.poisson_rate_hz);
  EXPECT_EQ(drive.poisson_weight, bench.poisson_weight);
}

TEST(MicrocircuitToml, OfAFiftiethOfItsNeuronsHasTheSameSynapses) {
  const StandardNetwork bench = microcircuit(Background::poisson, 3, 0.02);
  std::vector<std::string> sizes;
  for (const Population& population : bench.procedural.network.populations)
    sizes.push_back("population." + population.name + ".size=" + std::to_string(population.count));

  const Network words = stored(make_network(committed("microcircuit", sizes), 3));

  EXPECT_EQ(network_hash(words), network_hash(realise(bench.procedural)));
  EXPECT_GT(words.recurrent.synapses(), 100000u);
}

TEST(MicrocircuitToml, IsPlannedAsItIsBuilt) {
  const Config config = committed("microcircuit");
  const MemoryPlan plan = plan_memory(config, Work::run);
  EXPECT_EQ(plan.neurons, 77169);
  EXPECT_NEAR(plan.synapses, static_cast<double>(kMicrocircuitSynapses), 64);
  for (const MemoryItem& item : plan.items) EXPECT_NE(item.name, "targets") << "stored";
}

TEST(VogelsToml, IsTheNetworkOfBench) {
  EXPECT_EQ(network_hash(stored(make_network(committed("vogels"), 5))), network_hash(vogels_cuba(4000, 5)));
}

TEST(BrunelToml, IsTheNetworkOfBenchWithItsDrive) {
  const Config config = committed("brunel", {"network.neurons=2000"});
  const Network network = stored(make_network(config, 5));
  EXPECT_EQ(network_hash(network), network_hash(brunel(2000, 5, 5)));
  const Drive drive = make_drive(config, network);
  EXPECT_EQ(drive.poisson_rate_hz, std::vector<double>(2000, 20000));
  EXPECT_EQ(drive.poisson_weight, std::vector<double>(2000, 0.1));
  EXPECT_TRUE(drive.noise_sigma.empty());
}

constexpr const char* kTwo =
    "[[population]]\nname = \"E\"\nsize = 80\n[[population]]\nname = \"I\"\nsize = 20\n"
    "[[projection]]\nfrom = \"E\"\nto = [\"E\", \"I\"]\nrule = \"bernoulli(0.1)\"\nweight = 0.2\ndelay_ms = 1.5\n"
    "[[projection]]\nfrom = \"I\"\nto = \"E\"\nrule = \"fixed_in_degree(5)\"\nweight = -0.5\ndelay_ms = 0.5\n";

TEST(Descriptions, HaveValuesOfNeuronsFromFiles) {
  const test::TemporaryFolder folder;
  std::vector<double> tau(80);
  for (std::size_t i = 0; i < tau.size(); ++i) tau[i] = 10 + 0.25 * static_cast<double>(i);
  write_npy(folder.file("tau.npy"), npy_vector("", tau));
  const std::string assignment = "population.E.tau_m_ms=file:" + folder.file("tau.npy");

  const Network network = stored(make_network(configured(kTwo, {assignment}), 1));
  EXPECT_EQ(std::vector<double>(network.neurons.tau_m_ms.begin(), network.neurons.tau_m_ms.begin() + 80), tau);

  tau.pop_back();
  write_npy(folder.file("tau.npy"), npy_vector("", tau));
  const std::string said = refusal([&] { make_network(configured(kTwo, {assignment}), 1); });
  EXPECT_NE(said.find("tau.npy"), std::string::npos) << said;
  EXPECT_NE(said.find("79"), std::string::npos) << said;
}

TEST(Descriptions, ArePlannedAsTheyAreBuilt) {
  const Config config = configured(kTwo);
  const MemoryPlan plan = plan_memory(config, Work::prune);
  const Network network = stored(make_network(config, 1));
  EXPECT_EQ(plan.neurons, 100);
  EXPECT_NEAR(plan.synapses, static_cast<double>(network.recurrent.synapses()), 5 * std::sqrt(plan.synapses));
  double targets = 0;
  for (const MemoryItem& item : plan.items)
    if (item.name == "targets") targets = item.bytes;
  EXPECT_NEAR(targets, 4.0 * static_cast<double>(network.recurrent.synapses()), 20 * std::sqrt(plan.synapses));
  EXPECT_EQ(planned_network(config, Work::prune).delay_slots, network.recurrent.max_delay() + 1)
      << "a slot for every step until the last arrival";
}

TEST(Stimuli, ThatVaryInTimeAreRefusedWhereThereIsNoTime) {
  const std::string stimulus =
      std::string(kTwo) + "[[stimulus]]\nto = \"E\"\nkind = \"poisson\"\nrate_hz = 100\nweight = 1\n";
  const Config constant = configured(stimulus), varying = configured(stimulus + "until_ms = 500\n");
  const Network network = stored(make_network(constant, 1));
  const Drive drive = make_drive(constant, network);
  EXPECT_EQ(drive.poisson_rate_hz[0], 100);
  EXPECT_EQ(drive.poisson_rate_hz[99], 0);
  EXPECT_NE(refusal([&] { make_drive(varying, network); }).find("stimulus.0."), std::string::npos);
}

TEST(Descriptions, ThatLearnAreRefusedWhereWeightsAreConstant) {
  const Config config = configured(kTwo, {"projection.0.stdp.w_max=0.4"});
  EXPECT_TRUE(network_of(make_network(config, 1)).plasticity.has_value());
  EXPECT_NE(refusal([&] { make_constant_network(config, 1); }).find("projection.0.stdp.w_max: found 0.4"),
            std::string::npos);
}

// The configuration that made a network can go on to judge it.
TEST(LoadedNetworks, TakeTheConfigurationThatMadeThem) {
  const test::TemporaryFolder folder;
  const std::string file = "network.file=" + folder.file("network.npz");
  const std::string keys = "[network]\nneurons = 100\ndensity = 0.2\ngain = 2\n[neuron]\nv_th = 1.25\n";
  const Network made = stored(make_network(configured(keys), 1));
  save_network(folder.file("network.npz"), made);

  std::vector<std::string> notes;
  const Network again = stored(make_network(configured(keys, {file}), 1, &notes));
  EXPECT_EQ(network_hash(again), network_hash(made));
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("network.density"), std::string::npos) << notes[0];

  // The file's own record contradicts these.
  EXPECT_NE(refusal([&] { make_network(configured(keys + "v_reset = 0.5\n", {file}), 1); }).find("v_reset"),
            std::string::npos);
  // Asked for beside the file, so meant for it, and without effect.
  for (const char* assignment : {"network.gain=3", "network.density=0.1"})
    EXPECT_NE(refusal([&] {
                make_network(configured(keys, {file, assignment}), 1);
              }).find("has no effect"),
              std::string::npos)
        << assignment;
}

// A run folder is emptied when a run begins.
TEST(LoadedNetworks, AreNotWhereTheRunWrites) {
  const test::TemporaryFolder folder, other;
  const std::string here = folder.path() + "/";
  Config config;
  config.import.nodes = here + "n.csv";
  const auto said = [&](const Config& of) { return refusal([&] { keep_inputs(of, folder.path()); }); };
  const auto expected = [&](const std::string& key) {
    return "--out: " + folder.path() + " is the folder of " + key +
           ", and files in it are replaced; allowed: another folder";
  };
  EXPECT_EQ(said({}), "(accepted)");
  EXPECT_EQ(said(config), expected("network.nodes"));
  EXPECT_EQ(refusal([&] { keep_inputs(config, other.path()); }), "(accepted)");
  EXPECT_EQ(refusal([&] { keep_inputs(config, folder.file("new")); }), "(accepted)");
  config = {};
  config.network_file = here + "network.npz";
  EXPECT_EQ(said(config), expected("network.file"));
  config = {};
  config.neuron_files["tau_m_ms"] = here + "tau.npy";
  EXPECT_EQ(said(config), expected("neuron.tau_m_ms"));
  config = {};
  config.task.file = here + "series.csv";
  EXPECT_EQ(said(config), expected("task.file"));
  const std::string file = "\"file:" + here + "v.npy\"";
  EXPECT_EQ(said(configured(std::string(kTwo) + "[[stimulus]]\nkind = \"spikes\"\nweight = 1\nfile = \"" + here +
                            "spikes.npy\"\n")),
            expected("stimulus.0.file"));
  EXPECT_EQ(said(configured(kTwo, {"population.E.tau_m_ms=" + file})), expected("population.E.tau_m_ms"));
  EXPECT_EQ(said(configured(kTwo, {"projection.0.rule=edges(" + here + "e.csv)"})), expected("projection.0.rule"));
  // A link elsewhere is of the folder too: what it leads to would be gone.
  std::filesystem::create_symlink(folder.file("network.npz"), other.file("link.npz"));
  test::write_raw(folder.file("network.npz"), "x");
  config = {};
  config.network_file = other.file("link.npz");
  EXPECT_EQ(said(config), expected("network.file"));
}

TEST(LoadedNetworks, ArePlannedWithTheirOwnStep) {
  const test::TemporaryFolder folder;
  const std::vector<std::uint32_t> ends{0, 1};
  const std::vector<double> weight{1, 2};
  const double step = 0.5;
  write_npz(folder.file("e.npz"), {npy_vector("source", ends), npy_vector("target", ends), npy_vector("weight", weight),
                                   npy_scalar("step_ms", step)});
  EXPECT_EQ(planned_network(configured("[run]\nduration_ms = 1\n", {"network.file=" + folder.file("e.npz")}), Work::run)
                .step_ms,
            0.5);
}

TEST(LoadedNetworks, TakeTheDescriptionThatMadeThem) {
  const test::TemporaryFolder folder;
  const Network made = stored(make_network(configured(kTwo), 1));
  save_network(folder.file("network.npz"), made);
  const Config config = configured(kTwo, {"network.file=" + folder.file("network.npz")});
  EXPECT_TRUE(config.description.empty());
  EXPECT_EQ(network_hash(stored(make_network(config, 1))), network_hash(made));
}

}  // namespace
}  // namespace sprig
