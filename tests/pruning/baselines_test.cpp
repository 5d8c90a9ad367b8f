// The baselines: equal budgets, what each of them keeps, and that nothing but its inputs decides.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "host/pruning/betweenness.hpp"
#include "host/pruning/noise_prune.hpp"
#include "host/pruning/resistance.hpp"
#include "sprig/core/error.hpp"
#include "tests/pruning/prune_fixture.hpp"

namespace sprig {
namespace {

constexpr PruneMethod kRanked[] = {PruneMethod::magnitude,       PruneMethod::activity,
                                   PruneMethod::correlation,     PruneMethod::betweenness_high,
                                   PruneMethod::betweenness_low, PruneMethod::degree};
constexpr PruneMethod kDrawn[] = {PruneMethod::weight, PruneMethod::noise, PruneMethod::noise_empirical,
                                  PruneMethod::resistance};

PruneOptions baseline_options(PruneMethod method) {
  PruneOptions options = quick_options(method);
  options.activity_ms = 400;
  options.activity_tau_ms = 10;
  return options;
}

// Scores of `network`'s synapses -> the ids of the `target` highest, ties to the higher id.
std::set<std::uint64_t> highest(const std::vector<double>& scores, std::uint64_t target) {
  std::vector<std::uint64_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::uint64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return scores[a] < scores[b]; });
  return {order.end() - static_cast<std::ptrdiff_t>(target), order.end()};
}

std::set<std::uint64_t> ids(const Network& network) {
  std::set<std::uint64_t> found;
  for (std::uint64_t k = 0; k < network.recurrent.synapses(); ++k) found.insert(network.recurrent.id(k));
  return found;
}

// One round of `method` on all neurons keeps the synapses of highest `scores`, with their weights under `mask`.
void expect_keeps_highest(const Network& network, PruneMethod method, const std::vector<double>& scores,
                          PruneOptions options) {
  options.rounds = 1;
  options.density = 0.3;
  options.kept_weight = KeptWeight::mask;
  const PruneResult result = pruned(network, options);
  EXPECT_EQ(ids(result.network), highest(scores, scheduled(scores.size(), 0.3, 0, 1))) << name_of(method);
  for (const auto& [id, weight] : weights_by_id(result.network.recurrent))
    EXPECT_EQ(weight, network.recurrent.weights[id]);
}

class Baseline : public ::testing::TestWithParam<PruneMethod> {};

TEST_P(Baseline, MeetsBothBudgetsInEveryRound) {
  const Network network = small_network(100, 0.3);
  PruneOptions options = baseline_options(GetParam());
  options.density = 0.2;
  options.neuron_fraction = 0.3;
  const PruneResult result = pruned(network, options);
  const bool drawn = std::count(std::begin(kDrawn), std::end(kDrawn), GetParam()) > 0;
  ASSERT_EQ(result.rounds.size(), 3u);
  for (const PruneRound& round : result.rounds) {
    const auto target = static_cast<double>(scheduled(result.synapses_before, 0.2, round.round, 3));
    EXPECT_NEAR(round.expected_kept, target, 1e-9 * target);
    EXPECT_NEAR(static_cast<double>(round.synapses), target, drawn ? 4 * std::sqrt(target) : 0);
    const std::uint64_t neurons = scheduled(100, 0.7, round.round, 3);
    if (GetParam() == PruneMethod::degree)
      EXPECT_LE(round.neurons, neurons);  // what is left joins hubs, and isolated neurons go
    else
      EXPECT_EQ(round.neurons, neurons);  // at this density none is isolated
    EXPECT_EQ(round.rho > 0, drawn);
  }
  EXPECT_NO_THROW(validate(result.network));
}

TEST_P(Baseline, SameNetworkForAnyNumberOfThreadsAndSlices) {
  const Network network = small_network(60, 0.2);
  PruneOptions options = baseline_options(GetParam());
  options.neuron_fraction = 0.2;
  const Drive drive = uneven_noise(network.size());
  const std::uint64_t one = network_hash(prune(network, drive, on_cpu(1), options).network);
  for (const SimulationOptions& simulation : {on_cpu(1), on_cpu(2), on_cpu(3, 5)})
    EXPECT_EQ(network_hash(prune(network, drive, simulation, options).network), one);
}

