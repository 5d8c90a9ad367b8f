// Contract 1 on a real device for the resident engine: the bits of the CPU engine and of the plain CUDA engine,
// whatever the blocks, slices, places and exchange, time after time.
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "kernels/engine/resident_simulation.hpp"
#include "sprig/core/error.hpp"
#include "sprig/network/standard_networks.hpp"
#include "tests/kernels/engine_cases.hpp"
#include "tests/kernels/gpu_fixture.hpp"

namespace sprig::test {
namespace {

SimulationOptions options_of(const EngineCase& c, CudaEngine engine) {
  SimulationOptions options;
  options.first_replica = 1;
  options.first_step = c.first_step;
  options.weight_bits = 16;
  options.cuda_engine = engine;
  return options;
}

// A network whose shortest delay is longer than a step.
Network slow_network(std::uint32_t neurons, std::uint16_t min_delay, std::uint16_t max_delay) {
  RandomNetworkSpec spec;
  spec.neurons = neurons;
  spec.density = 0.05;
  spec.kind = kKinds[0];
  spec.i_dc = 1.3;
  spec.step_ms = 1.0;
  spec.weight = 0.1;
  spec.min_delay = min_delay;
  spec.max_delay = max_delay;
  return random_network(spec);
}

class GpuResident : public OnGpu<::testing::TestWithParam<EngineCase>> {};

TEST_P(GpuResident, GivesTheBitsOfThePlainEngineAndOfTheCpu) {
  const EngineCase& c = GetParam();
  const Network network = network_of(c);
  const Drive drive = drive_of(c);
  RecordOptions what;
  what.spikes = true;
  what.count_window_steps = 30;
  what.trajectory = true;
  for (std::uint32_t neuron = 0; neuron < c.neurons; neuron += 13) what.probe.push_back(neuron);
  const auto cpu = cpu::make_simulation(network, drive, options_of(c, CudaEngine::automatic));
  const auto plain = cuda::make_simulation(network, drive, options_of(c, CudaEngine::plain));
  const auto resident = cuda::make_simulation(network, drive, options_of(c, CudaEngine::resident));
  ASSERT_NE(resident->device_name().find("resident"), std::string::npos);
  Recording expected, found;

  for (const std::uint32_t steps : {7u, 32u, 101u}) {
    const CallInput call(c, steps);
    cpu->advance(steps, call.input, what, &expected);
    resident->advance(steps, call.input, what, &found);
    plain->advance(steps, call.input, {}, nullptr);
    ASSERT_EQ(resident->state().hash(), cpu->state().hash()) << "after " << steps;
    ASSERT_EQ(resident->state().hash(), plain->state().hash()) << "after " << steps;
  }
  const CallInput call(c, 70);
  cpu->advance(70, call.input, {}, nullptr);
  resident->advance(70, call.input, {}, nullptr);

  EXPECT_EQ(resident->state().hash(), cpu->state().hash()) << "after 70 steps that were not recorded";
  expect_equal(found, expected);
}

std::vector<EngineCase> resident_cases() {
  std::vector<EngineCase> list;
  for (const std::uint32_t neurons : {1u, 31u, 33u, 257u, 1025u}) list.push_back({neurons, 1, 1});
  for (int kind = 0; kind < 5; ++kind) {
    list.push_back({257, 1, kind});
    list.push_back({257, 1, kind, false});
  }
  list.push_back({257, 1, 1, true, (1ull << 32) - 40});
  list.push_back({5000, 1, 1, true, 0, 0.02});
  list.push_back({20000, 1, 0, true, 0, 0.002});
  return list;
}
INSTANTIATE_TEST_SUITE_P(All, GpuResident, ::testing::ValuesIn(resident_cases()));

class GpuResidentOnce : public OnGpu<::testing::Test> {};

TEST_F(GpuResidentOnce, IsChosenWhereItCanRunAndSaysWhyWhereItCannot) {
  const EngineCase c{257, 1, 0, false};
  const Network network = network_of(c);
  SimulationOptions options = options_of(c, CudaEngine::automatic);
  EXPECT_NE(cuda::make_simulation(network, {}, options)->device_name().find("resident"), std::string::npos);
  options.replicas = 2;
  EXPECT_EQ(cuda::make_simulation(network, {}, options)->device_name().find("resident"), std::string::npos);

  options.cuda_engine = CudaEngine::resident;
  EXPECT_THROW(cuda::make_simulation(network, {}, options), ConfigError);
  options.replicas = 1;
  options.weight_bits = 32;
  EXPECT_THROW(cuda::make_simulation(network, {}, options), ConfigError);
}

TEST_F(GpuResidentOnce, AHundredRunsHaveOneHash) {
  const int runs = is_emulated() ? 3 : 100;
  const EngineCase c{is_emulated() ? 1500u : 5000u, 1, 1, true, 0, 0.02};
  const Network network = network_of(c);
  Drive drive = drive_of(c);
  drive.channels = 0, drive.current_gain.clear();
  const auto resident = cuda::make_simulation(network, drive, options_of(c, CudaEngine::resident));
  const SimulationState start = resident->state();
  std::uint64_t first = 0;
  for (int run = 0; run < runs; ++run) {
    resident->set_state(start);
    resident->advance(300);
    const std::uint64_t hash = resident->state().hash();
    if (run == 0) first = hash;
    ASSERT_EQ(hash, first) << "run " << run;
  }
}

TEST_F(GpuResidentOnce, StateMovesBetweenEngines) {
  const EngineCase c{257, 1, 2};
  Drive drive = drive_of(c);
  drive.channels = 0, drive.current_gain.clear();
  const auto cpu = cpu::make_simulation(network_of(c), drive, options_of(c, CudaEngine::automatic));
  const auto resident = cuda::make_simulation(network_of(c), drive, options_of(c, CudaEngine::resident));
  cpu->advance(53);

  resident->set_state(cpu->state());
  cpu->advance(77);
  for (int call = 0; call < 11; ++call) resident->advance(7);

  EXPECT_EQ(resident->step(), cpu->step());
  EXPECT_EQ(resident->state().hash(), cpu->state().hash());
}

// A segment is appended while the next one runs.
TEST_F(GpuResidentOnce, RecordedSegmentsJoinWithoutASeam) {
  const EngineCase c{257, 1, 1};
  const Network network = network_of(c);
  const Drive drive = drive_of(c);
  RecordOptions what;
  what.spikes = true;
  what.count_window_steps = 9;
  what.trajectory = true;
  what.probe = {0, 100, 256};
  const auto cpu = cpu::make_simulation(network, drive, options_of(c, CudaEngine::automatic));
  kernel::ResidentWishes wishes;
  wishes.record_bytes = 20000;  // a step takes 2349 of them, and spikes
  const auto resident = cuda::make_resident_simulation(network, drive, options_of(c, CudaEngine::resident), wishes);
  Recording expected, found;
  for (const std::uint32_t steps : {31u, 20u}) {
    const CallInput call(c, steps);
    cpu->advance(steps, call.input, what, &expected);
    resident->advance(steps, call.input, what, &found);
  }
  expect_equal(found, expected);
  EXPECT_GT(found.total_spikes, 0u);
}

TEST_F(GpuResidentOnce, NonFiniteStateIsNamed) {
  const EngineCase c{257, 1, 0, false};
  const auto resident = cuda::make_simulation(network_of(c), {}, options_of(c, CudaEngine::resident));
  SimulationState state = resident->state();
  state.u[17] = std::numeric_limits<real>::quiet_NaN();
  resident->set_state(state);

  try {
    resident->advance(100);
    FAIL() << "no error";
  } catch (const NumericalError& error) {
    EXPECT_NE(std::string(error.what()).find("neuron 17"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("step 0"), std::string::npos) << error.what();
  }
}

TEST_F(GpuResidentOnce, DoesNotDependOnBlocksSlicesThreadsPlacesExchangeOrSplit) {
  using kernel::Exchange;
  using kernel::ResidentWishes;
  using kernel::RingPlace;
  using kernel::Split;
  const EngineCase c{3000, 1, 1, true, 0, 0.02};
  const std::uint32_t steps = is_emulated() ? 60 : 200;
  const auto all = static_cast<std::uint32_t>(cuda::current_device().multiprocessors);
  for (const std::uint16_t shortest : {1, 7}) {
    const Network network = shortest == 1 ? network_of(c) : slow_network(3000, shortest, 20);
    Drive drive;
    drive.noise_sigma.assign(3000, 0.3);
    const auto cpu = cpu::make_simulation(network, drive, options_of(c, CudaEngine::automatic));
    cpu->advance(steps);
    for (const ResidentWishes& wishes :
         {ResidentWishes{}, ResidentWishes{1, 0, 640}, ResidentWishes{all, 0, 32}, ResidentWishes{7, 31, 256, 2},
          ResidentWishes{all / 2, 0, 0, 32, RingPlace::global},
          ResidentWishes{all / 5, 0, 0, 8, RingPlace::automatic, Exchange::grid_barrier},
          ResidentWishes{5, 25, 512, 4, RingPlace::global, Exchange::grid_barrier}})
      for (const Split split : {Split::on, Split::off}) {
        ResidentWishes asked = wishes;
        asked.split = split;
        const auto resident =
            cuda::make_resident_simulation(network, drive, options_of(c, CudaEngine::resident), asked);
        resident->advance(steps - 20);
        resident->advance(20);
        EXPECT_EQ(resident->state().hash(), cpu->state().hash())
            << wishes.blocks << " blocks, " << wishes.slices << " slices, shortest delay " << shortest << ", split "
            << static_cast<int>(split);
      }
  }
}

// How much shared memory a block may have belongs to the kernel, not to the simulation.
TEST_F(GpuResidentOnce, SimulationsWithRingsOfDifferentSizesTakeTurns) {
  const Network large = slow_network(1500, 1, 60), small = slow_network(1500, 1, 2);
  const SimulationOptions options = options_of({}, CudaEngine::resident);
  const kernel::ResidentWishes wishes{3, 0, 0, 0, kernel::RingPlace::shared};  // 120 KB a block, and 6 KB
  const auto first = cuda::make_resident_simulation(large, {}, options, wishes);
  const auto second = cuda::make_resident_simulation(small, {}, options, wishes);
  const auto first_cpu = cpu::make_simulation(large, {}, options_of({}, CudaEngine::automatic));
  const auto second_cpu = cpu::make_simulation(small, {}, options_of({}, CudaEngine::automatic));
  for (int turn = 0; turn < 2; ++turn) {
    for (Simulation* simulation : {first.get(), second.get(), first_cpu.get(), second_cpu.get()})
      simulation->advance(20);
    EXPECT_EQ(first->state().hash(), first_cpu->state().hash());
    EXPECT_EQ(second->state().hash(), second_cpu->state().hash());
  }
}

// Drawn on the device, and near synapses copied there.
TEST_F(GpuResidentOnce, ADrawnMicrocircuitHasTheSameBitsWithSplitRows) {
  const StandardNetwork standard = microcircuit(Background::poisson, 1, is_emulated() ? 0.05 : 0.1);
  const std::uint32_t steps = is_emulated() ? 150 : 1000;
  Drive drive;
  drive.poisson_rate_hz = standard.poisson_rate_hz;
  drive.poisson_weight = standard.poisson_weight;
  const SimulationOptions options = options_of({}, CudaEngine::resident);
  const auto cpu = cpu::make_simulation(standard.procedural, drive, options_of({}, CudaEngine::automatic));
  cpu->advance(steps);
  for (const kernel::Split split : {kernel::Split::automatic, kernel::Split::on, kernel::Split::off}) {
    kernel::ResidentWishes wishes;
    wishes.split = split;
    const auto resident = cuda::make_resident_simulation(standard.procedural, drive, options, wishes);
    resident->advance(steps);
    EXPECT_EQ(resident->state().hash(), cpu->state().hash()) << "split " << static_cast<int>(split);
  }
}

TEST_F(GpuResidentOnce, BurstsOfEveryNeuronOverflowTheBoxes) {
  const EngineCase c{2000, 1, 0, false, 0, 0.05};
  Network network = network_of(c);
  for (std::size_t i = 0; i < 2000; ++i) network.neurons.i_dc[i] = 1e4, network.neurons.t_ref_ms[i] = 0;
  const auto cpu = cpu::make_simulation(network, {}, options_of(c, CudaEngine::automatic));
  Recording expected;
  cpu->advance(20, {}, {}, &expected);
  for (const kernel::Split split : {kernel::Split::on, kernel::Split::off}) {
    kernel::ResidentWishes wishes;
    wishes.box_words = 2;
    wishes.split = split;
    const auto resident = cuda::make_resident_simulation(network, {}, options_of(c, CudaEngine::resident), wishes);
    Recording found;

    resident->advance(20, {}, {}, &found);

    EXPECT_EQ(found.total_spikes, expected.total_spikes);
    EXPECT_EQ(resident->state().hash(), cpu->state().hash());
  }
}

}  // namespace
}  // namespace sprig::test
