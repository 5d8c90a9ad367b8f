// The constants and synapses of the tangent dynamics.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/dynamics/tangent.hpp"

namespace sprig {

namespace {

void add_constants(TangentNetwork& tangent, const Network& network) {
  const NeuronParameters& p = network.neurons;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const auto c = lif_propagators(network.kind, lif_parameters(p, i), network.step_ms);
    tangent.p22.push_back(c.p22);
    if (tangent.current_rows == 0) {
      tangent.potential_shift.push_back(1 / p.tau_m_ms[i]);
      continue;
    }
    tangent.potential_shift.push_back(-p.resistance[i] / p.tau_m_ms[i]);
    tangent.p11_0.push_back(c.p11[0]);
    tangent.p21_0.push_back(c.p21[0]);
    tangent.current_shift_0.push_back(1 / p.tau_syn_exc_ms[i]);
    if (tangent.current_rows == 1) continue;
    tangent.p11_1.push_back(c.p11[1]);
    tangent.p21_1.push_back(c.p21[1]);
    tangent.current_shift_1.push_back(1 / p.tau_syn_inh_ms[i]);
  }
}

void add_synapses(TangentNetwork& tangent, const Csr& csr) {
  tangent.cells.reserve(csr.synapses());
  tangent.weights.reserve(csr.synapses());
  tangent.run_offsets.assign(1, 0);
  tangent.max_delay = 1;
  std::vector<std::uint64_t> order;
  for (std::uint32_t source = 0; source < csr.rows; ++source) {
    order.resize(csr.offsets[source + 1] - csr.offsets[source]);
    std::iota(order.begin(), order.end(), csr.offsets[source]);
    if (!csr.delays.empty())
      std::stable_sort(order.begin(), order.end(),
                       [&](std::uint64_t a, std::uint64_t b) { return csr.delays[a] < csr.delays[b]; });
    for (std::size_t k = 0; k < order.size(); ++k) {
      const std::uint32_t delay = csr.delay(order[k]);
      if (k == 0 || delay != tangent.run_delay.back()) {
        tangent.run_begin.push_back(tangent.cells.size());
        tangent.run_delay.push_back(delay);
        tangent.max_delay = std::max(tangent.max_delay, delay);
      }
      const double weight = csr.weights[order[k]];
      const bool second = tangent.current_rows == 2 && weight < 0;
      tangent.cells.push_back(csr.targets[order[k]] + (second ? tangent.neurons : 0));
      tangent.weights.push_back(weight);
    }
    tangent.run_offsets.push_back(tangent.run_delay.size());
  }
  tangent.run_begin.push_back(tangent.cells.size());
}

}  // namespace

TangentNetwork make_tangent_network(const Network& network) {
  if (network.kind.adaptive)
    throw ConfigError(
        "neuron.adaptive",
        "found true; a threshold that adapts has no tangent row, so such a network has no exponents here; "
        "allowed: false");
  if (network.plasticity)
    throw ConfigError("network.plasticity", "has no tangent: saltation and surrogate take weights as constant");
  TangentNetwork tangent;
  tangent.kind = network.kind;
  tangent.neurons = network.size();
  tangent.current_rows = current_rows(network.kind);
  add_constants(tangent, network);
  add_synapses(tangent, network.recurrent);
  return tangent;
}

TangentArrivals tangent_arrivals(const TangentNetwork& network) {
  TangentArrivals in;
  in.offsets.assign(std::size_t{network.neurons} * std::max(network.current_rows, 1u) + 1, 0);
  for (const std::uint32_t cell : network.cells) ++in.offsets[cell + 1];
  for (std::size_t cell = 1; cell < in.offsets.size(); ++cell) in.offsets[cell] += in.offsets[cell - 1];
  std::vector<std::uint64_t> next(in.offsets.begin(), in.offsets.end() - 1);
  in.incoming.resize(network.cells.size());
  for (std::uint32_t source = 0; source < network.neurons; ++source)
    for (std::uint64_t run = network.run_offsets[source]; run < network.run_offsets[source + 1]; ++run)
      for (std::uint64_t k = network.run_begin[run]; k < network.run_begin[run + 1]; ++k)
        in.incoming[next[network.cells[k]]++] = {source, network.run_delay[run], network.weights[k]};
  return in;
}

std::uint32_t check_tangent_state(const TangentNetwork& network, std::uint32_t columns, const TangentState& state) {
  const std::size_t frame = std::size_t{network.rows()} * columns;
  if (state.frame.size() != frame)
    refuse("tangent.frame", shown(state.frame.size()) + " entries", shown(network.rows()) + " x " + shown(columns));
  if (state.payload.size() % columns != 0)
    refuse("tangent.payload", shown(state.payload.size()) + " entries", "rows of " + shown(columns));
  const auto known = static_cast<std::uint32_t>(std::min<std::uint64_t>(network.max_delay, state.surrogate_step));
  const std::size_t history = std::size_t{known} * network.neurons * columns;
  if (state.history.size() != history)
    refuse("tangent.history", shown(state.history.size()) + " entries", shown(history));
  return known;
}

}  // namespace sprig
