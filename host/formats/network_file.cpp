#include "sprig/formats/network_file.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "host/formats/scipy_csr.hpp"
#include "sprig/core/error.hpp"
#include "sprig/formats/npz.hpp"

namespace sprig {

namespace {

constexpr std::int32_t kFormat = 1;
constexpr std::string_view kOrientation = "source_target";  // row = source, column = target

// What a synapse has beside its weight.
void append_synapses(std::vector<NpyArray>& arrays, const std::string& prefix, const Csr& csr) {
  if (csr.delays.empty()) {
    arrays.push_back(npy_scalar(prefix + "delay_steps", csr.uniform_delay));
  } else {
    arrays.push_back(npy_vector(prefix + "delay_steps", csr.delays));
  }
  if (!csr.original_id.empty()) arrays.push_back(npy_vector(prefix + "synapse_id", csr.original_id));
}

Csr read_csr(const NpzReader& file, const std::string& path, const std::string& prefix) {
  if (file.read_text(prefix + "format") != std::vector<std::string>{"csr"})
    throw InputError(path, prefix + "format is not csr; allowed: a CSR matrix");
  const auto shape = file.read<std::uint32_t>(prefix + "shape");
  if (shape.size() != 2) throw InputError(path, prefix + "shape must have two entries");
  Csr csr;
  csr.rows = shape[0];
  csr.cols = shape[1];
  csr.offsets = file.read<std::uint64_t>(prefix + "indptr");
  csr.targets = file.read<std::uint32_t>(prefix + "indices");
  csr.weights = file.read<float>(prefix + "data");
  const bool uniform = file.shape(prefix + "delay_steps").empty();
  const auto delays = file.read<std::uint16_t>(prefix + "delay_steps");
  if (uniform)
    csr.uniform_delay = delays.at(0);
  else
    csr.delays = delays;
  if (!uniform && delays.size() != csr.targets.size())
    throw InputError(path, prefix + "delay_steps must have one entry a synapse, or be a scalar");
  if (file.has(prefix + "synapse_id")) csr.original_id = file.read<std::uint64_t>(prefix + "synapse_id");
  return csr;
}

template <Worded Enum>
Enum read_word(const NpzReader& file, const std::string& path, const char* name) {
  constexpr auto names = words_of(Enum{});
  const auto text = file.read_text(name);
  const auto found = text.size() == 1 ? std::find(names.begin(), names.end(), text[0]) : names.end();
  if (found == names.end()) throw InputError(path, std::string(name) + " is none of the words that are allowed");
  return static_cast<Enum>(found - names.begin());
}

template <class T>
T read_scalar(const NpzReader& file, const std::string& path, const char* name) {
  const auto values = file.read<T>(name);
  if (values.size() != 1) throw InputError(path, std::string(name) + " must be a scalar");
  return values[0];
}

std::vector<Population> read_populations(const NpzReader& file, const std::string& path) {
  const auto names = file.read_text("population_name");
  const auto first = file.read<std::uint32_t>("population_first"), count = file.read<std::uint32_t>("population_count");
  const auto inhibitory = file.read<std::uint8_t>("population_inhibitory");
  if (first.size() != names.size() || count.size() != names.size() || inhibitory.size() != names.size())
    throw InputError(path, "population_name, _first, _count and _inhibitory must have equal lengths");
  std::vector<Population> populations;
  for (std::size_t i = 0; i < names.size(); ++i)
    populations.push_back({names[i], first[i], count[i], inhibitory[i] != 0});
  return populations;
}

// All that is missing, in one message.
void require_arrays(const NpzReader& file, const std::string& path) {
  std::vector<std::string> names{"data", "indices", "indptr", "shape", "format", "delay_steps", "original_id"};
  for (const NeuronField& field : kNeuronFields) names.emplace_back(field.name);
  for (const char* name : {"population_name", "population_first", "population_count", "population_inhibitory",
                           "synapse", "reset", "adaptive", "receptors", "step_ms"})
    names.emplace_back(name);
  std::string missing;
  for (const std::string& name : names)
    if (!file.has(name)) missing += (missing.empty() ? "" : ", ") + name;
  if (!missing.empty()) throw InputError(path, "is a network of sprig's that lacks the arrays " + missing);
  if (file.has("orientation") && file.read_text("orientation") != std::vector<std::string>{std::string(kOrientation)})
    throw InputError(path, "orientation is none that sprig writes; allowed: " + std::string(kOrientation));
}

// How much there is, by the headers. Errors: InputError where it is beyond the limits.
NetworkFileSizes sizes_of(const NpzReader& file, const std::string& path, const InputLimits& limits) {
  const auto length = [&](const char* name) {
    const auto& shape = file.shape(name);
    if (shape.size() != 1) throw InputError(path, std::string(name) + " must have one dimension");
    return shape[0];
  };
  NetworkFileSizes sizes;
  sizes.neurons = length("tau_m_ms");
  sizes.synapses = length("data");
  if (file.has("input_data")) {
    sizes.input_synapses = length("input_data");
    sizes.channels = std::max<std::uint64_t>(length("input_indptr"), 1) - 1;
  }
  check_file_limits(path, sizes.neurons, sizes.synapses + sizes.input_synapses, limits);
  return sizes;
}

}  // namespace

void save_network(const std::string& path, const Network& network) {
  if (network.plasticity)
    throw ConfigError("network.plasticity", "cannot be written: network files have no plastic synapses");
  std::vector<NpyArray> arrays;
  const ScipyCsr recurrent(network.recurrent), input(network.input);
  recurrent.append(arrays, "", network.recurrent);
  append_synapses(arrays, "", network.recurrent);
  for (const NeuronField& field : kNeuronFields)
    arrays.push_back(npy_vector(field.name, network.neurons.*field.values));
  arrays.push_back(npy_vector("original_id", network.original_id));
  if (!network.cluster.empty()) arrays.push_back(npy_vector("cluster", network.cluster));

  std::vector<std::string> population_names;
  std::vector<std::uint32_t> first, count;
  std::vector<std::uint8_t> inhibitory;
  for (const Population& p : network.populations) {
    population_names.push_back(p.name);
    first.push_back(p.first);
    count.push_back(p.count);
    inhibitory.push_back(p.inhibitory ? 1 : 0);
  }
  const NpyTexts populations("population_name", population_names), neurons("neuron_name", network.names);
  arrays.push_back(populations.array());
  if (!network.names.empty()) arrays.push_back(neurons.array());
  arrays.push_back(npy_vector("population_first", first));
  arrays.push_back(npy_vector("population_count", count));
  arrays.push_back({"population_inhibitory", "|b1", {first.size()}, inhibitory.data(), inhibitory.size()});

  const auto word = [&](const char* name, std::string_view text) {
    arrays.push_back({name, "|S" + std::to_string(text.size()), {}, text.data(), text.size()});
  };
  const std::int32_t receptors = network.kind.receptors;
  word("orientation", kOrientation);
  word("synapse", name_of(network.kind.synapse));
  word("reset", name_of(network.kind.reset));
  arrays.push_back(npy_scalar("receptors", receptors));
  arrays.push_back(npy_scalar("adaptive", network.kind.adaptive));
  arrays.push_back(npy_scalar("step_ms", network.step_ms));
  arrays.push_back(npy_scalar("sprig_format", kFormat));
  input.append(arrays, "input_", network.input);
  append_synapses(arrays, "input_", network.input);
  write_npz(path, arrays);
}

Network load_network(const std::string& path, const InputLimits& limits) {
  const NpzReader file(path, limits);
  if (!file.has("sprig_format"))
    throw InputError(path, "has no array 'sprig_format': it is no network that sprig wrote");
  const auto format = read_scalar<std::uint32_t>(file, path, "sprig_format");
  if (format != kFormat)
    throw InputError(path, "has format " + std::to_string(format) + "; this version reads format 1");
  require_arrays(file, path);
  sizes_of(file, path, limits);
  Network network;
  network.recurrent = read_csr(file, path, "");
  for (const NeuronField& field : kNeuronFields) network.neurons.*field.values = file.read<double>(field.name);
  network.original_id = file.read<std::uint32_t>("original_id");
  if (file.has("cluster")) network.cluster = file.read<std::uint32_t>("cluster");
  if (file.has("neuron_name")) network.names = file.read_text("neuron_name");
  network.populations = read_populations(file, path);
  network.kind.synapse = read_word<Synapse>(file, path, "synapse");
  network.kind.reset = read_word<Reset>(file, path, "reset");
  network.kind.adaptive = read_scalar<std::uint8_t>(file, path, "adaptive") != 0;
  const auto receptors = read_scalar<std::uint32_t>(file, path, "receptors");
  if (receptors != 1 && receptors != 2) throw InputError(path, "receptors must be 1 or 2");
  network.kind.receptors = static_cast<int>(receptors);
  network.step_ms = read_scalar<double>(file, path, "step_ms");
  if (file.has("input_data")) {
    network.input = read_csr(file, path, "input_");
  } else {
    network.input.cols = network.size();
  }
  try {
    validate(network);
  } catch (const ConfigError& error) {
    throw InputError(path, error.what());
  }
  return network;
}

NetworkFileSizes network_file_sizes(const std::string& path, const InputLimits& limits) {
  const NpzReader file(path, limits);
  NetworkFileSizes sizes = sizes_of(file, path, limits);
  sizes.uniform_delay = file.shape("delay_steps").empty();
  sizes.has_delays = true;
  sizes.step_ms = read_scalar<double>(file, path, "step_ms");
  return sizes;
}

}  // namespace sprig
