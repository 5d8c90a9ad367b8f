#include "sprig/network/given_network.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "host/network/drawn_values.hpp"
#include "host/network/given_groups.hpp"
#include "host/network/plain_network.hpp"
#include "host/network/text.hpp"
#include "host/network/topology.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

void check_length(const char* what, std::size_t found, std::size_t wanted) {
  if (found != 0 && found != wanted) refuse(what, shown(found) + " values", shown(wanted) + ", or none");
}

void check_given(const GivenNetwork& given) {
  if (given.neurons == 0 || given.neurons > kMaxNeurons)
    refuse("neurons", shown(given.neurons), "1 to " + shown(kMaxNeurons));
  const EdgeList& edges = given.synapses;
  const std::size_t n = given.neurons, m = edges.source.size();
  if (edges.target.size() != m) refuse("synapses.target", shown(edges.target.size()) + " values", shown(m));
  check_length("synapses.weight", edges.weight.size(), m);
  check_length("synapses.delay_ms", edges.delay_ms.size(), m);
  check_length("synapses.delay_steps", given.delay_steps.size(), m);
  for (const NeuronField& field : kNeuronFields) check_length(field.name, (given.values.*field.values).size(), n);
  check_length("neurons.name", given.name.size(), n);
  check_length("neurons.population", given.population.size(), n);
  check_length("neurons.sign", given.sign.size(), n);
  for (std::size_t k = 0; k < m; ++k) {
    if (edges.source[k] >= n)
      refuse(text("synapses.source[", k, "]"), shown(edges.source[k]), "below " + shown(given.neurons) + " neurons");
    if (edges.target[k] >= n)
      refuse(text("synapses.target[", k, "]"), shown(edges.target[k]), "below " + shown(given.neurons) + " neurons");
  }
  for (std::size_t k = 0; k < edges.weight.size(); ++k)
    if (!(std::abs(edges.weight[k]) <= std::numeric_limits<float>::max()))
      refuse(text("synapses.weight[", k, "]"), shown(edges.weight[k]), "a finite number of single precision");
}

// On the grid. `moved`: the largest change, in ms.
std::vector<std::uint16_t> delays_in_steps(const std::vector<double>& delay_ms, double step_ms, double& moved) {
  std::vector<std::uint16_t> steps(delay_ms.size());
  for (std::size_t k = 0; k < delay_ms.size(); ++k) {
    const double delay = delay_ms[k];
    if (!(delay > 0 && delay / step_ms < kMaxDelaySteps + 0.5))
      refuse(text("synapses.delay_ms[", k, "]"), shown(delay),
             text("above 0, to ", kMaxDelaySteps, " steps of ", shown(step_ms), " ms"));
    steps[k] = delay_in_steps(delay, step_ms);
    moved = std::max(moved, std::abs(steps[k] * step_ms - delay));
  }
  return steps;
}

// Synapses in rows by source, columns ascending, those of a pair in the order given.
struct Rows {
  Csr csr;                     // without weights
  std::vector<double> weight;  // empty: to be drawn
};

void sort_row(Rows& rows, std::uint64_t begin, std::uint64_t end) {
  std::uint32_t* targets = rows.csr.targets.data();
  if (std::is_sorted(targets + begin, targets + end)) return;
  std::vector<std::uint64_t> order(end - begin);
  std::iota(order.begin(), order.end(), begin);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint64_t a, std::uint64_t b) { return targets[a] < targets[b]; });
  const auto gather = [&](auto& values) {
    if (values.empty()) return;
    std::vector<std::decay_t<decltype(values[0])>> moved;
    for (const std::uint64_t k : order) moved.push_back(values[k]);
    std::copy(moved.begin(), moved.end(), values.begin() + static_cast<std::ptrdiff_t>(begin));
  };
  gather(rows.csr.delays);
  gather(rows.weight);
  gather(rows.csr.targets);
}

