// The resident engine against the CPU engine, everything recorded.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "kernels/engine/resident_simulation.hpp"
#include "tests/kernels/engine_cases.hpp"

namespace sprig::test {

// Few blocks and threads, so that slices, boxes and warps have edges.
inline constexpr kernel::ResidentWishes kSmallGrid{2, 0, 32};

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
                             const kernel::ResidentWishes& wishes = kSmallGrid,
                             const std::vector<std::uint32_t>& calls = {9, 6}) {
  const SimulationOptions options = options_of(c);
  const auto cpu = cpu::make_simulation(network, drive, options);
  const auto resident = cuda::make_resident_simulation(network, drive, options, wishes);
  const RecordOptions what = record_all(c.neurons);
  Recording expected, found;
  for (const std::uint32_t steps : calls) {
    const CallInput call(c, steps);
    cpu->advance(steps, call.input, what, &expected);
    resident->advance(steps, call.input, what, &found);
    const SimulationState a = resident->state(), b = cpu->state();
    EXPECT_EQ(a.u, b.u);
    EXPECT_EQ(a.pending, b.pending);
    EXPECT_EQ(a.hash(), b.hash()) << "after " << steps << " steps";
  }
  expect_equal(found, expected);
  return found.total_spikes;
}

inline std::uint64_t compare(const EngineCase& c, const kernel::ResidentWishes& wishes = kSmallGrid,
                             const std::vector<std::uint32_t>& calls = {9, 6}) {
  return compare(c, network_of(c), drive_of(c), wishes, calls);
}

}  // namespace sprig::test
