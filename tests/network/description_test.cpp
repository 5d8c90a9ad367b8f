// The standard networks in words are the built-in ones, bit for bit.
#include <gtest/gtest.h>

#include "sprig/network/projection_draws.hpp"
#include "sprig/network/standard_networks.hpp"
#include "tests/network/description_support.hpp"

namespace sprig::test {
namespace {

// Row: target, column: source; as Potjans & Diesmann's table 5 has it.
constexpr const char* kProbability[8][8] = {
    {"0.1009", "0.1689", "0.0437", "0.0818", "0.0323", "0.0", "0.0076", "0.0"},
    {"0.1346", "0.1371", "0.0316", "0.0515", "0.0755", "0.0", "0.0042", "0.0"},
    {"0.0077", "0.0059", "0.0497", "0.135", "0.0067", "0.0003", "0.0453", "0.0"},
    {"0.0691", "0.0029", "0.0794", "0.1597", "0.0033", "0.0", "0.1057", "0.0"},
    {"0.1004", "0.0622", "0.0505", "0.0057", "0.0831", "0.3726", "0.0204", "0.0"},
    {"0.0548", "0.0269", "0.0257", "0.0022", "0.06", "0.3158", "0.0086", "0.0"},
    {"0.0156", "0.0066", "0.0211", "0.0166", "0.0572", "0.0197", "0.0396", "0.2252"},
    {"0.0364", "0.001", "0.0034", "0.0005", "0.0277", "0.008", "0.0658", "0.1443"},
};

NetworkDescription described_microcircuit(double size) {
  NetworkDescription description;
  description.defaults.tau_m_ms = {{Kind::constant, 10, 0}};
  NeuronDefaults& neuron = description.defaults.neuron;
  neuron.e_l = neuron.v_reset = -65;
  neuron.v_th = -50;
  neuron.t_ref_ms = 2;
  neuron.tau_syn_exc_ms = neuron.tau_syn_inh_ms = 0.5;
  for (const MicrocircuitPopulation& p : kMicrocircuit) {
    description.populations.push_back(
        population(p.name, static_cast<std::uint32_t>(std::max(1.0, std::round(size * p.neurons)))));
    description.populations.back().c_m_pf = values_of(250);
    description.populations.back().v_initial_mv = values_of({Kind::normal, p.v_mean, p.v_sd});
  }
  for (std::size_t target = 0; target < 8; ++target)
    for (std::size_t source = 0; source < 8; ++source) {
      const bool inhibitory = source % 2 == 1;
      double weight = inhibitory ? -4 * 87.8085 : 87.8085;
      if (source == 2 && target == 0) weight *= 2;
      ProjectionSpec p =
          projection_spec({kMicrocircuit[source].name}, {kMicrocircuit[target].name},
                          (std::string("total_of_probability(") + kProbability[target][source] + ")").c_str(),
                          {Kind::normal, weight, 0.1 * std::abs(weight)});
      p.delay_ms = inhibitory ? Distribution{Kind::normal, 0.75, 0.375} : Distribution{Kind::normal, 1.5, 0.75};
      description.projections.push_back(p);
    }
  return description;
}

NetworkDescription described_vogels(std::uint64_t synapses) {
  const std::uint32_t n = throughput_vogels_neurons(synapses), excitatory = static_cast<std::uint32_t>(0.8 * n);
  const double scale = 4000.0 / n * (4000.0 / n);
  NetworkDescription description =
      described({population("exc", excitatory), population("inh", n - excitatory)},
                {projection_spec({"exc"}, {"exc", "inh"}, "bernoulli(0.02)", {Kind::constant, scale * 0.4 * 55, 0}),
                 projection_spec({"inh"}, {"exc", "inh"}, "bernoulli(0.02)", {Kind::constant, scale * 5.1 * -25, 0})});
  for (PopulationSpec& p : description.populations) p.v_initial_mv = values_of({Kind::uniform, -60, -50});
  NetworkSpec& defaults = description.defaults;
  defaults.tau_m_ms = {{Kind::constant, 20, 0}};
  defaults.neuron.e_l = defaults.neuron.v_reset = -60;
  defaults.neuron.v_th = -50;
  defaults.neuron.t_ref_ms = 5;
  defaults.neuron.tau_syn_exc_ms = 5;
  defaults.neuron.tau_syn_inh_ms = 10;
  defaults.neuron.i_dc = 20;
  defaults.kind.receptors = 2;
  for (ProjectionSpec& p : description.projections) p.delay_ms = {Kind::constant, 0.8, 0};
  return description;
}

TEST(Description, OfTheMicrocircuitIsTheMicrocircuit) {
  for (const std::uint32_t seed : {1u, 7u}) {
    const Network built_in = realise(microcircuit(Background::poisson, seed, 0.01).procedural);
    const NetworkDescription description = described_microcircuit(0.01);
    EXPECT_TRUE(is_procedural(description));
    EXPECT_EQ(network_hash(realised(description, seed)), network_hash(built_in));
    EXPECT_EQ(forecast(description).synapses, static_cast<double>(built_in.recurrent.synapses()));
  }
}

TEST(Description, OfTheMicrocircuitInFullHasItsDraws) {
  const StandardNetwork built_in = microcircuit(Background::poisson, 3, 1);
  const BuiltNetwork built = build_network(described_microcircuit(1), 3);
  const auto& procedural = std::get<ProceduralNetwork>(built);
  EXPECT_EQ(network_hash(procedural.network), network_hash(built_in.procedural.network));
  EXPECT_EQ(procedural.projections.size(), 64u);
  const ProjectionTables a(procedural), b(built_in.procedural);
  EXPECT_EQ(a.quantiles, b.quantiles);
  EXPECT_EQ(a.delay_thresholds, b.delay_thresholds);
  std::uint64_t synapses = 0;
  for (std::size_t p = 0; p < 64; ++p) {
    EXPECT_EQ(a.projections[p].synapses, b.projections[p].synapses);
    EXPECT_EQ(a.projections[p].source_first, b.projections[p].source_first);
    EXPECT_EQ(a.projections[p].target_first, b.projections[p].target_first);
    EXPECT_EQ(a.projections[p].weight_table, b.projections[p].weight_table);
    synapses += a.projections[p].synapses;
  }
  EXPECT_EQ(synapses, kMicrocircuitSynapses);
}

NetworkDescription described_brunel(std::uint64_t synapses) {
  const std::uint32_t n = throughput_brunel_neurons(synapses), end = static_cast<std::uint32_t>(0.9 * n);
  const double weight = 0.1 * 20000 / n;
  NetworkDescription description =
      described({population("poisson", n / 2), population("exc", end - n / 2), population("inh", n - end)},
                {projection_spec({"poisson", "exc"}, {"exc", "inh"}, "bernoulli(0.1)", {Kind::constant, weight, 0}),
                 projection_spec({"inh"}, {"exc", "inh"}, "bernoulli(0.1)", {Kind::constant, -5 * weight, 0})});
  for (ProjectionSpec& p : description.projections) p.delay_ms = {Kind::constant, 1.5, 0};
  description.populations[0].t_ref_ms = values_of(0.0);
  description.defaults.tau_m_ms = {{Kind::constant, 20, 0}};
  description.defaults.neuron.v_th = 20;
  description.defaults.v_initial = {Kind::constant, 0, 0};
  description.defaults.kind.synapse = Synapse::delta;
  return description;
}

// Populations that follow one another make one projection of the built-in networks' ranges.
TEST(Description, OfTheThroughputNetworksIsThem) {
  const auto expect_equal = [](const NetworkDescription& description, const StandardNetwork& built_in) {
    const BuiltNetwork built = build_network(description, built_in.procedural.seed);
    const auto& procedural = std::get<ProceduralNetwork>(built);
    EXPECT_EQ(procedural.projections.size(), built_in.procedural.projections.size());
    EXPECT_EQ(network_hash(realise(procedural)), network_hash(realise(built_in.procedural)));
  };
  expect_equal(described_vogels(20000), throughput_vogels(20000, 5));
  expect_equal(described_brunel(20000), throughput_brunel(20000, 5));
}

}  // namespace
}  // namespace sprig::test
