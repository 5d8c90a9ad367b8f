// The bodies of plastic_kernel.hpp, run through the threaded context, give the CPU engine's weights, traces and spikes,
// whatever the grid and the schedule. The same file runs under TSan and ASan.
#include <gtest/gtest.h>

#include "tests/kernels/plastic_cases.hpp"
#include "tests/kernels/threaded_engine.hpp"

namespace sprig::test {
namespace {

struct PlasticRun {
  EngineCase what;
  bool wild;
  LaunchShape shape;
};

void PrintTo(const PlasticRun& run, std::ostream* out) {
  *out << run.what << (run.wild ? ", wild" : "") << ", " << run.shape.blocks << " x " << run.shape.threads;
}

class PlasticKernels : public ::testing::TestWithParam<PlasticRun> {};

TEST_P(PlasticKernels, GiveTheCpuEnginesBits) {
  const EngineCase& c = GetParam().what;
  const Network network = plastic_network_of(c, GetParam().wild);
  const Drive drive = drive_of(c);
  SimulationOptions options;
  options.first_step = c.first_step;
  options.weight_bits = c.weight_bits;
  options.update = c.events ? UpdateMode::event : UpdateMode::clock;
  options.threads = 1;
  const auto cpu = cpu::make_simulation(network, drive, options);
  ThreadedEngine threaded(network, drive, options);
  const std::vector<std::int32_t> before = cpu->state().plastic.weights;

  std::uint64_t spikes = 0;
  for (const std::uint32_t steps : {1u, 18u, 9u}) {
    const CallInput call(c, steps);
    Recording expected;
    cpu->advance(steps, call.input, {.spikes = true}, &expected);
    const Recording found = threaded.advance(GetParam().shape, steps, call.input, {.spikes = true});
    spikes += found.total_spikes;

    EXPECT_EQ(found.spikes, expected.spikes);
    const SimulationState a = threaded.state(), b = cpu->state();
    EXPECT_EQ(a.plastic.weights, b.plastic.weights);
    EXPECT_EQ(a.plastic.last_spike, b.plastic.last_spike);
    EXPECT_EQ(a.plastic.pre, b.plastic.pre);
    EXPECT_EQ(a.plastic.post, b.plastic.post);
    EXPECT_EQ(a.pending, b.pending);
    EXPECT_EQ(a.hash(), b.hash());
  }
  EXPECT_GT(spikes, GetParam().wild ? 15u * c.neurons : c.neurons / 2);
  EXPECT_NE(cpu->state().plastic.weights, before);
}

std::vector<PlasticRun> runs() {
  std::vector<PlasticRun> list;
  for (const bool wild : {false, true}) {
    for (int kind = 0; kind < 5; ++kind) list.push_back({{70, 1, kind}, wild, {2, 64}});
    list.push_back({{33, 1, 1, true, (1ull << 32) - 9}, wild, {1, 32}});
    list.push_back({{70, 1, 3, true, 5, 0.3, 16}, wild, {3, 32}});
    for (std::uint32_t seed = 1; seed <= 3; ++seed) list.push_back({{70, 1, 1}, wild, {4, 32 * seed, 0, seed}});
  }
  for (const int kind : {0, 1, 3}) {
    list.push_back({{70, 1, kind}, false, {2, 64}});
    list.back().what.events = true;
  }
  return list;
}

INSTANTIATE_TEST_SUITE_P(All, PlasticKernels, ::testing::ValuesIn(runs()));

}  // namespace
}  // namespace sprig::test
