// Step IV: the distance of spectra, redrawn time constants, and the search over them.
#include "sprig/pruning/timescales.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "sprig/core/error.hpp"
#include "sprig/network/builders.hpp"
#include "sprig/network/compaction.hpp"
#include "tests/pruning/prune_fixture.hpp"
#include "tests/support/python.hpp"

namespace sprig {
namespace {

NetworkSpec small_world_spec() {
  NetworkSpec spec;
  spec.neurons = 80;
  spec.density = 0.15;
  spec.gain = 0.4;
  spec.neuron.i_dc = 1.15;
  spec.step_ms = 0.5;
  return spec;
}

TEST(SpectrumDistance, AgreesWithScipy) {
  const std::vector<double> a = {0.02, -0.01, -0.05, -0.2, -0.4}, b = {0.01, 0.0, -0.1, -0.11, -0.3, -0.5, -0.55};
  std::ostringstream script;
  script << "import numpy as np\nfrom scipy.stats import wasserstein_distance\na = np.array("
         << test::python_list(a.data(), a.size()) << ")\nb = np.array(" << test::python_list(b.data(), b.size())
         << ")\nprint(repr(float(wasserstein_distance(a / abs(a).mean(), b / abs(b).mean()))))\n";
  const auto numbers = test::python_numbers("wasserstein", script.str());
  if (!numbers || numbers->empty()) GTEST_SKIP() << "python3 with scipy is missing";
  EXPECT_NEAR(spectrum_distance(a, 5, b, 7), numbers->front(), 1e-12);
  EXPECT_NEAR(spectrum_distance(b, 7, a, 5), numbers->front(), 1e-12);
}

TEST(SpectrumDistance, DoesNotSeeTheUnitOfTime) {
  const std::vector<double> a = {0.02, -0.01, -0.05, -0.2};
  std::vector<double> faster = a;
  for (double& x : faster) x *= 7;
  EXPECT_NEAR(spectrum_distance(a, 4, faster, 4), 0, 1e-15);
  EXPECT_GT(spectrum_distance(a, 4, {0.2, 0.1, -0.01, -0.02}, 4), 0.5);
}

TEST(SpectrumDistance, ComparesTheSameFractionOfBothDimensions) {
  // Half of a four-dimensional system against the whole spectrum of an eight-dimensional one, of which it is every
  // second exponent's neighbour: only the leading four count.
  EXPECT_NEAR(spectrum_distance({3, 1}, 4, {3, 3, 1, 1, -50, -60, -70, -80}, 8), 0, 1e-15);
  EXPECT_EQ(spectrum_distance({3}, 1, {-3}, 1), 0);  // of one exponent alone there is nothing to compare
}

TEST(GammaTimeConstants, AreTheBuildersForItsSeedAndLaw) {
  const NetworkSpec spec = small_world_spec();
  const Network network = build_network(spec, 7);
  const Distribution& law = spec.tau_m_ms[0];
  EXPECT_EQ(gamma_time_constants(network, {law.a}, {law.b}, spec.tau_m_min_ms, 7), network.neurons.tau_m_ms);
}

TEST(GammaTimeConstants, MoveLittleWithTheirLawAndStayWithTheirNeuron) {
  Network network = build_network(small_world_spec(), 7);
  const std::vector<double> at = gamma_time_constants(network, {3}, {6}, 1, 7);
  const std::vector<double> near = gamma_time_constants(network, {3.01}, {6}, 1, 7);
  for (std::size_t i = 0; i < at.size(); ++i) EXPECT_NEAR(near[i], at[i], 0.02 * at[i] + 0.05);
  std::vector<std::uint8_t> keep(network.size(), 1);
  for (std::size_t i = 0; i < keep.size(); i += 3) keep[i] = 0;
  keep_neurons(network, keep);
  const std::vector<double> left = gamma_time_constants(network, {3}, {6}, 1, 7);
  for (std::size_t i = 0; i < left.size(); ++i) EXPECT_EQ(left[i], at[network.original_id[i]]);
}

TEST(GammaTimeConstants, HaveALawForEachCluster) {
  Network network = build_network(small_world_spec(), 7);
  network.cluster.assign(network.size(), 0);
  for (std::uint32_t i = 40; i < 80; ++i) network.cluster[i] = 1;
  const std::vector<double> taus = gamma_time_constants(network, {100, 100}, {0.1, 0.5}, 1, 7);
  for (std::uint32_t i = 0; i < 80; ++i) EXPECT_NEAR(taus[i], i < 40 ? 10 : 50, i < 40 ? 4 : 20);
  for (const double tau : gamma_time_constants(network, {100, 100}, {0.1, 0.5}, 30, 7)) EXPECT_GE(tau, 30);
}

PruneOptions with_step_four(std::uint32_t evaluations = 12) {
  PruneOptions options = quick_options();
  options.lyapunov.exponents = 10;
  options.lyapunov.duration_ms = 150;
  options.timescales.evaluations = evaluations;
  options.timescales.initial = 6;
  options.timescales.batch = 3;
  return options;
}

TEST(PruneStepFour, ImprovesOnTheNetworkItBeginsWith) {
  int improved =
      0;  // not on every seed: twelve evaluations may all be worse than the law that the network was drawn from
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    const Network network = build_network(small_world_spec(), seed);
    PruneOptions options = with_step_four();
    options.neuron_fraction = 0.2;
    options.delocalise.lambda_bound = 1;  // no candidate is left out
    options.seed = seed;
    const PruneResult result = pruned(network, options);
    const TimescaleSearch& search = result.timescales;
    ASSERT_EQ(search.trace.size(), 12u);
    if (search.chosen == TimescaleSearch::kUnchanged) {
      EXPECT_EQ(search.trace.back().best, search.start.value);
      continue;
    }
    ++improved;
    const TimescaleEvaluation& chosen = search.trace[search.chosen];
    EXPECT_LT(chosen.objective.value, search.start.value);
    EXPECT_EQ(search.trace.back().best, chosen.objective.value);
    // What was searched is what the result has.
    EXPECT_EQ(result.network.neurons.tau_m_ms,
              gamma_time_constants(result.network, chosen.shape, chosen.scale_ms, 1, seed));
    EXPECT_EQ(result.after.exponents.front(), chosen.objective.lambda_max);
    EXPECT_EQ(result.after.mean_rate_hz, chosen.objective.mean_rate_hz);
    double best = search.start.value;
    for (const TimescaleEvaluation& e : search.trace) {
      const TimescaleObjective& o = e.objective;
      best = std::min(best, o.value);
      EXPECT_EQ(e.best, best);
      EXPECT_GE(e.shape[0], 1);
      EXPECT_LE(e.shape[0], 12);
      if (!e.failed) {
        EXPECT_NEAR(o.value, std::abs(o.lambda_max + 0.001) + 0.01 * o.wasserstein + 1e-5 * o.mean_rate_hz, 1e-12);
      }
    }
    EXPECT_EQ(result.synapses_after, result.rounds.back().synapses);
  }
  EXPECT_GE(improved, 2) << "of three";
}

TEST(PruneStepFour, KeepsTheTimeConstantsWhenNoneIsBetter) {
  const Network network = build_network(small_world_spec(), 1);
  PruneOptions options = with_step_four(6);
  options.timescales.shape_min = 11.9;  // one law only: rates are all that counts, and they are lowest as they were
  options.timescales.scale_min_ms = 0.1;
  options.timescales.scale_max_ms = 0.11;
  options.timescales.rate_weight = 1;
  options.timescales.wasserstein_weight = 0;
  const PruneResult result = pruned(network, options);
  EXPECT_EQ(result.timescales.chosen, TimescaleSearch::kUnchanged);
  EXPECT_EQ(result.network.neurons.tau_m_ms, network.neurons.tau_m_ms);
}

TEST(PruneStepFour, IsLnpsUnlessItIsAskedForEveryMethod) {
  const Network network = build_network(small_world_spec(), 1);
  for (const PruneMethod method : {PruneMethod::random, PruneMethod::dense, PruneMethod::none}) {
    PruneOptions options = with_step_four();
    options.method = method;
    EXPECT_TRUE(pruned(network, options).timescales.trace.empty());
    options.timescales.every_method = true;
    const PruneResult result = pruned(network, options);
    EXPECT_EQ(result.timescales.trace.size(), 12u);
    EXPECT_LE(result.timescales.trace.back().best, result.timescales.start.value);
  }
}

TEST(PruneStepFour, ChoosesNothingBeyondTheBoundOfLambda) {
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    const Network network = build_network(small_world_spec(), seed);
    PruneOptions options = with_step_four();
    options.timescales.lambda_target = 1;  // asks for as much chaos as there can be
    const PruneResult result = pruned(network, options);
    const double bound = std::max(result.before.exponents.front(), result.timescales.start.lambda_max);
    EXPECT_LE(result.after.exponents.front(), bound);
    double highest = 0;
    for (const TimescaleEvaluation& e : result.timescales.trace) highest = std::max(highest, e.objective.lambda_max);
    EXPECT_GT(highest, bound);
  }
}

