// The update and delivery kernels, run through the threaded context, give the CPU engine's bits, whatever
// the grid, the batch and the schedule. The same file runs under TSan and ASan.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/kernels/engine_cases.hpp"
#include "tests/kernels/threaded_engine.hpp"

namespace sprig::test {
namespace {

struct Run {
  EngineCase what;
  LaunchShape shape;
};

void PrintTo(const Run& run, std::ostream* out) {
  *out << run.what << ", " << run.shape.blocks << " x " << run.shape.threads << " threads";
  if (run.shape.yield_seed) *out << ", yields " << *run.shape.yield_seed;
}

class EngineKernels : public ::testing::TestWithParam<Run> {};

// Two calls, so that state and ring carry over; every recorder on.
TEST_P(EngineKernels, GiveTheCpuEnginesBits) {
  const EngineCase& c = GetParam().what;
  const Network network = network_of(c);
  const Drive drive = drive_of(c);
  SimulationOptions options;
  options.replicas = c.replicas;
  options.first_replica = 2;
  options.first_step = c.first_step;
  options.weight_bits = c.weight_bits;
  options.update = c.events ? UpdateMode::event : UpdateMode::clock;
  options.threads = 1;
  RecordOptions what;
  what.spikes = true;
  what.count_window_steps = 4;
  what.trajectory = c.replicas == 1 && !c.events;
  for (std::uint32_t neuron = 0; neuron < c.neurons; neuron += 13) what.probe.push_back(neuron);
  const auto cpu = cpu::make_simulation(network, drive, options);
  ThreadedEngine threaded(network, drive, options);

  std::uint64_t spikes = 0;
  for (const std::uint32_t steps : {11u, 6u}) {
    const CallInput call(c, steps);
    Recording expected;
    cpu->advance(steps, call.input, what, &expected);
    const Recording found = threaded.advance(GetParam().shape, steps, call.input, what);
    spikes += found.total_spikes;

    expect_equal(found, expected);
    const SimulationState a = threaded.state(), b = cpu->state();
    EXPECT_EQ(a.u, b.u);
    EXPECT_EQ(a.pending, b.pending);
    EXPECT_EQ(a.hash(), b.hash());
  }
  if (c.neurons >= 31) {
    EXPECT_GT(spikes, 0u) << "a run without spikes compares little";
  }
  EXPECT_EQ(threaded.failure(), ~0ull);
}

std::vector<Run> runs() {
  std::vector<Run> list;
  for (const std::uint32_t neurons : {0u, 1u, 31u, 32u, 33u, 70u})
    for (const std::uint32_t replicas : {1u, 3u}) list.push_back({{neurons, replicas, 1, neurons > 0}, {2, 64}});
  for (int kind = 0; kind < 5; ++kind) list.push_back({{70, kind % 2 == 0 ? 1u : 3u, kind}, {1, 32}});
  list.push_back({{40, 1, 0, false}, {3, 32}});
  list.push_back({{5, 33, 2}, {2, 32}});  // two words of replicas
  list.push_back({{4, 32, 0}, {1, 64}});  // exactly one
  list.push_back({{3, 64, 3}, {2, 32}});
  list.push_back({{33, 1, 1, true, (1ull << 32) - 5}, {1, 64}});  // the step counter passes 2^32
  list.push_back({{70, 3, 2}, {4, 128}});
  list.push_back({{70, 1, 4}, {1, 128}});
  list.push_back({{70, 1, 1, true, 3, 0.3, 16}, {2, 64}});  // the CPU's synapses are narrow then
  list.push_back({{70, 3, 4, true, 0, 0.3, 16}, {2, 64}});
  for (int kind = 0; kind < 5; ++kind)
    list.push_back({{70, kind % 2 == 0 ? 1u : 3u, kind, true, 62, 0.1, 32, true}, {2, 64, 0, kind}});
  list.push_back({{33, 40, 1, true, 0, 0.1, 16, true}, {2, 32}});
  for (std::uint32_t seed = 1; seed <= 3; ++seed) list.push_back({{70, seed, 1}, {4, 32 * seed, 0, seed}});
  return list;
}

INSTANTIATE_TEST_SUITE_P(All, EngineKernels, ::testing::ValuesIn(runs()));

TEST(EngineKernels, RowsLongerThanASegmentAreDeliveredWhole) {
  // Neuron 0 has 300 synapses onto neuron 1, of weights 1..300 in units that fixed point holds exactly.
  Network network = unconnected(2, kKinds[0], 1.0, {});
  std::vector<Edge> edges;
  for (int k = 1; k <= 300; ++k) edges.push_back({0, 1, static_cast<float>(k), static_cast<std::uint16_t>(1 + k % 3)});
  network.recurrent = csr_from(2, 2, edges);
  network.neurons.v_initial = {5.0, 0.0};  // fires at once
  SimulationOptions options;
  options.threads = 1;
  const auto cpu = cpu::make_simulation(network, {}, options);
  ThreadedEngine threaded(network, {}, options);

  cpu->advance(2);
  threaded.advance({2, 64}, 2, {}, {});

  EXPECT_EQ(threaded.state().pending, cpu->state().pending);
  EXPECT_EQ(threaded.state().hash(), cpu->state().hash());
}

TEST(EngineKernels, NonFinitePotentialsAreNamedWithStepAndNeuron) {
  const EngineCase c{40, 1, 0, false};
  ThreadedEngine threaded(network_of(c), {}, {});
  threaded.advance({1, 64}, 2, {}, {});
  threaded.potentials()[17] = std::numeric_limits<real>::quiet_NaN();
  threaded.potentials()[35] = std::numeric_limits<real>::quiet_NaN();

  threaded.advance({1, 64}, 3, {}, {});

  EXPECT_EQ(threaded.failure() >> 32, 0u);  // the call's first step
  EXPECT_EQ(threaded.failure() & 0xFFFFFFFFu, 17u);
}

TEST(InputRows, MergeReplicasOfAChannelAndKeepRepeats) {
  const std::vector<Input::Spike> spikes = {{1, 0, 0}, {1, 0, 33}, {1, 0, 1}, {1, 0, 1},
                                            {1, 2, 0}, {3, 0, 0},  {9, 0, 0}};

  const kernel::InputRows rows = kernel::input_rows(View<const Input::Spike>(spikes), 5, 2);

  EXPECT_EQ(rows.spans, (std::vector<std::uint64_t>{0, 0, 4, 4, 5, 5}));
  ASSERT_EQ(rows.rows.size(), 5u);  // the spike after the call's end is left out
  const std::uint32_t expected[5][2] = {{0, 3}, {1, 2}, {0, 2}, {4, 1}, {0, 1}};
  for (int k = 0; k < 5; ++k) {
    EXPECT_EQ(rows.rows[k].row, expected[k][0]) << k;
    EXPECT_EQ(rows.rows[k].replicas, expected[k][1]) << k;
  }
}

}  // namespace
}  // namespace sprig::test
