// The oracle of Lyapunov spectra: a LIF network with exponential currents in continuous time, moved from event to event
// in double, and its tangent vectors. Nothing of sprig's engine or tangent dynamics is used, and there is no grid.
//
// Between events V and I have closed forms. A spike happens where V crosses the threshold, found to kCrossingError, and
// reaches its targets one fixed delay later. A perturbation moves a spike's time by -dV/f-, f- = dV/dt just before it;
// what then happens later by dt has, at a fixed time afterwards, moved the state by (rate before - rate after) dt (the
// saltation matrix: di Bernardo et al. 2008, chapter 2; Teramae & Tanaka 2004 for neurons).
#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "sprig/network/network.hpp"

namespace sprig::test {

class EventDrivenNetwork {
 public:
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  // Neurons, weights and initial potentials of `network` (exponential synapses, one receptor, hard reset, E_L = 0, no
  // refractoriness), whose step and delays are not looked at.
  EventDrivenNetwork(const Network& network, double delay_ms)
      : p_(network.neurons),
        csr_(network.recurrent),
        n_(network.size()),
        delay_(delay_ms),
        v_(network.neurons.v_initial),
        i_(n_, 0),
        crossing_(n_),
        frame_(Matrix::Zero(2 * n_, 2 * n_)) {
    if (network.kind.synapse != Synapse::exponential || network.kind.receptors != 1 ||
        network.kind.reset != Reset::hard || *std::max_element(p_.t_ref_ms.begin(), p_.t_ref_ms.end()) > 0)
      throw std::invalid_argument("the event-driven oracle does not know this kind of network");
    for (std::size_t i = 0; i < n_; ++i) crossing_[i] = next_crossing(i);
  }

  double time() const { return time_; }
  std::uint64_t spikes() const { return spikes_; }
  double log_velocity_ratio() const { return log_ratio_; }  // sum of ln f+/f- over spikes
  std::vector<double>& potentials() { return v_; }
  const std::vector<double>& currents() const { return i_; }
  // Rows dV_0.., dI_0..; any number of columns. Forgets what is in flight of the old one.
  void set_frame(const Matrix& frame) {
    frame_ = frame;
    for (Flight& flight : flights_) flight.shift = Eigen::RowVectorXd::Zero(frame.cols());
  }
  const Matrix& frame() const { return frame_; }
  void refresh() {  // after potentials() were changed
    for (std::size_t i = 0; i < n_; ++i) crossing_[i] = next_crossing(i);
  }

  void advance_to(double end) {
    for (;;) {
      const auto first = std::min_element(crossing_.begin(), crossing_.end());
      const double arrival = flights_.empty() ? kNever : flights_.front().arrival;
      const double next = std::min(*first, arrival);
      if (next >= end) break;
      flow_to(next);
      if (arrival <= *first)
        arrive();
      else
        spike(static_cast<std::size_t>(first - crossing_.begin()));
    }
    flow_to(end);
  }

  // F = Q R with positive diagonal; what is in flight is multiplied by R^-1. Returns ln r_kk.
  Eigen::VectorXd orthonormalise() {
    const Eigen::Index columns = frame_.cols();
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(frame_);
    Eigen::MatrixXd r = qr.matrixQR().topRows(columns).triangularView<Eigen::Upper>();
    Eigen::MatrixXd q = qr.householderQ() * Eigen::MatrixXd::Identity(frame_.rows(), columns);
    for (Eigen::Index k = 0; k < columns; ++k)
      if (r(k, k) < 0) {
        r.row(k) *= -1;
        q.col(k) *= -1;
      }
    frame_ = q;
    for (Flight& flight : flights_)
      flight.shift = r.triangularView<Eigen::Upper>().solve<Eigen::OnTheRight>(flight.shift).eval();
    return r.diagonal().array().log();
  }

 private:
  static constexpr double kNever = std::numeric_limits<double>::infinity(), kCrossingError = 1e-12;

  struct Flight {
    double arrival;
    std::size_t source;
    Eigen::RowVectorXd shift;  // of the spike's time, one a column
  };

  // V(t) = rest + slow e^{-t/tau_m} + fast e^{-t/tau_s}, t from now.
  struct Course {
    double rest, slow, fast, tau_m, tau_s;
    double value(double t) const { return rest + slow * std::exp(-t / tau_m) + fast * std::exp(-t / tau_s); }
    double slope(double t) const { return -slow / tau_m * std::exp(-t / tau_m) - fast / tau_s * std::exp(-t / tau_s); }
  };
  Course course(std::size_t i) const {
    const double tau_m = p_.tau_m_ms[i], tau_s = p_.tau_syn_exc_ms[i], r = p_.resistance[i];
    const double fast = r * i_[i] * tau_s / (tau_s - tau_m), rest = r * p_.i_dc[i];
    return {rest, v_[i] - rest - fast, fast, tau_m, tau_s};
  }

