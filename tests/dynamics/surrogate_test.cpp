// The surrogate method against an independent dense implementation, closed forms and limits.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <deque>

#include "sprig/dynamics/linearise.hpp"
#include "tests/dynamics/networks.hpp"

namespace sprig {
namespace {

using test::autonomous_network;
using test::AutonomousSpec;
using test::on_cpu;

Recording trajectory(const Network& network, std::uint64_t steps) {
  const auto simulation = make_simulation(network, {}, on_cpu());
  RecordOptions record;
  record.trajectory = true;
  Recording recording;
  simulation->advance(steps, {}, record, &recording);
  return recording;
}

// The engine's step differentiated by hand, dense matrices, arrivals queued by delay.
Eigen::MatrixXd dense_surrogate(const Network& network, const Recording& r, double gain, const Eigen::MatrixXd& start) {
  const NeuronParameters& p = network.neurons;
  const auto n = static_cast<Eigen::Index>(network.size());
  const bool delta = network.kind.synapse == Synapse::delta;
  const int currents = delta ? 0 : network.kind.receptors;
  const std::uint16_t longest = network.recurrent.max_delay();
  std::vector<std::vector<Eigen::MatrixXd>> weights(longest + 1);  // [delay][receptor](target, source)
  for (auto& by_receptor : weights) by_receptor.assign(2, Eigen::MatrixXd::Zero(n, n));
  const Csr& csr = network.recurrent;
  for (Eigen::Index j = 0; j < n; ++j)
    for (std::uint64_t k = csr.offsets[j]; k < csr.offsets[j + 1]; ++k)
      weights[csr.delay(k)][currents == 2 && csr.weights[k] < 0](csr.targets[k], j) += csr.weights[k];
  Eigen::MatrixXd v = start.topRows(n), i0, i1;
  if (currents >= 1) i0 = start.middleRows(n, n);
  if (currents == 2) i1 = start.bottomRows(n);
  std::deque<Eigen::MatrixXd> spikes(longest, Eigen::MatrixXd::Zero(n, start.cols()));  // front: last step
  const double h = network.step_ms;
  for (std::uint64_t step = 0; step < r.steps; ++step) {
    Eigen::MatrixXd arrived0 = Eigen::MatrixXd::Zero(n, start.cols()), arrived1 = arrived0;
    for (std::uint16_t d = 1; d <= longest; ++d) {
      arrived0 += weights[d][0] * spikes[d - 1];
      arrived1 += weights[d][1] * spikes[d - 1];
    }
    Eigen::MatrixXd s = Eigen::MatrixXd::Zero(n, start.cols());
    for (Eigen::Index i = 0; i < n; ++i) {
      const std::size_t cell = step * n + i;
      Eigen::RowVectorXd u = std::exp(-h / p.tau_m_ms[i]) * v.row(i);
      if (currents >= 1) u += lif_p21(h, p.tau_m_ms[i], p.tau_syn_exc_ms[i], p.resistance[i]) * i0.row(i);
      if (currents == 2) u += lif_p21(h, p.tau_m_ms[i], p.tau_syn_inh_ms[i], p.resistance[i]) * i1.row(i);
      if (delta) u += arrived0.row(i);
      if (currents >= 1) i0.row(i) = std::exp(-h / p.tau_syn_exc_ms[i]) * i0.row(i) + arrived0.row(i);
      if (currents == 2) i1.row(i) = std::exp(-h / p.tau_syn_inh_ms[i]) * i1.row(i) + arrived1.row(i);
      if (r.flags[cell] & kHeld) continue;
      const double unit = p.v_th[i] - p.v_reset[i], before = r.u_before[cell];
      const double slope = std::pow(gain * std::abs(before - (p.v_th[i] - p.e_l[i])) / unit + 1, -2) / unit;  // dS/du
      s.row(i) = slope * u;
      // hard: u (1 - S) + v_reset S; soft: u - (v_th - v_reset) S
      const double spiked = r.flags[cell] & kSpiked ? 1 : 0;
      v.row(i) = network.kind.reset == Reset::hard
                     ? Eigen::RowVectorXd((1 - spiked) * u - (before - (p.v_reset[i] - p.e_l[i])) * s.row(i))
                     : Eigen::RowVectorXd(u - unit * s.row(i));
    }
    spikes.push_front(s);
    spikes.pop_back();
  }
  Eigen::MatrixXd end(start.rows(), start.cols());
  end.topRows(n) = v;
  if (currents >= 1) end.middleRows(n, n) = i0;
  if (currents == 2) end.bottomRows(n) = i1;
  return end;
}

TEST(Surrogate, AgreesWithADenseImplementation) {
  for (const LifKind kind :
       {LifKind{Synapse::exponential, 1, Reset::hard, false}, LifKind{Synapse::exponential, 2, Reset::soft, false},
        LifKind{Synapse::delta, 2, Reset::hard, false}}) {
    AutonomousSpec spec;
    spec.neurons = 12;
    spec.density = 0.3;
    spec.kind = kind;
    spec.t_ref_ms = 0.3;
    spec.i_dc = 3;
    spec.max_delay = 5;
    if (kind.synapse == Synapse::delta) spec.weight = 0.05;
    const Network network = autonomous_network(spec);
    const Recording recording = trajectory(network, 300);
    ASSERT_GT(recording.total_spikes, 10u);
    const TangentNetwork tangent = make_tangent_network(network);
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> start(tangent.rows(), 3);
    for (Eigen::Index k = 0; k < start.size(); ++k) start.data()[k] = test::test_uniform(3, k, 0) - 0.5;
    const auto space = cpu::make_tangent_space(tangent, 3, 1);
    space->set_frame({start.data(), start.data() + start.size()});
    space->advance(surrogate_chunk(linear_neurons(network), kind.reset, 10, recording));
    const std::vector<double> frame = space->frame();
    const Eigen::MatrixXd found = Eigen::Map<const decltype(start)>(frame.data(), start.rows(), 3);
    const Eigen::MatrixXd expected = dense_surrogate(network, recording, 10, start);
    EXPECT_LT((found - expected).cwiseAbs().maxCoeff(), 1e-11 * expected.cwiseAbs().maxCoeff());
  }
}

TEST(Surrogate, OneNeuronHasTheMeanLogOfItsFactors) {
  NeuronDefaults d;
  d.i_dc = 1.5;
  d.t_ref_ms = 0;
  const Network network = test::unconnected(1, {Synapse::delta, 1, Reset::hard, false}, 0.5, d);
  LyapunovOptions options;
  options.method = LyapunovMethod::surrogate;
  options.exponents = 1;
  options.transient_ms = 0;
  options.tangent_transient_ms = 0;
  options.duration_ms = 500;
  options.surrogate_gain = 7;
  const LyapunovResult result = lyapunov_spectrum(network, {}, on_cpu(), options);
  const Recording recording = trajectory(network, 1000);
  double expected = 0;
  for (std::size_t t = 0; t < 1000; ++t) {
    const double u = recording.u_before[t], slope = std::pow(7 * std::abs(u - 1) + 1, -2);
    expected += std::log(std::abs(std::exp(-0.5 / 20) * ((recording.flags[t] & kSpiked ? 0 : 1) - u * slope)));
  }
  EXPECT_NEAR(result.exponents[0], expected / 500, 1e-12);
  EXPECT_EQ(result.surrogate_gain, 7);
  EXPECT_EQ(result.method, "surrogate");
}

// Without slope nothing passes a spike, and the soft reset keeps differences: the naive exponents {ln P22, ln P11}/h.
TEST(Surrogate, SteepLimitHasTheNaiveExponents) {
  AutonomousSpec spec;
  spec.neurons = 3;
  spec.density = 1;
  spec.kind.reset = Reset::soft;
  Network network = autonomous_network(spec);
  network.neurons.tau_m_ms = {10, 20, 40};
  network.neurons.tau_syn_exc_ms = {2, 5, 13};
  LyapunovOptions options;
  options.method = LyapunovMethod::surrogate;
  options.exponents = 0;
  options.surrogate_gain = 1e12;
  options.tangent_transient_ms = 2000;
  const LyapunovResult result = lyapunov_spectrum(network, {}, on_cpu(), options);
  ASSERT_GT(result.mean_rate_hz, 10);
  const double expected[] = {-1.0 / 40, -1.0 / 20, -1.0 / 13, -1.0 / 10, -1.0 / 5, -1.0 / 2};
  for (int k = 0; k < 6; ++k) EXPECT_NEAR(result.exponents[k], expected[k], 1e-9) << k;
}

TEST(Surrogate, DependsOnTheGain) {
  LyapunovOptions options;
  options.method = LyapunovMethod::surrogate;
  options.exponents = 4;
  options.duration_ms = 300;
  const Network network = autonomous_network({});
  const LyapunovResult soft = lyapunov_spectrum(network, {}, on_cpu(), options);
  options.surrogate_gain = 100;
  const LyapunovResult steep = lyapunov_spectrum(network, {}, on_cpu(), options);
  EXPECT_GT(std::abs(soft.exponents[0] - steep.exponents[0]), 1e-3);
}

// R^-1 reaches the arrivals in flight: the frame after many short intervals spans what one long interval gives.
TEST(Surrogate, RenormalisationCarriesTheArrivalsInFlight) {
  AutonomousSpec spec;
  spec.neurons = 12;
  spec.density = 0.3;
  spec.max_delay = 6;
  spec.step_ms = 0.5;
  const Network network = autonomous_network(spec);
  const TangentNetwork tangent = make_tangent_network(network);
  const Recording recording = trajectory(network, 60);
  const SurrogateChunk whole = surrogate_chunk(linear_neurons(network), Reset::hard, 10, recording);
  std::vector<double> start(std::size_t{tangent.rows()} * 2);
  for (std::size_t k = 0; k < start.size(); ++k) start[k] = test::test_uniform(3, k, 0) - 0.5;
  std::vector<double> diagonal, growth, mass, logs_whole(2), logs_pieces(2, 0);

  const auto once = cpu::make_tangent_space(tangent, 2, 1);
  once->set_frame(start);
  once->advance(whole);
  once->renormalise(diagonal, growth, mass);
  for (int c = 0; c < 2; ++c) logs_whole[c] = std::log(diagonal[c]);
  const auto pieces = cpu::make_tangent_space(tangent, 2, 1);
  pieces->set_frame(start);
  const std::size_t n = network.size();
  for (std::size_t step = 0; step < 60; step += 4) {
    SurrogateChunk piece;
    piece.steps = 4;
    const auto cut = [&](const auto& from, auto& to) {
      to.assign(from.begin() + step * n, from.begin() + (step + 4) * n);
    };
    cut(whole.flags, piece.flags);
    cut(whole.spike_gain, piece.spike_gain);
    cut(whole.reset_gain, piece.reset_gain);
    pieces->advance(piece);
    pieces->renormalise(diagonal, growth, mass);
    for (int c = 0; c < 2; ++c) logs_pieces[c] += std::log(diagonal[c]);
  }
  const std::vector<double> a = once->frame(), b = pieces->frame();
  for (std::size_t k = 0; k < a.size(); ++k) ASSERT_NEAR(a[k], b[k], 1e-10) << k;
  for (int c = 0; c < 2; ++c) EXPECT_NEAR(logs_whole[c], logs_pieces[c], 1e-10);
}

}  // namespace
}  // namespace sprig
