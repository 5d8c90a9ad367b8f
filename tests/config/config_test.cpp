#include "sprig/config/config.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "sprig/config/nearest.hpp"
#include "sprig/core/error.hpp"
#include "tests/config/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

using test::refusal;

std::string set_refusal(const std::string& assignment) {
  Config config;
  try {
    set_config(config, assignment);
    finish_config(config);
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  return "(accepted)";
}

TEST(Config, DefaultsAreThoseOfTheOptionStructs) {
  Config config;
  finish_config(config);
  EXPECT_EQ(config.network.neurons, NetworkSpec{}.neurons);
  EXPECT_EQ(config.prune.density, PruneOptions{}.density);
  EXPECT_EQ(config.prune.lyapunov.exponents, LyapunovOptions{}.exponents);
}

TEST(Config, ValuesReachTheirFields) {
  Config config;
  const std::string text =
      "[run]\nseed = 7\ndevice = \"cpu\"\nprobe = [3, 4]\n"
      "[network]\ntopology = \"clustered\"\nclusters = 2\nweight = \"lognormal(-1.5, 0.25)\"\n"
      "delay_ms = 2  # an integer is a number too\n"
      "[neuron]\ntau_m_ms = [\"gamma(3, 6.5)\", \"constant(20)\"]\nsynapse = \"delta\"\nreceptors = 2\n"
      "reset = \"soft\"\n"
      "[prune]\nkept_weight = \"mask\"\n"
      "[lyapunov]\nexponents = 6\n"
      "[task]\nobserved = [0, 2]\nlambdas = [1e-3]\n"
      "[study]\nmethods = [\"lnp\", \"none\"]\n";
  read_config_text(config, text, "c.toml");
  finish_config(config);
  EXPECT_EQ(config.simulation.seed, 7u);
  EXPECT_EQ(config.prune.seed, 7u);
  EXPECT_EQ(config.simulation.device, Device::cpu);
  EXPECT_EQ(config.run.probe, (std::vector<std::uint32_t>{3, 4}));
  EXPECT_EQ(config.network.weight.kind, Distribution::Kind::lognormal);
  EXPECT_EQ(config.network.weight.a, -1.5);
  EXPECT_EQ(config.network.weight.b, 0.25);
  EXPECT_EQ(config.network.delay_ms.a, 2.0);
  ASSERT_EQ(config.network.tau_m_ms.size(), 2u);
  EXPECT_EQ(config.network.tau_m_ms[0].b, 6.5);
  EXPECT_EQ(config.network.tau_m_ms[1].kind, Distribution::Kind::constant);
  EXPECT_EQ(config.network.kind, (LifKind{Synapse::delta, 2, Reset::soft, false}));
  EXPECT_EQ(config.prune.kept_weight, KeptWeight::mask);
  EXPECT_EQ(config.prune.lyapunov.exponents, 6u);
  EXPECT_EQ(config.task.observed, (std::vector<std::uint32_t>{0, 2}));
  EXPECT_EQ(config.study.methods, (std::vector<PruneMethod>{PruneMethod::lnp, PruneMethod::none}));
}

// Every kind of bad file: one line that names file, place, key, what was found and what is allowed.
TEST(Config, TrainingKeysReachBothTrainings) {
  Config config;
  read_config_text(config,
                   "[training]\nsurrogate_gain = 4\ndetach_reset = false\nlearning_rate = 0.002\nbatch = 32\n"
                   "stdp_tau_plus_ms = \"gamma(2, 7)\"\nstdp_a_minus = 0.02\n"
                   "stdp_normalise = false\n",
                   "a.toml");
  finish_config(config);
  EXPECT_EQ(config.training.sequences.bptt.model.surrogate_gain, 4);
  EXPECT_FALSE(config.training.sequences.bptt.model.detach_reset);
  EXPECT_EQ(config.training.sequences.bptt.learning_rate, 0.002);
  EXPECT_EQ(config.training.sequences.bptt.batch, 32u);
  EXPECT_EQ(config.training.stdp.tau_plus_ms.kind, Distribution::Kind::gamma);
  EXPECT_EQ(config.training.stdp.tau_plus_ms.b, 7);
  EXPECT_EQ(config.training.stdp.a_minus, 0.02);
  EXPECT_FALSE(config.training.stdp.normalise);
  set_config(config, "training.keep_sign=false");
  EXPECT_NO_THROW(finish_config(config));
  set_config(config, "neuron.receptors=2");
  EXPECT_THROW(finish_config(config), ConfigError);
}

TEST(Config, BadFilesAreRefusedByName) {
  struct Case {
    std::string text, expected;
  };
  const std::string deep(10000, '['), open(300, '[');
  std::string dotted = "a";
  for (int i = 0; i < 10000; ++i) dotted += ".a";
  std::string quoted = "a";
  for (int i = 0; i < 10000; ++i) quoted += ".\"x,\"";
  const Case cases[] = {
      {"", "c.toml: is empty; see configs/demo.toml"},
      {" \n\t\r\n", "is empty"},
      {"\xEF\xBB\xBF\n", "is empty"},
      {"[network]\nneurons = \xFF\xFE\n", "is not UTF-8 text: byte 20"},
      {std::string("[network]\nneurons = 10\0\n", 24), "c.toml:2:"},
      {"[network]\nneurons = 10\ndensity = ", "c.toml:3:11: network.density: "},
      {"[network]\nneurons = 10\ndensity = ", "allowed: a number in (0, 1]"},
      {"[netwo", "c.toml:1:"},
      {"[network]\nneurons = \"ten\"",
       "c.toml:2:11: network.neurons: found the text \"ten\"; allowed: a whole number from 1"},
      {"[network]\nneurons = 10.5", "found 10.5; allowed: a whole number"},
      {"[network]\nneurons = 0", "network.neurons: found 0; allowed: a whole number from 1"},
      {"[network]\nneurons = -5", "found -5"},
      {"[network]\nneurons = 9223372036854775807", "found 9223372036854775807; allowed"},
      {"[network]\nneurons = 99999999999999999999", "c.toml:2:"},
      {"[network]\nneurons = 99999999999999999999", "network.neurons: "},
      {"[network]\nneurons = [1, 2]", "found a list; allowed"},
      {"[network]\ndensity = 0", "network.density: found 0; allowed: a number in (0, 1]"},
      {"[network]\ndensity = -0.0", "found -0; allowed: a number in (0, 1]"},
      {"[network]\ndensity = 1.0001", "found 1.0001; allowed: a number in (0, 1]"},
      {"[network]\ndensity = nan", "found nan; allowed: a number in (0, 1]"},
      {"[prune]\ndensity = inf", "found inf; allowed: a number in (0, 1]"},
      {"[prune]\ndensity = 1e400", "prune.density"},
      {"[prune]\nneuron_fraction = 1", "found 1; allowed: a number in [0, 1)"},
      {"[network]\ngain = -inf", "found -inf; allowed: a finite number >= 0"},
      {"[neuron]\ntau_m_ms = -20", "neuron.tau_m_ms: found -20; allowed: "},
      {"[neuron]\ntau_m_ms = 0", "found 0"},
      {"[neuron]\ntau_m_ms = \"gamma(3, -1)\"", "found \"gamma(3, -1)\"; allowed: "},
      {"[neuron]\ntau_m_ms = \"gamma(3)\"", "found the text"},
      {"[neuron]\ntau_m_ms = \"gamma(3, nan)\"", "found the text"},
      {"[neuron]\ntau_m_ms = \"gama(3, 4)\"", "found the text"},
      {"[neuron]\ntau_m_ms = []", "found an empty list"},
      {"[neuron]\ntau_m_ms = [10, 20]", "neuron.tau_m_ms: found a list of 2; allowed: one distribution"},
      {"[neuron]\ntau_syn_exc_ms = 0", "neuron.tau_syn_exc_ms: found 0; allowed: a finite number > 0"},
      {"[neuron]\nt_ref_ms = -1", "neuron.t_ref_ms: found -1; allowed: a finite number >= 0"},
      {"[neuron]\nv_reset = 1.5", "neuron.v_reset: found 1.5; allowed: a number below neuron.v_th = 1"},
      {"[network]\nstep_ms = 0", "network.step_ms: found 0"},
      {"[network]\ndelay_ms = 0.05",
       "network.delay_ms: found 0.05, a delay below a step; allowed: at least network.step_ms = 0.1"},
      {"[network]\ndelay_ms = \"uniform(0.05, 0.2)\"", "found \"uniform(0.05, 0.2)\", a delay below a step"},
      {"[network]\ndelay_ms = \"gamma(2, 0.04)\"", "found \"gamma(2, 0.04)\", a delay below a step"},
      {"[network]\ndelay_ms = \"lognormal(-3, 0.5)\"", "found \"lognormal(-3, 0.5)\", a delay below a step"},
      {"[network]\ntopology = \"smallworld\"",
       "found the text \"smallworld\"; allowed: \"random\", \"fixed_in_degree\""},
      {"[network]\nautapses = 1", "found 1; allowed: true or false"},
      {"[network]\ndensty = 0.1", "c.toml:2:1: network.densty: unknown key; did you mean network.density?"},
      {"[network]\ntau_m_ms = 20", "network.tau_m_ms: unknown key; did you mean neuron.tau_m_ms?"},
      {"[netwrk]\ndensity = 0.1", "unknown section; did you mean [network]?"},
      {"[lyapunov]\nfinite_size = 1e-3",
       "c.toml:2:1: lyapunov.finite_size: unknown key; it was withdrawn: it belonged to the method \"finite\", which "
       "was "
       "right only at steps of 0.002 ms and below"},
      {"[lyapunov]\nmethod = \"finite\"",
       "c.toml:2:10: lyapunov.method: found the text \"finite\", which was withdrawn: it was right only at steps of "
       "0.002 "
       "ms and below, because on a grid a small perturbation moves a spike by whole steps or not at all; allowed: "
       "\"saltation\" or \"surrogate\""},
      {"[search]\nbudget = 3", "c.toml:1:2: search: unknown section; it is now [operating_point]"},
      {"[prune]\ndelocalise = false", "c.toml:2:1: prune.delocalise: unknown key; it is now delocalise.enabled"},
      {"[prune]\ndelocalise_budget = 0.1", "prune.delocalise_budget: unknown key; it is now delocalise.budget"},
      {"[prune]\ndelocalise_vectors = 2", "prune.delocalise_vectors: unknown key; it is now delocalise.vectors"},
      {"[prune]\nlambda_bound = 0", "prune.lambda_bound: unknown key; it is now delocalise.lambda_bound"},
      {"[task]\nfield_rate_hz = 0", "task.field_rate_hz: found 0; allowed: a finite number > 0"},
      {"[lyapunov]\nmethod = \"finit\"", "found the text \"finit\"; allowed: \"saltation\" or \"surrogate\""},
      {"density = 0.1", "density: unknown key outside any section; did you mean network.density?"},
      {"network = 5", "network: found 5; allowed: a section [network]"},
      {"[[network]]\ndensity = 0.1", "network: found a list"},
      {"[network.density]\nx = 1", "network.density: found a table"},
      {"[network]\ndensity = 0.1\ndensity = 0.2", "c.toml:3:"},
      {"[network]\ndensity = 0.1\n[network]\ngain = 1", "c.toml:3:"},
      {"[network]\ndensity = 1979-05-27", "found a date or time"},
      {"a = " + deep, "c.toml:1:"},
      {"a = " + open + std::string(300, ']'), "c.toml:1:"},
      {dotted + " = 1", "dotted parts; allowed: section.key"},
      {"[" + dotted + "]", "dotted parts"},
      {"x = { " + quoted + " = 1 }", "dotted parts"},
      {"[study]\nmethods = [\"lnp\", \"magic\"]",
       "study.methods: found the text \"magic\"; allowed: a list of one or more, each \"lnp\", \"random\""},
      {"[study]\nmode = \"operating_point\"", "operating_point.axes: found an empty list"},
      {"[operating_point]\naxes = [\"network.gain\"]", "operating_point.axes: found \"network.gain\"; allowed: "},
      {"[operating_point]\naxes = [\"network.gian = [1]\"]", "did you mean network.gain?"},
      {"[network]\nneurons = 10\n[run]\nprobe = [10]",
       "run.probe: found neuron 10; allowed: below network.neurons = 10"},
      {"[network]\norientation = \"target_source\"", "network.orientation: has no effect without network.file"},
      {"[neuron]\ntau_m_ms = \"file:tau.npy\"", "neuron.tau_m_ms: found \"file:"},
      {"[network]\nfile = \"a\\u0000b\"", "network.file: found a text with a NUL character"},
  };
  for (const Case& c : cases)
    EXPECT_NE(refusal(c.text).find(c.expected), std::string::npos)
        << "  text: " << c.text.substr(0, 100) << "\n  said: " << refusal(c.text) << "\n  expected: " << c.expected;
}

TEST(Config, ADelayDistributionWithAMeanOfOneStepIsFine) {
  for (const char* delay : {"gamma(2, 0.05)", "lognormal(-2.3, 0.2)", "normal(0.1, 1)", "uniform(0.1, 0.2)", "0.1"})
    EXPECT_EQ(set_refusal(std::string("network.delay_ms=") + delay), "(accepted)") << delay;
}

TEST(Config, TheReferenceSaysWhatEachLyapunovMethodIs) {
  const std::string reference = config_reference();
  const std::size_t at = reference.find("saltation: ");
  ASSERT_NE(at, std::string::npos);
  const std::string line = reference.substr(at, reference.find('\n', at) - at);
  for (const std::string_view name : words_of(LyapunovMethod{}))
    EXPECT_NE(line.find(std::string(name) + ": "), std::string::npos) << line;
}

TEST(Config, UnreadableFilesAreRefused) {
  test::TemporaryFolder folder;
  const auto said = [&](const std::string& path) {
    Config config;
    try {
      read_config(config, path);
    } catch (const ConfigError& error) {
      EXPECT_EQ(static_cast<int>(error.code()), 3);
      return std::string(error.what());
    }
    return std::string("(accepted)");
  };
  EXPECT_NE(said(folder.path()).find("is a folder"), std::string::npos);
  EXPECT_NE(said(folder.file("none")).find("No such file"), std::string::npos);
  EXPECT_NE(said("/dev/zero").find("is not a plain file"), std::string::npos);
  test::write_raw(folder.file("huge"), std::string(kMaxConfigBytes + 1, '#'));
  EXPECT_NE(said(folder.file("huge")).find("found 1048577 bytes; allowed: up to 1048576"), std::string::npos);
}

TEST(Config, ManyLinesAndLongPlainListsAreFine) {
  std::string list = "[task]\nlambdas = [0.5";
  for (int i = 0; i < 1000; ++i) list += ", 0.25";
  EXPECT_EQ(refusal(list + "]\n# a comment. with. many. dots. . . . . . . . . . . . . . . . . . . .\n"), "(accepted)");
}

TEST(Config, SetOverridesFilesInOrder) {
  Config config;
  read_config_text(config, "[network]\ngain = 0.5\nneurons = 50\n", "c.toml");
  set_config(config, "network.gain=0.25");
  set_config(config, "network.gain = 0.75");
  set_config(config, "network.topology=random");      // a bare word
  set_config(config, "neuron.tau_m_ms=gamma(3, 5)");  // a bare distribution
  set_config(config, "study.methods=[dense, lnp]");   // a list of bare words
  set_config(config, "study.densities=0.5");          // one value is a list of one
  set_config(config, "run.device=\"cpu\"");
  finish_config(config);
  EXPECT_EQ(config.network.gain, 0.75);
  EXPECT_EQ(config.network.neurons, 50u);
  EXPECT_EQ(config.network.topology, Topology::random);
  EXPECT_EQ(config.network.tau_m_ms[0].a, 3.0);
  EXPECT_EQ(config.study.methods, (std::vector<PruneMethod>{PruneMethod::dense, PruneMethod::lnp}));
  EXPECT_EQ(config.study.densities, std::vector<double>{0.5});
  EXPECT_EQ(config.simulation.device, Device::cpu);
}

// Numbers that arithmetic finds hard, for every kind of key: refused by name, or taken as what they are.
TEST(Config, HardNumbersAreRefusedOrExact) {
  const std::pair<std::string, std::string> cases[] = {
      {"[run]\nduration_ms = nan", "run.duration_ms: found nan"},
      {"[run]\nduration_ms = inf", "run.duration_ms: found inf"},
      {"[run]\nduration_ms = 1e400", "run.duration_ms"},
      {"[run]\nduration_ms = -1e-320", "run.duration_ms: found -"},
      {"[run]\nseed = 4294967296", "run.seed: found 4294967296"},
      {"[run]\nseed = 1e300", "run.seed: found 1e+300"},
      {"[run]\nseed = 0x8000000000000000", "c.toml:2:"},
      {"[run]\nseed = -9223372036854775808", "run.seed: found -9223372036854775808"},
      {"[run]\nseed = 010", "c.toml:2:"},
      {"[run]\nseed = 1\nseed = 2", "c.toml:3:"},
      {"[run]\nseed = 1\n[run]\nthreads = 2", "c.toml:3:"},
      {"run.seed = 1\n[run]\nseed = 2", "c.toml:2:"},
      {"[run]\nseed = 1_000", "(accepted)"},
      {"[run]\nseed = 1e3", "(accepted)"},
      {"[network]\nstep_ms = -0.0", "network.step_ms: found -0"},
      {"[neuron]\ntau_m_ms = 1e-320", "neuron.tau_m_ms: found 1e-320"},
      {"[neuron]\ntau_m_ms = 10\ntau_syn_exc_ms = 10", "(accepted)"},  // the singular case has its own formula
      {"[neuron]\ntau_m_ms = -0.0", "neuron.tau_m_ms: found -0"},
      {"[drive]\nnoise_sigma = -0.0", "(accepted)"},
      {"[network]\ngain = 5e-324", "(accepted)"},
      {"[network]\nneurons = " + std::string(5000, '9'), "network.neurons"},
      {"[network]\ngain = 0." + std::string(5000, '0') + "1", "network.gain"},
      {"[study]\ndensities = " + std::string(5000, '[') + std::string(5000, ']'), "c.toml:2:"},
      {"[study]\ndensities = [" + std::string(5000, '{'), "c.toml:2:"},
  };
  for (const auto& [text, expected] : cases)
    EXPECT_NE(refusal(text).find(expected), std::string::npos) << text.substr(0, 80) << " -> " << refusal(text);
}

TEST(Config, BadOverridesNameTheKey) {
  const std::pair<std::string, std::string> cases[] = {
      {"network.gain", "there is no '='"},
      {"network.gian=1", "--set network.gian: unknown key; did you mean network.gain?"},
      {"gain=1", "did you mean network.gain?"},
      {"=1", "unknown key"},
      {"lyapunov.finite_size=1", "--set lyapunov.finite_size: unknown key; it was withdrawn: "},
      {"search.axes=[]", "--set search.axes: unknown key; it is now operating_point.axes"},
      {"lyapunov.method=finite", "--set lyapunov.method: found the text \"finite\", which was withdrawn: "},
      {"network.gain=", "--set network.gain: found the text \"\"; allowed: a finite number >= 0"},
      {"network.gain=fast", "found the text \"fast\"; allowed"},
      {"network.gain=nan", "found nan; allowed"},
      {"network.gain=1e400", "--set network.gain: found"},
      {"network.neurons=99999999999999999999", "--set network.neurons: found"},
      {"network.gain=1\n[run]\nseed=2", "found a value with line breaks"},
      {"network.gain=\xFF", "found a value with line breaks or bytes that are not UTF-8"},
      {"network.gain={a=1}", "found a table"},
      {"prune.density=1.5", "--set prune.density: found 1.5; allowed: a number in (0, 1]"},
      {"study.methods=[dense,]", "--set study.methods: found the text"},
      {"study.methods=" + std::string(20000, '['), "--set study.methods: found"},
  };
  for (const auto& [assignment, expected] : cases)
    EXPECT_NE(set_refusal(assignment).find(expected), std::string::npos)
        << assignment.substr(0, 80) << " -> " << set_refusal(assignment);
}

TEST(Config, TheResolvedFileReadsBackExactly) {
  Config config;
  const char* assignments[] = {"network.gain=0.1",
                               "network.density=0.30000000000000004",
                               "task.dt=1e-300",
                               "network.weight=normal(0.1, 0.2)",
                               "neuron.tau_m_ms=[\"gamma(3, 6.67)\"]",
                               "neuron.e_l=-65",
                               "run.probe=[1, 2, 3]",
                               "task.system=\"a \\\"quoted\\\" \\u00e9\\t\"",
                               "task.lambdas=[0, 1e-7]",
                               "run.seed=4294967295",
                               "operating_point.axes=[\"network.gain = [1, 2]\"]"};
  for (const char* assignment : assignments) set_config(config, assignment);
  finish_config(config);
  const std::string resolved = resolved_config(config);
  Config again;
  read_config_text(again, resolved, "config.resolved.toml");
  finish_config(again);
  EXPECT_EQ(resolved_config(again), resolved);
  EXPECT_EQ(again.network.density, config.network.density);
  EXPECT_EQ(again.task.dt, config.task.dt);
  EXPECT_EQ(again.task.system, config.task.system);
  EXPECT_EQ(again.network.weight.b, config.network.weight.b);
  EXPECT_EQ(again.simulation.seed, config.simulation.seed);

  Config loaded;
  set_config(loaded, "network.file=some/network.npz");
  finish_config(loaded);
  Config loaded_again;
  read_config_text(loaded_again, resolved_config(loaded), "config.resolved.toml");
  finish_config(loaded_again);
  EXPECT_EQ(loaded_again.network_file, loaded.network_file);
  EXPECT_EQ(resolved_config(loaded_again), resolved_config(loaded));
}

TEST(Config, EveryKeyIsInTheReferenceAndTheResolvedFile) {
  const std::string reference = config_reference();
  Config config;
  const std::string resolved = resolved_config(config);
  for (const char* key : {"seed", "density", "tau_m_ms", "noise_sigma", "surrogate_gain", "kept_weight", "trace_tau_ms",
                          "densities", "axes"}) {
    EXPECT_NE(reference.find(std::string("  ") + key + " = "), std::string::npos) << key;
    EXPECT_NE(resolved.find(std::string("\n") + key + " = "), std::string::npos) << key;
  }
}

TEST(Config, AnyTruncationOfAGoodFileIsAcceptedOrRefusedWithAMessage) {
  Config config;
  const std::string text = resolved_config(config);
  for (std::size_t size = 0; size < text.size(); size += 3) {
    Config other;
    try {
      read_config_text(other, text.substr(0, size), "c.toml");
    } catch (const ConfigError& error) {
      EXPECT_EQ(std::string(error.what()).rfind("c.toml", 0), 0u) << error.what();
    }
  }
}

TEST(Config, AnyChangedByteIsAcceptedOrRefusedOnOneLine) {
  Config config;
  const std::string text = resolved_config(config);
  std::uint32_t random = 1;
  for (int i = 0; i < 1500; ++i) {
    std::string changed = text;
    for (int k = 0; k < 3; ++k) {
      random = random * 1664525u + 1013904223u;
      changed[(random >> 8) % changed.size()] = "\n\"'[]{}=.,#0e-\\\x80 a"[random % 18];
    }
    const std::string said = refusal(changed);
    EXPECT_FALSE(said.empty());
  }
}

TEST(Config, ACsvSeriesHasItsKeys) {
  Config config;
  read_config_text(config,
                   "[task]\nsystem = \"csv\"\nfile = \"wind.csv\"\ncolumns = [\"speed\", 3]\nheader = \"yes\"\n", "c");
  finish_config(config);

  EXPECT_EQ(config.task.columns, (std::vector<std::string>{"speed", "3"}));
  EXPECT_EQ(config.task.header, CsvHeader::yes);
  EXPECT_EQ(config.task.file, std::filesystem::current_path().string() + "/wind.csv");
  EXPECT_NE(set_refusal("task.columns=[-1]").find("a column's name, or its number from 0"), std::string::npos);
  EXPECT_NE(set_refusal("task.header=maybe").find("\"auto\""), std::string::npos);
}

TEST(Config, AnImageSetHasItsKeys) {
  Config config;
  read_config_text(config,
                   "[task]\nsystem = \"mnist\"\nfolder = \"data/mnist\"\nimage_train = 500\nimage_weight = 2\n"
                   "lambdas = [0.5]\n",
                   "c");
  finish_config(config);
  const ClassificationOptions images = config.task.classification();

  EXPECT_TRUE(config.task.is_classification());
  EXPECT_FALSE(Config().task.is_classification());
  EXPECT_EQ(images.system, "mnist");
  EXPECT_EQ(images.folder, std::filesystem::current_path().string() + "/data/mnist");
  EXPECT_EQ(images.train, 500u);
  EXPECT_EQ(images.weight, 2);
  EXPECT_EQ(images.lambdas, (std::vector<double>{0.5}));
  EXPECT_NE(set_refusal("task.image_density=2").find("a number in (0, 1]"), std::string::npos);
}

TEST(Config, TheCommittedConfigurationsAreValid) {
  std::size_t read = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(SPRIG_SOURCE_DIR "/configs")) {
    if (entry.path().extension() != ".toml") continue;
    const std::string name = entry.path().string();
    Config config;
    ASSERT_NO_THROW(read_config(config, name)) << name;
    EXPECT_NO_THROW(finish_config(config)) << name;
    for (const std::string& variant : config.study.variants) {
      Config varied;
      EXPECT_NO_THROW(varied = with_settings(config, named_settings(variant, "study.variants"), "study.variants"));
      EXPECT_NO_THROW(finish_config(varied)) << name << ": " << variant;
    }
    ++read;
  }
  EXPECT_GE(read, 25u);
}

TEST(SearchAxis, GivesOneAssignmentAValue) {
  EXPECT_EQ(axis_assignments("network.gain = [0.1, 2]"),
            (std::vector<std::string>{"network.gain=0.1", "network.gain=2"}));
  EXPECT_EQ(axis_assignments("network.topology=[random, small_world]"),
            (std::vector<std::string>{"network.topology=\"random\"", "network.topology=\"small_world\""}));
  EXPECT_EQ(axis_assignments("neuron.tau_m_ms = [\"gamma(3, 5)\"]"),
            (std::vector<std::string>{"neuron.tau_m_ms=\"gamma(3, 5)\""}));
  EXPECT_THROW(axis_assignments("network.gain = 1"), ConfigError);
  EXPECT_THROW(axis_assignments("network.gain = [[1]]"), ConfigError);
}

TEST(NearestSpelling, IsTheSmallestEditDistance) {
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("same", "same"), 0u);
  EXPECT_EQ(nearest_spelling("prnue", {"prune", "run", "plan"}), "prune");
  EXPECT_EQ(nearest_spelling("zzzz", {"prune", "run"}), "");
}

}  // namespace
}  // namespace sprig