Rows in_rows(std::uint32_t neurons, EdgeList edges, std::vector<std::uint16_t> delays) {
  Rows rows;
  Csr& csr = rows.csr;
  csr.rows = csr.cols = neurons;
  csr.offsets.assign(std::size_t{neurons} + 1, 0);
  for (const std::uint32_t source : edges.source) ++csr.offsets[source + 1];
  accumulate_offsets(csr.offsets);
  std::vector<std::uint64_t> next(csr.offsets.begin(), csr.offsets.end() - 1);
  const std::size_t m = edges.source.size();
  csr.targets.resize(m);
  rows.weight.resize(edges.weight.size());
  csr.delays.resize(delays.size());
  for (std::size_t k = 0; k < m; ++k) {
    const std::uint64_t to = next[edges.source[k]]++;
    csr.targets[to] = edges.target[k];
    if (!edges.weight.empty()) rows.weight[to] = edges.weight[k];
    if (!delays.empty()) csr.delays[to] = delays[k];
  }
  ExceptionTrap trap;
#pragma omp parallel for schedule(dynamic, 64)
  for (std::uint32_t i = 0; i < neurons; ++i) trap.run([&] { sort_row(rows, csr.offsets[i], csr.offsets[i + 1]); });
  trap.rethrow();
  return rows;
}

// Adds up the weights of a pair's synapses of equal delay. Without weights the first of them stays.
std::uint64_t sum_duplicates(Rows& rows) {
  Csr& csr = rows.csr;
  std::uint64_t out = 0, begin = 0;
  for (std::uint32_t i = 0; i < csr.rows; ++i) {
    const std::uint64_t end = csr.offsets[i + 1];
    std::uint64_t pair = out;  // where those of the present target begin
    for (std::uint64_t k = begin; k < end; ++k) {
      if (pair == out || csr.targets[pair] != csr.targets[k]) pair = out;
      std::uint64_t same = pair;
      while (same < out && !csr.delays.empty() && csr.delays[same] != csr.delays[k]) ++same;
      if (same < out) {
        if (!rows.weight.empty()) rows.weight[same] += rows.weight[k];
        continue;
      }
      csr.targets[out] = csr.targets[k];
      if (!rows.weight.empty()) rows.weight[out] = rows.weight[k];
      if (!csr.delays.empty()) csr.delays[out] = csr.delays[k];
      ++out;
    }
    begin = end;
    csr.offsets[i + 1] = out;
  }
  const std::uint64_t gone = csr.targets.size() - out;
  csr.targets.resize(out);
  if (!rows.weight.empty()) rows.weight.resize(out);
  if (!csr.delays.empty()) csr.delays.resize(out);
  return gone;
}

std::string neuron_text(const GivenNetwork& given, std::uint32_t i) {
  return given.name.empty() ? "neuron " + std::to_string(i) : in_quotes(given.name[i]);
}

// Weights that are given without signs get those of their neurons; weights that have signs must agree with them.
void apply_signs(Rows& rows, const GivenNetwork& given, std::vector<std::string>& notes) {
  const bool with_signs = std::any_of(rows.weight.begin(), rows.weight.end(), [](double w) { return w < 0; });
  std::uint64_t negated = 0;
  for (std::uint32_t i = 0; i < rows.csr.rows; ++i) {
    if (given.sign[i] == 0) continue;
    for (std::uint64_t k = rows.csr.offsets[i]; k < rows.csr.offsets[i + 1]; ++k) {
      double& weight = rows.weight[k];
      if (with_signs && (given.sign[i] > 0 ? weight < 0 : weight > 0))
        refuse("synapses.weight",
               shown(weight) + " of " + neuron_text(given, i) + " onto " + neuron_text(given, rows.csr.targets[k]),
               given.sign[i] > 0 ? "at least 0, for it is excitatory" : "at most 0, for it is inhibitory");
      if (given.sign[i] > 0 || with_signs || weight == 0) continue;
      weight = -weight;
      ++negated;
    }
  }
  if (negated > 0) notes.push_back(text(negated, " weights of inhibitory neurons are made negative"));
}

