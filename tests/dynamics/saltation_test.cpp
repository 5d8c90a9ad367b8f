// The saltation map itself: the direction of the flow of an autonomous network must stay the direction of the flow
// through every event. Signs, factors, the order within a step and which current enters a velocity all show here.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "sprig/core/error.hpp"
#include "sprig/dynamics/linearise.hpp"
#include "tests/dynamics/networks.hpp"

namespace sprig {
namespace {

using test::autonomous_network;
using test::AutonomousSpec;
using test::on_cpu;

// d(state)/dt, with f_ref for neurons that are held.
std::vector<double> flow_direction(const Network& network, const SimulationState& state) {
  const NeuronParameters& p = network.neurons;
  const std::size_t n = p.size();
  const bool delta = network.kind.synapse == Synapse::delta;
  std::vector<double> flow(n);
  for (std::size_t i = 0; i < n; ++i) {
    double current = p.i_dc[i];
    if (!state.i0.empty()) current += state.i0[i];
    if (!state.i1.empty()) current += state.i1[i];
    flow[i] = state.refractory[i] > 0 ? (p.v_th[i] - p.v_reset[i]) / p.tau_m_ms[i]
                                      : lif_velocity<double>(state.u[i], current, p.tau_m_ms[i], p.resistance[i]);
  }
  if (delta) return flow;
  for (std::size_t i = 0; i < n; ++i) flow.push_back(-state.i0[i] / p.tau_syn_exc_ms[i]);
  if (network.kind.receptors == 2)
    for (std::size_t i = 0; i < n; ++i) flow.push_back(-state.i1[i] / p.tau_syn_inh_ms[i]);
  return flow;
}

struct FlowRun {
  double error = 0;  // largest |tangent - flow| / |flow|, over the whole run
  SaltationCounts counts;
};

// Follows the flow's direction over `steps` single-step chunks (or in chunks of `chunk`) from the initial state.
FlowRun follow_flow(const Network& network, std::uint64_t steps, std::uint64_t chunk = 1) {
  const TangentNetwork tangent = make_tangent_network(network);
  SaltationBuilder builder(network, tangent, 1e-9);
  const auto simulation = make_simulation(network, {}, on_cpu());
  const auto space = cpu::make_tangent_space(tangent, 1, 1);
  space->set_frame(flow_direction(network, simulation->state()));
  builder.start(simulation->state());
  RecordOptions record;
  record.trajectory = true;
  FlowRun run;
  for (std::uint64_t done = 0; done < steps; done += chunk) {
    Recording recording;
    simulation->advance(chunk, {}, record, &recording);
    space->advance(builder.build(recording));
    const std::vector<double> expected = flow_direction(network, simulation->state()), found = space->frame();
    double difference = 0, size = 0;
    for (std::size_t r = 0; r < expected.size(); ++r) {
      difference = std::max(difference, std::abs(found[r] - expected[r]));
      size = std::max(size, std::abs(expected[r]));
    }
    run.error = std::max(run.error, difference / size);
  }
  run.counts = builder.counts();
  return run;
}

struct SaltationCase {
  const char* name;
  AutonomousSpec spec;
};

std::vector<SaltationCase> cases() {
  const LifKind one{Synapse::exponential, 1, Reset::hard, false}, two{Synapse::exponential, 2, Reset::hard, false};
  const LifKind soft{Synapse::exponential, 2, Reset::soft, false}, delta{Synapse::delta, 1, Reset::hard, false};
  const LifKind delta_two{Synapse::delta, 2, Reset::soft, false};
  AutonomousSpec base;
  base.density = 0.2;
  base.i_dc = 2;
  const auto with = [&](LifKind kind, double t_ref, std::uint16_t min_delay, std::uint16_t max_delay) {
    AutonomousSpec s = base;
    s.kind = kind;
    s.t_ref_ms = t_ref;
    s.min_delay = min_delay;
    s.max_delay = max_delay;
    if (kind.synapse == Synapse::delta) s.weight = 0.02;
    return s;
  };
  return {{"one_receptor", with(one, 0, 1, 1)},
          {"two_receptors", with(two, 0, 1, 1)},
          {"refractory", with(two, 2, 1, 1)},
          {"refractory_one_step", with(one, 0.1, 1, 1)},
          {"long_equal_delays", with(one, 0, 15, 15)},
          {"mixed_delays_refractory", with(two, 2, 1, 40)},
          {"soft_reset", with(soft, 0, 1, 10)},
          {"soft_reset_refractory", with(soft, 1, 1, 10)},
          {"delta", with(delta, 0, 1, 1)},
          {"delta_refractory", with(delta, 2, 5, 5)},
          {"delta_soft_mixed_delays", with(delta_two, 1, 1, 20)}};
}

class FlowDirection : public ::testing::TestWithParam<SaltationCase> {};

TEST_P(FlowDirection, StaysTheFlowDirectionThroughEveryEvent) {
  const FlowRun run = follow_flow(autonomous_network(GetParam().spec), 600);
  EXPECT_GT(run.counts.spikes, 60u);
  EXPECT_EQ(run.counts.guarded, 0u);
  EXPECT_LT(run.error, 3e-5) << run.counts.spikes << " spikes";
  RecordProperty("error", std::to_string(run.error));
}

INSTANTIATE_TEST_SUITE_P(Kinds, FlowDirection, ::testing::ValuesIn(cases()),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(FlowDirectionDetector, NoticesAWrongFactor) {
  // The same network, but the tangent space believes in weights 1 % larger.
  const Network network = autonomous_network(cases()[0].spec);
  TangentNetwork wrong = make_tangent_network(network);
  for (double& w : wrong.weights) w *= 1.01;
  SaltationBuilder builder(network, wrong, 1e-9);
  const auto simulation = make_simulation(network, {}, on_cpu());
  const auto space = cpu::make_tangent_space(wrong, 1, 1);
  space->set_frame(flow_direction(network, simulation->state()));
  builder.start(simulation->state());
  RecordOptions record;
  record.trajectory = true;
  Recording recording;
  simulation->advance(600, {}, record, &recording);
  space->advance(builder.build(recording));
  const std::vector<double> expected = flow_direction(network, simulation->state()), found = space->frame();
  double difference = 0;
  for (std::size_t r = 0; r < expected.size(); ++r) difference = std::max(difference, std::abs(found[r] - expected[r]));
  EXPECT_GT(difference, 1e-4);
}

TEST(Saltation, ChunkLengthDoesNotChangeABit) {
  const Network network = autonomous_network(cases()[5].spec);
  const auto frame_after = [&](std::uint64_t chunk) {
    const TangentNetwork tangent = make_tangent_network(network);
    SaltationBuilder builder(network, tangent, 1e-3);
    const auto simulation = make_simulation(network, {}, on_cpu());
    const auto space = cpu::make_tangent_space(tangent, 3, 1);
    std::vector<double> frame(std::size_t{tangent.rows()} * 3);
    for (std::size_t i = 0; i < frame.size(); ++i) frame[i] = test::test_uniform(9, i, 0);
    space->set_frame(frame);
    builder.start(simulation->state());
    RecordOptions record;
    record.trajectory = true;
    for (std::uint64_t done = 0; done < 600; done += chunk) {
      Recording recording;
      simulation->advance(chunk, {}, record, &recording);
      space->advance(builder.build(recording));
    }
    return space->frame();
  };
  EXPECT_EQ(frame_after(1), frame_after(60));
  EXPECT_EQ(frame_after(1), frame_after(600));
}

// Renormalising is a change of basis: following F and then factoring equals factoring on the way, spikes in flight
// included.
TEST(Saltation, RenormalisationCarriesTheSpikesInFlight) {
  const Network network = autonomous_network(cases()[5].spec);
  const TangentNetwork tangent = make_tangent_network(network);
  const auto run = [&](bool on_the_way, std::vector<double>& logs) {
    SaltationBuilder builder(network, tangent, 1e-3);
    const auto simulation = make_simulation(network, {}, on_cpu());
    const auto space = cpu::make_tangent_space(tangent, 5, 1);
    std::vector<double> frame(std::size_t{tangent.rows()} * 5), diagonal, growth, mass;
    for (std::size_t i = 0; i < frame.size(); ++i) frame[i] = test::test_uniform(9, i, 0) - 0.5;
    space->set_frame(frame);
    builder.start(simulation->state());
    RecordOptions record;
    record.trajectory = true;
    logs.assign(5, 0);
    for (int piece = 0; piece < 60; ++piece) {
      Recording recording;
      simulation->advance(10, {}, record, &recording);
      space->advance(builder.build(recording));
      if (!on_the_way && piece != 59) continue;
      space->renormalise(diagonal, growth, mass);
      for (std::size_t c = 0; c < 5; ++c) logs[c] += std::log(diagonal[c]);
    }
    return space->frame();
  };
  std::vector<double> logs_on_the_way, logs_once;
  const std::vector<double> on_the_way = run(true, logs_on_the_way), once = run(false, logs_once);
  for (std::size_t i = 0; i < once.size(); ++i) ASSERT_NEAR(on_the_way[i], once[i], 1e-8) << i;
  for (std::size_t c = 0; c < 5; ++c) EXPECT_NEAR(logs_on_the_way[c], logs_once[c], 1e-8) << c;
}

TEST(Saltation, CountsThresholdsCrossedByAnArrival) {
  // Neuron 0 fires by its current; its delta synapse of 0.6 lifts neuron 1, resting at 0.5, over the threshold.
  NeuronDefaults d;
  d.t_ref_ms = 0;
  d.i_dc = 0.5;
  Network network = test::unconnected(2, {Synapse::delta, 1, Reset::hard, false}, 0.1, d);
  network.neurons.i_dc[0] = 2;
  network.neurons.v_initial = {0, 0.5};
  network.recurrent = test::csr_from(2, 2, {{0, 1, 0.6f, 3}});
  const FlowRun run = follow_flow(network, 160);
  EXPECT_EQ(run.counts.spikes, 2u);
  EXPECT_EQ(run.counts.jumps, 1u);
}

TEST(Saltation, GuardsVelocitiesThatVanish) {
  // Two neurons just above rheobase: they cross the threshold at a velocity of 1e-4 of (V_th - V_reset)/tau_m.
  NeuronDefaults d;
  d.t_ref_ms = 0;
  d.i_dc = 1.0001;
  d.tau_m_ms = 5;
  const Network network = test::unconnected(2, {}, 0.1, d);
  const TangentNetwork tangent = make_tangent_network(network);
  SaltationBuilder builder(network, tangent, 1e-2);
  const auto simulation = make_simulation(network, {}, on_cpu());
  builder.start(simulation->state());
  RecordOptions record;
  record.trajectory = true;
  Recording recording;
  simulation->advance(600, {}, record, &recording);
  const SaltationChunk chunk = builder.build(recording);
  EXPECT_EQ(builder.counts().spikes, 2u);
  EXPECT_EQ(builder.counts().guarded, 2u);
  ASSERT_EQ(chunk.events.size(), 2u);
  EXPECT_NEAR(std::abs(chunk.events[0].inverse_velocity), 1 / (1e-2 / 5), 1e-9);
}

// In continuous time and closed form: neuron 0 charges from v towards R I, spikes at T(v) = tau ln((RI - v)/(RI - 1)),
// and its spike reaches neuron 1, which stays silent, d later. A grid of h = 0.01 ms knows T only to h, hence 1 %.
TEST(Saltation, AgreesWithTheClosedFormOfOneSpike) {
  NeuronDefaults d;
  d.t_ref_ms = 2;
  d.tau_m_ms = 10;
  Network network = test::unconnected(2, {}, 0.01, d);
  network.neurons.i_dc = {2, 0.2};
  network.recurrent = test::csr_from(2, 2, {{0, 1, 0.3f, 100}});
  constexpr double v = 0, end = 11, delay = 1, tau = 10, tau_s = 5, w = 0.3;
  const double spike = tau * std::log((2 - v) / (2 - 1)), spike_slope = -tau / (2 - v);  // T, dT/dv
  const double t = end - spike - delay;
  // I_1 = w e^{-t/tau_s}; v_1 = w tau_s/(tau - tau_s) (e^{-t/tau} - e^{-t/tau_s}), t = end - T - d
  const double di = w / tau_s * std::exp(-t / tau_s) * spike_slope;
  const double dv = w * tau_s / (tau - tau_s) * (std::exp(-t / tau) / tau - std::exp(-t / tau_s) / tau_s) * spike_slope;
  // Neuron 0 starts anew from 0 at T + t_ref: v_0 = 2 (1 - e^{-(end - T - t_ref)/tau}).
  const double dv0 = -2 / tau * std::exp(-(end - spike - 2) / tau) * spike_slope;

  const TangentNetwork tangent = make_tangent_network(network);
  SaltationBuilder builder(network, tangent, 1e-9);
  const auto simulation = make_simulation(network, {}, on_cpu());
  const auto space = cpu::make_tangent_space(tangent, 1, 1);
  space->set_frame({1, 0, 0, 0});
  builder.start(simulation->state());
  RecordOptions record;
  record.trajectory = true;
  Recording recording;
  simulation->advance(1100, {}, record, &recording);
  space->advance(builder.build(recording));

  ASSERT_EQ(recording.total_spikes, 1u);
  const std::vector<double> found = space->frame();
  EXPECT_NEAR(found[0] / dv0, 1, 0.01);
  EXPECT_NEAR(found[1] / dv, 1, 0.01);
  EXPECT_EQ(found[2], 0);
  EXPECT_NEAR(found[3] / di, 1, 0.01);
}

TEST(TangentNetwork, RefusesAnAdaptiveThreshold) {
  AutonomousSpec spec;
  spec.kind.adaptive = true;
  EXPECT_THROW(make_tangent_network(autonomous_network(spec)), ConfigError);
}

}  // namespace
}  // namespace sprig
