// Networks that learn, on a real device: the CPU engine's weights, traces and spikes, bit for bit.
#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "sprig/network/standard_networks.hpp"
#include "tests/kernels/gpu_fixture.hpp"
#include "tests/kernels/plastic_cases.hpp"

namespace sprig::test {
namespace {

struct GpuCase {
  EngineCase what;
  bool wild;
};
void PrintTo(const GpuCase& c, std::ostream* out) { *out << c.what << (c.wild ? ", wild" : ""); }

class GpuPlastic : public OnGpu<::testing::TestWithParam<GpuCase>> {};

TEST_P(GpuPlastic, GivesTheCpuEnginesBits) {
  const EngineCase& c = GetParam().what;
  const Network network = plastic_network_of(c, GetParam().wild);
  const Drive drive = drive_of(c);
  SimulationOptions options;
  options.first_step = c.first_step;
  options.weight_bits = c.weight_bits;
  options.update = c.events ? UpdateMode::event : UpdateMode::clock;
  const auto cpu = cpu::make_simulation(network, drive, options);
  const auto gpu = cuda::make_simulation(network, drive, options);
  const std::vector<std::int32_t> before = cpu->state().plastic.weights;
  for (const std::uint32_t steps : {1u, 32u, 101u, 70u}) {
    const CallInput call(c, steps);
    Recording expected, found;

    cpu->advance(steps, call.input, {.spikes = true}, &expected);
    gpu->advance(steps, call.input, {.spikes = true}, &found);

    EXPECT_TRUE(found.spikes == expected.spikes);
    const SimulationState a = gpu->state(), b = cpu->state();
    EXPECT_TRUE(a.plastic.weights == b.plastic.weights);
    ASSERT_EQ(a.hash(), b.hash()) << "after " << steps;
  }
  EXPECT_NE(cpu->state().plastic.weights, before);
}

std::vector<GpuCase> plastic_cases() {
  std::vector<GpuCase> list;
  for (const bool wild : {false, true}) {
    for (int kind = 0; kind < 5; ++kind) list.push_back({{257, 1, kind}, wild});
    list.push_back({{1025, 1, 1, true, (1ull << 32) - 40}, wild});
    list.push_back({{5000, 1, 3, true, 0, 0.02, 16}, wild});
  }
  for (const int kind : {0, 1, 3}) {
    list.push_back({{257, 1, kind}, false});
    list.back().what.events = true;
  }
  return list;
}
INSTANTIATE_TEST_SUITE_P(All, GpuPlastic, ::testing::ValuesIn(plastic_cases()));

class GpuPlasticOnce : public OnGpu<::testing::Test> {};

TEST_F(GpuPlasticOnce, StateMovesBetweenDevicesAtAnyStep) {
  const EngineCase c{257, 1, 1, false};
  const Network network = plastic_network_of(c, false);
  const auto cpu = cpu::make_simulation(network, {}, {});
  const auto gpu = cuda::make_simulation(network, {}, {});
  for (int turn = 0; turn < 20; ++turn) {
    cpu->advance(7);
    gpu->set_state(cpu->state());
    gpu->advance(33);
    cpu->advance(33);
    ASSERT_EQ(gpu->state().hash(), cpu->state().hash()) << "turn " << turn;
    cpu->set_state(gpu->state());
  }
}

TEST_F(GpuPlasticOnce, TheThroughputNetworkLearnsTheSame) {
  const StandardNetwork standard = throughput_brunel_plus(1000000, 1);
  Drive drive;
  drive.poisson_rate_hz = standard.poisson_rate_hz;
  drive.poisson_weight = standard.poisson_weight;
  const auto cpu = cpu::make_simulation(standard.procedural, drive, {});
  const auto gpu = cuda::make_simulation(standard.procedural, drive, {});

  cpu->advance(3000);
  gpu->advance(3000);

  EXPECT_EQ(gpu->state().hash(), cpu->state().hash());
}

TEST_F(GpuPlasticOnce, TheResidentEngineRefuses) {
  SimulationOptions options;
  options.weight_bits = 16;
  options.cuda_engine = CudaEngine::resident;
  EXPECT_THROW(cuda::make_simulation(plastic_network_of({257, 1, 0, false}, false), {}, options), ConfigError);
}

}  // namespace
}  // namespace sprig::test