// Signs by excitatory_fraction, for weights without any.
void draw_given_signs(Rows& rows, GivenNetwork& given, const NetworkSpec& spec, std::uint32_t seed) {
  for (std::size_t k = 0; k < rows.weight.size(); ++k)
    if (rows.weight[k] < 0)
      refuse("network.excitatory_fraction",
             "a value, and weights with signs of their own, such as " + shown(rows.weight[k]), "one of the two");
  if (spec.dale) {
    const auto excitatory = static_cast<std::uint32_t>(std::llround(spec.excitatory_fraction * given.neurons));
    given.sign.assign(given.neurons, 1);
    std::fill(given.sign.begin() + excitatory, given.sign.end(), std::int8_t{-1});
    return;
  }
  for (std::uint32_t i = 0; i < rows.csr.rows; ++i) {
    const std::uint64_t begin = rows.csr.offsets[i];
    draw_signs(spec, seed, i, rows.csr.offsets[i + 1] - begin,
               [&](std::uint64_t j) { rows.weight[begin + j] = -rows.weight[begin + j]; });
  }
}

void set_weights(Rows& rows, GivenNetwork& given, const NetworkSpec& spec, const GivenWeights& use, std::uint32_t seed,
                 std::vector<std::string>& notes) {
  const double degree = static_cast<double>(rows.csr.targets.size()) / given.neurons;
  if (rows.weight.empty()) {
    if (given.sign.empty() && spec.dale) draw_given_signs(rows, given, spec, seed);
    const Sampler weight("network.weight", spec.weight, at_least(0), 0);
    draw_weights(rows.csr, spec, weight_factor(spec, degree), weight, seed,
                 [&](std::uint32_t i) { return !given.sign.empty() && given.sign[i] < 0; });
    return;
  }
  if (use.signs && given.sign.empty()) draw_given_signs(rows, given, spec, seed);
  if (!given.sign.empty()) apply_signs(rows, given, notes);
  NetworkSpec scaled = spec;
  scaled.scale_weights = spec.scale_weights && use.scale;
  const double factor = weight_factor(scaled, degree), inhibitory = use.inhibition ? spec.inhibition : 1.0;
  rows.csr.weights.resize(rows.weight.size());
  for (std::size_t k = 0; k < rows.weight.size(); ++k) {
    const double w = rows.weight[k];
    rows.csr.weights[k] = static_cast<float>(factor * (w < 0 ? inhibitory * w : w));
  }
  if (factor != 1) notes.push_back("weights are multiplied by " + shown(factor));
  if (inhibitory != 1) notes.push_back("inhibitory weights are multiplied by " + shown(inhibitory));
}

void set_delays(Rows& rows, const NetworkSpec& spec, std::uint32_t seed) {
  Csr& csr = rows.csr;
  if (csr.delays.empty()) {
    draw_delays(csr, spec, delay_sampler(spec), seed);
  } else if (std::adjacent_find(csr.delays.begin(), csr.delays.end(), std::not_equal_to<>()) == csr.delays.end()) {
    csr.uniform_delay = csr.delays.front();
    csr.delays.clear();
  }
}

void set_neurons(Network& network, const GivenNetwork& given, const NetworkSpec& spec, std::uint32_t seed) {
  NeuronParameters& neurons = network.neurons;
  set_equal_neurons(neurons, given.neurons, spec.neuron);
  for (const NeuronField& field : kNeuronFields)
    if (!(given.values.*field.values).empty()) neurons.*field.values = given.values.*field.values;
  if (given.values.tau_m_ms.empty()) {
    const Sampler tau_m("neuron.tau_m_ms", spec.tau_m_ms.at(0), above(0), 0);
    for (std::uint32_t i = 0; i < given.neurons; ++i)
      neurons.tau_m_ms[i] = std::max(tau_m.value(seed, Stream::tau_membrane, i), spec.tau_m_min_ms);
  }
  if (given.values.v_initial.empty()) {
    const Sampler start("neuron.v_initial", spec.v_initial, kAnything);
    for (std::uint32_t i = 0; i < given.neurons; ++i)
      neurons.v_initial[i] =
          neurons.e_l[i] + (neurons.v_th[i] - neurons.e_l[i]) * start.value(seed, Stream::initial_potential, i);
  }
}

