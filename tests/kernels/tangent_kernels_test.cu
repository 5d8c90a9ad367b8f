// Between renormalisations the kernels of saltation and surrogate give the CPU's bits; the QR's helpers do what their
// comments say.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "kernels/core/cuda_context.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/dynamics/qr_kernel.hpp"
#include "kernels/dynamics/tangent_kernel.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "tests/kernels/gpu_fixture.hpp"
#include "tests/support/networks.hpp"

namespace sprig::test {
namespace {

struct TangentCase {
  std::uint32_t neurons, columns;
  LifKind kind;
};

void PrintTo(const TangentCase& c, std::ostream* out) {
  *out << c.neurons << " neurons, " << c.columns << " columns, "
       << (c.kind.synapse == Synapse::delta ? "delta" : "exponential") << ", " << c.kind.receptors << " receptors";
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

// Invented events and deliveries: every step some neurons spike, and runs arrive late. Slots of odd steps are filled in
// odd steps and read in even ones.
SaltationChunk invented_chunk(const TangentNetwork& network, std::uint32_t steps, std::uint32_t salt) {
  SaltationChunk chunk;
  chunk.steps = steps;
  chunk.slots = 10;
  chunk.event_offsets = chunk.delivery_offsets = {0};
  for (std::uint32_t step = 0; step < steps; ++step) {
    for (std::uint32_t i = 0; i < network.neurons; ++i)
      chunk.flags.push_back(static_cast<std::uint8_t>(4 * test_uniform(salt, step, i)));
    std::set<std::uint32_t> spiking;
    for (std::uint32_t e = 0; e < 5; ++e)
      spiking.insert(static_cast<std::uint32_t>(network.neurons * test_uniform(salt, step, 1000 + e)));
    std::uint32_t e = 0;
    for (const std::uint32_t neuron : spiking) {
      const std::uint32_t slot = e == 3 ? kNoSlot : 5 * (step % 2) + e;
      ++e;
      chunk.events.push_back({neuron, slot, drawn(step, 10 + e), 1 + 0.5 * drawn(step, 20 + e)});
    }
    const std::size_t runs = network.run_delay.size();
    for (std::uint32_t d = 0; d < 4 && runs > 0; ++d) {
      const auto run = static_cast<std::size_t>(static_cast<double>(runs) * test_uniform(salt, step, 2000 + d));
      chunk.deliveries.push_back({network.run_begin[run], network.run_begin[run + 1], 5 * ((step + 1) % 2) + d});
    }
    chunk.event_offsets.push_back(chunk.events.size());
    chunk.delivery_offsets.push_back(chunk.deliveries.size());
  }
  return chunk;
}

std::vector<double> start_frame(const TangentNetwork& network, std::uint32_t columns) {
  std::vector<double> frame;
  for (std::size_t k = 0; k < std::size_t{network.rows()} * columns; ++k) frame.push_back(drawn(k, 0));
  return frame;
}

class TangentKernels : public OnGpu<::testing::TestWithParam<TangentCase>> {};

TEST_P(TangentKernels, SaltationGivesTheCpusBits) {
  const TangentCase& c = GetParam();
  const TangentNetwork network = tangent_network(c);
  const std::vector<double> start = start_frame(network, c.columns);
  const auto cpu = cpu::make_tangent_space(network, c.columns, 1);
  const auto gpu = cuda::make_tangent_space(network, c.columns);
  cpu->set_frame(start);
  gpu->set_frame(start);
  for (const std::uint32_t salt : {1u, 2u}) {  // payloads of the first chunk stay for the second
    const SaltationChunk chunk = invented_chunk(network, 6, salt);
    cpu->advance(chunk);
    gpu->advance(chunk);
    EXPECT_EQ(gpu->frame(), cpu->frame());
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
  const std::vector<double> start = start_frame(network, c.columns);
  const auto cpu = cpu::make_tangent_space(network, c.columns, 1);
  const auto gpu = cuda::make_tangent_space(network, c.columns);
  cpu->set_frame(start);
  gpu->set_frame(start);
  for (const std::uint32_t steps : {2u, 5u}) {  // what the first chunk emitted is delivered in the second
    const SurrogateChunk chunk = invented_surrogate(network, steps, steps);
    cpu->advance(chunk);
    gpu->advance(chunk);
    EXPECT_EQ(gpu->frame(), cpu->frame());
  }
}

constexpr LifKind kOneReceptor{Synapse::exponential, 1, Reset::hard, false}, kTwoReceptors{Synapse::exponential, 2, Reset::hard, false},
    kTwoDeltas{Synapse::delta, 2, Reset::hard, false};
INSTANTIATE_TEST_SUITE_P(All, TangentKernels,
                         ::testing::Values(TangentCase{1, 1, kOneReceptor}, TangentCase{31, 3, kTwoReceptors}, TangentCase{33, 5, kOneReceptor},
                                           TangentCase{33, 2, kTwoDeltas}, TangentCase{70, 3, kTwoReceptors}));

__global__ void surrogate_kernel(kernel::FrameView frame, kernel::SurrogateView view) {
  cuda::CudaContext ctx;
  kernel::surrogate(ctx, frame, view);
}
__global__ void helpers_kernel(const double* q, std::uint64_t rows, std::uint32_t columns, const double* logs,
                               double* growth, double* mass, double* turned) {
  cuda::CudaContext ctx;
  kernel::row_growth(ctx, q, rows, columns, logs, growth, mass);
  kernel::to_columns(ctx, turned, q, rows, columns);
}
__global__ void triangle_kernel(const double* turned, std::uint64_t rows, std::uint32_t columns, const double* sign,
                                double* r, double* scaled) {
  cuda::CudaContext ctx;
  kernel::signed_triangle(ctx, r, turned, rows, columns, sign);
  kernel::from_columns(ctx, scaled, turned, rows, columns, sign);
}
__global__ void solve_kernel(const double* r, std::uint32_t columns, double* data, std::uint64_t rows) {
  cuda::CudaContext ctx;
  kernel::solve_rows(ctx, r, columns, data, rows);
}
__global__ void sort_kernel(kernel::Arrival* arrivals, std::uint32_t count) {
  cuda::CudaContext ctx;
  if (grid_thread(ctx) == 0) kernel::sort_arrivals(arrivals, count);
}

class TangentHelpers : public OnGpu<::testing::Test> {
 protected:
  template <class T>
  static cuda::DeviceBuffer<T> on_device(const std::vector<T>& values) {
    return cuda::DeviceBuffer<T>(values);
  }
};

// Two neurons, one synapse of weight 2 and delay 1 from the first onto the second.
TEST_F(TangentHelpers, DeltaArrivalsMoveOnlyFreeNeuronsAndComeBeforeTheThreshold) {
  Network described = unconnected(2, kTwoDeltas, 0.1, {});
  described.recurrent = csr_from(2, 2, {{0, 1, 2.0f, 1}});
  const TangentNetwork network = make_tangent_network(described);
  const TangentArrivals arrivals = tangent_arrivals(network);
  const cuda::Stream stream;
  const auto offsets = on_device(arrivals.offsets);
  const auto incoming = on_device(arrivals.incoming);
  const auto p22 = on_device(network.p22), spike_gain = on_device(std::vector<double>{3, 3}),
             reset_gain = on_device(std::vector<double>{0.5, 0.5});
  for (const bool frozen : {false, true}) {
    const auto frame = on_device(std::vector<double>{1, 1});
    const auto history = on_device(std::vector<double>{3, 0, 0, 0});  // the step before emitted 3 from the first
    const auto flags = on_device(std::vector<std::uint8_t>{kFrozen, static_cast<std::uint8_t>(frozen ? kFrozen : 0)});
    kernel::FrameView view;
    view.network.neurons = 2;
    view.network.p22 = p22.data();
    view.columns = 1;
    view.frame = frame.data();
    kernel::SurrogateView step;
    step.offsets = offsets.data();
    step.incoming = incoming.data();
    step.history = history.data();
    step.first = step.steps = 1;
    step.flags = flags.data();
    step.spike_gain = spike_gain.data();
    step.reset_gain = reset_gain.data();

    cuda::launch("surrogate", {1, 32}, stream, surrogate_kernel, view, step);

    const double before = frozen ? 1 : network.p22[1] * 1 + 2.0 * 3;
    EXPECT_EQ(frame.to_host(stream), (std::vector<double>{0.5, before * 0.5}));
    EXPECT_EQ(history.to_host(stream), (std::vector<double>{3, 0, 3, 3 * before}));
  }
}

TEST_F(TangentHelpers, RowGrowthAndTheHelpersOfTheQrAreWhatTheySay) {
  constexpr std::uint64_t kRows = 45;
  constexpr std::uint32_t kColumns = 3;
  std::vector<double> q;  // [row][column]
  for (std::uint64_t k = 0; k < kRows * kColumns; ++k) q.push_back(drawn(k, 5));
  const std::vector<double> logs = {0.5, -1, 2}, sign = {-1, 1, -1};
  const cuda::Stream stream;
  const auto device_q = on_device(q), device_logs = on_device(logs), device_sign = on_device(sign);
  const cuda::DeviceBuffer<double> device_growth(kRows), device_mass(kRows), device_r(kColumns * kColumns),
      device_turned(q.size()), device_scaled(q.size());

  cuda::launch("helpers", {2, 32}, stream, helpers_kernel, device_q.data(), kRows, kColumns, device_logs.data(),
               device_growth.data(), device_mass.data(), device_turned.data());
  cuda::launch("helpers", {2, 32}, stream, triangle_kernel, device_turned.data(), kRows, kColumns, device_sign.data(),
               device_r.data(), device_scaled.data());

  const std::vector<double> growth = device_growth.to_host(stream), mass = device_mass.to_host(stream),
                            r = device_r.to_host(stream), scaled = device_scaled.to_host(stream),
                            turned = device_turned.to_host(stream);
  for (std::uint64_t i = 0; i < kRows; ++i) {
    const double* row = q.data() + i * kColumns;
    const double a = row[0] * row[0], b = row[1] * row[1], d = row[2] * row[2];
    EXPECT_EQ(growth[i], 0 + a * 0.5 + b * -1 + d * 2);
    EXPECT_EQ(mass[i], 0 + a + b + d);
    for (std::uint32_t c = 0; c < kColumns; ++c) {
      EXPECT_EQ(turned[c * kRows + i], row[c]);
      EXPECT_EQ(scaled[i * kColumns + c], sign[c] * row[c]);
    }
  }
  for (std::uint32_t column = 0; column < kColumns; ++column)
    for (std::uint32_t row = 0; row < kColumns; ++row)
      EXPECT_EQ(r[column * kColumns + row], row <= column ? sign[row] * turned[column * kRows + row] : 0);
}

// More columns than a warp has lanes; each row alike, however many there are.
TEST_F(TangentHelpers, ARowTimesTheInverseOfRIsItsSubstitution) {
  for (const std::uint32_t columns : {1u, 3u, 32u, 71u}) {
    std::vector<double> r(std::size_t{columns} * columns, 0), rows;
    for (std::uint32_t k = 0; k < columns; ++k)
      for (std::uint32_t c = k; c < columns; ++c) r[k * columns + c] = k == c ? 1 + std::abs(drawn(k, 6)) : drawn(k, c);
    for (std::uint32_t k = 0; k < 3 * columns; ++k) rows.push_back(drawn(k, 7));
    std::vector<double> expected = rows;
    for (double* x = expected.data(); x < expected.data() + expected.size(); x += columns)
      for (std::uint32_t k = 0; k < columns; ++k) {
        x[k] /= r[k * columns + k];
        for (std::uint32_t c = k + 1; c < columns; ++c) x[c] -= x[k] * r[k * columns + c];
      }
    const cuda::Stream stream;
    const auto device_r = on_device(r), device_rows = on_device(rows);

    cuda::launch("solving", {2, 32}, stream, solve_kernel, device_r.data(), columns, device_rows.data(),
                 std::uint64_t{3});

    EXPECT_EQ(device_rows.to_host(stream), expected) << columns;
  }
}

TEST_F(TangentHelpers, ArrivalsAreSortedByDeliveryAndThenBySynapse) {
  const cuda::Stream stream;
  for (std::uint32_t count = 0; count < 40; ++count) {
    std::vector<kernel::Arrival> arrivals;
    for (std::uint32_t k = 0; k < count; ++k)
      arrivals.push_back({k * 7919 % 101, k, static_cast<std::uint32_t>(6 * test_uniform(3, count, k))});
    auto expected = arrivals;
    std::sort(expected.begin(), expected.end(), [](const kernel::Arrival& a, const kernel::Arrival& b) {
      return std::pair(a.second, a.weight_bits) < std::pair(b.second, b.weight_bits);
    });
    arrivals.push_back({});  // never an empty buffer
    const auto on = on_device(arrivals);

    cuda::launch("sorting", {1, 32}, stream, sort_kernel, on.data(), count);

    const std::vector<kernel::Arrival> sorted = on.to_host(stream);
    for (std::uint32_t k = 0; k < count; ++k) ASSERT_EQ(sorted[k].slot, expected[k].slot) << k << " of " << count;
  }
}

}  // namespace
}  // namespace sprig::test
