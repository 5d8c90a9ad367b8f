// What the engine refuses, and that it says where.
#include <gtest/gtest.h>

#include <limits>

#include "sprig/core/error.hpp"
#include "sprig/core/fixed_point.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/engine/slices.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/on_cpu.hpp"

namespace sprig {
namespace {

using test::on_cpu;
using test::random_network;

template <class E, class Body>
void expect_error(const Body& body, const std::string& where) {
  try {
    body();
    FAIL() << "no error; expected one at " << where;
  } catch (const E& error) {
    EXPECT_NE(error.where().find(where), std::string::npos) << error.what();
  }
}

TEST(EngineErrors, ADriveThatDoesNotFitIsRefusedByName) {
  const Network network = random_network({});
  const std::size_t n = network.size();
  const auto refuse = [&](const Drive& drive, const std::string& where) {
    expect_error<ConfigError>([&] { make_simulation(network, drive, on_cpu()); }, where);
  };
  Drive drive;
  drive.noise_sigma.assign(n - 1, 1);
  refuse(drive, "drive.noise_sigma");
  drive.noise_sigma.assign(n, 1);
  drive.noise_sigma[3] = -1;
  refuse(drive, "drive.noise_sigma[3]");
  drive = {};
  drive.poisson_rate_hz.assign(n, 10);
  refuse(drive, "drive.poisson_weight");
  drive.poisson_weight.assign(n, std::numeric_limits<double>::quiet_NaN());
  refuse(drive, "drive.poisson_weight[0]");
  drive.poisson_weight.assign(n, 1);
  drive.poisson_rate_hz[7] = 1e9;
  refuse(drive, "drive.poisson_rate_hz[7]");
  drive = {};
  drive.channels = 2;
  refuse(drive, "drive.current_gain");
}

TEST(EngineErrors, InputThatDoesNotFitIsRefusedBeforeAnythingMoves) {
  test::RandomNetworkSpec spec;
  spec.input_channels = 2;
  const Network network = random_network(spec);
  Drive drive;
  drive.channels = 1;
  drive.current_gain.assign(network.size(), 1);
  const auto simulation = make_simulation(network, drive, on_cpu());
  const std::uint64_t before = simulation->state().hash();
  std::vector<real> signal{1, 2, 3};
  Input input;
  input.signal = signal;
  input.samples = 2;
  expect_error<ConfigError>([&] { simulation->advance(5, input, {}, nullptr); }, "input.signal");
  signal[1] = std::numeric_limits<real>::infinity();
  input.samples = 3;
  expect_error<NumericalError>([&] { simulation->advance(5, input, {}, nullptr); }, "input.signal[1]");
  for (const std::vector<Input::Spike>& spikes : {std::vector<Input::Spike>{{0, 2, 0}},
                                                  {{0, 0, 1}},
                                                  {{3, 0, 0}, {2, 0, 0}},
                                                  {{1, 0, 0}, {1, 0, 0}},
                                                  {{5, 0, 0}}}) {
    Input bad;
    bad.spikes = spikes;
    expect_error<ConfigError>([&] { simulation->advance(5, bad, {}, nullptr); }, "input.spikes[");
  }
  Recording recording;
  expect_error<ConfigError>([&] { simulation->advance(1, {}, {.probe = {100}}, &recording); }, "record.probe");
  EXPECT_EQ(simulation->state().hash(), before);
}

TEST(EngineErrors, ANonFinitePotentialIsNamedWithNeuronAndStep) {
  Network network = test::unconnected(5, {}, 1.0, {});
  network.neurons.v_initial[3] = std::numeric_limits<double>::quiet_NaN();  // validate() would have refused it
  const auto simulation = make_simulation(network, {}, on_cpu());
  expect_error<NumericalError>([&] { simulation->advance(10); }, "neuron 3");
}

TEST(EngineErrors, AStateOfAnotherNetworkIsRefused) {
  test::RandomNetworkSpec spec;
  const auto a = make_simulation(random_network(spec), {}, on_cpu());
  spec.neurons = 101;
  const auto b = make_simulation(random_network(spec), {}, on_cpu());
  expect_error<ConfigError>([&] { a->set_state(b->state()); }, "state");
}

// Arrivals in flight are integers: with weights of other units they would be other arrivals.
TEST(EngineErrors, AStateOfOtherWeightUnitsIsRefused) {
  const Network network = random_network({});
  SimulationOptions narrow = on_cpu();
  narrow.weight_bits = 16;
  const auto wide = make_simulation(network, {}, on_cpu());
  const SimulationState state = make_simulation(network, {}, narrow)->state();
  ASSERT_NE(state.exponents, wide->state().exponents);
  expect_error<ConfigError>([&] { wide->set_state(state); }, "state");
}

TEST(EngineErrors, CudaIsRefusedWhereThereIsNone) {
  if (!cuda::devices().empty()) GTEST_SKIP() << "a device is there";
  SimulationOptions options;
  options.device = Device::cuda;
  expect_error<DeviceError>([&] { make_simulation(random_network({}), {}, options); }, "device");
  EXPECT_FALSE(cuda::why_no_device().empty());
}

TEST(FixedPointPacking, NoSetOfSpikesCanOverflow) {
  // All neurons fire at once, each with the largest weight that the rule allows for its target.
  test::RandomNetworkSpec spec;
  spec.density = 1;
  spec.weight = 1e4;
  const Network network = random_network(spec);
  const SlicedNetwork sliced = slice_network(network, {}, SlicePolicy{});
  std::vector<std::int64_t> sums(network.size(), 0);
  for (const WideSynapse& s : sliced.slices[0].recurrent.wide)
    sums[s.place % network.size()] += std::abs(std::int64_t{s.weight});
  const std::int64_t largest = *std::max_element(sums.begin(), sums.end());
  EXPECT_LT(largest, std::int64_t{1} << 31);
  EXPECT_GT(largest, std::int64_t{1} << 29);  // and no bit is given away
  ASSERT_FALSE(sliced.rounding.empty());
  for (const WeightRounding& one : sliced.rounding) EXPECT_LT(one.error, 1e-6);
}

}  // namespace
}  // namespace sprig
