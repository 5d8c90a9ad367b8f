#include "sprig/engine/placed_network.hpp"

#include <gtest/gtest.h>

#include "tests/support/on_cpu.hpp"
#include "tests/support/placed_cases.hpp"

namespace sprig::test {
namespace {

class PlacedOnThreads : public ::testing::TestWithParam<EngineCase> {};

TEST_P(PlacedOnThreads, SimulationsHaveTheBitsOfTheNetworkAsItIs) {
  for (const std::uint32_t slices : {1u, 3u}) {
    SimulationOptions options = on_cpu();
    options.slices = slices;
    options.replicas = GetParam().replicas;
    options.weight_bits = GetParam().weight_bits;
    options.weight_error = 1;
    expect_follows(GetParam(), options,
                   [](const Network& network, const SimulationOptions& of) { return place_network(network, of); });
  }
}
INSTANTIATE_TEST_SUITE_P(Some, PlacedOnThreads,
                         ::testing::Values(EngineCase{60, 1, 0}, EngineCase{60, 3, 1}, EngineCase{60, 1, 3},
                                           EngineCase{60, 1, 4, true, 0, 0.3, 16}));

TEST(PlacedNetwork, RefusesMasksOfAnotherNetwork) { expect_refusals(cpu::place_network); }

TEST(PlacedNetwork, RunsByTheClockOnTheDeviceThatWasChosen) {
  const Network network = network_of({33, 1, 0, false});
  SimulationOptions options = on_cpu();
  options.update = UpdateMode::automatic;
  const auto placed = place_network(network, options);
  EXPECT_EQ(placed->options().update, UpdateMode::clock);
  EXPECT_EQ(placed->options().device, Device::cpu);
  EXPECT_EQ(&placed->here(), placed.get());
  EXPECT_EQ(&placed->network(), &network);
}

}  // namespace
}  // namespace sprig::test
