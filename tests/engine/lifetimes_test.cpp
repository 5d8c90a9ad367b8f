// A thousand simulations, one after the other: none leaves memory behind.
#include <gtest/gtest.h>
#include <malloc.h>

#include "sprig/engine/simulation.hpp"
#include "sprig/network/standard_networks.hpp"

namespace sprig {
namespace {

std::size_t in_use() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

TEST(Lifetimes, AThousandSimulationsLeaveNoMemoryBehind) {
  const StandardNetwork standard = throughput_brunel_plus(4000, 1);
  SimulationOptions options;
  options.device = Device::cpu;
  options.threads = 2;
  Drive drive;
  drive.poisson_rate_hz = standard.poisson_rate_hz;
  drive.poisson_weight = standard.poisson_weight;
  const auto one = [&] {
    const auto simulation = make_simulation(standard.procedural, drive, options);
    Recording recording;
    simulation->advance(20, {}, {.spikes = true}, &recording);
    simulation->set_state(simulation->state());
  };
  for (int k = 0; k < 20; ++k) one();  // threads and their stacks, tables that are made once
  const std::size_t before = in_use();
  constexpr int kTimes = 1000,
                kLeastChunk = 32;  // bytes of the least that malloc gives: what it keeps for itself varies
  for (int k = 0; k < kTimes; ++k) one();
  EXPECT_LT(in_use(), before + kTimes * kLeastChunk);
}

}  // namespace
}  // namespace sprig
