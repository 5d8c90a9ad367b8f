// What lyapunov_spectrum() refuses, and how it says so.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "sprig/core/error.hpp"
#include "sprig/dynamics/contraction.hpp"
#include "sprig/dynamics/probe.hpp"
#include "tests/dynamics/networks.hpp"

namespace sprig {
namespace {

using test::autonomous_network;
using test::on_cpu;

void expect_refused(const char* where, const std::function<void(LyapunovOptions&, SimulationOptions&)>& change) {
  LyapunovOptions options;
  options.duration_ms = 10;
  SimulationOptions simulation = on_cpu();
  change(options, simulation);
  try {
    lyapunov_spectrum(autonomous_network({}), {}, simulation, options);
    FAIL() << where;
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.where(), where) << error.what();
  }
}

TEST(LyapunovErrors, NameTheKey) {
  using L = LyapunovOptions;
  using S = SimulationOptions;
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  expect_refused("lyapunov.exponents", [](L& o, S&) { o.exponents = 81; });
  expect_refused("run.replicas", [](L&, S& s) { s.replicas = 2; });
  expect_refused("lyapunov.duration_ms", [](L& o, S&) { o.duration_ms = 0; });
  expect_refused("lyapunov.duration_ms", [&](L& o, S&) { o.duration_ms = nan; });
  expect_refused("lyapunov.transient_ms", [](L& o, S&) { o.transient_ms = -1; });
  expect_refused("lyapunov.tangent_transient_ms", [&](L& o, S&) { o.tangent_transient_ms = infinity; });
  expect_refused("lyapunov.renorm_ms", [](L& o, S&) { o.renorm_ms = -1; });
  expect_refused("lyapunov.surrogate_gain", [](L& o, S&) { o.surrogate_gain = 0; });
  expect_refused("lyapunov.noise", [](L& o, S&) { o.noise = -0.1; });
  expect_refused("lyapunov.noise", [&](L& o, S&) { o.noise = infinity; });
  expect_refused("lyapunov.velocity_guard", [](L& o, S&) { o.velocity_guard = 0; });
  expect_refused("lyapunov.blocks", [](L& o, S&) { o.blocks = 1; });
}

TEST(LyapunovErrors, OfContractionAndProbesNameTheKeyToo) {
  const Network network = autonomous_network({});
  const auto where = [&](const LyapunovOptions& options, bool probe) -> std::string {
    try {
      if (probe)
        probe_exponents(network, {}, on_cpu(), options);
      else
        contraction_exponents(network, {}, on_cpu(), options);
    } catch (const ConfigError& error) {
      return error.where();
    }
    return "";
  };
  LyapunovOptions options;
  options.duration_ms = 10;
  EXPECT_EQ(where(options, true), "lyapunov.probe_ms") << "50 ms, longer than all of it";
  for (const double window : {0.0, 0.04, -1.0, std::nan("")}) {
    options.probe_ms = window;
    EXPECT_EQ(where(options, true), "lyapunov.probe_ms") << window;
  }
  options.noise = -1;
  EXPECT_EQ(where(options, true), "lyapunov.noise");
  EXPECT_EQ(where(options, false), "lyapunov.noise");
}

TEST(LyapunovErrors, AnAdaptiveThresholdHasNoExponents) {
  test::AutonomousSpec spec;
  spec.kind.adaptive = true;
  const Network network = autonomous_network(spec);
  LyapunovOptions options;
  options.exponents = 1;
  options.duration_ms = 100;
  for (const LyapunovMethod method : {LyapunovMethod::saltation, LyapunovMethod::surrogate}) {
    options.method = method;
    try {
      lyapunov_spectrum(network, {}, on_cpu(), options);
      FAIL();
    } catch (const ConfigError& error) {
      EXPECT_EQ(error.where(), "neuron.adaptive");
      EXPECT_NE(std::string(error.what()).find("no exponents here; allowed: false"), std::string::npos) << error.what();
    }
  }
}

TEST(LyapunovErrors, AnEmptyNetworkIsRefused) {
  EXPECT_THROW(lyapunov_spectrum(test::unconnected(0, {}, 0.1, {}), {}, on_cpu(), {}), ConfigError);
}

// Squares of entries below 1e-154 vanish, and entries below 1e-308 decay to a standstill: both gave lengths that were
// wrong without saying so.
TEST(LyapunovErrors, AFrameTooShortToBeMeasuredHasCollapsed) {
  const Network network = test::unconnected(2, {Synapse::delta, 1, Reset::hard, false}, 0.1, {});
  LyapunovOptions options;
  options.exponents = 1;
  for (const double ms : {7000.0, 8000.0, 16000.0}) {  // e^-350, e^-400, e^-800
    options.duration_ms = options.renorm_ms = options.probe_ms = ms;
    EXPECT_THROW(lyapunov_spectrum(network, {}, on_cpu(), options), NumericalError) << ms;
    EXPECT_THROW(probe_exponents(network, {}, on_cpu(), options), NumericalError) << ms;
  }
  options.duration_ms = options.renorm_ms = options.probe_ms = 6800;  // e^-340
  EXPECT_NEAR(lyapunov_spectrum(network, {}, on_cpu(), options).exponents[0], -1.0 / 20, 1e-12);
  EXPECT_NEAR(probe_exponents(network, {}, on_cpu(), options).values[1], -1.0 / 20, 1e-12);
}

TEST(LyapunovErrors, ACollapsedFrameIsNamedWithItsStep) {
  // Surrogate, hard reset: a step in which dV is multiplied by 1 - s - h'(x) (u - V_reset)/(V_th - V_reset) = 0
  // exactly, as at u = V_th without a spike's (1 - s): no such step exists, so the frame is driven to underflow
  // instead.
  NeuronDefaults d;
  d.tau_m_ms = 1e-3;
  const Network network = test::unconnected(1, {Synapse::delta, 1, Reset::hard, false}, 0.1, d);
  LyapunovOptions options;
  options.exponents = 1;
  options.duration_ms = 100;
  options.renorm_ms = 10;  // e^-10000 is 0
  try {
    lyapunov_spectrum(network, {}, on_cpu(), options);
    FAIL();
  } catch (const NumericalError& error) {
    EXPECT_NE(std::string(error.what()).find("step"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace sprig