// The specification without what given synapses make moot.
NetworkSpec checked_spec(NetworkSpec spec, const GivenNetwork& given) {
  const NetworkSpec defaults;
  spec.topology = Topology::random;
  spec.clusters = 1;
  spec.neurons = given.neurons;
  if (!given.synapses.delay_ms.empty() || !given.delay_steps.empty())
    spec.delay_ms = {Distribution::Kind::constant, spec.step_ms, 0};
  if (!given.values.v_th.empty() || !given.values.v_reset.empty())
    spec.neuron.v_th = defaults.neuron.v_th, spec.neuron.v_reset = defaults.neuron.v_reset;
  check_network_spec(spec);
  return spec;
}

}  // namespace

CompletedNetwork complete_network(GivenNetwork given, const NetworkSpec& spec, std::uint32_t seed,
                                  Duplicates duplicates, Groups groups, const GivenWeights& weights) {
  check_given(given);
  const NetworkSpec checked = checked_spec(spec, given);
  CompletedNetwork out;
  Network& network = out.network;
  double moved = 0;
  if (!given.synapses.delay_ms.empty()) {
    given.delay_steps = delays_in_steps(given.synapses.delay_ms, spec.step_ms, moved);
    given.synapses.delay_ms = {};
  }
  if (moved > 1e-9 * spec.step_ms)
    out.notes.push_back(text("delays are rounded to steps of ", spec.step_ms, " ms, by ", moved, " ms at most"));
  Rows rows = in_rows(given.neurons, std::move(given.synapses), std::move(given.delay_steps));
  if (duplicates == Duplicates::sum) {
    const std::uint64_t gone = sum_duplicates(rows);
    if (gone > 0) out.notes.push_back(text(gone, " synapses are added to others of their pair"));
  }
  set_weights(rows, given, checked, weights, seed, out.notes);
  set_delays(rows, checked, seed);
  network.step_ms = spec.step_ms;
  network.kind = spec.kind;
  network.recurrent = std::move(rows.csr);
  set_neurons(network, given, spec, seed);
  network.names = given.name;
  network.original_id.resize(given.neurons);
  std::iota(network.original_id.begin(), network.original_id.end(), 0u);
  group_neurons(network, given, groups, out.notes);
  validate(network);
  return out;
}

EdgeList edges_of_csr(View<const std::uint64_t> indptr, View<const std::uint32_t> indices, View<const double> data,
                      bool rows_are_targets) {
  const std::uint64_t rows = indptr.size == 0 ? 0 : indptr.size - 1;
  if (indptr.size == 0 || indptr[0] != 0 || indptr[rows] != indices.size)
    refuse("indptr", "ends that do not fit " + shown(indices.size) + " indices", "0 and the number of indices");
  if (data.size != indices.size) refuse("data", shown(data.size) + " values", shown(indices.size));
  EdgeList edges;
  edges.source.resize(indices.size);
  for (std::uint64_t i = 0; i < rows; ++i) {
    if (indptr[i + 1] < indptr[i] || indptr[i + 1] > indices.size)
      refuse(text("indptr[", i + 1, "]"), shown(indptr[i + 1]), "numbers that ascend");
    std::fill(edges.source.begin() + static_cast<std::ptrdiff_t>(indptr[i]),
              edges.source.begin() + static_cast<std::ptrdiff_t>(indptr[i + 1]), static_cast<std::uint32_t>(i));
  }
  edges.target.assign(indices.data, indices.data + indices.size);
  edges.weight.assign(data.data, data.data + data.size);
  if (rows_are_targets) std::swap(edges.source, edges.target);
  return edges;
}

}  // namespace sprig
