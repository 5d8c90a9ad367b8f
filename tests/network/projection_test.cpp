// Projections as a matrix, and what they may not say.
#include <gtest/gtest.h>

#include <functional>

#include "sprig/core/error.hpp"
#include "tests/network/projection_support.hpp"
#include "tests/support/nan.hpp"

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace sprig::test {
namespace {

// Rows from the synapses one by one: targets ascending, then projections, then k.
Csr by_brute_force(const ProceduralNetwork& network) {
  const ProjectionDraws draws(network);
  const ProjectionView view = draws.tables().view();
  std::vector<test::Edge> edges;
  for (std::uint32_t target = 0; target < network.network.size(); ++target)
    for (std::uint32_t p = 0; p < view.count; ++p) {
      const DrawnProjection& projection = view.projections[p];
      if (target - projection.target_first >= projection.target_count) continue;
      for (const DrawnSynapse& s : drawn_one_by_one(view, p, target, draws.in_degree(p, target)))
        edges.push_back({s.source, target, s.weight, s.delay});
    }
  return test::csr_from(network.network.size(), network.network.size(), edges);
}

TEST(Realise, IsTheMatrixOfTheDraws) {
  for (std::uint32_t salt = 0; salt < 6; ++salt) {
    const ProceduralNetwork procedural_network = procedural(30 + 40 * salt, varied_projections(30 + 40 * salt, salt));
    const Network network = realise(procedural_network);
    const Csr expected = by_brute_force(procedural_network);

    EXPECT_EQ(network.recurrent.offsets, expected.offsets);
    EXPECT_EQ(network.recurrent.targets, expected.targets);
    EXPECT_EQ(network.recurrent.weights, expected.weights);
    EXPECT_EQ(network.recurrent.delays, expected.delays);
    validate(network);
  }
}

TEST(Realise, GivesTheSameBitsOnAnyNumberOfThreads) {
#if defined(_OPENMP)
  const int before = omp_get_max_threads();
  const ProceduralNetwork network = procedural(300, varied_projections(300, 4));
  omp_set_num_threads(1);
  const std::uint64_t one = network_hash(realise(network));
  for (const int threads : {2, 3, 7}) {
    omp_set_num_threads(threads);
    EXPECT_EQ(network_hash(realise(network)), one) << threads << " threads";
  }
  omp_set_num_threads(before);
#else
  GTEST_SKIP() << "built without OpenMP: there is one thread";
#endif
}

TEST(Realise, GivesAnotherMatrixForAnotherSeed) {
  const auto hash = [](std::uint32_t seed) {
    return network_hash(realise(procedural(200, varied_projections(200, 4), seed)));
  };

  EXPECT_EQ(hash(1), hash(1));
  EXPECT_NE(hash(1), hash(2));
}

TEST(Realise, DelaysThatAreEqualTakeNoRoom) {
  Projection p = projection(Rule::bernoulli, 100, 0.1);
  p.delay_ms = {Kind::constant, 1.5, 0};
  const Network network = realise(procedural(100, {p, p}));

  EXPECT_TRUE(network.recurrent.delays.empty());
  EXPECT_EQ(network.recurrent.uniform_delay, 15);
}

TEST(Realise, WithoutSynapsesIsAnEmptyMatrix) {
  for (const std::vector<Projection>& none : {std::vector<Projection>{}, {projection(Rule::fixed_total, 20, 0)}}) {
    const Network network = realise(procedural(20, none));
    EXPECT_EQ(network.recurrent.synapses(), 0u);
    validate(network);
  }
}

TEST(Realise, KeepsTheMatrixThatWasPublished) {  // integer draws only: no library's quantiles enter
  const Network network =
      realise(procedural(64, {projection(Rule::fixed_total, 64, 1000), projection(Rule::fixed_in_degree, 64, 5)}));
  std::uint64_t sum = 0;
  for (std::uint64_t k = 0; k < network.recurrent.synapses(); ++k) sum = 31 * sum + network.recurrent.targets[k];
  for (const std::uint64_t offset : network.recurrent.offsets) sum = 31 * sum + offset;

  EXPECT_EQ(sum, 8198288481689988586ull);
}

// Where the error is.
std::string refused(const std::function<void(ProceduralNetwork&, Projection&)>& damage) {
  ProceduralNetwork network =
      procedural(50, {projection(Rule::bernoulli, 50, 0.1), projection(Rule::fixed_total, 50, 9)});
  Projection damaged = network.projections[1];
  damage(network, damaged);
  network.projections[1] = damaged;
  const auto where = [&](auto call) -> std::string {
    try {
      call();
    } catch (const ConfigError& error) {
      return error.where();
    }
    return "nothing";
  };
  const std::string found = where([&] { check_projections(network); });
  EXPECT_EQ(where([&] { ProjectionDraws{network}; }), found);
  EXPECT_EQ(where([&] { realise(network); }), found);
  return found;
}
std::string refused(const std::function<void(Projection&)>& damage) {
  return refused([&](ProceduralNetwork&, Projection& p) { damage(p); });
}

TEST(CheckProjections, AcceptsWhatIsRight) {
  EXPECT_EQ(refused([](Projection&) {}), "nothing");
  EXPECT_EQ(refused([](Projection& p) { p.source_first = 49, p.source_count = 1; }), "nothing");
  EXPECT_EQ(refused([](Projection& p) { p.source_count = 0, p.synapses = 0; }), "nothing");
  EXPECT_EQ(refused([](Projection& p) { p.target_count = 0, p.rule = Rule::fixed_in_degree, p.in_degree = 3; }),
            "nothing");
  EXPECT_EQ(refused([](Projection& p) { p.source_count = 0, p.rule = Rule::bernoulli, p.probability = 1; }), "nothing");
  EXPECT_EQ(refused([](Projection& p) { p.weight = {Kind::normal, 0, 0}; }), "nothing");
  EXPECT_EQ(refused([](Projection& p) { p.weight = {Kind::uniform, -1, 0}; }), "nothing");
}

TEST(CheckProjections, RefusesRangesBeyondTheNeurons) {
  EXPECT_EQ(refused([](Projection& p) { p.source_first = 1; }), "projections[1].source_first");
  EXPECT_EQ(refused([](Projection& p) { p.source_first = 0xFFFFFFFF; }), "projections[1].source_first");
  EXPECT_EQ(refused([](Projection& p) { p.target_count = 51; }), "projections[1].target_first");
}

TEST(CheckProjections, RefusesSynapsesThatHaveNoPlace) {
  EXPECT_EQ(refused([](Projection& p) { p.source_count = 0; }), "projections[1].source_count");
  EXPECT_EQ(refused([](Projection& p) { p.target_count = 0; }), "projections[1].target_count");
  EXPECT_EQ(refused([](Projection& p) { p.source_count = 1, p.autapses = false; }), "projections[1].synapses");
  EXPECT_EQ(refused([](Projection& p) { p.synapses = 50ull << 31; }), "projections[1].synapses");
  const auto in_degree = [](std::uint32_t sources, bool autapses) {
    return refused([=](Projection& p) {
      p.rule = Rule::fixed_in_degree, p.in_degree = 1, p.source_count = sources, p.autapses = autapses;
    });
  };
  EXPECT_EQ(in_degree(0, true), "projections[1].source_count");
  EXPECT_EQ(in_degree(1, false), "projections[1].in_degree");
  EXPECT_EQ(in_degree(1, true), "nothing");
  EXPECT_EQ(refused([](Projection& p) { p.rule = static_cast<Rule>(7); }), "projections[1].rule");
}

TEST(CheckProjections, RefusesProbabilitiesThatAreNone) {
  for (const double x : {-0.1, 1.1, kNan})
    EXPECT_EQ(refused([=](Projection& p) { p.rule = Rule::bernoulli, p.probability = x; }),
              "projections[1].probability")
        << x;
}

TEST(CheckProjections, RefusesWeights) {
  for (const Distribution& weight : {Distribution{Kind::normal, 0, 1},
                                     {Kind::uniform, -1, 1},
                                     {Kind::constant, kNan, 0},
                                     {Kind::constant, 1e39, 0},
                                     {Kind::constant, HUGE_VAL, 0},
                                     {Kind::normal, 1, -1},
                                     {Kind::normal, 1e38, 1e38},
                                     {Kind::gamma, -1, 1},
                                     {Kind::lognormal, 0, 100},
                                     {Kind::lognormal, 800, 0},
                                     {Kind::uniform, 2, 1}})
    EXPECT_EQ(refused([=](Projection& p) { p.weight = weight; }), "projections[1].weight")
        << static_cast<int>(weight.kind) << " " << weight.a << " " << weight.b;
}

TEST(CheckProjections, RefusesDelays) {
  for (const Distribution& delay : {Distribution{Kind::constant, 0.09, 0},
                                    {Kind::constant, 3276.8, 0},
                                    {Kind::normal, 0.05, 1},
                                    {Kind::normal, 3270, 10},
                                    {Kind::uniform, 0, 1},
                                    {Kind::uniform, 1, 4000},
                                    {Kind::lognormal, 5, 3},
                                    {Kind::gamma, 1, 1000},
                                    {Kind::constant, kNan, 0},
                                    {Kind::lognormal, 800, 0}})
    EXPECT_EQ(refused([=](Projection& p) { p.delay_ms = delay; }), "projections[1].delay_ms")
        << static_cast<int>(delay.kind) << " " << delay.a << " " << delay.b;
}

TEST(CheckProjections, RefusesNetworksThatAreNotReady) {
  EXPECT_EQ(refused([](ProceduralNetwork& n, Projection&) { n.network.neurons.tau_m_ms[3] = -1; }),
            "network.tau_m_ms[3]");
  EXPECT_EQ(
      refused([](ProceduralNetwork& n, Projection&) { std::swap(n.network.original_id[3], n.network.original_id[4]); }),
      "network.original_id[3]");
  EXPECT_EQ(refused([](ProceduralNetwork& n, Projection&) {
              n.network.recurrent = test::csr_from(50, 50, {{1, 2, 1, 1}});
            }),
            "network.recurrent");
}

}  // namespace
}  // namespace sprig::test
