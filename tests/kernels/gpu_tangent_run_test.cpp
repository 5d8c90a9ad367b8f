// State and frame moved on the device, where the trajectory stays, against the CPU's record, linearise and move: the
// same bits between renormalisations, whatever the network, and in whatever pieces.
#include <gtest/gtest.h>

#include <cmath>

#include "sprig/core/error.hpp"
#include "sprig/core/persist.hpp"
#include "sprig/dynamics/contraction.hpp"
#include "sprig/dynamics/lyapunov.hpp"
#include "sprig/dynamics/tangent_run.hpp"
#include "sprig/engine/device.hpp"
#include "tests/dynamics/networks.hpp"
#include "tests/kernels/gpu_fixture.hpp"
#include "tests/support/memory_checkpoints.hpp"

namespace sprig::test {
namespace {

struct RunCase {
  const char* name;
  LyapunovMethod method = LyapunovMethod::saltation;
  LifKind kind = {};
  double t_ref_ms = 0;
  std::uint16_t min_delay = 1, max_delay = 1;
  std::uint32_t columns = 5;
  VelocityAt velocity_at = VelocityAt::overshoot;
  double guard = 1e-3;
  CudaEngine engine = CudaEngine::plain;
  bool parallel = false;  // synapses between the same two neurons, of equal and of opposite sign
  bool synapses = true;
  friend std::ostream& operator<<(std::ostream& out, const RunCase& c) { return out << c.name; }
};

Network network_of(const RunCase& c) {
  AutonomousSpec spec;
  spec.neurons = 37;
  spec.density = c.synapses ? 0.2 : 0;
  spec.kind = c.kind;
  spec.t_ref_ms = c.t_ref_ms;
  spec.min_delay = c.min_delay;
  spec.max_delay = c.max_delay;
  if (c.kind.synapse == Synapse::delta) spec.weight = 0.1;
  Network network = autonomous_network(spec);
  if (!c.parallel) return network;
  std::vector<Edge> edges;
  const Csr& csr = network.recurrent;
  for (std::uint32_t j = 0; j < csr.rows; ++j)
    for (std::uint64_t k = csr.offsets[j]; k < csr.offsets[j + 1]; ++k) {
      edges.push_back({j, csr.targets[k], csr.weights[k], csr.delay(k)});
      if (k % 3 == 0) edges.push_back({j, csr.targets[k], -0.7f * csr.weights[k], csr.delay(k)});
      if (k % 2 == 0) edges.push_back({j, csr.targets[k], 0.3f * csr.weights[k], csr.delay(k)});
    }
  network.recurrent = csr_from(csr.rows, csr.cols, edges);
  return network;
}

// Without a frame nothing is sent.
Network neurons_of(Network network) {
  network.recurrent = csr_from(network.size(), network.size(), {});
  return network;
}

SimulationOptions options_of(const RunCase& c) {
  SimulationOptions options;
  options.cuda_engine = c.engine;
  if (c.engine == CudaEngine::resident) options.weight_bits = 16, options.weight_error = 1;
  options.threads = 1;
  return options;
}

class GpuTangentRun : public OnGpu<::testing::TestWithParam<RunCase>> {
 protected:
  const Network network_ = network_of(GetParam());
  const TangentNetwork tangent_ = make_tangent_network(GetParam().columns > 0 ? network_ : neurons_of(network_));
  mutable std::vector<std::unique_ptr<PlacedTangent>> placed_tangents_;
  const TangentRunOptions what_ = {GetParam().method, GetParam().velocity_at, GetParam().guard, 10, GetParam().columns};

