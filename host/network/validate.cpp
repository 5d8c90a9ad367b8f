// Is a network one that the engine can run? Says which field is not, and at which index.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/network/text.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

namespace {

constexpr double kLargestValue = 3e38;                                                  // the engine computes in float
constexpr std::int32_t kMaxRefractorySteps = std::numeric_limits<std::int32_t>::max();  // and counts them in int32

[[noreturn]] void refuse_field(const std::string& field, const std::string& found, const std::string& allowed) {
  refuse("network." + field, found, allowed);
}

std::string at(const std::string& field, std::uint64_t index) { return text(field, "[", index, "]"); }

void check_size(const std::string& field, std::size_t found, std::size_t wanted) {
  if (found != wanted) refuse_field(field, shown(found) + " values", shown(wanted));
}

// Ids key the neurons' random draws: two neurons of one id would share them.
void check_ids(const std::vector<std::uint32_t>& ids) {
  std::vector<std::uint32_t> sorted = ids;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) refuse_field("original_id", shown(*twice) + " more than once", "ids that differ");
  if (sorted.back() > kMaxNeurons - 1)
    refuse_field("original_id", shown(sorted.back()), "ids below " + shown(kMaxNeurons));
}

void check_names(const std::vector<std::string>& names, std::size_t neurons) {
  check_size("names", names.size(), neurons);
  std::unordered_map<std::string_view, std::size_t> first;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) refuse_field(at("names", i), "an empty name", "a name of its own");
    if (const auto [found, is_new] = first.emplace(names[i], i); !is_new)
      refuse_field(at("names", i), in_quotes(names[i].substr(0, 40)) + ", the name of neuron " + shown(found->second),
                   "a name of its own");
  }
}

void check_neurons(const Network& network) {
  const NeuronParameters& neurons = network.neurons;
  const std::size_t n = neurons.size();
  if (n == 0 || n > kMaxNeurons) refuse_field("neurons", shown(n), "1 to " + shown(kMaxNeurons));
  for (const NeuronField& field : kNeuronFields) {
    const std::vector<double>& values = neurons.*field.values;
    check_size(field.name, values.size(), n);
    const bool unused = network.kind.synapse == Synapse::delta && (field.values == &NeuronParameters::tau_syn_exc_ms ||
                                                                   field.values == &NeuronParameters::tau_syn_inh_ms);
    for (std::size_t i = 0; i < n; ++i) {
      const Allowed allowed = unused ? kAnything : field.allowed;
      if (!allowed.contains(values[i])) refuse_field(at(field.name, i), shown(values[i]), number_words(allowed, false));
      if (std::isfinite(values[i]) && std::abs(values[i]) > kLargestValue)
        refuse_field(at(field.name, i), shown(values[i]),
                     "between " + shown(-kLargestValue) + " and " + shown(kLargestValue));
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    const double steps = neurons.t_ref_ms[i] / network.step_ms;
    if (steps > kMaxRefractorySteps)
      refuse_field(at("t_ref_ms", i), text(neurons.t_ref_ms[i], ", ", steps, " steps of ", network.step_ms, " ms"),
                   text("0 to ", kMaxRefractorySteps, " steps"));
  }
  for (std::size_t i = 0; i < n; ++i)
    if (neurons.v_reset[i] >= neurons.v_th[i])
      refuse_field(at("v_reset", i), shown(neurons.v_reset[i]), "below v_th = " + shown(neurons.v_th[i]));
  check_size("original_id", network.original_id.size(), n);
  check_ids(network.original_id);
  if (!network.cluster.empty()) check_size("cluster", network.cluster.size(), n);
  if (!network.names.empty()) check_names(network.names, n);
}

void check_populations(const Network& network) {
  std::uint64_t next = 0;
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    const Population& population = network.populations[p];
    if (population.first != next)
      refuse_field(at("populations", p), "a start at neuron " + shown(population.first), "a start at " + shown(next));
    next += population.count;
  }
  if (next != network.size()) refuse_field("populations", shown(next) + " neurons in all", shown(network.size()));
}

