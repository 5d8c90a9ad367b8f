// Contract 1 on a real device: the CUDA engine gives the CPU engine's spikes, records and state, bit for bit.
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "sprig/core/error.hpp"
#include "tests/kernels/engine_cases.hpp"
#include "tests/kernels/gpu_fixture.hpp"

namespace sprig::test {
namespace {

RecordOptions record_all(const EngineCase& c) {
  RecordOptions what;
  what.spikes = true;
  what.count_window_steps = 30;
  what.trajectory = c.replicas == 1 && !c.events;
  for (std::uint32_t neuron = 0; neuron < c.neurons; neuron += 13) what.probe.push_back(neuron);
  return what;
}

class GpuEngine : public OnGpu<::testing::TestWithParam<EngineCase>> {};

// Calls of less, exactly and more than a graph's 32 steps, with everything recorded and with nothing.
TEST_P(GpuEngine, GivesTheCpuEnginesBits) {
  const EngineCase& c = GetParam();
  const Network network = network_of(c);
  const Drive drive = drive_of(c);
  SimulationOptions options;
  options.replicas = c.replicas;
  options.first_replica = 1;
  options.first_step = c.first_step;
  options.weight_bits = c.weight_bits;
  options.update = c.events ? UpdateMode::event : UpdateMode::clock;
  const RecordOptions what = record_all(c);
  const auto cpu = cpu::make_simulation(network, drive, options);
  const auto gpu = cuda::make_simulation(network, drive, options);
  Recording expected, found;  // one recording of three calls: count windows run across them

  for (const std::uint32_t steps : {7u, 32u, 101u}) {
    const CallInput call(c, steps);
    cpu->advance(steps, call.input, what, &expected);
    gpu->advance(steps, call.input, what, &found);
    ASSERT_EQ(gpu->state().hash(), cpu->state().hash()) << "after " << steps;
  }
  const CallInput call(c, 70);
  cpu->advance(70, call.input, {}, nullptr);
  gpu->advance(70, call.input, {}, nullptr);

  EXPECT_EQ(gpu->state().hash(), cpu->state().hash()) << "after 70 steps that were not recorded";
  expect_equal(found, expected);
  if (c.neurons >= 31) {
    EXPECT_GT(found.total_spikes, 0u);
  }
}

std::vector<EngineCase> engine_cases() {
  std::vector<EngineCase> list;
  list.push_back({0, 1, 0, false});
  for (const std::uint32_t neurons : {1u, 31u, 32u, 33u, 257u, 1025u})
    for (const std::uint32_t replicas : {1u, 3u}) list.push_back({neurons, replicas, 1});
  for (int kind = 0; kind < 5; ++kind) {
    list.push_back({257, 1, kind});
    list.push_back({257, 5, kind, false});
  }
  for (int kind = 0; kind < 5; ++kind) {
    list.push_back({257, 1, kind, true, 62, 0.1, 32, true});
    list.push_back({257, 5, kind, true, 0, 0.1, 16, true});
  }
  for (const std::uint32_t replicas : {16u, 31u, 32u, 33u, 64u, 70u}) list.push_back({40, replicas, 2});
  list.push_back({257, 1, 1, true, (1ull << 32) - 40});
  list.push_back({5000, 1, 1, true, 0, 0.02});
  list.push_back({5000, 4, 3, true, 0, 0.02});
  return list;
}
INSTANTIATE_TEST_SUITE_P(All, GpuEngine, ::testing::ValuesIn(engine_cases()));

class GpuEngineOnce : public OnGpu<::testing::Test> {};

TEST_F(GpuEngineOnce, EachTermOfTheDriveAloneGivesTheCpusBits) {
  const EngineCase c{257, 2, 1};
  const Network network = network_of(c);
  const Drive full = drive_of(c);
  for (int term = 0; term < 3; ++term) {
    Drive drive;
    if (term == 0) drive.poisson_rate_hz = full.poisson_rate_hz, drive.poisson_weight = full.poisson_weight;
    if (term == 1) drive.noise_sigma = full.noise_sigma;
    if (term == 2) drive.channels = full.channels, drive.current_gain = full.current_gain;
    SimulationOptions options;
    options.replicas = c.replicas;
    CallInput call(c, 60);
    if (term != 2) call.input.signal = {}, call.input.samples = 0;
    if (term == 2) call.input.spikes = {};
    const auto cpu = cpu::make_simulation(network, drive, options);
    const auto gpu = cuda::make_simulation(network, drive, options);

    cpu->advance(60, call.input, {}, nullptr);
    gpu->advance(60, call.input, {}, nullptr);

    EXPECT_EQ(gpu->state().hash(), cpu->state().hash()) << "term " << term;
  }
}

TEST_F(GpuEngineOnce, ABatchIsItsReplicasRunOneByOne) {
  const EngineCase c{257, 5, 1, true};
  const Network network = network_of(c);
  Drive drive = drive_of(c);
  drive.channels = 0, drive.current_gain.clear();
  SimulationOptions options;
  options.replicas = 5;
  const auto batch = cuda::make_simulation(network, drive, options);
  batch->advance(80);
  const SimulationState all = batch->state();
  for (std::uint32_t r = 0; r < 5; ++r) {
    SimulationOptions one;
    one.first_replica = r;
    const auto alone = cuda::make_simulation(network, drive, one);

    alone->advance(80);

    const SimulationState state = alone->state();
    for (std::uint32_t i = 0; i < c.neurons; ++i) ASSERT_EQ(state.u[i], all.u[i * 5 + r]) << "replica " << r;
    for (std::size_t k = 0; k < state.pending.size(); ++k) ASSERT_EQ(state.pending[k], all.pending[k * 5 + r]);
  }
}

TEST_F(GpuEngineOnce, StateMovesBetweenDevices) {
  const EngineCase c{257, 3, 2};
  const Network network = network_of(c);
  const Drive drive = drive_of(c);
  SimulationOptions options;
  options.replicas = 3;
  const auto cpu = cpu::make_simulation(network, drive, options);
  const auto gpu = cuda::make_simulation(network, drive, options);
  cpu->advance(53);

  gpu->set_state(cpu->state());
  cpu->advance(77);
  gpu->advance(77);

  EXPECT_EQ(gpu->step(), cpu->step());
  EXPECT_EQ(gpu->state().hash(), cpu->state().hash());
}

TEST_F(GpuEngineOnce, NonFiniteStateIsNamed) {
  const EngineCase c{257, 1, 0, false};
  const auto gpu = cuda::make_simulation(network_of(c), {}, {});
  SimulationState state = gpu->state();
  state.u[17] = std::numeric_limits<real>::quiet_NaN();
  gpu->set_state(state);

  try {
    gpu->advance(100);
    FAIL() << "no error";
  } catch (const NumericalError& error) {
    EXPECT_NE(std::string(error.what()).find("neuron 17"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("step 0"), std::string::npos) << error.what();
  }
}

TEST_F(GpuEngineOnce, RowsLongerThanASegmentAreDeliveredWhole) {
  // Neuron 0 has 300 synapses onto neuron 1, of weights 1..300 in units that fixed point holds exactly.
  Network network = unconnected(2, kKinds[0], 1.0, {});
  std::vector<Edge> edges;
  for (int k = 1; k <= 300; ++k) edges.push_back({0, 1, static_cast<float>(k), static_cast<std::uint16_t>(1 + k % 3)});
  network.recurrent = csr_from(2, 2, edges);
  network.neurons.v_initial = {5.0, 0.0};  // fires at once
  SimulationOptions options;
  options.threads = 1;
  const auto cpu = cpu::make_simulation(network, {}, options);
  const auto gpu = cuda::make_simulation(network, {}, options);

  cpu->advance(2);
  gpu->advance(2);

  EXPECT_EQ(gpu->state().pending, cpu->state().pending);
  EXPECT_EQ(gpu->state().hash(), cpu->state().hash());
}

TEST_F(GpuEngineOnce, TooLargeIsAMemoryErrorAndTheProcessGoesOn) {
  Network network = unconnected(5000, kKinds[0], 1.0, {});
  SimulationOptions options;
  options.replicas = 1000000;  // more cells than a device takes
  EXPECT_THROW(cuda::make_simulation(network, {}, options), MemoryError);
  network.recurrent = csr_from(5000, 5000, {{0, 1, 1.0f, 32767}});
  options.replicas = 1000;  // a delay ring of 655 GB
  EXPECT_THROW(cuda::make_simulation(network, {}, options), MemoryError);

  options.replicas = 1;
  const auto cpu = cpu::make_simulation(network, {}, options);
  const auto gpu = cuda::make_simulation(network, {}, options);
  cpu->advance(40);
  gpu->advance(40);
  EXPECT_EQ(gpu->state().hash(), cpu->state().hash());
}

}  // namespace
}  // namespace sprig::test