  std::vector<double> start_frame() const {
    std::vector<double> frame;
    for (std::size_t k = 0; k < std::size_t{tangent_.rows()} * GetParam().columns; ++k)
      frame.push_back(2 * test_uniform(5, k, 0) - 1);
    return frame;
  }
  std::unique_ptr<TangentRun> started(bool on_gpu) const {
    const SimulationOptions options = options_of(GetParam());
    const auto placed = on_gpu ? cuda::place_network(network_, options) : cpu::place_network(network_, options);
    std::unique_ptr<PlacedTangent>& tangent =
        placed_tangents_.emplace_back(on_gpu ? cuda::place_tangent(tangent_) : cpu::place_tangent(tangent_));
    auto run = on_gpu ? cuda::make_tangent_run(*placed, *tangent, {}, what_)
                      : cpu::make_tangent_run(*placed, *tangent, {}, what_);
    run->simulation().advance(200);
    run->start();
    if (GetParam().columns > 0) run->space().set_frame(start_frame());
    return run;
  }
};

// What is in flight under names that no device chose: by (step, neuron), with its payload.
std::vector<char> logical(const TangentNetwork& tangent, TangentRunState state, std::uint32_t columns) {
  std::vector<SpikeInFlight> flights = spikes_in_flight(tangent, state.saltation);
  std::vector<double> payload;
  for (std::size_t q = 0; q < flights.size(); ++q) {
    for (std::uint32_t c = 0; c < columns; ++c)
      payload.push_back(state.tangent.payload.at(std::size_t{flights[q].slot} * columns + c));
    flights[q].slot = static_cast<std::uint32_t>(q);
  }
  set_in_flight(tangent, flights, state.saltation);
  state.tangent.payload = payload;
  std::vector<char> bytes = persisted(state.saltation);
  const std::vector<char> tangent_bytes = persisted(state.tangent);
  bytes.insert(bytes.end(), tangent_bytes.begin(), tangent_bytes.end());
  return bytes;
}

void expect_same(const TangentRunState& found, const TangentRunState& expected, const TangentNetwork& tangent,
                 std::uint32_t columns) {
  const SaltationCounts &a = found.saltation.counts, &b = expected.saltation.counts;
  EXPECT_EQ(a.spikes, b.spikes);
  EXPECT_EQ(a.guarded, b.guarded);
  EXPECT_EQ(a.jumps, b.jumps);
  EXPECT_EQ(a.log_velocity_ratio, b.log_velocity_ratio);
  EXPECT_EQ(a.held_steps, b.held_steps);
  EXPECT_EQ(found.tangent.frame, expected.tangent.frame);
  EXPECT_EQ(logical(tangent, found, columns), logical(tangent, expected, columns));
}

// Pieces of a step, across chunks of the engine's graph, and shorter than the longest delay.
TEST_P(GpuTangentRun, FrameFlightsAndCountsAreTheCpusBitsWhateverThePieces) {
  const auto cpu = started(false), gpu = started(true);
  std::uint64_t spikes = 0;
  for (const std::uint64_t steps : {1u, 7u, 64u, 33u, 150u}) {
    const std::uint64_t expected = cpu->advance(steps, {});
    EXPECT_EQ(gpu->advance(steps, {}), expected);
    spikes += expected;
    expect_same(gpu->state(), cpu->state(), tangent_, GetParam().columns);
  }
  EXPECT_GT(spikes, 10u);
  EXPECT_EQ(gpu->simulation().state().hash(), cpu->simulation().state().hash());
  if (GetParam().guard > 1) {
    EXPECT_GT(gpu->counts().guarded, 0u);
  }
  if (GetParam().kind.synapse == Synapse::delta && GetParam().method == LyapunovMethod::saltation) {
    EXPECT_GT(gpu->counts().jumps, 0u);
  }
}

TEST_P(GpuTangentRun, AStateGoesFromEachToTheOtherAndOn) {
  const std::uint32_t columns = GetParam().columns;
  const auto cpu = started(false), gpu = started(true);
  cpu->advance(90, {});
  gpu->advance(90, {});
  const auto to_cpu = started(false), to_gpu = started(true), again = started(true);
  const auto hand_over = [](TangentRun& from, TangentRun& to) {
    to.simulation().set_state(from.simulation().state());
    to.set_state(from.state());
  };
  hand_over(*gpu, *to_cpu);
  hand_over(*cpu, *to_gpu);
  hand_over(*gpu, *again);
  EXPECT_EQ(persisted(again->state().saltation), persisted(gpu->state().saltation));
  EXPECT_EQ(persisted(again->state().tangent), persisted(gpu->state().tangent));
  for (TangentRun* run : {cpu.get(), gpu.get(), to_cpu.get(), to_gpu.get(), again.get()}) run->advance(70, {});
  for (TangentRun* run : {gpu.get(), to_cpu.get(), to_gpu.get(), again.get()})
    expect_same(run->state(), cpu->state(), tangent_, columns);
  cpu->reset_counts();
  gpu->reset_counts();
  EXPECT_EQ(cpu->advance(20, {}), gpu->advance(20, {}));
  expect_same(gpu->state(), cpu->state(), tangent_, columns);
}

// One frame after a renormalisation, with what is in flight; and the same bits from a state that was kept.
TEST_P(GpuTangentRun, ARenormalisationIsCloseAndGoesOnFromAStateToTheSameBits) {
  if (GetParam().columns == 0) GTEST_SKIP() << "no frame";
  const auto cpu = started(false), gpu = started(true), again = started(true);
  cpu->advance(90, {});
  gpu->advance(90, {});
  again->simulation().set_state(gpu->simulation().state());
  again->set_state(gpu->state());
  std::vector<double> r_cpu, r_gpu, r_again, growth, mass;
  const auto renormalise = [&](TangentRun& run, std::vector<double>& r) { run.space().renormalise(r, growth, mass); };
  for (int interval = 0; interval < 3; ++interval) {
    renormalise(*cpu, r_cpu);
    renormalise(*gpu, r_gpu);
    renormalise(*again, r_again);
    EXPECT_EQ(r_again, r_gpu);
    for (std::size_t c = 0; c < r_cpu.size(); ++c) EXPECT_NEAR(r_gpu[c], r_cpu[c], 1e-9 * r_cpu[c]);
    for (TangentRun* run : {cpu.get(), gpu.get(), again.get()}) run->advance(30, {});
    EXPECT_EQ(persisted(again->state().tangent), persisted(gpu->state().tangent));
    EXPECT_EQ(persisted(again->state().saltation), persisted(gpu->state().saltation));
  }
}

constexpr LifKind kOne{}, kTwo{Synapse::exponential, 2, Reset::hard, false},
    kSoft{Synapse::exponential, 2, Reset::soft, false}, kDelta{Synapse::delta, 1, Reset::hard, false},
    kSoftDelta{Synapse::delta, 2, Reset::soft, false};
constexpr auto kSaltation = LyapunovMethod::saltation, kSurrogate = LyapunovMethod::surrogate;

INSTANTIATE_TEST_SUITE_P(
    All, GpuTangentRun,
    ::testing::Values(
        RunCase{"plain"}, RunCase{"one_column", kSaltation, kTwo, 0, 3, 17, 1},
        RunCase{"parallel", kSaltation, kTwo, 0, 2, 9, 6, VelocityAt::overshoot, 1e-3, CudaEngine::plain, true},
        RunCase{"refractory", kSaltation, kSoft, 2, 3, 40, 4, VelocityAt::threshold},
        RunCase{"guarded", kSaltation, kOne, 0.3, 1, 5, 3, VelocityAt::overshoot, 2},
        RunCase{"delta", kSaltation, kDelta, 0, 1, 7, 37, VelocityAt::overshoot, 1e-3, CudaEngine::plain, true},
        RunCase{"soft_delta", kSaltation, kSoftDelta, 1, 2, 3, 2},
        RunCase{"all_exponents", kSaltation, kOne, 0, 1, 3, 74}, RunCase{"no_frame", kSaltation, kTwo, 1, 1, 4, 0},
        RunCase{"no_synapses", kSaltation, kOne, 1, 1, 1, 3, VelocityAt::overshoot, 1e-3, CudaEngine::plain, false,
                false},
        RunCase{"resident", kSaltation, kTwo, 1, 2, 6, 3, VelocityAt::overshoot, 1e-3, CudaEngine::resident},
        RunCase{"surrogate", kSurrogate, kTwo, 1, 3, 17, 5},
        RunCase{"surrogate_delta", kSurrogate, kSoftDelta, 0, 1, 4, 3}),
    [](const auto& instance) { return std::string(instance.param.name); });

class GpuSpectrum : public OnGpu<::testing::Test> {
 protected:
  static LyapunovOptions options() {
    LyapunovOptions options;
    options.exponents = 6;
    options.transient_ms = 10;
    options.tangent_transient_ms = 10;
    options.duration_ms = 30;
    options.renorm_ms = 3;
    return options;
  }
  static Network network() {
    AutonomousSpec spec;
    spec.neurons = 30;
    spec.max_delay = 6;
    spec.t_ref_ms = 0.5;
    return autonomous_network(spec);
  }
};

TEST_F(GpuSpectrum, AStateKeptInTheMiddleOnTheCpuGoesOnOnTheDeviceAndBack) {
  const Network net = network();
  SimulationOptions on_gpu;
  on_gpu.device = Device::cuda;
  const LyapunovResult expected = lyapunov_spectrum(net, {}, on_cpu(), options());
  ASSERT_GT(expected.spikes, 20u);
  for (const bool gpu_first : {false, true}) {
    const auto store = std::make_shared<MemoryCheckpoints>();
    std::size_t asked = 0;
    const Progress progress([&](double) { return ++asked < 7; });
    EXPECT_THROW(lyapunov_spectrum(net, {}, gpu_first ? on_gpu : on_cpu(), options(), {}, progress,
                                   Checkpoints(store, "lyapunov")),
                 Interrupted);
    const LyapunovResult rest =
        lyapunov_spectrum(net, {}, gpu_first ? on_cpu() : on_gpu, options(), {}, {}, Checkpoints(store, "lyapunov"));
    EXPECT_EQ(rest.spikes, expected.spikes);
    EXPECT_EQ(rest.guarded_spikes, expected.guarded_spikes);
    EXPECT_EQ(rest.contraction, expected.contraction);
    ASSERT_EQ(rest.exponents.size(), expected.exponents.size());
    for (std::size_t k = 0; k < rest.exponents.size(); ++k)
      EXPECT_NEAR(rest.exponents[k], expected.exponents[k], 1e-9 * std::abs(expected.exponents.back()));
  }
}

TEST_F(GpuSpectrum, ContractionNeedsNoFrameAndHasTheCpusBits) {
  SimulationOptions on_gpu;
  on_gpu.device = Device::cuda;
  EXPECT_EQ(contraction_exponents(network(), {}, on_gpu, options()).values,
            contraction_exponents(network(), {}, on_cpu(), options()).values);
}

}  // namespace
}  // namespace sprig::test
