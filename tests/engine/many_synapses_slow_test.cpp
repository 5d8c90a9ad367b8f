// More than 2^31 synapses in one slice: offsets and their sums need all 64 bits.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <vector>

#include "sprig/network/projection_draws.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/on_cpu.hpp"

namespace sprig::test {
namespace {

double free_memory() {
  return static_cast<double>(sysconf(_SC_AVPHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

TEST(MoreThanTwoToThe31Synapses, ArriveAsDrawn) {
  // One slice of 4-byte synapses at the shortest delay: at most 2^15 neurons.
  constexpr std::uint32_t kNeurons = 32768, kInDegree = 70000;
  constexpr double kBytes = 4.0 * kNeurons * kInDegree;
  static_assert(std::uint64_t{kNeurons} * kInDegree > 1ull << 31);
  if (free_memory() < 1.3 * kBytes) GTEST_SKIP() << "needs " << 1.3e-9 * kBytes << " GB of free memory";

  ProceduralNetwork procedural{test::unconnected(kNeurons, {}, 0.1, {}), {}, 7};
  Projection projection;
  projection.source_count = projection.target_count = kNeurons;
  projection.rule = ProjectionRule::fixed_in_degree;
  projection.in_degree = kInDegree;
  projection.weight = {Distribution::Kind::constant, 1e-3, 0};
  projection.delay_ms = {Distribution::Kind::constant, 0.1, 0};
  procedural.projections = {projection};
  const std::uint32_t sources[] = {0, 1, 16383, 30800, kNeurons - 2, kNeurons - 1};  // rows on both sides of 2^31
  for (const std::uint32_t source : sources) procedural.network.neurons.v_initial[source] = 100;

  SimulationOptions options = test::on_cpu(0, 1);
  options.weight_bits = 16;
  const auto simulation = make_simulation(procedural, {}, options);
  Recording recording;
  RecordOptions what;
  what.spikes = true;
  simulation->advance(1, {}, what, &recording);
  ASSERT_EQ(recording.spikes.size(), std::size(sources));
  const SimulationState state = simulation->state();

  const ProjectionDraws draws(procedural);
  ASSERT_EQ(draws.synapses(), std::uint64_t{kNeurons} * kInDegree);
  IncomingSynapses in;
  std::int64_t unit = 0;  // of a weight, in units of arrivals
  for (std::uint32_t target = 0; target < kNeurons; target += 127) {
    draws.onto(target, in, Incoming::sources);
    std::int64_t arrive = 0;
    for (std::size_t k = 0; k < in.count; ++k)
      for (const std::uint32_t source : sources) arrive += in.sources[k] == source;
    ASSERT_GT(arrive, 0) << target;
    if (unit == 0) unit = state.pending[target] / arrive;
    ASSERT_EQ(state.pending[target], unit * arrive) << target;
  }
  EXPECT_GT(unit, 1 << 10);
}

}  // namespace
}  // namespace sprig::test
