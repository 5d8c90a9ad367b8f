// Networks whose neurons fire when they are told to, and the rule of neuron/stdp.hpp carried out at once, spike by
// spike, for a single synapse.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "sprig/engine/simulation.hpp"
#include "tests/support/networks.hpp"

namespace sprig::test {

using Train = std::set<std::uint64_t>;  // steps

// n neurons, each firing in exactly the steps in which its input channel says so, one step earlier: nothing stays from
// step to step, and recurrent weights of at most 1 from fewer than 20 sources never reach the threshold of 20.
inline Network told_network(std::uint32_t n, std::vector<Edge> edges, double step_ms = 1.0) {
  NeuronDefaults d;
  d.tau_m_ms = step_ms / 30;
  d.v_th = 20;
  d.t_ref_ms = 0;
  Network network = unconnected(n, {Synapse::delta, 1, Reset::hard, false}, step_ms, d);
  network.recurrent = csr_from(n, n, std::move(edges));
  std::vector<Edge> input;
  for (std::uint32_t i = 0; i < n; ++i) input.push_back({i, i, 25.0f, 1});
  network.input = csr_from(n, n, input);
  return network;
}

inline Plasticity all_plastic(const Network& network) {
  Plasticity p;
  p.source_count = p.target_count = network.size();
  p.w_max = 1;
  return p;
}

// The external spikes of steps [first, first + steps) that make neuron i fire as trains[i].
inline std::vector<Input::Spike> tell(const std::vector<Train>& trains, std::uint64_t first, std::uint32_t steps) {
  std::vector<Input::Spike> spikes;
  for (std::uint32_t t = 0; t < steps; ++t)
    for (std::uint32_t i = 0; i < trains.size(); ++i)
      if (trains[i].count(first + t + 1) != 0) spikes.push_back({t, i, 0});
  return spikes;
}

inline void advance_told(Simulation& simulation, const std::vector<Train>& trains, std::uint32_t steps,
                         Recording* recording = nullptr) {
  const std::vector<Input::Spike> spikes = tell(trains, simulation.step(), steps);
  Input input;
  input.spikes = spikes;
  simulation.advance(steps, input, {.spikes = true}, recording);
}

// Every third neuron fires `slow` times as often as the others, which so come to fire many times between two spikes of
// it.
inline std::vector<Train> random_trains(std::uint32_t n, std::uint64_t first, std::uint32_t steps, double probability,
                                        double slow = 0.1) {
  std::vector<Train> trains(n);
  for (std::uint32_t i = 0; i < n; ++i)
    for (std::uint32_t t = 1; t < steps; ++t)
      if (test_uniform(5, i, t) < (i % 3 == 2 ? slow : 1.0) * probability) trains[i].insert(first + t);
  return trains;
}

// Every spike handled when it comes, rounding where the engine says it rounds. In units.
inline std::int32_t eager_weight(std::int32_t weight, const Train& pre, const Train& post, const Plasticity& p,
                                 double step_ms, double unit, std::uint64_t end) {
  const auto most = static_cast<std::int32_t>(std::llround(p.w_max / unit));
  const auto factor = [&](std::uint64_t lag, double tau, double a) {
    const double largest = 1 / -std::expm1(-step_ms / tau);
    if (lag > std::ceil(std::log(std::max(2 * a * most * largest, 1.0)) * tau / step_ms)) return real{0};
    return static_cast<real>(std::exp(-static_cast<double>(lag) * step_ms / tau));
  };
  const auto units = [&](double a, real trace) {
    return static_cast<std::int32_t>(
        std::floor(std::min(static_cast<real>(a * most) * trace, static_cast<real>(most)) + static_cast<real>(0.5)));
  };
  real x = 0, y = 0;
  std::uint64_t x_step = 0, y_step = 0;
  Train all = pre;
  all.insert(post.begin(), post.end());
  for (const std::uint64_t t : all) {
    if (t >= end) break;
    if (pre.count(t) != 0) {
      weight = std::max(weight - units(p.a_minus, y * factor(t - y_step, p.tau_minus_ms, p.a_minus)), 0);
      x = x * factor(t - x_step, p.tau_plus_ms, p.a_plus) + 1;
      x_step = t;
    }
    if (post.count(t) != 0) {
      weight = std::min(weight + units(p.a_plus, x * factor(t - x_step, p.tau_plus_ms, p.a_plus)), most);
      y = y * factor(t - y_step, p.tau_minus_ms, p.a_minus) + 1;
      y_step = t;
    }
  }
  return weight;
}

// Sums over pairs in double, without bounds and rounding. In w_max.
inline double pair_sum(const Train& pre, const Train& post, const Plasticity& p, double step_ms) {
  double change = 0;
  for (const std::uint64_t s : pre)
    for (const std::uint64_t t : post) {
      const double lag = (static_cast<double>(t) - static_cast<double>(s)) * step_ms;
      change += lag >= 0 ? p.a_plus * std::exp(-lag / p.tau_plus_ms) : -p.a_minus * std::exp(lag / p.tau_minus_ms);
    }
  return change;
}

}  // namespace sprig::test