TEST(PruneStepFour, GivesANetworkThatDoesNotFireTheFailedObjective) {
  Network network = build_network(small_world_spec(), 1);
  network.neurons.i_dc.assign(network.size(), 0);
  network.neurons.v_initial.assign(network.size(), 0);
  PruneOptions options = with_step_four(6);
  options.lyapunov.noise = 1e-3;
  const PruneResult result = prune(network, {}, on_cpu(), options);
  EXPECT_EQ(result.timescales.chosen, TimescaleSearch::kUnchanged);
  EXPECT_EQ(result.timescales.start.value, kFailedObjective);
  for (const TimescaleEvaluation& e : result.timescales.trace) {
    EXPECT_TRUE(e.failed);
    EXPECT_EQ(e.objective.value, kFailedObjective);
  }
}

TEST(PruneStepFour, HasATargetBelowZeroOnlyForConditionalExponents) {
  const Network network = build_network(small_world_spec(), 1);
  PruneOptions options = with_step_four(6);
  EXPECT_THROW(prune(network, {}, on_cpu(), options), ConfigError);
  options.timescales.lambda_target = 0;
  EXPECT_FALSE(prune(network, {}, on_cpu(), options).timescales.trace.empty());
  options.timescales.lambda_target = -0.001;
  options.lyapunov.noise = 0.1;
  const PruneResult result = prune(network, {}, on_cpu(), options);
  EXPECT_TRUE(result.before.conditional);
  EXPECT_FALSE(result.timescales.trace.empty());
}

