// What deliveries add to the logarithm of the tangent map's determinant (contraction.hpp): the exact identity, by dense
// matrices, and the bound that is stated there.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>

#include "sprig/dynamics/contraction.hpp"
#include "tests/dynamics/networks.hpp"

namespace sprig {
namespace {

using test::autonomous_network;
using test::AutonomousSpec;
using test::on_cpu;

struct Replay {
  double log_volume = 0;   // sum of ln r_kk of the full frame
  double contraction = 0;  // T sum of Lambda_i
  double loops = 0;        // sum over deliveries of ln |1 - x|
  std::uint64_t spikes = 0;
};

// Moves a full frame through the linear operations of a trajectory, one matrix product at a time. A delivery adds
// u p, p being a row that the spike took from an earlier frame; in terms of the present frame F that is (1 + u q) F
// with q = p F^-1, whose determinant is 1 + q u = 1 - x.
Replay replay(const Network& network, std::uint64_t steps) {
  const TangentNetwork t = make_tangent_network(network);
  SaltationBuilder builder(network, t, 1e-9);
  const auto simulation = make_simulation(network, {}, on_cpu());
  simulation->advance(2000);
  builder.start(simulation->state());
  RecordOptions record;
  record.trajectory = true;
  Recording recording;
  simulation->advance(steps, {}, record, &recording);
  const SaltationChunk chunk = builder.build(recording);

  const auto rows = static_cast<Eigen::Index>(t.rows()), n = static_cast<Eigen::Index>(t.neurons);
  Eigen::MatrixXd f = Eigen::MatrixXd::Identity(rows, rows);
  std::map<std::uint32_t, Eigen::RowVectorXd> payload;
  Replay result;
  result.spikes = recording.total_spikes;
  for (std::size_t step = 0; step < steps; ++step) {
    const std::uint8_t* flags = chunk.flags.data() + step * t.neurons;
    for (Eigen::Index i = 0; i < n; ++i) {
      if ((flags[i] & kFrozen) == 0) f.row(i) = t.p22[i] * f.row(i) + t.p21_0[i] * f.row(n + i);
      f.row(n + i) *= t.p11_0[i];
    }
    for (std::uint64_t e = chunk.event_offsets[step]; e < chunk.event_offsets[step + 1]; ++e) {
      const TangentEvent& event = chunk.events[e];
      if (event.slot != kNoSlot) payload[event.slot] = -event.inverse_velocity * f.row(event.neuron);
      f.row(event.neuron) *= event.factor;
    }
    for (std::uint64_t d = chunk.delivery_offsets[step]; d < chunk.delivery_offsets[step + 1]; ++d) {
      const TangentDelivery& delivery = chunk.deliveries[d];
      Eigen::VectorXd u = Eigen::VectorXd::Zero(rows);
      for (std::uint64_t k = delivery.begin; k < delivery.end; ++k) {
        const std::uint32_t i = t.cells[k];
        if ((flags[i] & kDeaf) == 0) u[i] += t.potential_shift[i] * t.weights[k];
        u[n + i] += t.current_shift_0[i] * t.weights[k];
      }
      const Eigen::RowVectorXd p = payload.at(delivery.slot);
      const Eigen::VectorXd q = f.transpose().partialPivLu().solve(p.transpose());
      result.loops += std::log(std::abs(1 + q.dot(u)));
      f += u * p;
    }
    if (step % 50 != 49) continue;
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(f);
    const Eigen::MatrixXd r = qr.matrixQR().triangularView<Eigen::Upper>();
    result.log_volume += r.diagonal().array().abs().log().sum();
    for (auto& [slot, p] : payload) p = r.triangularView<Eigen::Upper>().solve<Eigen::OnTheRight>(p).eval();
    f = qr.householderQ();
  }
  for (const double value : contraction(network, builder.counts()))
    result.contraction += value * static_cast<double>(steps) * network.step_ms;
  return result;
}

AutonomousSpec looped(std::uint16_t min_delay, std::uint16_t max_delay) {
  AutonomousSpec spec;
  spec.neurons = 16;
  spec.density = 0.4;
  spec.t_ref_ms = 1;
  spec.min_delay = min_delay;
  spec.max_delay = max_delay;
  return spec;
}

TEST(FlightsInLoops, MakeTheWholeDifferenceBetweenTheSums) {
  for (const AutonomousSpec& spec : {looped(1, 1), looped(20, 20), looped(1, 60)}) {
    const Replay r = replay(autonomous_network(spec), 5000);
    ASSERT_GT(r.spikes, 300u);
    EXPECT_NEAR(r.log_volume, r.contraction + r.loops, 1e-9 * std::abs(r.log_volume)) << spec.max_delay;
    EXPECT_LT(std::abs(r.loops / r.log_volume), 1e-3);
    if (spec.max_delay > 1) {
      EXPECT_GT(std::abs(r.loops / r.log_volume), 1e-5) << "or the test would not see the term left out";
    }
    std::printf("delays %2.1f..%2.1f ms: loops are %.1e of the sum\n", 0.1 * spec.min_delay, 0.1 * spec.max_delay,
                r.loops / r.log_volume);
  }
}

// The sum over pairs of spikes of -ln(1 - |x|), |x| bounded as in contraction.hpp.
double bound(const Network& network, const std::vector<SpikeEvent>& spikes) {
  const Csr& csr = network.recurrent;
  const NeuronParameters& p = network.neurons;
  struct Synapse {
    double weight = 0, delay = 0;  // in units of the target's threshold; ms
  };
  std::map<std::pair<std::uint32_t, std::uint32_t>, Synapse> synapses;
  for (std::uint32_t j = 0; j < csr.rows; ++j)
    for (std::uint64_t k = csr.offsets[j]; k < csr.offsets[j + 1]; ++k) {
      const std::uint32_t i = csr.targets[k];
      synapses[{j, i}] = {p.resistance[i] * std::abs(csr.weights[k]) / (p.v_th[i] - p.v_reset[i]),
                          csr.delay(k) * network.step_ms};
    }
  std::vector<std::vector<double>> times(network.size());
  for (const SpikeEvent& spike : spikes)
    times[spike.neuron].push_back(static_cast<double>(spike.step) * network.step_ms);
  double total = 0;
  for (const auto& [ends, there] : synapses) {
    const auto [j, i] = ends;
    const auto back = synapses.find({i, j});
    if (j > i || back == synapses.end()) continue;
    const double d = there.delay + back->second.delay;
    const double tau = std::min({p.tau_m_ms[i], p.tau_m_ms[j], p.tau_syn_exc_ms[i], p.tau_syn_exc_ms[j]});
    const double x = there.weight * back->second.weight * std::pow(1 + d / (2 * tau), 2) * std::exp(d / tau);
    EXPECT_LT(x, 1) << "the bound says nothing for weights as large";
    for (const double of_j : times[j])
      for (const double of_i : times[i])
        if (of_i <= of_j + there.delay + 1e-9 && of_j <= of_i + back->second.delay + 1e-9) total -= std::log1p(-x);
  }
  return total;
}

TEST(FlightsInLoops, StayUnderTheirBoundWithDelaysOfSeveralMilliseconds) {
  const std::pair<std::uint16_t, double> cases[] = {{10, 0.15}, {20, 0.15}, {40, 0.05}};
  for (const auto& [delay, weight] : cases) {
    AutonomousSpec spec;  // of 40 neurons
    spec.density = 0.2;
    spec.weight = weight;
    spec.inhibition = 2;
    spec.min_delay = spec.max_delay = delay;
    const Network network = autonomous_network(spec);
    LyapunovOptions options;
    options.exponents = 0;
    options.duration_ms = 4000;
    const LyapunovResult spectrum = lyapunov_spectrum(network, {}, on_cpu(), options);
    double difference = 0;
    for (const double value : spectrum.exponents) difference += value;
    for (const double value : spectrum.contraction) difference -= value;
    const auto simulation = make_simulation(network, {}, on_cpu());
    simulation->advance(7000);
    Recording recording;
    simulation->advance(40000, {}, {.spikes = true}, &recording);
    ASSERT_EQ(recording.total_spikes, spectrum.spikes);
    const double allowed = bound(network, recording.spikes) / 4000;
    EXPECT_LT(std::abs(difference), allowed);
    EXPECT_NE(difference, 0);
    std::printf("delay %.0f ms: difference of the sums %.2e, bound %.2e, of a sum %.3f 1/ms\n", 0.1 * delay, difference,
                allowed, -std::accumulate(spectrum.contraction.begin(), spectrum.contraction.end(), 0.0));
  }
}

}  // namespace
}  // namespace sprig
