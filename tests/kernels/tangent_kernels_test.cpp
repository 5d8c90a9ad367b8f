// Between renormalisations the kernels of saltation and surrogate give the CPU's bits; the QR's helpers do what their
// comments say.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/dynamics/event_batches.hpp"
#include "kernels/dynamics/tangent_kernel.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/threaded_context.hpp"

namespace sprig::test {
namespace {

struct TangentCase {
  std::uint32_t neurons, columns;
  LifKind kind;
  LaunchShape shape;
};

void PrintTo(const TangentCase& c, std::ostream* out) {
  *out << c.neurons << " neurons, " << c.columns << " columns, "
       << (c.kind.synapse == Synapse::delta ? "delta" : "exponential") << ", " << c.kind.receptors << " receptors, "
       << c.shape.blocks << " x " << c.shape.threads << " threads";
}

TangentNetwork tangent_network(const TangentCase& c) {
  RandomNetworkSpec spec;
  spec.neurons = c.neurons;
  spec.density = 0.4;
  spec.kind = c.kind;
  spec.max_delay = 3;
  Network network = random_network(spec);
  // Parallel synapses of equal and of opposite sign: the order of adds onto one target shows.
  std::vector<Edge> edges;
  for (std::uint32_t j = 0; j < network.recurrent.rows; ++j)
    for (std::uint64_t k = network.recurrent.offsets[j]; k < network.recurrent.offsets[j + 1]; ++k) {
      const Edge edge{j, network.recurrent.targets[k], network.recurrent.weights[k], network.recurrent.delays[k]};
      edges.push_back(edge);
      if (k % 3 == 0) edges.push_back({edge.source, edge.target, -0.7f * edge.weight, edge.delay});
      if (k % 3 == 0) edges.push_back({edge.source, edge.target, 0.3f * edge.weight, edge.delay});
    }
  network.recurrent = csr_from(c.neurons, c.neurons, edges);
  return make_tangent_network(network);
}

double drawn(std::uint64_t id, std::uint64_t index) { return 2 * test_uniform(11, id, index) - 1; }

// Invented events and deliveries: every step some neurons spike, some of them twice over, and runs arrive late.
SaltationChunk invented_chunk(const TangentNetwork& network, std::uint32_t steps, std::uint32_t salt) {
  SaltationChunk chunk;
  chunk.steps = steps;
  chunk.slots = 7;
  chunk.event_offsets = chunk.delivery_offsets = {0};
  for (std::uint32_t step = 0; step < steps; ++step) {
    for (std::uint32_t i = 0; i < network.neurons; ++i)
      chunk.flags.push_back(static_cast<std::uint8_t>(4 * test_uniform(salt, step, i)));
    for (std::uint32_t e = 0; e < 5 && network.neurons > 0; ++e) {
      const auto neuron = static_cast<std::uint32_t>(network.neurons * test_uniform(salt, step, 1000 + e / 2));
      const std::uint32_t slot = e == 3 ? kNoSlot : (step + e) % chunk.slots;
      chunk.events.push_back({neuron, slot, drawn(step, 10 + e), 1 + 0.5 * drawn(step, 20 + e)});
    }
    const std::size_t runs = network.run_delay.size();
    for (std::uint32_t d = 0; d < 4 && runs > 0; ++d) {
      const auto run = static_cast<std::size_t>(static_cast<double>(runs) * test_uniform(salt, step, 2000 + d));
      chunk.deliveries.push_back({network.run_begin[run], network.run_begin[run + 1], (3 * step + d) % chunk.slots});
    }
    chunk.event_offsets.push_back(chunk.events.size());
    chunk.delivery_offsets.push_back(chunk.deliveries.size());
  }
  return chunk;
}

// TangentView over host memory; columns one after the other, as on the device.
struct HostFrame {
  HostFrame(const TangentNetwork& n, std::uint32_t columns, const std::vector<double>& row_major)
      : frame(row_major.size()), payload(std::size_t{7} * columns, 0) {
    const std::size_t rows = n.rows();
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c) frame[c * rows + r] = row_major[r * columns + c];
    view = {view_of_tangent(n, [](const auto& array) { return array.data(); }), columns, frame.data(), payload.data(),
            7};
  }
  std::vector<double> row_major() const {
    std::vector<double> result(frame.size());
    const std::size_t rows = frame.size() / view.columns;
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < view.columns; ++c) result[r * view.columns + c] = frame[c * rows + r];
    return result;
  }
  std::vector<double> frame, payload;
  kernel::FrameView view;
};

