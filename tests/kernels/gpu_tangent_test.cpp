// The tangent dynamics on a real device: the CPU's bits between renormalisations, close to it where vendor libraries
// sum (QR). Tolerance as stated in sprig/dynamics/tangent.hpp: 1e-9.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sprig/core/error.hpp"
#include "sprig/core/persist.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "tests/kernels/gpu_fixture.hpp"
#include "tests/support/networks.hpp"

namespace sprig::test {
namespace {

struct TangentSetup {
  std::uint32_t neurons, columns;
  LifKind kind;
  friend std::ostream& operator<<(std::ostream& out, const TangentSetup& s) {
    return out << s.neurons << " neurons, " << s.columns << " columns, "
               << (s.kind.synapse == Synapse::delta ? "delta" : "exponential") << ", " << s.kind.receptors
               << " receptors";
  }
};

TangentNetwork network_of(const TangentSetup& s) {
  RandomNetworkSpec spec;
  spec.neurons = s.neurons;
  spec.kind = s.kind;
  spec.density = 0.2;
  return make_tangent_network(random_network(spec));
}

std::vector<double> start_of(const TangentNetwork& network, std::uint32_t columns) {
  std::vector<double> frame;
  for (std::size_t k = 0; k < std::size_t{network.rows()} * columns; ++k)
    frame.push_back(2 * test_uniform(5, k, 0) - 1);
  return frame;
}

// Each step three neurons, in their order, spike and their synapses of one delay deliver one step later.
std::uint32_t spiking(const TangentNetwork& network, std::uint32_t t, std::uint32_t e) {
  std::vector<std::uint32_t> neurons;
  for (std::uint32_t k = 0; k < 3; ++k) neurons.push_back((7 * t + 5 * k) % network.neurons);
  std::sort(neurons.begin(), neurons.end());
  return neurons[e];
}

SaltationChunk saltation_chunk(const TangentNetwork& network, std::uint32_t steps) {
  SaltationChunk chunk;
  chunk.steps = steps;
  chunk.slots = 6;
  chunk.event_offsets = chunk.delivery_offsets = {0};
  for (std::uint32_t t = 0; t < steps; ++t) {
    for (std::uint32_t i = 0; i < network.neurons; ++i)
      chunk.flags.push_back(test_uniform(6, t, i) < 0.1 ? kFrozen : 0);
    for (std::uint32_t e = 0; e < 3; ++e) {
      const std::uint32_t neuron = spiking(network, t, e);
      chunk.events.push_back({neuron, 3 * (t % 2) + e, 0.3 + 0.1 * e, 0.9});
      const std::uint32_t earlier = t > 0 ? spiking(network, t - 1, e) : 0;
      if (t > 0 && network.run_offsets[earlier] < network.run_offsets[earlier + 1]) {
        const std::uint64_t run = network.run_offsets[earlier];
        chunk.deliveries.push_back({network.run_begin[run], network.run_begin[run + 1], 3 * ((t - 1) % 2) + e});
      }
    }
    chunk.event_offsets.push_back(chunk.events.size());
    chunk.delivery_offsets.push_back(chunk.deliveries.size());
  }
  return chunk;
}

SurrogateChunk surrogate_chunk(const TangentNetwork& network, std::uint32_t steps) {
  SurrogateChunk chunk;
  chunk.steps = steps;
  for (std::uint32_t k = 0; k < steps * network.neurons; ++k) {
    const bool frozen = test_uniform(8, k, 0) < 0.1;
    chunk.flags.push_back(frozen ? kFrozen : 0);
    chunk.spike_gain.push_back(frozen ? 0 : test_uniform(8, k, 1));
    chunk.reset_gain.push_back(frozen ? 1 : test_uniform(8, k, 2));
  }
  return chunk;
}

void expect_close(const std::vector<double>& found, const std::vector<double>& expected, const char* what) {
  ASSERT_EQ(found.size(), expected.size());
  double scale = 0;
  for (const double x : expected) scale = std::max(scale, std::abs(x));
  for (std::size_t k = 0; k < found.size(); ++k) ASSERT_NEAR(found[k], expected[k], 1e-9 * scale) << what << " " << k;
}

class GpuTangent : public OnGpu<::testing::TestWithParam<TangentSetup>> {};

TEST_P(GpuTangent, SaltationIsExactBetweenRenormalisationsAndCloseAcrossThem) {
  const TangentNetwork network = network_of(GetParam());
  const auto cpu = cpu::make_tangent_space(network, GetParam().columns, 1);
  const auto gpu = cuda::make_tangent_space(network, GetParam().columns);
  const std::vector<double> start = start_of(network, GetParam().columns);
  const SaltationChunk chunk = saltation_chunk(network, 40);
  cpu->set_frame(start);
  gpu->set_frame(start);
  for (int round = 0; round < 3; ++round) {
    cpu->advance(chunk);
    gpu->advance(chunk);
    if (round == 0) {
      EXPECT_TRUE(gpu->frame() == cpu->frame());
    }
    std::vector<double> r_cpu, growth_cpu, mass_cpu, r_gpu, growth_gpu, mass_gpu;
    cpu->renormalise(r_cpu, growth_cpu, mass_cpu);
    gpu->renormalise(r_gpu, growth_gpu, mass_gpu);
    expect_close(r_gpu, r_cpu, "r");
    expect_close(growth_gpu, growth_cpu, "growth");
    expect_close(mass_gpu, mass_cpu, "mass");
    expect_close(gpu->frame(), cpu->frame(), "frame");
  }
}

TEST_P(GpuTangent, SurrogateIsExactBetweenRenormalisationsAndCloseAcrossThem) {
  const TangentNetwork network = network_of(GetParam());
  const auto cpu = cpu::make_tangent_space(network, GetParam().columns, 1);
  const auto gpu = cuda::make_tangent_space(network, GetParam().columns);
  const std::vector<double> start = start_of(network, GetParam().columns);
  cpu->set_frame(start);
  gpu->set_frame(start);
  for (const std::uint32_t steps : {12u, 7u, 40u}) {  // chunks that shrink and grow
    const SurrogateChunk chunk = surrogate_chunk(network, steps);
    cpu->advance(chunk);
    gpu->advance(chunk);
    if (steps == 12) {
      EXPECT_TRUE(gpu->frame() == cpu->frame());
    }
    std::vector<double> r_cpu, r_gpu, growth, mass;
    cpu->renormalise(r_cpu, growth, mass);
    gpu->renormalise(r_gpu, growth, mass);
    expect_close(r_gpu, r_cpu, "r");
    expect_close(gpu->frame(), cpu->frame(), "frame");
  }
}

// What was emitted before a frame is set is no part of it.
TEST_P(GpuTangent, AFrameThatIsSetAnewForgetsWhatWasInFlight) {
  const TangentNetwork network = network_of(GetParam());
  const std::vector<double> start = start_of(network, GetParam().columns);
  const auto fresh = cuda::make_tangent_space(network, GetParam().columns);
  const auto used = cuda::make_tangent_space(network, GetParam().columns);
  used->set_frame(start);
  used->advance(surrogate_chunk(network, 5));
  fresh->set_frame(start);
  used->set_frame(start);
  const SurrogateChunk chunk = surrogate_chunk(network, 9);
  fresh->advance(chunk);
  used->advance(chunk);
  EXPECT_TRUE(used->frame() == fresh->frame());
}

// Between renormalisations, where both have the same bits: taken from one to the other and back.
TEST_P(GpuTangent, AStateMovesToTheCpuAndBack) {
  const TangentNetwork network = network_of(GetParam());
  const std::uint32_t columns = GetParam().columns;
  const auto moves = [&](const auto& chunk) {
    const auto cpu = cpu::make_tangent_space(network, columns, 1);
    const auto gpu = cuda::make_tangent_space(network, columns), again = cuda::make_tangent_space(network, columns);
    cpu->set_frame(start_of(network, columns));
    cpu->advance(chunk);
    gpu->set_state(cpu->state());
    EXPECT_EQ(persisted(gpu->state()), persisted(cpu->state()));
    gpu->advance(chunk);
    cpu->advance(chunk);
    EXPECT_EQ(persisted(gpu->state()), persisted(cpu->state()));
    again->set_state(gpu->state());
    cpu->set_state(gpu->state());
    again->advance(chunk);
    cpu->advance(chunk);
    gpu->advance(chunk);
    EXPECT_EQ(persisted(again->state()), persisted(gpu->state()));
    EXPECT_EQ(persisted(cpu->state()), persisted(gpu->state()));
    std::vector<double> r, r_again, growth, mass;
    gpu->renormalise(r, growth, mass);
    again->renormalise(r_again, growth, mass);
    EXPECT_EQ(r_again, r);
    EXPECT_EQ(persisted(again->state()), persisted(gpu->state()));
  };
  moves(saltation_chunk(network, 23));
  moves(surrogate_chunk(network, 5));  // fewer steps than the longest delay
  moves(surrogate_chunk(network, 31));
}

INSTANTIATE_TEST_SUITE_P(All, GpuTangent,
                         ::testing::Values(TangentSetup{33, 1, {Synapse::exponential, 1, Reset::hard, false}},
                                           TangentSetup{257, 16, {Synapse::exponential, 1, Reset::hard, false}},
                                           TangentSetup{257, 40, {Synapse::exponential, 2, Reset::hard, false}},
                                           TangentSetup{257, 24, {Synapse::delta, 1, Reset::hard, false}},
                                           TangentSetup{1025, 64, {Synapse::exponential, 1, Reset::hard, false}}));

class GpuQr : public OnGpu<::testing::Test> {};

TEST_F(GpuQr, AnAlmostDependentFrameFallsBackAndStaysOrthonormal) {
  const TangentSetup setup{100, 3, {Synapse::exponential, 1, Reset::hard, false}};
  const TangentNetwork network = network_of(setup);
  std::vector<double> frame = start_of(network, 3);
  for (std::uint32_t r = 0; r < network.rows(); ++r) frame[3 * r + 1] = frame[3 * r] + 1e-10 * frame[3 * r + 1];
  const auto gpu = cuda::make_tangent_space(network, 3);
  gpu->set_frame(frame);
  std::vector<double> r, growth, mass;

  gpu->renormalise(r, growth, mass);

  const std::vector<double> q = gpu->frame();
  for (int a = 0; a < 3; ++a) {
    EXPECT_GT(r[a], 0);
    for (int b = 0; b <= a; ++b) {
      double dot = 0;
      for (std::uint32_t row = 0; row < network.rows(); ++row) dot += q[3 * row + a] * q[3 * row + b];
      EXPECT_NEAR(dot, a == b ? 1 : 0, 1e-12);
    }
  }
}

TEST_F(GpuQr, ACollapsedColumnIsANumericalError) {
  const TangentSetup setup{100, 2, {Synapse::exponential, 1, Reset::hard, false}};
  const TangentNetwork network = network_of(setup);
  std::vector<double> frame = start_of(network, 2);
  for (std::uint32_t r = 0; r < network.rows(); ++r) frame[2 * r + 1] = 0;
  const auto gpu = cuda::make_tangent_space(network, 2);
  gpu->set_frame(frame);
  std::vector<double> r, growth, mass;
  EXPECT_THROW(gpu->renormalise(r, growth, mass), NumericalError);
}

}  // namespace
}  // namespace sprig::test
