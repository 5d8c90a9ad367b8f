// [[population]], [[projection]], [[stimulus]] and [[record]]: read strictly, set one by one, written, described.
#include <cmath>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "sprig/config/config.hpp"
#include "sprig/core/error.hpp"
#include "tests/config/refusal.hpp"

namespace sprig {
namespace {

using test::refusal;

constexpr const char* kTwoPopulations =
    "[[population]]\n"
    "name = \"E\"\nsize = 8e1\ntau_m_ms = \"gamma(3, 6.67)\"\nv_th = -50\ntau_theta_ms = inf\n"
    "[[population]]\n"
    "name = \"I\"\nsize = 20\ntau_m_ms = 10.5\ni_dc = \"file:currents.npy\"\npositions = \"grid\"\n"
    "[[projection]]\n"
    "from = \"E\"\nto = [\"E\", \"I\"]\nrule = \"bernoulli(0.1)\"\nweight = 1.62\ndelay_ms = \"normal(1.5, 0.75)\"\n"
    "stdp = { w_max = 3.5, tau_plus_ms = 17 }\n"
    "[[projection]]\n"
    "from = \"I\"\nto = \"E\"\nrule = \"edges(some/edges.csv)\"\nweight = -9\nautapses = false\nreceptor = \"inh\"\n"
    "[[stimulus]]\n"
    "to = \"E\"\nkind = \"poisson\"\nrate_hz = 2000\nweight = 0.1\nfrom_ms = 10\nuntil_ms = 500\n"
    "[[stimulus]]\n"
    "kind = \"current\"\nfile = \"drive.npy\"\n"
    "[[record]]\n"
    "name = \"few\"\nwhat = \"v\"\nof = \"E\"\nneurons = \"0:40:10\"\nevery_ms = 1\n"
    "[neuron]\ne_l = -49\nv_reset = -60\n"
    "[network]\nstep_ms = 0.1\n";

Config read(const std::string& text) {
  Config config;
  read_config_text(config, text, "c.toml");
  finish_config(config);
  return config;
}

TEST(Tables, ValuesReachTheirFields) {
  const Config config = read(kTwoPopulations);
  const NetworkDescription& network = config.description;

  ASSERT_EQ(network.populations.size(), 2u);
  const PopulationSpec &e = network.populations[0], &i = network.populations[1];
  EXPECT_EQ(e.name, "E");
  EXPECT_EQ(e.size, 80u);  // whole, though written as a number with an exponent
  EXPECT_EQ(e.tau_m_ms->law.kind, Distribution::Kind::gamma);
  EXPECT_EQ(e.tau_m_ms->law.b, 6.67);
  EXPECT_EQ(e.v_th->law.a, -50);
  EXPECT_TRUE(std::isinf(e.tau_theta_ms->law.a));
  EXPECT_FALSE(e.e_l.has_value());
  EXPECT_EQ(i.tau_m_ms->law.a, 10.5);
  EXPECT_EQ(i.i_dc->file, std::filesystem::current_path().string() + "/currents.npy");
  EXPECT_EQ(i.positions, Positions::grid);
  EXPECT_EQ(network.defaults.neuron.e_l, -49);

  ASSERT_EQ(network.projections.size(), 2u);
  const ProjectionSpec &first = network.projections[0], &second = network.projections[1];
  EXPECT_EQ(first.from, std::vector<std::string>{"E"});
  EXPECT_EQ(first.to, (std::vector<std::string>{"E", "I"}));
  EXPECT_EQ(first.rule.kind, ConnectionRule::Kind::bernoulli);
  EXPECT_EQ(first.rule.a, 0.1);
  EXPECT_EQ(first.weight.a, 1.62);
  EXPECT_EQ(first.delay_ms.b, 0.75);
  EXPECT_EQ(first.stdp.w_max, 3.5);
  EXPECT_EQ(first.stdp.tau_plus_ms, 17);
  EXPECT_EQ(first.stdp.tau_minus_ms, StdpSpec{}.tau_minus_ms);
  EXPECT_EQ(second.rule.file, std::filesystem::current_path().string() + "/some/edges.csv");
  EXPECT_FALSE(second.autapses);
  EXPECT_EQ(second.receptor, ReceptorName::inh);

  ASSERT_EQ(config.stimuli.size(), 2u);
  EXPECT_EQ(config.stimuli[0].rate_hz, 2000);
  EXPECT_EQ(config.stimuli[0].until_ms, 500);
  EXPECT_TRUE(std::isinf(config.stimuli[1].until_ms));
  EXPECT_EQ(config.stimuli[1].kind, StimulusKind::current);
  EXPECT_EQ(config.stimuli[1].file, std::filesystem::current_path().string() + "/drive.npy");
  ASSERT_EQ(config.records.size(), 1u);
  EXPECT_EQ(config.records[0].what, RecordedQuantity::v);
  EXPECT_EQ(config.records[0].neurons, "0:40:10");
}

TEST(Tables, TheResolvedFileReadsBackExactly) {
  const Config config = read(kTwoPopulations);
  const std::string resolved = resolved_config(config);
  Config again;
  read_config_text(again, resolved, "config.resolved.toml");
  finish_config(again);

  EXPECT_EQ(resolved_config(again), resolved);
  EXPECT_EQ(again.description.populations[0].size, 80u);
  EXPECT_EQ(again.description.populations[0].tau_m_ms->law.a, 3);
  EXPECT_EQ(again.description.populations[1].i_dc->file, config.description.populations[1].i_dc->file);
  EXPECT_EQ(again.description.projections[0].stdp.w_max, 3.5);
  EXPECT_EQ(again.description.projections[1].rule.file, config.description.projections[1].rule.file);
  EXPECT_EQ(again.stimuli[0].until_ms, 500);
  EXPECT_EQ(again.records[0].of, config.records[0].of);
  EXPECT_EQ(resolved.find("topology"), std::string::npos);  // of another network
}

TEST(Tables, OneKeyIsSetByNameOrByNumber) {
  Config config;
  read_config_text(config, kTwoPopulations, "c.toml");
  set_config(config, "population.E.size=100");
  set_config(config, "population.1.size=25");
  set_config(config, "population.E.tau_m_ms=gamma(3, 5)");  // a bare law
  set_config(config, "projection.0.weight=0.2");
  set_config(config, "projection.0.to=[E]");
  set_config(config, "projection.0.stdp.w_max=1");
  set_config(config, "projection.1.rule=fixed_in_degree(1e1)");
  set_config(config, "stimulus.0.rate_hz=9000");
  set_config(config, "record.few.every_ms=2");
  finish_config(config);

  EXPECT_EQ(config.description.populations[0].size, 100u);
  EXPECT_EQ(config.description.populations[1].size, 25u);
  EXPECT_EQ(config.description.populations[0].tau_m_ms->law.b, 5);
  EXPECT_EQ(config.description.projections[0].weight.a, 0.2);
  EXPECT_EQ(config.description.projections[0].to, std::vector<std::string>{"E"});
  EXPECT_EQ(config.description.projections[0].stdp.w_max, 1);
  EXPECT_EQ(config.description.projections[0].stdp.tau_plus_ms, 17);
  EXPECT_EQ(config.description.projections[1].rule.a, 10);
  EXPECT_EQ(config.stimuli[0].rate_hz, 9000);
  EXPECT_EQ(config.records[0].every_ms, 2);
}

TEST(Tables, ANameWithADotIsFoundAsAWhole) {
  Config config;
  read_config_text(config, "[[population]]\nname = \"L2\"\nsize = 1\n[[population]]\nname = \"L2.E\"\nsize = 1\n", "c");
  set_config(config, "population.L2.E.size=7");
  EXPECT_EQ(config.description.populations[1].size, 7u);
}

TEST(Tables, VariantsAndAxesMayNameTheirKeys) {
  const Config config = read(kTwoPopulations);
  const Config varied = with_settings(
      config, named_settings("weak: projection.0.weight=0.5; population.E.size=40", "study.variants"), "k");
  EXPECT_EQ(varied.description.projections[0].weight.a, 0.5);
  EXPECT_EQ(varied.description.populations[0].size, 40u);
  EXPECT_EQ(axis_assignments("projection.0.weight = [1, 2]"),
            (std::vector<std::string>{"projection.0.weight=1", "projection.0.weight=2"}));
  EXPECT_THROW(axis_assignments("projection.0.weigth = [1, 2]"), ConfigError);
}

TEST(Tables, MistakesAreNamedWithTheirPlace) {
  struct Case {
    std::string text, expected;
  };
  const std::string one = "[[population]]\nname = \"E\"\nsize = 10\n";
  const Case cases[] = {
      {"[[population]]\nname = \"E\"\nsiz = 10", "c.toml:3:1: population.E.siz: unknown key; did you mean size?"},
      {"[[population]]\nname = \"E\"\nneurons = 10", "population.E.neurons: unknown key; did you mean size?"},
      {"[[population]]\nname = \"E\"\nmodel = \"adex\"", "population.E.model: unknown key; there is one neuron"},
      {"[[population]]\nname = \"E\"\nwhatever_it_is = 1", "unknown key; allowed: name, size, tau_m_ms, resistance"},
      {"[[population]]\nname = \"E\"\nsize = 0.5",
       "c.toml:3:8: population.E.size: found 0.5; allowed: a whole number from 1 to 2147483647"},
      {"[[population]]\nname = \"E\"\nsize = 1e10", "population.E.size: found 10000000000; allowed: a whole number"},
      {"[[population]]\nname = \"E\"\nsize = nan", "population.E.size: found nan"},
      {one + "tau_m_ms = nan", "c.toml:4:12: population.E.tau_m_ms: found nan; allowed: a number > 0"},
      {one + "tau_m_ms = \"gama(3, 4)\"", "found the text \"gama(3, 4)\"; allowed: a number > 0"},
      {one + "tau_m_ms = \"file:\"", "population.E.tau_m_ms: found the text \"file:\""},
      {one + "tau_m_ms = [1, 2]", "population.E.tau_m_ms: found a list"},
      {one + "tau_m_ms = { a = 1 }", "population.E.tau_m_ms: found a table"},
      {one + "positions = \"sphere\"", "allowed: \"none\", \"ring\", \"grid\" or \"plane\""},
      {"[[population]]\nsize = 10", "population.0.name: found \"\"; allowed: a name of its own"},
      {"[[population]]\nname = \"E\"", "population.E.size: found 0; allowed: a whole number from 1"},
      {one + one, "population.1.name: found \"E\", the name of population 0; allowed: a name of its own"},
      {"[population]\nname = \"E\"", "c.toml:1:1: population: found a table; allowed: [[population]], once for each"},
      {"population = 5", "population: found 5; allowed: [[population]]"},
      {"population = [5]", "c.toml:1:15: population.0: found 5; allowed: a table [[population]]"},
      {"[[populations]]\nname = \"E\"", "populations: unknown section; did you mean [[population]]?"},
      {"[[synapses]]\nfrom = \"E\"", "synapses: unknown section; did you mean [[projection]]?"},
      {"[[projection]]\nfrom = \"E\"\nto = \"E\"", "projection: needs [[population]] tables, which it connects"},
      {one + "[[projection]]\nfrom = \"E\"\nto = \"EE\"",
       "projection.0.to: found \"EE\", which names no [[population]]; did you mean \"E\"?"},
      {one + "[[projection]]\nto = \"E\"", "projection.0.from: found an empty list; allowed: a list of one or more"},
      {one + "[[projection]]\nfrom = \"E\"\nto = \"E\"\nrule = \"bernouli(0.1)\"",
       "c.toml:7:8: projection.0.rule: found the text \"bernouli(0.1)\"; allowed: \"all_to_all\""},
      {one + "[[projection]]\nfrom = \"E\"\nto = \"E\"\nrule = \"bernoulli(1.5)\"", "projection.0.rule: found"},
      {one + "[[projection]]\nfrom = \"E\"\nto = \"E\"\nstdp = { wmax = 1 }",
       "c.toml:7:10: projection.0.stdp.wmax: unknown key; did you mean stdp.w_max?"},
      {one + "[[projection]]\nfrom = \"E\"\nto = \"E\"\nstdp = 5", "projection.0.stdp: unknown key"},
      {one + "[[projection]]\nsource = \"E\"", "projection.0.source: unknown key; did you mean from?"},
      {one + "[[stimulus]]\nrate = 5", "stimulus.0.rate: unknown key; did you mean rate_hz?"},
      {one + "[[stimulus]]\nto = \"X\"", "stimulus.0.to: found \"X\", which names no [[population]]"},
      {one + "[[stimulus]]\nuntil_ms = 0", "c.toml:5:12: stimulus.0.until_ms: found 0; allowed: a finite number > 0"},
      {one + "[[stimulus]]\nfrom_ms = inf", "stimulus.0.from_ms: found inf"},
      {one + "[[record]]\nof = \"X\"", "record.0.of: found \"X\", which names no [[population]]"},
      {one + "[[record]]\nwhat = \"voltage\"", "record.0.what: found the text \"voltage\"; allowed: \"spikes\""},
      {one + "[network]\ndensity = 0.5", "network.density: describes another network than [[population]] does"},
      {one + "[network]\nfile = \"x.npz\"", "network.file: loads a network, and [[population]] describes another"},
      {one + "[run]\nprobe = [10]", "run.probe: found neuron 10; allowed: below 10"},
  };
  for (const Case& c : cases)
    EXPECT_NE(refusal(c.text).find(c.expected), std::string::npos)
        << "  text: " << c.text << "\n  said: " << refusal(c.text) << "\n  expected: " << c.expected;
}

TEST(Tables, BadOverridesNameTheKey) {
  const std::pair<std::string, std::string> cases[] = {
      {"population.E.siz=1", "--set population.E.siz: unknown key; did you mean size?"},
      {"population.EE.size=1", "--set population.EE.size: names no [[population]]; did you mean population.E?"},
      {"population.7.size=1",
       "names no [[population]]; allowed: population.NUMBER.key from 0 to 1, or population.NAME.key of E, I"},
      {"projection.2.weight=1", "names no [[projection]]; allowed: projection.NUMBER.key from 0 to 1"},
      {"projection.-1.weight=1", "names no [[projection]]"},
      {"population.size=1", "names no [[population]]"},
      {"population=1", "names no [[population]]"},
      {"population.=1", "names no [[population]]"},
      {"population.E.=1", "--set population.E.: unknown key"},
      {"population.E.size=x", "--set population.E.size: found the text \"x\"; allowed: a whole number"},
      {"stimulus.0.rate_hz=-1", "--set stimulus.0.rate_hz: found -1"},
      {"population.E.tau_m_ms={a=1}", "found a table"},
  };
  for (const auto& [assignment, expected] : cases)
    EXPECT_NE(refusal(kTwoPopulations, assignment).find(expected), std::string::npos)
        << assignment << " -> " << refusal(kTwoPopulations, assignment);
  EXPECT_NE(refusal("[run]\nseed = 1", "record.0.what=v").find("there is no [[record]] to change"), std::string::npos);
}

TEST(Tables, AHundredThousandPopulationsAreReadAsOne) {
  std::string text = "population = [";
  for (int k = 0; k < 100000; ++k) text += "{},";
  EXPECT_NE(refusal(text + "]").find("population.0.size: found 0"), std::string::npos);
  text = "population = [";
  std::size_t count = 0;
  for (; text.size() < kMaxConfigBytes - 100; ++count) text += "{name=\"" + std::to_string(count) + "\",size=1},";
  const Config config = read(text + "]");
  EXPECT_EQ(config.description.populations.size(), count);
  EXPECT_GT(count, 40000u);
  EXPECT_NE(refusal(text + "]\nstimulus = [{to = \"x\"}]").find("stimulus.0.to: found \"x\""), std::string::npos);
}

TEST(Tables, AnyTruncationAndAnyChangedByteIsAcceptedOrRefusedOnOneLine) {
  const std::string text = kTwoPopulations;
  for (std::size_t size = 1; size < text.size(); ++size) EXPECT_FALSE(refusal(text.substr(0, size)).empty());
  std::uint32_t random = 1;
  for (int i = 0; i < 1500; ++i) {
    std::string changed = text;
    for (int k = 0; k < 3; ++k) {
      random = random * 1664525u + 1013904223u;
      changed[(random >> 8) % changed.size()] = "\n\"'[]{}=.,#0e-\\\x80 a"[random % 18];
    }
    EXPECT_FALSE(refusal(changed).empty());
  }
}

TEST(Tables, TheReferenceHasTheirKeys) {
  const std::string reference = config_reference();
  for (const char* line : {"[[population]]", "[[projection]]", "[[stimulus]]", "[[record]]", "\n  stdp.w_max = 0",
                           "\n  until_ms = inf", "\n  tau_m_ms\n", "\n  rule = \"all_to_all\""})
    EXPECT_NE(reference.find(line), std::string::npos) << line;
}

TEST(Synonyms, KeysOfOtherProgramsAreKnown) {
  const std::pair<std::string, std::string> cases[] = {
      {"dt = 0.1", "did you mean network.step_ms?"},
      {"[network]\ndt = 0.1", "did you mean network.step_ms?"},
      {"[run]\nrecord = \"v\"", "did you mean [[record]], a table of its own, or run.record_spikes?"},
      {"[run]\ngpu = true", "did you mean run.device"},
      {"[run]\nduration = 5", "did you mean run.duration_ms?"},
      {"[neuron]\nmodel = \"adex\"", "there is one neuron, leaky integrate-and-fire"},
      {"[neuron]\nV_thresh = 1", "did you mean neuron.v_th?"},
      {"[neuron]\ntau_ref = 1", "did you mean neuron.t_ref_ms?"},
      {"[network]\nN = 100", "did you mean network.neurons"},
      {"[network]\nconnection_probability = 0.1", "did you mean network.density"},
      {"[drive]\nrate = 5", "did you mean drive.poisson_rate_hz"},
      {"[prune]\nsparsity = 0.9", "did you mean prune.density, which is 1 - sparsity?"},
      {"[simulation]\ndt = 5", "unknown section; did you mean [run]?"},
  };
  for (const auto& [text, expected] : cases)
    EXPECT_NE(refusal(text).find(expected), std::string::npos) << text << " -> " << refusal(text);
}

// What a message names must be there.
TEST(Synonyms, NameKeysThatThereAre) {
  const std::string reference = config_reference();
  for (const char* text :
       {"dt = 1", "[run]\nduration = 1", "[neuron]\ntau = 1", "[neuron]\nvth_ = 1", "[neuron]\nvrest = 1",
        "[network]\nn = 1", "[network]\nk = 1", "[network]\ndelay = 1", "[neuron]\ntref = 1", "[run]\nwarmup = 1",
        "[neuron]\ntau_syn = 1", "[neuron]\ni_ext = 1", "[prune]\nsparsity = 1"}) {
    const std::string said = refusal(text), mark = "did you mean ";
    const std::size_t at = said.find(mark);
    ASSERT_NE(at, std::string::npos) << text << " -> " << said;
    const std::string key =
        said.substr(at + mark.size(), said.find_first_of("?, ", at + mark.size()) - at - mark.size());
    Config config;
    try {
      set_config(config, key + "={}");
    } catch (const ConfigError& error) {
      EXPECT_EQ(std::string(error.what()).find("unknown key"), std::string::npos) << text << " -> " << error.what();
    }
  }
}

TEST(WholeNumbers, MayBeWrittenWithAnExponent) {
  const Config config = read("[network]\nneurons = 1e3\n[run]\nprobe = [1e1, 5.0]\n");
  EXPECT_EQ(config.network.neurons, 1000u);
  EXPECT_EQ(config.run.probe, (std::vector<std::uint32_t>{10, 5}));
  for (const char* text : {"[network]\nneurons = 1.5", "[network]\nneurons = 1e300", "[network]\nneurons = -1e1",
                           "[network]\nneurons = inf", "[network]\nneurons = nan", "[run]\nweight_bits = 16.5"})
    EXPECT_NE(refusal(text).find("allowed: "), std::string::npos) << text << refusal(text);
}

}  // namespace
}  // namespace sprig
