// A network that is placed on a device, and made smaller there.
#include <gtest/gtest.h>

#include "tests/kernels/gpu_fixture.hpp"
#include "tests/support/placed_cases.hpp"

namespace sprig::test {
namespace {

class GpuPlaced : public OnGpu<::testing::TestWithParam<EngineCase>> {};

TEST_P(GpuPlaced, SimulationsHaveTheCpusBitsOfTheNetworkAsItIs) {
  SimulationOptions options;
  options.device = Device::cuda;
  options.replicas = GetParam().replicas;
  options.weight_bits = GetParam().weight_bits;
  options.weight_error = 1;
  expect_follows(GetParam(), options,
                 [](const Network& network, const SimulationOptions& of) { return place_network(network, of); });
}
INSTANTIATE_TEST_SUITE_P(All, GpuPlaced,
                         ::testing::Values(EngineCase{60, 1, 0}, EngineCase{60, 3, 1}, EngineCase{60, 1, 3},
                                           EngineCase{60, 1, 4, true, 0, 0.3, 16}));

class GpuPlacedOnce : public OnGpu<::testing::Test> {};

// Rows of more than a warp, of none, and no synapse left at all.
TEST_F(GpuPlacedOnce, RowsOfAnyLengthAreKept) {
  std::vector<Edge> edges;
  for (std::uint32_t j = 0; j < 150; ++j) edges.push_back({7, j, j % 3 == 0 ? -0.3f : 0.2f, std::uint16_t(1 + j % 4)});
  for (std::uint32_t j = 0; j < 32; ++j) edges.push_back({9, j, 0.1f, 2});
  Network network = unconnected(150, kKinds[1], 1.0, {});
  network.recurrent = csr_from(150, 150, edges);
  const std::vector<std::uint8_t> all(150, 1);
  SimulationOptions options;
  const auto placed = cuda::place_network(network, options);
  Drive drive;
  drive.current.assign(150, 1.5);
  const auto same = [&] {
    const auto found = placed->simulate(drive), expected = cpu::make_simulation(network, drive, options);
    found->advance(60);
    expected->advance(60);
    return found->state().hash() == expected->state().hash();
  };
  EXPECT_TRUE(same());
  for (const std::uint64_t every : {7u, 2u, 1u}) {
    std::vector<std::uint8_t> keep;
    for (std::uint64_t k = 0; k < network.recurrent.synapses(); ++k) keep.push_back(k % every != 0);
    keep_synapses(network, keep);
    placed->keep(keep, all);
    EXPECT_TRUE(same()) << every;
  }
  EXPECT_EQ(network.recurrent.synapses(), 0u);
}

TEST_F(GpuPlacedOnce, MasksOfAnotherNetworkAreRefused) { expect_refusals(cuda::place_network); }

// As many synapses are left, but not those.
TEST_F(GpuPlacedOnce, MasksOfOtherRowsAreRefused) {
  Network network = network_of({33});
  const auto placed = cuda::place_network(network, {});
  placed->simulate(drive_of({33}));
  const std::uint64_t synapses = network.recurrent.synapses();
  std::vector<std::uint8_t> first(synapses, 1), last(synapses, 1);
  first.front() = last.back() = 0;
  keep_synapses(network, last);
  EXPECT_THROW(placed->keep(first, std::vector<std::uint8_t>(33, 1)), ConfigError);
}

}  // namespace
}  // namespace sprig::test