std::vector<double> start_of(const TangentNetwork& network, std::uint32_t columns) {
  std::vector<double> frame;
  for (std::size_t k = 0; k < std::size_t{network.rows()} * columns; ++k) frame.push_back(drawn(k, 0));
  return frame;
}

class TangentKernels : public ::testing::TestWithParam<TangentCase> {};

TEST_P(TangentKernels, SaltationGivesTheCpusBits) {
  const TangentCase& c = GetParam();
  const TangentNetwork network = tangent_network(c);
  const std::vector<double> start = start_of(network, c.columns);
  const auto cpu = cpu::make_tangent_space(network, c.columns, 1);
  cpu->set_frame(start);
  HostFrame threaded(network, c.columns, start);

  for (const std::uint32_t salt : {1u, 2u}) {  // payloads of the first chunk stay for the second
    const SaltationChunk chunk = invented_chunk(network, 6, salt);
    const kernel::EventBatches batches = kernel::event_batches(chunk, network.neurons);
    const kernel::SaltationView view = {chunk.steps,
                                        chunk.flags.data(),
                                        batches.offsets.data(),
                                        batches.begin.data(),
                                        chunk.delivery_offsets.data(),
                                        chunk.events.data(),
                                        chunk.deliveries.data()};
    cpu->advance(chunk);
    launch_threads(c.shape, [&](ThreadedContext& ctx) { kernel::saltation(ctx, threaded.view, view); });
    EXPECT_EQ(threaded.row_major(), cpu->frame());
  }
}

SurrogateChunk invented_surrogate(const TangentNetwork& network, std::uint32_t steps, std::uint32_t salt) {
  SurrogateChunk chunk;
  chunk.steps = steps;
  for (std::uint32_t k = 0; k < steps * network.neurons; ++k) {
    const bool frozen = test_uniform(salt, k, 0) < 0.25;
    chunk.flags.push_back(frozen ? kFrozen : 0);
    chunk.spike_gain.push_back(frozen ? 0 : drawn(k, salt));
    chunk.reset_gain.push_back(frozen ? 1 : drawn(k, salt + 100));
  }
  return chunk;
}

// The second chunk's arrivals come from the first: delays are up to 3 steps.
TEST_P(TangentKernels, SurrogateGivesTheCpusBits) {
  const TangentCase& c = GetParam();
  const TangentNetwork network = tangent_network(c);
  const std::vector<double> start = start_of(network, c.columns);
  const auto cpu = cpu::make_tangent_space(network, c.columns, 1);
  cpu->set_frame(start);
  HostFrame threaded(network, c.columns, start);
  const TangentArrivals arrivals = tangent_arrivals(network);
  kernel::SurrogateView view;
  view.slots = network.max_delay + 1;
  std::vector<double> history(std::size_t{view.slots} * c.neurons * c.columns,
                              NAN);  // what was not emitted is not read
  view.offsets = arrivals.offsets.data();
  view.incoming = arrivals.incoming.data();
  view.history = history.data();

  std::uint32_t step = 0;
  for (const std::uint32_t steps : {2u, 5u}) {
    const SurrogateChunk chunk = invented_surrogate(network, steps, steps);
    cpu->advance(chunk);
    for (std::uint32_t k = 0; k < steps; ++k, ++step) {
      view.slot = step % view.slots;
      view.known = std::min(step, network.max_delay);
      view.flags = chunk.flags.data() + k * c.neurons;
      view.spike_gain = chunk.spike_gain.data() + k * c.neurons;
      view.reset_gain = chunk.reset_gain.data() + k * c.neurons;
      launch_threads(c.shape, [&](ThreadedContext& ctx) { kernel::surrogate_step(ctx, threaded.view, view); });
    }
    EXPECT_EQ(threaded.row_major(), cpu->frame());
  }
}

constexpr LifKind kOne{Synapse::exponential, 1, Reset::hard, false}, kTwo{Synapse::exponential, 2, Reset::hard, false},
    kDelta{Synapse::delta, 2, Reset::hard, false};
