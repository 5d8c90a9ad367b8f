// prune.covariance: which method a round takes, what it says of its errors, and what is kept with each.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <optional>

#include "host/pruning/edge_scores.hpp"
#include "host/pruning/noise_prune.hpp"
#include "host/pruning/resistance.hpp"
#include "sprig/core/error.hpp"
#include "tests/pruning/graphs.hpp"
#include "tests/pruning/prune_fixture.hpp"
#include "tests/support/memory_checkpoints.hpp"

namespace sprig {
namespace {

// A round's network with strengths on its synapses: decay rates 1 to 2, |strengths| into a neuron sum to about
// `strength`.
struct Round {
  Network network;
  std::vector<double> strengths;
  PruneOptions options;
  SimulationOptions simulation = on_cpu(2);
  Drive drive;
  PruneGuards guards;
  Progress progress;

  explicit Round(const Csr& graph, double strength, bool positive = false) {
    network = test::unconnected(graph.rows, {}, 0.5, {});
    network.recurrent = graph;
    std::vector<double> sums(graph.rows, 1e-9);
    for (std::uint64_t k = 0; k < graph.synapses(); ++k)
      sums[graph.targets[k]] += std::abs(static_cast<double>(graph.weights[k]));
    for (std::uint64_t k = 0; k < graph.synapses(); ++k) {
      const double w = positive ? std::abs(static_cast<double>(graph.weights[k])) : graph.weights[k];
      strengths.push_back(strength * w / sums[graph.targets[k]]);
    }
    options.seed = 5;
  }
  SparseSystem system() {
    std::vector<double> decay;
    for (std::uint32_t i = 0; i < network.size(); ++i) decay.push_back(1 + test::test_uniform(9, i, 0));
    return noise_system(network.recurrent, strengths, decay, 0.05, guards);
  }
  double target() const { return 0.4 * static_cast<double>(strengths.size()); }
  EdgeScores scores(CovarianceMethod method) {
    options.covariance = method;
    const WorkingNetwork work(network);
    PlacedDynamics placed(work.network(), simulation);
    const ScoreInput input{work, drive, simulation, placed, options, 1, guards, progress, {}, target()};
    return covariance_scores(input, system(), strengths, progress);
  }
  // With states kept there, by a sampler of its own.
  EdgeScores sampled(const std::shared_ptr<CheckpointStore>& store, const Progress& until_stopped) {
    const WorkingNetwork work(network);
    PlacedDynamics placed(work.network(), simulation);
    const ScoreInput input{work, drive,  simulation,    placed,           options,
                           1,    guards, until_stopped, {store, "round"}, target()};
    const SparseSystem a = system();
    const std::vector<std::uint32_t> ids = original_neurons(input);
    return sampled_scores(input, *cayley_sampler(a, 1, {options.seed, 1, ids}, 1), strengths, until_stopped);
  }
  EdgeScores resistances(CovarianceMethod method) {
    options.covariance = method;
    const WorkingNetwork work(network);
    PlacedDynamics placed(work.network(), simulation);
    return resistance_scores(ScoreInput{work, drive, simulation, placed, options, 1, guards, progress, {}, target()});
  }
};

// Of what is kept by `found`, the fraction that `exact` keeps with the same draws.
double overlap(const std::vector<double>& found, const std::vector<double>& exact, double target) {
  const double rho = keep_scale(found, target), rho_exact = keep_scale(exact, target);
  double kept = 0, both = 0;
  for (std::uint64_t k = 0; k < found.size(); ++k) {
    const double u = test::test_uniform(3, k, 1);
    kept += u < rho * found[k];
    both += u < rho * found[k] && u < rho_exact * exact[k];
  }
  return both / kept;
}

Csr graph_of(std::uint32_t nodes, double in_degree, std::uint32_t seed = 1) {
  return test::random_graph({.nodes = nodes, .density = in_degree / nodes, .seed = seed});
}

TEST(CovarianceMethod, ExpansionKeepsWhatDenseKeepsInRowDominantSystems) {
  for (const double strength : {0.5, 20.0}) {  // dominant as given, and made so
    Round round(graph_of(400, 40), strength);
    const std::vector<double> exact = round.scores(CovarianceMethod::dense).scores;
    round.options.covariance_overlap = 0.97;
    const EdgeScores found = round.scores(CovarianceMethod::expansion);
    EXPECT_EQ(found.use.method, CovarianceMethod::expansion);
    EXPECT_GE(overlap(found.scores, exact, round.target()), 0.995) << strength;
    EXPECT_GE(overlap(found.scores, exact, round.target()), found.use.overlap) << strength;
  }
}

TEST(CovarianceMethod, SamplesKeepWhatTheyPromise) {
  for (const bool positive : {false, true})
    for (const double asked : {0.97, 0.99}) {
      Round round(graph_of(300, 30), 4, positive);
      const std::vector<double> exact = round.scores(CovarianceMethod::dense).scores;
      round.options.covariance_overlap = asked;
      const EdgeScores found = round.scores(CovarianceMethod::sampled);
      EXPECT_GE(found.use.overlap, asked);
      EXPECT_FALSE(found.use.capped);
      // 3600 are kept, so a standard error of 0.0016 at 0.99.
      EXPECT_NEAR(overlap(found.scores, exact, round.target()), found.use.overlap, 0.006) << asked << ", " << positive;
    }
}

TEST(CovarianceMethod, OfAutoIsBySizeThenByTheBoundOfTheExpansion) {
  EXPECT_EQ(Round(graph_of(kDenseNeurons, 8), 1).scores(CovarianceMethod::automatic).use.method,
            CovarianceMethod::dense);
  EXPECT_EQ(Round(graph_of(kDenseNeurons + 1, 40), 1).scores(CovarianceMethod::automatic).use.method,
            CovarianceMethod::expansion);
  // Couplings of one sign add up, whatever each is: the next order bounds nothing.
  const CovarianceUse use = Round(graph_of(kDenseNeurons + 1, 40), 20, true).scores(CovarianceMethod::automatic).use;
  EXPECT_EQ(use.method, CovarianceMethod::sampled);
  EXPECT_GE(use.overlap, 0.99);
  EXPECT_GT(use.samples, 0u);
  EXPECT_GT(use.p_error, 0);
}

TEST(CovarianceMethod, ExpansionIsRefusedWhereItsBoundIsTooLarge) {
  Round round(graph_of(300, 30), 20, true);
  try {
    round.scores(CovarianceMethod::expansion);
    FAIL() << "no error";
  } catch (const NumericalError& error) {
    EXPECT_EQ(error.where(), "prune.covariance");
    EXPECT_NE(std::string(error.what()).find("use \"sampled\" or \"auto\""), std::string::npos) << error.what();
  }
}

TEST(CovarianceMethod, SamplesEndAtTheirCapAndSaySo) {
  Round round(graph_of(200, 20), 4, true);
  round.options.covariance_overlap = 0.9999;
  round.options.covariance_samples = 8192;
  const CovarianceUse use = round.scores(CovarianceMethod::sampled).use;
  EXPECT_TRUE(use.capped);
  EXPECT_LE(use.samples, 8192u);
  EXPECT_LT(use.overlap, 0.9999);
}

TEST(CovarianceMethod, SamplesThatWereStoppedGoOnToTheSameScores) {
  Round round(graph_of(100, 10), 1);
  round.options.covariance_overlap = 0.9985;  // takes more than the first four blocks
  const EdgeScores whole = round.sampled({}, {});
  const auto store = std::make_shared<test::MemoryCheckpoints>();
  int stops = 0;
  std::optional<EdgeScores> found;
  while (!found) {
    try {
      int left = 400;
      found = round.sampled(store, Progress([&](double) { return left-- > 0; }));
    } catch (const Interrupted&) {
      ASSERT_LT(++stops, 1000);
    }
  }
  EXPECT_GT(stops, 2);
  EXPECT_GT(store->restored, 2u);
  EXPECT_EQ(found->use.samples, whole.use.samples);
  EXPECT_EQ(found->use.overlap, whole.use.overlap);
  EXPECT_EQ(found->scores, whole.scores);
}

TEST(CovarianceMethod, ResistancesBySamplesKeepWhatExactOnesKeep) {
  Round round(graph_of(300, 12), 1);
  const std::vector<double> exact = round.resistances(CovarianceMethod::dense).scores;
  const EdgeScores found = round.resistances(CovarianceMethod::sampled);
  EXPECT_EQ(found.use.method, CovarianceMethod::sampled);
  EXPECT_GE(found.use.overlap, 0.99);
  EXPECT_NEAR(overlap(found.scores, exact, round.target()), found.use.overlap, 0.01);
  double worst = 0;
  for (std::uint64_t k = 0; k < exact.size(); ++k) worst = std::max(worst, std::abs(found.scores[k] / exact[k] - 1));
  EXPECT_LT(worst, 0.5);
}

TEST(CovarianceMethod, ConductancesAreTheLaplacianBelowZero) {
  const Csr graph = test::csr_from(3, 3, {{0, 1, 2, 1}, {1, 0, -1, 1}, {1, 1, 5, 1}, {1, 2, 0.5f, 1}, {1, 2, 0.5f, 1}});
  Eigen::Matrix3d expected;
  expected << -3, 3, 0, 3, -4, 1, 0, 1, -1;
  EXPECT_EQ(dense_matrix(conductances(graph)), expected);
}

TEST(CovarianceMethod, EveryOneServesGraphsInPiecesDeadNeuronsAndZeroWeights) {
  const Csr graph =
      test::random_graph({.nodes = 120, .density = 0.012, .multapses = 0.3, .zeros = 0.1, .autapses = true, .seed = 8});
  for (const double strength : {1.0, 3.0}) {
    Round round(graph, strength);
    const std::vector<double> exact = round.scores(CovarianceMethod::dense).scores;
    for (const CovarianceMethod method : {CovarianceMethod::sampled, CovarianceMethod::automatic}) {
      const EdgeScores found = round.scores(method);
      for (std::uint64_t k = 0; k < exact.size(); ++k) {
        EXPECT_TRUE(std::isfinite(found.scores[k]) && found.scores[k] >= 0) << k;
        if (round.strengths[k] == 0) {
          EXPECT_EQ(found.scores[k], 0) << k;
        }
      }
      EXPECT_GE(overlap(found.scores, exact, round.target()), 0.95);
    }
    const std::vector<double> resistances = round.resistances(CovarianceMethod::sampled).scores;
    for (const double score : resistances) EXPECT_TRUE(std::isfinite(score) && score >= 0);
  }
  // Nothing at all to score.
  Round lonely(test::csr_from(600, 600, {}), 1);
  for (const CovarianceMethod method :
       {CovarianceMethod::expansion, CovarianceMethod::sampled, CovarianceMethod::automatic})
    EXPECT_TRUE(lonely.scores(method).scores.empty());
}

TEST(CovarianceMethod, OfAPruningIsSaidRoundByRoundAndIsTheSameOnAnyThreads) {
  PruneOptions options = quick_options(PruneMethod::noise);
  options.rounds = 2;
  options.spectra = false;
  options.covariance = CovarianceMethod::sampled;
  options.covariance_overlap = 0.95;
  const Network network = small_network(150, 0.1);
  const PruneResult one = pruned(network, options, 1), three = pruned(network, options, 3);
  EXPECT_EQ(one.network.recurrent.targets, three.network.recurrent.targets);
  EXPECT_EQ(one.network.recurrent.weights, three.network.recurrent.weights);
  for (const PruneRound& round : one.rounds) {
    EXPECT_TRUE(round.covariance.used);
    EXPECT_EQ(round.covariance.method, CovarianceMethod::sampled);
    EXPECT_GE(round.covariance.overlap, 0.95);
  }
  EXPECT_FALSE(pruned(network, quick_options(PruneMethod::magnitude)).rounds[0].covariance.used);
}

TEST(CovarianceMethod, ResistanceHasNoExpansion) {
  PruneOptions options = quick_options(PruneMethod::resistance);
  options.covariance = CovarianceMethod::expansion;
  try {
    pruned(small_network(20), options);
    FAIL() << "no error";
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.where(), "prune.covariance");
  }
}

TEST(ExpectedOverlap, IsHalfOfTheDrawsThatErrorsChange) {
  // Equal scores: p = 1/2, errors of a tenth change p by 0.05 z, and E|z| = 0.798.
  const Overlap found = expected_overlap(std::vector<double>(100, 1.0), std::vector<double>(100, 0.1), 50);
  EXPECT_NEAR(found.overlap, 1 - 0.5 * 0.1 * std::sqrt(2 / M_PI), 1e-9);
  EXPECT_NEAR(found.p_error, 0.05, 1e-9);
  // Where all are kept, errors change nothing.
  EXPECT_EQ(expected_overlap(std::vector<double>(100, 1.0), std::vector<double>(100, 0.1), 100).overlap, 1);
  EXPECT_EQ(expected_overlap({}, {}, 10).overlap, 1);
}

}  // namespace
}  // namespace sprig