TEST_P(Baseline, LeavesANetworkWithoutSynapsesAndASilentOneValid) {
  EXPECT_EQ(pruned(test::unconnected(5, {}, 0.5, {}), baseline_options(GetParam())).network.size(), 5u);
  Network silent = small_network();
  silent.neurons.i_dc.assign(silent.size(), 0);
  PruneOptions options = baseline_options(GetParam());
  options.activity_noise = 0;
  const PruneResult result = prune(silent, {}, on_cpu(), options);
  const auto target = static_cast<double>(result.rounds.back().target);
  EXPECT_NEAR(static_cast<double>(result.synapses_after), target, 4 * std::sqrt(target));
}

TEST_P(Baseline, StopsWithTheLastWholeRound) {
  const Network network = small_network();
  PruneOptions options = baseline_options(GetParam());
  const PruneResult result =
      prune_until_stopped(network, uneven_noise(network.size()), on_cpu(), options, stop_in("round 2/3", 1));
  EXPECT_TRUE(result.stopped_early);
  ASSERT_EQ(result.rounds.size(), 1u);
  EXPECT_EQ(result.synapses_after, result.rounds[0].synapses);
}

std::string method_name(const ::testing::TestParamInfo<PruneMethod>& info) { return std::string(name_of(info.param)); }
INSTANTIATE_TEST_SUITE_P(Ranked, Baseline, ::testing::ValuesIn(kRanked), method_name);
INSTANTIATE_TEST_SUITE_P(Drawn, Baseline, ::testing::ValuesIn(kDrawn), method_name);

TEST(Baselines, OfStructureKeepWhatTheyRankHighest) {
  const Network network = small_network();
  const Csr& csr = network.recurrent;
  std::vector<double> magnitude(csr.synapses()), degree(csr.synapses()), degrees(csr.rows, 0);
  std::vector<double> edge = edge_betweenness(csr, false, 1);
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) ++degrees[i], ++degrees[csr.targets[k]];
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      magnitude[k] = std::abs(csr.weights[k]);
      degree[k] = degrees[i] * degrees[csr.targets[k]];
    }
  const auto check = [&](PruneMethod method, const std::vector<double>& scores) {
    expect_keeps_highest(network, method, scores, baseline_options(method));
  };
  check(PruneMethod::magnitude, magnitude);
  check(PruneMethod::degree, degree);
  check(PruneMethod::betweenness_low, edge);
  for (double& score : edge) score = -score;
  check(PruneMethod::betweenness_high, edge);
}

// Spike trains made by hand: neuron i fires with every (i % 5 + 1)th bin, i % 3 steps into it.
Recording planted(const Network& network) {
  Recording recording;
  recording.first_step = 1000;
  recording.steps = 60 * 20;
  for (std::uint64_t bin = 0; bin < 60; ++bin)
    for (std::uint64_t within = 0; within < 3; ++within)
      for (std::uint32_t i = 0; i < network.size(); ++i)
        if (bin % (i % 5 + 1) == 0 && i % 3 == within) recording.spikes.push_back({1000 + 20 * bin + within, i, 0});
  recording.total_spikes = recording.spikes.size();
  return recording;
}

TEST(Baselines, OfActivityKeepWhatTheMeasurementSays) {
  const Network network = small_network();
  const Csr& csr = network.recurrent;
  const auto fires = [](std::uint32_t i, int bin) { return bin % (static_cast<int>(i) % 5 + 1) == 0 ? 1.0 : 0.0; };
  const auto mean = [&](std::uint32_t i, std::uint32_t j) {
    double sum = 0;
    for (int bin = 0; bin < 60; ++bin) sum += fires(i, bin) * fires(j, bin) / 60;
    return sum;
  };
  const auto covariance = [&](std::uint32_t i, std::uint32_t j) { return mean(i, j) - mean(i, i) * mean(j, j); };
  std::vector<double> activity(csr.synapses()), correlation(csr.synapses(), 0);
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      const std::uint32_t j = csr.targets[k];
      activity[k] = mean(i, i) * mean(j, j) * std::abs(csr.weights[k]);
      const double product = covariance(i, i) * covariance(j, j);
      // As the grid of scores rounds them, so that equal correlations tie.
      if (product > 1e-9) correlation[k] = std::nearbyint(std::abs(covariance(i, j)) / std::sqrt(product) * 1e6);
    }
  std::vector<std::uint32_t> seen;
  const auto check = [&](PruneMethod method, const std::vector<double>& scores) {
    PruneOptions options = baseline_options(method);
    options.measure = [&](const Network& n, const std::vector<std::uint32_t>& kept) {
      seen = kept;
      return planted(n);
    };
    expect_keeps_highest(network, method, scores, options);
  };
  check(PruneMethod::activity, activity);
  check(PruneMethod::correlation, correlation);
  EXPECT_EQ(seen.size(), network.size());
}

