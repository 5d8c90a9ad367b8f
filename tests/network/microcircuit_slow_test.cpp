// All 3e8 synapses of the microcircuit, drawn once.
#include <gtest/gtest.h>

#include "sprig/network/standard_networks.hpp"
#include "tests/network/projection_support.hpp"

namespace sprig::test {
namespace {

TEST(MicrocircuitAtFullScale, WeightsAndDelaysHaveTheModelsMoments) {
  struct Sums {
    double synapses = 0, weight = 0, weight_squares = 0, delay = 0;
  };
  const StandardNetwork network = microcircuit(Background::poisson, 1);
  const ProjectionDraws draws(network.procedural);
  Sums by_sign[2];
  IncomingSynapses in;
  for (std::uint32_t target = 20683; target < draws.neurons(); ++target) {  // but L23E, with its stronger weights
    draws.onto(target, in);
    for (std::size_t k = 0; k < in.count; ++k) {
      Sums& sums = by_sign[in.weights[k] < 0];
      sums.synapses += 1;
      sums.weight += in.weights[k];
      sums.weight_squares += static_cast<double>(in.weights[k]) * in.weights[k];
      sums.delay += 0.1 * in.delays[k];
    }
  }

  // A normal delay redrawn below h / 2 = 0.05 ms, at a standard deviations: mean + sd phi(a) / Phi(-a). Rounding to
  // the grid adds nothing that shows.
  const double a = -1.45 / 0.75,
               shift = std::exp(-a * a / 2) / std::sqrt(2 * M_PI) / (0.5 * std::erfc(a / std::sqrt(2)));
  const double a_inh = -0.7 / 0.375;
  const double shift_inh = std::exp(-a_inh * a_inh / 2) / std::sqrt(2 * M_PI) / (0.5 * std::erfc(a_inh / std::sqrt(2)));
  const double mean[] = {87.8085, -351.234}, delay[] = {1.5 + 0.75 * shift, 0.75 + 0.375 * shift_inh};
  for (int sign = 0; sign < 2; ++sign) {
    const Sums& sums = by_sign[sign];
    const double weight = sums.weight / sums.synapses;
    EXPECT_GT(sums.synapses, 3e7);
    EXPECT_NEAR(weight / mean[sign], 1, 1e-4);
    EXPECT_NEAR(std::sqrt(sums.weight_squares / sums.synapses - weight * weight) / std::abs(weight), 0.1, 1e-4);
    EXPECT_NEAR(sums.delay / sums.synapses, delay[sign], 1e-3);
  }
}

}  // namespace
}  // namespace sprig::test