INSTANTIATE_TEST_SUITE_P(All, TangentKernels,
                         ::testing::Values(TangentCase{1, 1, kOne, {1, 32}}, TangentCase{31, 3, kTwo, {2, 64}},
                                           TangentCase{33, 5, kOne, {4, 32}}, TangentCase{33, 2, kDelta, {2, 32, 0, 1}},
                                           TangentCase{70, 3, kTwo, {2, 128, 0, 2}},
                                           TangentCase{70, 3, kTwo, {4, 96, 0, 3}}));

// Two neurons, one synapse of weight 2 and delay 1 from the first onto the second.
TEST(TangentKernels, DeltaArrivalsMoveOnlyFreeNeuronsAndComeBeforeTheThreshold) {
  Network described = unconnected(2, kDelta, 0.1, {});
  described.recurrent = csr_from(2, 2, {{0, 1, 2.0f, 1}});
  const TangentNetwork network = make_tangent_network(described);
  const TangentArrivals arrivals = tangent_arrivals(network);
  for (const bool frozen : {false, true}) {
    HostFrame threaded(network, 1, {1, 1});
    std::vector<double> history = {3, 0, 0, 0};  // the step before emitted 3 from the first
    const std::vector<std::uint8_t> flags = {kFrozen, static_cast<std::uint8_t>(frozen ? kFrozen : 0)};
    const std::vector<double> spike_gain = {3, 3}, reset_gain = {0.5, 0.5};
    const kernel::SurrogateView step = {
        arrivals.offsets.data(), arrivals.incoming.data(), history.data(), 2, 1, 1, flags.data(),
        spike_gain.data(),       reset_gain.data()};

    launch_threads({1, 32}, [&](ThreadedContext& ctx) { kernel::surrogate_step(ctx, threaded.view, step); });

    const double before = frozen ? 1 : network.p22[1] * 1 + 2.0 * 3;
    EXPECT_EQ(threaded.frame[0], 0.5);
    EXPECT_EQ(threaded.frame[1], before * 0.5);
    EXPECT_EQ(history, (std::vector<double>{3, 0, 3, 3 * before}));
  }
}

TEST(TangentKernels, RowGrowthAndTheHelpersOfTheQrAreWhatTheySay) {
  constexpr std::uint64_t kRows = 45;
  constexpr std::uint32_t kColumns = 3;
  std::vector<double> q, r(kColumns * kColumns, 7), growth(kRows), mass(kRows);
  for (std::uint64_t k = 0; k < kRows * kColumns; ++k) q.push_back(drawn(k, 5));
  std::vector<double> scaled = q;
  const std::vector<double> logs = {0.5, -1, 2}, sign = {-1, 1, -1};

  launch_threads({2, 32}, [&](ThreadedContext& ctx) {
    kernel::row_growth(ctx, q.data(), kRows, kColumns, logs.data(), growth.data(), mass.data());
    kernel::signed_triangle(ctx, r.data(), q.data(), kRows, kColumns, sign.data());
    kernel::scale_columns(ctx, scaled.data(), kRows, kColumns, sign.data());
  });

  for (std::uint64_t i = 0; i < kRows; ++i) {
    const double a = q[i] * q[i], b = q[kRows + i] * q[kRows + i], d = q[2 * kRows + i] * q[2 * kRows + i];
    EXPECT_EQ(growth[i], 0 + a * 0.5 + b * -1 + d * 2);
    EXPECT_EQ(mass[i], 0 + a + b + d);
    EXPECT_EQ(scaled[2 * kRows + i], -q[2 * kRows + i]);
  }
  for (std::uint32_t column = 0; column < kColumns; ++column)
    for (std::uint32_t row = 0; row < kColumns; ++row)
      EXPECT_EQ(r[column * kColumns + row], row <= column ? sign[row] * q[column * kRows + row] : 0);
}

TEST(EventBatches, CutWhereANeuronComesAgainAndNowhereElse) {
  SaltationChunk chunk;
  chunk.steps = 3;
  for (const std::uint32_t neuron : {1u, 2u, 1u, 1u, 0u, 2u, 2u}) chunk.events.push_back({neuron, kNoSlot, 0, 1});
  chunk.event_offsets = {0, 5, 5, 7};

  const kernel::EventBatches batches = kernel::event_batches(chunk, 3);

  EXPECT_EQ(batches.begin, (std::vector<std::uint64_t>{0, 2, 3, 5, 6, 7}));
  EXPECT_EQ(batches.offsets, (std::vector<std::uint64_t>{0, 3, 3, 5}));
}

}  // namespace
}  // namespace sprig::test
