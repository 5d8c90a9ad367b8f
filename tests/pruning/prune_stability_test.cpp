// From dense to pruned with the default method: at the paper's sparsity (57 % of the neurons and 50 % of the synapses
// gone) and with 90 % of the synapses gone, the network is no less stable than it was, and neither dead nor saturated.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sprig/network/builders.hpp"
#include "sprig/pruning/prune.hpp"
#include "support/on_cpu.hpp"

namespace sprig {
namespace {

constexpr std::uint32_t kSeeds = 6;
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

class PruneStability : public ::testing::TestWithParam<std::pair<double, double>> {};

// An exponent is an average with an error, so a single network is held to two standard errors of the difference; the
// mean over seeds is held to the bound itself.
TEST_P(PruneStability, LargestExponentStaysBelowWhatItWasOrTheBound) {
  double before = 0, after = 0;
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    PruneOptions options;
    std::tie(options.density, options.neuron_fraction) = GetParam();
    options.seed = seed;
    options.lyapunov.exponents = 8;
    SimulationOptions simulation = testing::on_cpu();
    simulation.seed = seed;
    const PruneResult result = prune(operating_point(seed), {}, simulation, options);
    const double bound = std::max(result.before.exponents.front(), options.lambda_bound);
    const double error = std::hypot(result.before.standard_errors.front(), result.after.standard_errors.front());
    EXPECT_LE(result.after.exponents.front(), bound + 2 * error) << "seed " << seed;
    before += bound / kSeeds;
    after += result.after.exponents.front() / kSeeds;
    const double most_hz = 1000 / (kRefractoryMs + kStepMs);
    EXPECT_GT(result.after.mean_rate_hz, 0.1 * result.before.mean_rate_hz) << "seed " << seed;
    EXPECT_LT(result.after.mean_rate_hz, 0.5 * most_hz) << "seed " << seed;
    EXPECT_EQ(result.neurons_after, std::llround(200 * (1 - options.neuron_fraction))) << "seed " << seed;
    EXPECT_LE(static_cast<double>(result.synapses_after),
              1.1 * options.density * static_cast<double>(result.synapses_before));
  }
  EXPECT_LT(after, before);
}

INSTANTIATE_TEST_SUITE_P(Sparsities, PruneStability,
                         ::testing::Values(std::pair(0.5, 0.57), std::pair(0.1, 0.0), std::pair(0.1, 0.2)));

}  // namespace
}  // namespace sprig