TEST(Baselines, ActivityRemovesTheNeuronsOfLowestRate) {
  const Network network = small_network();
  PruneOptions options = baseline_options(PruneMethod::activity);
  options.rounds = 1;
  options.neuron_fraction = 0.2;
  options.measure = [](const Network& n, const std::vector<std::uint32_t>&) { return planted(n); };
  for (const std::uint32_t i : pruned(network, options).kept) EXPECT_NE(i % 5, 4u);  // 12 of 60 fire every fifth bin
}

TEST(Baselines, RefuseAMeasurementThatIsNotOne) {
  const Network network = small_network();
  const std::vector<std::function<void(Recording&)>> spoilers = {[](Recording& r) { r.spikes.clear(); },
                                                                 [](Recording& r) { r.spikes.back().neuron = 60; },
                                                                 [](Recording& r) { r.steps = 10; }};
  for (const auto& spoil : spoilers) {
    PruneOptions options = baseline_options(PruneMethod::correlation);
    options.measure = [&](const Network& n, const std::vector<std::uint32_t>&) {
      Recording recording = planted(n);
      spoil(recording);
      return recording;
    };
    EXPECT_THROW(pruned(network, options), ConfigError);
  }
}

// A drawn method keeps k when its draw is below p = min(1, rho score); the draws are LNP's.
void expect_draws(PruneMethod method, const std::vector<double>& scores, const Network& network) {
  PruneOptions options = baseline_options(method);
  options.rounds = 1;
  options.seed = 5;
  options.kept_weight = KeptWeight::rescale;
  const double rho = keep_scale(scores, std::llround(0.5 * static_cast<double>(scores.size())));
  const std::map<std::uint64_t, float> found = weights_by_id(pruned(network, options).network.recurrent);
  std::size_t expected = 0;
  for (std::uint64_t k = 0; k < scores.size(); ++k) {
    const double p = std::min(1.0, rho * scores[k]);
    if (uniform_open(5, Stream::keep_synapse, k, 0) >= p) continue;
    ++expected;
    ASSERT_TRUE(found.contains(k)) << name_of(method);
    EXPECT_NEAR(found.at(k), network.recurrent.weights[k] / p, 1e-5 * std::abs(found.at(k))) << name_of(method);
  }
  EXPECT_EQ(found.size(), expected);
}

TEST(Baselines, DrawnOnesKeepInProportionToTheirScores) {
  const Network network = small_network();
  std::vector<double> weight;
  for (const float w : network.recurrent.weights) weight.push_back(std::abs(w));
  expect_draws(PruneMethod::weight, weight, network);
  expect_draws(PruneMethod::resistance, resistance_scores(network.recurrent), network);
}

TEST(Baselines, NoiseIsStepOneOfLnpWithItsWeights) {
  const Network network = small_network();
  PruneOptions options = baseline_options(PruneMethod::lnp);
  options.score = ScoreVariant::w;
  const std::uint64_t lnp = network_hash(pruned(network, options).network);
  EXPECT_EQ(network_hash(pruned(network, baseline_options(PruneMethod::noise)).network), lnp);
}

TEST(Baselines, DrawnOnesLoseTheNeuronsThatRandomLoses) {
  const Network network = small_network(100, 0.3);
  PruneOptions options = baseline_options(PruneMethod::random);
  options.neuron_fraction = 0.4;
  const std::vector<std::uint32_t> kept = pruned(network, options).kept;
  for (const PruneMethod method : kDrawn) {
    options.method = method;
    EXPECT_EQ(pruned(network, options).kept, kept) << name_of(method);
  }
}

TEST(Baselines, EmpiricalNoisePruneSeparatesWhatFiresTogetherFromWhatDoesNot) {
  // Two pairs, each joined by a positive weight so weak that it does nothing. 0 and 1 are alike and without noise fire
  // together, so C_ii + C_jj - 2 C_ij = 0; 2 and 3 differ.
  Network network = test::unconnected(4, {}, 0.5, {.i_dc = 1.2});
  network.neurons.v_initial = {0.2, 0.2, 0.2, 0.2};
  network.neurons.tau_m_ms[3] = 27;
  network.recurrent = test::csr_from(4, 4, {{0, 1, 1e-6f, 1}, {2, 3, 1e-6f, 1}});
  PruneOptions options = baseline_options(PruneMethod::noise_empirical);
  options.activity_noise = 0;
  options.rounds = 1;
  const PruneResult result = prune(network, {}, on_cpu(), options);
  EXPECT_EQ(ids(result.network), (std::set<std::uint64_t>{1}));
}

}  // namespace
}  // namespace sprig