void check_synapses(const Csr& csr, const std::string& name, std::uint32_t rows, std::uint32_t cols) {
  if (csr.rows != rows) refuse_field(name + ".rows", shown(csr.rows), shown(rows));
  if (csr.cols != cols) refuse_field(name + ".cols", shown(csr.cols), shown(cols));
  const std::uint64_t synapses = csr.synapses();
  check_size(name + ".offsets", csr.offsets.size(), std::size_t{rows} + 1);
  if (csr.offsets[0] != 0) refuse_field(name + ".offsets[0]", shown(csr.offsets[0]), "0");
  for (std::size_t i = 0; i < rows; ++i)
    if (csr.offsets[i + 1] < csr.offsets[i])
      refuse_field(at(name + ".offsets", i + 1), shown(csr.offsets[i + 1]),
                   "at least the one before, " + shown(csr.offsets[i]));
  if (csr.offsets[rows] != synapses)
    refuse_field(at(name + ".offsets", rows), shown(csr.offsets[rows]), shown(synapses) + ", the number of synapses");
  check_size(name + ".weights", csr.weights.size(), synapses);
  if (!csr.delays.empty()) check_size(name + ".delays", csr.delays.size(), synapses);
  if (!csr.original_id.empty()) check_size(name + ".original_id", csr.original_id.size(), synapses);

  for (std::size_t i = 0; i < rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      if (csr.targets[k] >= cols) refuse_field(at(name + ".targets", k), shown(csr.targets[k]), "below " + shown(cols));
      if (k > csr.offsets[i] && csr.targets[k] < csr.targets[k - 1])
        refuse_field(at(name + ".targets", k), text(csr.targets[k], " after ", csr.targets[k - 1]),
                     "targets that ascend within a row");
    }
  for (std::uint64_t k = 0; k < synapses; ++k)
    if (!std::isfinite(csr.weights[k]))
      refuse_field(at(name + ".weights", k), shown(csr.weights[k]), "a finite number");
  const auto allowed = [](std::uint16_t delay) { return delay >= 1 && delay <= kMaxDelaySteps; };
  if (csr.delays.empty() && !allowed(csr.uniform_delay))
    refuse_field(name + ".uniform_delay", shown(csr.uniform_delay) + " steps", "1 to " + shown(kMaxDelaySteps));
  for (std::uint64_t k = 0; k < csr.delays.size(); ++k)
    if (!allowed(csr.delays[k]))
      refuse_field(at(name + ".delays", k), shown(csr.delays[k]) + " steps", "1 to " + shown(kMaxDelaySteps));
}

void check_plasticity(const Plasticity& p, const Network& network) {
  const auto check_range = [&](const char* name, std::uint32_t first, std::uint32_t count) {
    if (count == 0 || std::uint64_t{first} + count > network.size())
      refuse_field(text("plasticity.", name), text(count, " neurons from ", first, " on"),
                   text("some of ", network.size()));
  };
  check_range("sources", p.source_first, p.source_count);
  check_range("targets", p.target_first, p.target_count);
  const auto check_amplitude = [&](const char* name, double value) {
    if (!(value >= 0 && value <= 1)) refuse_field(text("plasticity.", name), shown(value), "0 to 1");
  };
  check_amplitude("a_plus", p.a_plus);
  check_amplitude("a_minus", p.a_minus);
  const auto check_tau = [&](const char* name, double value) {
    if (!(value > 0 && value <= kMaxPlasticSteps * network.step_ms))
      refuse_field(text("plasticity.", name), shown(value),
                   text("above 0 and at most ", kMaxPlasticSteps * network.step_ms, ", ", kMaxPlasticSteps, " steps"));
  };
  check_tau("tau_plus_ms", p.tau_plus_ms);
  check_tau("tau_minus_ms", p.tau_minus_ms);
  if (!(p.w_max > 0 && p.w_max <= kLargestValue))
    refuse_field("plasticity.w_max", shown(p.w_max), "a finite number > 0");
}

}  // namespace

void validate(const Network& network) {
  if (!std::isfinite(network.step_ms) || network.step_ms <= 0)
    refuse_field("step_ms", shown(network.step_ms), "a finite number > 0");
  if (network.kind.receptors != 1 && network.kind.receptors != 2)
    refuse_field("kind.receptors", shown(network.kind.receptors), "1 or 2");
  check_neurons(network);
  check_populations(network);
  check_synapses(network.recurrent, "recurrent", network.size(), network.size());
  check_synapses(network.input, "input", network.input.rows,
                 network.input.rows == 0 ? network.input.cols : network.size());
  if (network.plasticity) check_plasticity(*network.plasticity, network);
}

}  // namespace sprig
