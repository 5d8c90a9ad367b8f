// Described networks as a whole: parameters, signs, mixtures of rules, threads, what learns, forecasts.
#include <gtest/gtest.h>

#include <limits>

#include "sprig/network/projection_draws.hpp"
#include "sprig/network/sampler.hpp"
#include "tests/network/description_support.hpp"

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace sprig::test {
namespace {

// Every rule, among populations with positions, and laws of weights and delays.
NetworkDescription of_every_rule() {
  NetworkDescription description =
      described({population("A", 120, Positions::plane), population("B", 100, Positions::grid),
                 population("C", 120, Positions::plane)},
                {});
  const char* rules[] = {"bernoulli(0.1)",
                         "one_to_one",
                         "fixed_in_degree(5)",
                         "fixed_out_degree(7)",
                         "small_world(6, 0.3)",
                         "fixed_total(400)",
                         "total_of_probability(0.05)",
                         "gaussian(0.5, 0.2)",
                         "exponential(0.5, 0.1)",
                         "all_to_all",
                         "edges(list)"};
  for (const char* rule : rules) {
    const bool ring = std::string(rule).starts_with("small");
    ProjectionSpec p = projection_spec({"A"}, {ring ? "A" : "C"}, rule, {Kind::normal, 1, 0.3});
    p.delay_ms = {Kind::uniform, 0.3, 2};
    if (p.rule.kind == ConnectionRule::Kind::edges) {
      p.edges.source = {5, 3, 5, 5};
      p.edges.target = {9, 9, 2, 9};
    }
    description.projections.push_back(p);
  }
  for (const char* rule : {"fixed_in_degree(20)", "fixed_total(3000)"}) {
    ProjectionSpec p = projection_spec({"B", "A"}, {"B", "C"}, rule, {Kind::gamma, 2, 0.5});
    p.multapses = p.autapses = false;
    description.projections.push_back(p);
  }
  return description;
}

struct FullSynapse {
  std::uint32_t source, target;
  float weight;
  std::uint16_t delay;
  auto operator<=>(const FullSynapse&) const = default;
};
std::vector<FullSynapse> synapses_of(const Csr& csr) {
  std::vector<FullSynapse> all;
  for (std::uint32_t s = 0; s < csr.rows; ++s)
    for (std::uint64_t k = csr.offsets[s]; k < csr.offsets[s + 1]; ++k)
      all.push_back({s, csr.targets[k], csr.weights[k], csr.delay(k)});
  return all;
}

// Projection `kept` alone: those before it draw nothing, those behind it are gone.
NetworkDescription alone(NetworkDescription description, std::size_t kept) {
  for (std::size_t p = 0; p < kept; ++p) description.projections[p].rule = *read_rule("fixed_total(0)");
  description.projections.resize(kept + 1);
  return description;
}

TEST(DescribedMixtures, HaveTheSynapsesOfEachProjectionAloneInTheirOrder) {
  const NetworkDescription description = of_every_rule();
  ASSERT_FALSE(is_procedural(description));
  std::vector<FullSynapse> expected;
  for (std::size_t p = 0; p < description.projections.size(); ++p) {
    const std::vector<FullSynapse> own = synapses_of(realised(alone(description, p)).recurrent);
    EXPECT_FALSE(own.empty());
    expected.insert(expected.end(), own.begin(), own.end());
  }
  std::stable_sort(expected.begin(), expected.end(), [](const FullSynapse& a, const FullSynapse& b) {
    return std::tie(a.source, a.target) < std::tie(b.source, b.target);
  });
  const Network network = realised(description);
  EXPECT_EQ(synapses_of(network.recurrent), expected);
  validate(network);
}

TEST(DescribedMixtures, LeaveProceduralProjectionsTheirBits) {
  NetworkDescription description =
      described({population("E", 80), population("I", 20)},
                {projection_spec({"E"}, {"E", "I"}, "bernoulli(0.2)"),
                 projection_spec({"I"}, {"E"}, "fixed_in_degree(4)", {Kind::constant, -3, 0})});
  ASSERT_TRUE(is_procedural(description));
  const std::vector<FullSynapse> drawn = synapses_of(realised(description).recurrent);
  ProjectionSpec stored = projection_spec({"I"}, {"I"}, "one_to_one", {Kind::constant, -100, 0});
  description.projections.push_back(stored);
  std::vector<FullSynapse> mixed = synapses_of(realised(description).recurrent);
  std::erase_if(mixed, [](const FullSynapse& s) { return s.weight == -100; });
  EXPECT_EQ(mixed, drawn);
}

TEST(DescribedNetworks, HaveTheSameBitsOnAnyNumberOfThreads) {
#if defined(_OPENMP)
  const int before = omp_get_max_threads();
  const NetworkDescription description = of_every_rule();
  omp_set_num_threads(1);
  const std::uint64_t one = network_hash(realised(description));
  for (const int threads : {2, 3, 4, 7}) {
    omp_set_num_threads(threads);
    EXPECT_EQ(network_hash(realised(description)), one) << threads << " threads";
  }
  omp_set_num_threads(before);
#else
  GTEST_SKIP() << "built without OpenMP: there is one thread";
#endif
}

TEST(DescribedNetworks, AreOthersForAnotherSeed) {
  const NetworkDescription description = of_every_rule();
  EXPECT_EQ(network_hash(realised(description, 1)), network_hash(realised(description, 1)));
  EXPECT_NE(network_hash(realised(description, 1)), network_hash(realised(description, 2)));
}

TEST(DescribedNetworks, TakeFromNeuronWhatPopulationsDoNotGive) {
  NetworkDescription description = described({population("E", 30), population("I", 10)}, {});
  NetworkSpec& defaults = description.defaults;
  defaults.neuron.e_l = -70;
  defaults.neuron.v_th = -50;
  defaults.neuron.v_reset = -65;
  defaults.neuron.i_dc = 3;
  description.populations[1].v_th = values_of(-45);
  const Network network = realised(description, 9);
  const Sampler tau_m("", kDefaultTauM, kAnything, 0), start("", defaults.v_initial, kAnything);
  for (std::uint32_t i = 0; i < 40; ++i) {
    const double v_th = i < 30 ? -50 : -45;
    EXPECT_EQ(network.neurons.v_th[i], v_th);
    EXPECT_EQ(network.neurons.i_dc[i], 3);
    EXPECT_EQ(network.neurons.tau_m_ms[i], std::max(1.0, tau_m.value(9, Stream::tau_membrane, i)));
    EXPECT_EQ(network.neurons.v_initial[i], -70 + (v_th + 70) * start.value(9, Stream::initial_potential, i));
  }
  // Without structure, the same neurons as the builder of [network] makes.
  NetworkSpec spec = defaults;
  spec.neurons = 40;
  description.populations[1].v_th.reset();
  const Network built = build_network(spec, 9), again = realised(description, 9);
  for (const NeuronField& field : kNeuronFields) EXPECT_EQ(built.neurons.*field.values, again.neurons.*field.values);
}

TEST(DescribedNetworks, DrawParametersOfTheirLawsIndependently) {
  NetworkDescription description = described({population("E", 4000)}, {});
  PopulationSpec& spec = description.populations[0];
  const Distribution unit{Kind::uniform, 2, 3};
  spec.e_l = spec.v_th = spec.t_ref_ms = spec.tau_syn_exc_ms = spec.tau_syn_inh_ms = spec.i_dc = spec.theta_plus =
      spec.tau_theta_ms = spec.c_m_pf = spec.v_initial_mv = spec.tau_m_ms = values_of(unit);
  spec.v_reset = values_of({Kind::uniform, 1, 2});
  NeuronParameters neurons = realised(description).neurons;
  for (double& x : neurons.v_reset) x += 1;
  for (std::size_t i = 0; i < neurons.size(); ++i) neurons.resistance[i] = neurons.tau_m_ms[i] / neurons.resistance[i];
  const auto uniform = [](double x) { return std::clamp(x - 2, 0.0, 1.0); };
  for (const NeuronField& a : kNeuronFields) {
    const std::vector<double>& x = neurons.*a.values;
    EXPECT_LT(ks_distance(x, uniform), ks_critical(x.size())) << a.name;
    for (const NeuronField& b : kNeuronFields) {
      if (&a == &b) continue;
      double covariance = 0;
      for (std::size_t i = 0; i < x.size(); ++i) covariance += (x[i] - 2.5) * ((neurons.*b.values)[i] - 2.5);
      EXPECT_LT(std::abs(covariance * 12 / std::sqrt(4000.0)), 5) << a.name << " with " << b.name;
    }
  }
}

TEST(DescribedNetworks, TakeGivenValuesAsTheyAre) {
  NetworkDescription description = described({population("E", 3)}, {});
  description.populations[0].tau_m_ms = NeuronValues{{}, "", {0.5, 10, 20}};  // below neuron.tau_m_min_ms
  description.populations[0].c_m_pf = NeuronValues{{}, "c.npy", {250, 100, 200}};
  description.populations[0].tau_theta_ms = values_of(std::numeric_limits<double>::infinity());
  const Network network = realised(description);
  EXPECT_EQ(network.neurons.tau_m_ms, (std::vector<double>{0.5, 10, 20}));
  EXPECT_EQ(network.neurons.resistance, (std::vector<double>{0.5 / 250, 0.1, 0.1}));
  EXPECT_EQ(network.neurons.tau_theta_ms, std::vector<double>(3, std::numeric_limits<double>::infinity()));
}

TEST(DescribedNetworks, CallPopulationsInhibitoryByTheirWeights) {
  NetworkDescription description =
      described({population("none", 5), population("exc", 5), population("inh", 5), population("both", 5),
                 population("nought", 5)},
                {projection_spec({"exc", "both"}, {"none"}, "all_to_all", {Kind::gamma, 2, 1}),
                 projection_spec({"inh", "both"}, {"none"}, "fixed_in_degree(2)", {Kind::normal, -1, 3}),
                 projection_spec({"nought"}, {"none"}, "all_to_all", {Kind::constant, 0, 0})});
  std::vector<bool> inhibitory;
  for (const Population& p : realised(description).populations) inhibitory.push_back(p.inhibitory);
  EXPECT_EQ(inhibitory, (std::vector<bool>{false, false, true, false, false}));
}

TEST(DescribedNetworks, LearnInTheBlockOfTheProjectionThatDoes) {
  NetworkDescription description =
      described({population("P", 10), population("E", 20), population("I", 5)},
                {projection_spec({"P", "E"}, {"E"}, "bernoulli(0.5)", {Kind::constant, 0.1, 0}),
                 projection_spec({"P", "E"}, {"I"}, "bernoulli(0.5)"),
                 projection_spec({"I"}, {"E"}, "all_to_all", {Kind::constant, -1, 0})});
  description.projections[0].stdp.w_max = 0.3;
  const Network network = realised(description);
  ASSERT_TRUE(network.plasticity);
  EXPECT_EQ(network.plasticity->source_first, 0u);
  EXPECT_EQ(network.plasticity->source_count, 30u);
  EXPECT_EQ(network.plasticity->target_first, 10u);
  EXPECT_EQ(network.plasticity->target_count, 20u);
  EXPECT_EQ(network.plasticity->w_max, 0.3f);
  EXPECT_EQ(forecast(description).plastic_synapses, 300);
  EXPECT_TRUE(is_procedural(description));
}

TEST(Forecasts, TellWhatTheNetworkComesTo) {
  const NetworkDescription description = of_every_rule();
  const NetworkForecast told = forecast(description);
  const Csr csr = realised(description).recurrent;
  EXPECT_EQ(told.neurons, 340);
  EXPECT_TRUE(told.stored);
  EXPECT_FALSE(told.uniform_delay);
  EXPECT_FALSE(told.equal_weights);
  EXPECT_EQ(told.longest_delay, csr.max_delay());
  EXPECT_NEAR(told.synapses, static_cast<double>(csr.synapses()), 5 * std::sqrt(told.synapses));

  NetworkDescription near = onto_itself(200, "exponential(0.5, 0.1)", Positions::ring);
  const double with_autapses = forecast(near).synapses;
  near.projections[0].autapses = false;
  EXPECT_EQ(forecast(near).synapses, with_autapses - 0.5 * 200);

  NetworkDescription plain = onto_itself(100, "fixed_in_degree(7)");
  EXPECT_EQ(forecast(plain).synapses, 700);
  EXPECT_FALSE(forecast(plain).stored);
  EXPECT_TRUE(forecast(plain).uniform_delay);
  EXPECT_TRUE(forecast(plain).equal_weights);
  EXPECT_EQ(forecast(plain).longest_delay, 10);
  plain.projections.push_back(plain.projections[0]);
  plain.projections[1].weight.a = 2;
  plain.projections[1].delay_ms.a = 2;
  EXPECT_FALSE(forecast(plain).uniform_delay);
  EXPECT_FALSE(forecast(plain).equal_weights);
  plain.projections[1].rule = *read_rule("fixed_total(0)");
  EXPECT_TRUE(forecast(plain).uniform_delay);
}

}  // namespace
}  // namespace sprig::test
