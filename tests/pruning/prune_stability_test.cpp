// From dense to pruned with lnp: at the paper's sparsity (57 % of the neurons and 50 % of the synapses gone), and with
// 90 % of the synapses gone where weights stay as they are, the network is no less stable than it was, and neither dead
// nor saturated. Rescaled weights at a tenth make it less stable: what a gain has to answer for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sprig/network/builders.hpp"
#include "sprig/pruning/prune.hpp"
#include "tests/support/on_cpu.hpp"

namespace sprig {
namespace {

constexpr std::uint32_t kStabilitySeeds = 5;
constexpr double kStepMs = 1, kRefractoryMs = 2;

// The operating point of configs/demo.toml, smaller.
Network operating_point(std::uint32_t seed) {
  NetworkSpec spec;
  spec.neurons = 200;
  spec.gain = 0.2;
  spec.neuron.tau_syn_exc_ms = 40;
  spec.neuron.i_dc = 1.1;
  spec.neuron.t_ref_ms = kRefractoryMs;
  spec.step_ms = kStepMs;
  return build_network(spec, seed);
}

struct Sparsity {
  double density, neuron_fraction;
  KeptWeight kept_weight;
};

class PruneStability : public ::testing::TestWithParam<Sparsity> {};

PruneResult pruned_at(const Sparsity& sparsity, std::uint32_t seed) {
  PruneOptions options;
  options.density = sparsity.density;
  options.neuron_fraction = sparsity.neuron_fraction;
  options.kept_weight = sparsity.kept_weight;
  options.seed = seed;
  options.lyapunov.exponents = 8;
  SimulationOptions simulation = test::on_cpu();
  simulation.seed = seed;
  return prune(operating_point(seed), {}, simulation, options);
}

// An exponent is an average with an error, so a single network is held to two standard errors of the difference; the
// mean over seeds is held to the bound itself.
TEST_P(PruneStability, LargestExponentStaysBelowWhatItWasOrTheBound) {
  double before = 0, after = 0;
  for (std::uint32_t seed = 1; seed <= kStabilitySeeds; ++seed) {
    const Sparsity options = GetParam();
    const PruneResult result = pruned_at(options, seed);
    const double bound = std::max(result.before.exponents.front(), PruneOptions{}.delocalise.lambda_bound);
    const double error = std::hypot(result.before.standard_errors.front(), result.after.standard_errors.front());
    EXPECT_LE(result.after.exponents.front(), bound + 2 * error) << "seed " << seed;
    before += bound / kStabilitySeeds;
    after += result.after.exponents.front() / kStabilitySeeds;
    const double most_hz = 1000 / (kRefractoryMs + kStepMs);
    EXPECT_GT(result.after.mean_rate_hz, 0.1 * result.before.mean_rate_hz) << "seed " << seed;
    EXPECT_LT(result.after.mean_rate_hz, 0.5 * most_hz) << "seed " << seed;
    const double neurons = 200 * (1 - options.neuron_fraction);  // less those that became isolated
    EXPECT_LE(result.neurons_after, neurons) << "seed " << seed;
    EXPECT_GT(result.neurons_after, 0.9 * neurons) << "seed " << seed;
    EXPECT_LE(static_cast<double>(result.synapses_after),
              1.15 * options.density * static_cast<double>(result.synapses_before));
  }
  EXPECT_LT(after, before);
}

INSTANTIATE_TEST_SUITE_P(Sparsities, PruneStability,
                         ::testing::Values(Sparsity{0.5, 0.57, KeptWeight::rescale},
                                           Sparsity{0.1, 0, KeptWeight::mask}));

TEST(PruneRescaled, AtATenthTheNetworkIsLessStable) {
  double rise = 0;
  for (std::uint32_t seed = 1; seed <= kStabilitySeeds; ++seed) {
    const PruneResult result = pruned_at({0.1, 0, KeptWeight::rescale}, seed);
    rise += (result.after.exponents.front() - result.before.exponents.front()) / kStabilitySeeds;
  }
  EXPECT_GT(rise, 0.003) << "per ms";
}

}  // namespace
}  // namespace sprig
