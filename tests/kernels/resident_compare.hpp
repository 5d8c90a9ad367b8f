// The resident engine through the threaded context against the CPU engine, everything recorded.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "tests/kernels/engine_cases.hpp"
#include "tests/kernels/threaded_resident.hpp"

namespace sprig::test {

inline SimulationOptions options_of(const EngineCase& c) {
  SimulationOptions options;
  options.first_replica = 2;
  options.first_step = c.first_step;
  options.weight_bits = 16;
  options.threads = 1;
  return options;
}

inline RecordOptions record_all(std::uint32_t neurons) {
  RecordOptions what;
  what.spikes = true;
  what.count_window_steps = 4;
  what.trajectory = true;
  for (std::uint32_t neuron = 0; neuron < neurons; neuron += 13) what.probe.push_back(neuron);
  what.probe.push_back(0);  // twice
  return what;
}

// Runs calls of `calls` steps on both engines, everything recorded, and compares. Returns the spikes.
inline std::uint64_t compare(const EngineCase& c, const Network& network, const Drive& drive,
                             const ResidentSetup& setup, const std::vector<std::uint32_t>& calls = {9, 6}) {
  const SimulationOptions options = options_of(c);
  const auto cpu = cpu::make_simulation(network, drive, options);
  ThreadedResident resident(network, drive, options, setup);
  EXPECT_TRUE(resident.plan().possible()) << resident.plan().refusal;
  EXPECT_TRUE(resident.sliced().narrow);
  const kernel::Split wish = setup.wishes.split;
  EXPECT_TRUE(wish == kernel::Split::automatic || resident.splits() == (wish == kernel::Split::on));
  if (::testing::Test::HasFailure()) return 0;
  const RecordOptions what = record_all(c.neurons);
  Recording expected, found;
  for (const std::uint32_t steps : calls) {
    const CallInput call(c, steps);
    cpu->advance(steps, call.input, what, &expected);
    resident.advance(steps, call.input, what, &found);
    const SimulationState a = resident.state(), b = cpu->state();
    EXPECT_EQ(a.u, b.u);
    EXPECT_EQ(a.pending, b.pending);
    EXPECT_EQ(a.hash(), b.hash()) << "after " << steps << " steps";
  }
  expect_equal(found, expected);
  EXPECT_EQ(resident.stalled(), ~0ull);
  EXPECT_EQ(resident.failure(), ~0ull);
  return found.total_spikes;
}

inline std::uint64_t compare(const EngineCase& c, const ResidentSetup& setup,
                             const std::vector<std::uint32_t>& calls = {9, 6}) {
  return compare(c, network_of(c), drive_of(c), setup, calls);
}

}  // namespace sprig::test