  // V has at most one extremum, so it first reaches the threshold between two points that are known.
  double next_crossing(std::size_t i) const {
    const Course c = course(i);
    const double threshold = p_.v_th[i];
    const double ratio = -c.fast * c.tau_m / (c.slow * c.tau_s);
    const double extremum = ratio > 0 ? std::log(ratio) / (1 / c.tau_s - 1 / c.tau_m) : -1;
    double low = 0, high;
    if (c.slope(0) > 0 && extremum > 0) {
      high = extremum;  // the largest value there is
      if (c.value(high) < threshold) return kNever;
    } else {
      if (c.slope(0) < 0 && !(extremum > 0)) return kNever;  // falls for ever
      if (c.slope(0) < 0) low = extremum;
      if (c.rest <= threshold) return kNever;
      for (high = low + c.tau_m; c.value(high) < threshold;) high = low + 2 * (high - low);
    }
    double t = (low + high) / 2;
    while (high - low > kCrossingError) {
      (c.value(t) < threshold ? low : high) = t;
      t -= (c.value(t) - threshold) / c.slope(t);
      if (!(t > low && t < high)) t = (low + high) / 2;
      if (std::abs(c.value(t) - threshold) < 1e-15) break;
    }
    return time_ + t;
  }

  void flow_to(double end) {
    const double t = end - time_;
    for (std::size_t i = 0; i < n_; ++i) {
      const double tau_m = p_.tau_m_ms[i], tau_s = p_.tau_syn_exc_ms[i];
      const double m = std::exp(-t / tau_m), s = std::exp(-t / tau_s);
      const double coupling = p_.resistance[i] * tau_s / (tau_s - tau_m) * (s - m);
      v_[i] = p_.resistance[i] * p_.i_dc[i] * (1 - m) + m * v_[i] + coupling * i_[i];
      i_[i] *= s;
      frame_.row(i) = m * frame_.row(i) + coupling * frame_.row(n_ + i);
      frame_.row(n_ + i) *= s;
    }
    time_ = end;
  }

  double velocity(std::size_t i, double v) const {
    return (p_.resistance[i] * (p_.i_dc[i] + i_[i]) - v) / p_.tau_m_ms[i];
  }

  void spike(std::size_t j) {
    const double before = velocity(j, p_.v_th[j]), after = velocity(j, p_.v_reset[j]);
    log_ratio_ += std::log(after / before);
    flights_.push_back({time_ + delay_, j, -frame_.row(j) / before});
    frame_.row(j) *= after / before;  // dV_j + (before - after) dt_j
    v_[j] = p_.v_reset[j];
    crossing_[j] = next_crossing(j);
    ++spikes_;
  }

  void arrive() {
    const Flight flight = flights_.front();
    flights_.pop_front();
    for (std::uint64_t k = csr_.offsets[flight.source]; k < csr_.offsets[flight.source + 1]; ++k) {
      const std::size_t i = csr_.targets[k];
      const double w = csr_.weights[k];
      i_[i] += w;  // rates before minus after: of V -R w/tau_m, of I +w/tau_s
      frame_.row(i) -= p_.resistance[i] * w / p_.tau_m_ms[i] * flight.shift;
      frame_.row(n_ + i) += w / p_.tau_syn_exc_ms[i] * flight.shift;
      crossing_[i] = next_crossing(i);
    }
  }

  NeuronParameters p_;
  Csr csr_;
  std::size_t n_;
  double delay_, time_ = 0;
  std::vector<double> v_, i_, crossing_;
  Matrix frame_;
  std::deque<Flight> flights_;
  std::uint64_t spikes_ = 0;
  double log_ratio_ = 0;
};

struct OracleSpectrum {
  std::vector<double> exponents, standard_errors;  // 1/ms, descending
  double mean_rate_hz = 0;
};

// All exponents, averaged over `blocks` blocks of duration_ms/blocks after a transient of state and frame.
inline OracleSpectrum oracle_spectrum(const Network& network, double delay_ms, double transient_ms, double duration_ms,
                                      int blocks = 20, double renorm_ms = 10) {
  EventDrivenNetwork oracle(network, delay_ms);
  const auto rows = static_cast<Eigen::Index>(2 * network.size());
  oracle.advance_to(transient_ms);
  EventDrivenNetwork::Matrix frame(rows, rows);
  for (Eigen::Index k = 0; k < frame.size(); ++k)
    frame.data()[k] = std::sin(1.0 + 3.7 * static_cast<double>(k * k % 9973));
  oracle.set_frame(frame);
  oracle.orthonormalise();
  double now = transient_ms;
  const auto steps = [&](double ms) {
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(rows);
    const auto count = static_cast<int>(std::lround(ms / renorm_ms));
    for (int k = 1; k <= count; ++k) {
      oracle.advance_to(now + k * renorm_ms);
      sum += oracle.orthonormalise();
    }
    now += count * renorm_ms;
    return Eigen::VectorXd(sum / (count * renorm_ms));
  };
  steps(transient_ms);
  const std::uint64_t before = oracle.spikes();
  const double start = now;
  Eigen::MatrixXd means(rows, blocks);
  for (int b = 0; b < blocks; ++b) means.col(b) = steps(duration_ms / blocks);
  const Eigen::VectorXd mean = means.rowwise().mean();
  const Eigen::VectorXd error =
      ((means.colwise() - mean).rowwise().squaredNorm() / (blocks - 1.0) / blocks).array().sqrt();
  std::vector<Eigen::Index> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  std::sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) { return mean[a] > mean[b]; });
  OracleSpectrum result;
  for (const Eigen::Index k : order) {
    result.exponents.push_back(mean[k]);
    result.standard_errors.push_back(error[k]);
  }
  result.mean_rate_hz = 1e3 * static_cast<double>(oracle.spikes() - before) / (now - start) / network.size();
  return result;
}

}  // namespace sprig::test