TEST(PruneStepFour, SameNetworkForAnyNumberOfThreads) {
  Network network = build_network(small_world_spec(), 1);
  network.cluster.assign(network.size(), 0);
  for (std::uint32_t i = 0; i < 80; i += 2) network.cluster[i] = 1;
  const PruneOptions options = with_step_four(9);
  const PruneResult one = pruned(network, options, 1);
  EXPECT_EQ(one.timescales.trace[0].shape.size(), 2u);
  for (const int threads : {2, 3}) {
    const PruneResult other = pruned(network, options, threads);
    EXPECT_EQ(network_hash(other.network), network_hash(one.network));
    for (std::size_t n = 0; n < 9; ++n)
      EXPECT_EQ(other.timescales.trace[n].objective.value, one.timescales.trace[n].objective.value);
  }
}

TEST(PruneStepFour, StoppedWithinItChangesNothing) {
  const Network network = build_network(small_world_spec(), 1);
  const PruneOptions options = with_step_four();
  int asked = 0, most = 1 << 30;
  const Progress progress([&](double, const std::string& what) { return what != "time constants" || asked++ < most; });
  const auto run = [&] {
    asked = 0;
    return prune_until_stopped(network, uneven_noise(network.size()), on_cpu(), options, progress);
  };
  EXPECT_FALSE(run().stopped_early);
  most = asked / 2;  // of twelve evaluations
  const PruneResult result = run();
  ASSERT_EQ(result.rounds.size(), 3u);
  EXPECT_TRUE(result.stopped_early);
  EXPECT_FALSE(result.timescales.complete);
  EXPECT_GT(result.timescales.trace.size(), 0u);
  EXPECT_LT(result.timescales.trace.size(), 12u);
  EXPECT_EQ(result.timescales.chosen, TimescaleSearch::kUnchanged);
  EXPECT_EQ(result.network.neurons.tau_m_ms, network.neurons.tau_m_ms);
}

}  // namespace
}  // namespace sprig
