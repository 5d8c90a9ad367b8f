// Drives that change and stimuli on the GPU: the CPU's bits, on the plain and on the resident engine.
#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "tests/instruments/stimulus_support.hpp"
#include "tests/kernels/engine_cases.hpp"
#include "tests/kernels/gpu_fixture.hpp"

namespace sprig::test {
namespace {

// Of as many distinct rates as `which` says: tables of Poisson counts grow and shrink. Those of the second are several,
// all too low for a spike.
Drive changed_drive(const EngineCase& c, std::uint32_t which) {
  Drive drive = drive_of(c);
  for (std::uint32_t i = 0; i < c.neurons; ++i) drive.current.push_back(0.2 * test_uniform(40 + which, i, 0));
  for (std::uint32_t i = 0; i < drive.poisson_rate_hz.size(); ++i) {
    drive.poisson_rate_hz[i] = which == 2 ? 1e-7 * (i % 5) : 50.0 * (which + 1) * (1 + i % (1 + 3 * which));
    drive.poisson_weight[i] = (i + which) % 2 == 0 ? 0.05 : -0.04;
    drive.noise_sigma[i] = 0.1 * ((i + which) % 3);
    drive.current_gain[2 * i] = 0.3 * test_uniform(50 + which, i, 0);
  }
  return drive;
}

class GpuStimuli : public OnGpu<::testing::TestWithParam<EngineCase>> {};

TEST_P(GpuStimuli, ADriveThatChangesGivesTheCpusBits) {
  const EngineCase& c = GetParam();
  const Network network = network_of(c);
  SimulationOptions options;
  options.replicas = c.replicas;
  options.first_replica = 1;
  options.weight_bits = c.weight_bits;
  options.update = c.events ? UpdateMode::event : UpdateMode::clock;
  options.cuda_engine = c.weight_bits == 16 && c.replicas == 1 && !c.events ? CudaEngine::resident : CudaEngine::plain;
  RecordOptions what;
  what.spikes = true;
  what.count_window_steps = 30;
  what.probe = {0, c.neurons / 2};
  const auto cpu = cpu::make_simulation(network, changed_drive(c, 0), options);
  const auto gpu = cuda::make_simulation(network, changed_drive(c, 0), options);
  Recording expected, found;

  std::uint32_t which = 0;
  for (const std::uint32_t steps : {7u, 33u, 66u, 5u, 40u}) {
    const CallInput call(c, steps);
    cpu->advance(steps, call.input, what, &expected);
    gpu->advance(steps, call.input, what, &found);
    ASSERT_EQ(gpu->state().hash(), cpu->state().hash()) << "under drive " << which;
    ++which;
    cpu->set_drive(changed_drive(c, which));
    gpu->set_drive(changed_drive(c, which));
    ASSERT_EQ(gpu->state().hash(), cpu->state().hash()) << "when drive " << which << " is set";
  }
  expect_equal(found, expected);
  EXPECT_GT(found.total_spikes, 0u);
}

std::vector<EngineCase> stimuli_cases() {
  std::vector<EngineCase> list{
      {257, 1, 1}, {257, 3, 2}, {257, 1, 3}, {257, 1, 0, true, 0, 0.1, 16}, {1025, 1, 1, true, 0, 0.1, 16}};
  list.push_back({257, 1, 0, true, 0, 0.1, 32, true});
  list.push_back({257, 3, 4, true, 0, 0.1, 32, true});
  return list;
}
INSTANTIATE_TEST_SUITE_P(All, GpuStimuli, ::testing::ValuesIn(stimuli_cases()));

class GpuStimuliOnce : public OnGpu<::testing::Test> {};

TEST_F(GpuStimuliOnce, EachKindOfStimulusGivesTheCpusBits) {
  const Network network = network_for_stimuli(257);
  const std::vector<StimulusSpec> all = stimuli_of_each_kind();
  for (std::size_t k = 0; k <= all.size(); ++k) {  // each alone, then all at once
    const std::vector<StimulusSpec> stimuli = k < all.size() ? std::vector<StimulusSpec>{all[k]} : all;
    SimulationOptions options;
    options.weight_bits = 16;
    options.device = Device::cpu;
    const StimulatedRun expected = run_stimulated(network, {}, stimuli, options, 205, 50);
    options.device = Device::cuda;
    for (const CudaEngine engine : {CudaEngine::plain, CudaEngine::resident}) {
      options.cuda_engine = engine;
      const StimulatedRun found = run_stimulated(network, {}, stimuli, options, 205, 77);
      EXPECT_EQ(found.hash, expected.hash) << "stimulus " << k << ", " << name_of(engine);
      EXPECT_EQ(found.recording.spikes, expected.recording.spikes) << "stimulus " << k << ", " << name_of(engine);
    }
  }
}

TEST_F(GpuStimuliOnce, UnderAutomaticTheClockTakesOverInTheSameStep) {
  const Network network = network_for_stimuli(257);
  SimulationOptions options;
  options.update = UpdateMode::automatic;
  const std::vector<StimulusSpec> stimuli{poisson(300, 0.2, 30, 60), dc(0.3, 10, 45)};
  options.device = Device::cpu;
  const StimulatedRun expected = run_stimulated(network, {}, stimuli, options, 205);
  options.device = Device::cuda;
  const StimulatedRun found = run_stimulated(network, {}, stimuli, options, 205);
  EXPECT_EQ(found.hash, expected.hash);
  EXPECT_GT(expected.recording.total_spikes, 0u);
}

TEST_F(GpuStimuliOnce, RefusesTermsThatItWasMadeWithout) {
  const EngineCase c{257, 1, 0, true, 0, 0.1, 16};
  const Network network = network_of(c);
  for (const CudaEngine engine : {CudaEngine::plain, CudaEngine::resident}) {
    SimulationOptions options;
    options.weight_bits = 16;
    options.cuda_engine = engine;
    const auto gpu = cuda::make_simulation(network, {}, options);
    EXPECT_THROW(gpu->set_drive(drive_of(c)), ConfigError);
  }
}

}  // namespace
}  // namespace sprig::test
