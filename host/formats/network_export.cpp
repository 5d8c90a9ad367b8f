#include "sprig/formats/network_export.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

#include "host/formats/scipy_csr.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/formats/atomic_file.hpp"
#include "sprig/formats/network_file.hpp"
#include "sprig/formats/npz.hpp"

namespace sprig {

namespace {

constexpr const char* kNamesLookLikeIndices =
    "that the names of neurons, whole numbers, are names and no indices (network.ids = \"name\" reads them back)";
constexpr std::uint64_t kMostDenseBytes = 1ull << 33;
constexpr std::size_t kTextPiece = 1u << 20;

bool ends_with_one_of(const std::string& path, std::initializer_list<const char*> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](const char* ending) { return path.ends_with(ending); });
}

void require_ending(const std::string& path, NetworkFormat format, std::initializer_list<const char*> endings) {
  if (ends_with_one_of(path, endings)) return;
  std::string allowed;
  for (const char* ending : endings) allowed += (allowed.empty() ? "" : ", ") + std::string(ending);
  throw UsageError(path,
                   "is no name of a file of format " + std::string(name_of(format)) + "; allowed endings: " + allowed);
}

template <class T>
void put_number(std::string& text, T value) {
  char buffer[40];
  text.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

// A name as a field: in quotes where it has to be.
std::string field(const std::string& name, char separator) {
  if (name.find_first_of("\"\r\n") != std::string::npos)
    throw ConfigError("neuron_name", "found " + in_quotes(name.substr(0, 40)) +
                                         ", which a CSV file cannot hold; allowed: names without quotes and line ends");
  const bool quoted = name.find(separator) != std::string::npos || name.find_first_of(" \t,;") != std::string::npos;
  return quoted ? '"' + name + '"' : name;
}

void write_edges_csv(const std::string& path, const Network& network, char separator) {
  const Csr& csr = network.recurrent;
  std::vector<std::string> names;
  for (const std::string& name : network.names) names.push_back(field(name, separator));
  AtomicFile file(path);
  std::string text;
  for (const char* column : {"source", "target", "weight", "delay_ms"}) {
    if (!text.empty()) text += separator;
    text += column;
  }
  text += '\n';
  const auto put_neuron = [&](std::uint32_t i) {
    if (names.empty())
      put_number(text, i);
    else
      text += names[i];
    text += separator;
  };
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      put_neuron(i);
      put_neuron(csr.targets[k]);
      put_number(text, csr.weights[k]);
      text += separator;
      put_number(text, csr.delay(k) * network.step_ms);
      text += '\n';
      if (text.size() < kTextPiece) continue;
      file.write(text);
      text.clear();
    }
  file.write(text);
  file.commit();
}

void write_edges_npz(const std::string& path, const Network& network) {
  const Csr& csr = network.recurrent;
  std::vector<std::uint32_t> source(csr.synapses());
  std::vector<double> delay_ms(csr.synapses());
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      source[k] = i;
      delay_ms[k] = csr.delay(k) * network.step_ms;
    }
  const NpyTexts names("neuron_name", network.names);
  std::vector<NpyArray> arrays{npy_vector("source", source), npy_vector("target", csr.targets),
                               npy_vector("weight", csr.weights), npy_vector("delay_ms", delay_ms)};
  if (!network.names.empty()) arrays.push_back(names.array());
  write_npz(path, arrays);
}

void write_dense(const std::string& path, const Network& network) {
  const std::uint64_t n = network.size();
  if (n * n > kMostDenseBytes / sizeof(float))
    throw ConfigError("--to", "found dense for " + std::to_string(n) + " neurons, " +
                                  std::to_string(n * n * sizeof(float) >> 30) + " GiB; allowed: up to " +
                                  std::to_string(kMostDenseBytes >> 30) + " GiB, or scipy");
  std::vector<float> matrix(n * n, 0.0f);
  const Csr& csr = network.recurrent;
  for (std::uint32_t i = 0; i < n; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k)
      matrix[i * n + csr.targets[k]] += csr.weights[k];
  const NpyArray array = npy_vector("weights", matrix, {n, n});
  path.ends_with(".npy") ? write_npy(path, array) : write_npz(path, {array});
}

std::uint64_t parallel_synapses(const Csr& csr) {
  std::uint64_t count = 0;
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i] + 1; k < csr.offsets[i + 1]; ++k)
      count += csr.targets[k] == csr.targets[k - 1] ? 1 : 0;
  return count;
}

bool are_whole_numbers(const std::vector<std::string>& names) {
  return !names.empty() && std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
  });
}

// Neurons at the end without a synapse: an edge list of indices does not know them.
std::uint32_t silent_end(const Csr& csr) {
  std::uint32_t last = 0;
  for (std::uint32_t i = 0; i < csr.rows; ++i) {
    if (csr.offsets[i] != csr.offsets[i + 1]) last = std::max(last, i + 1);
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) last = std::max(last, csr.targets[k] + 1);
  }
  return csr.rows - last;
}

}  // namespace

void export_network(const std::string& path, const Network& network, NetworkFormat format) {
  switch (format) {
    case NetworkFormat::network:
      require_ending(path, format, {".npz"});
      save_network(path, network);
      break;
    case NetworkFormat::scipy: {
      require_ending(path, format, {".npz"});
      const ScipyCsr csr(network.recurrent);
      std::vector<NpyArray> arrays;
      csr.append(arrays, "", network.recurrent);
      write_npz(path, arrays);
      break;
    }
    case NetworkFormat::dense:
      require_ending(path, format, {".npy", ".npz"});
      write_dense(path, network);
      break;
    case NetworkFormat::edges:
      require_ending(path, format, {".csv", ".tsv", ".npz"});
      if (path.ends_with(".npz"))
        write_edges_npz(path, network);
      else
        write_edges_csv(path, network, path.ends_with(".tsv") ? '\t' : ',');
  }
}

std::vector<std::string> lost_by(NetworkFormat format, const Network& network) {
  if (format == NetworkFormat::network) return {};
  std::vector<std::string> lost;
  const Csr& csr = network.recurrent;
  const std::uint64_t parallel = parallel_synapses(csr);
  if (format != NetworkFormat::edges) lost.emplace_back("delays");
  if (format == NetworkFormat::dense) {
    const auto zeros = std::count(csr.weights.begin(), csr.weights.end(), 0.0f);
    if (zeros > 0) lost.push_back(std::to_string(zeros) + " synapses of weight 0");
    if (parallel > 0) lost.push_back(std::to_string(parallel) + " parallel synapses, added to others of their pair");
  }
  lost.emplace_back("the time step");
  lost.emplace_back("the kind and the parameters of neurons");
  if (!network.names.empty() && format != NetworkFormat::edges) lost.emplace_back("names of neurons");
  if (network.populations.size() > 1) lost.emplace_back("populations");
  if (!network.cluster.empty()) lost.emplace_back("clusters");
  if (network.input.synapses() > 0)
    lost.push_back(std::to_string(network.input.synapses()) + " synapses from input channels");
  std::vector<std::uint32_t> identity(network.size());
  std::iota(identity.begin(), identity.end(), 0u);
  if (network.original_id != identity || !csr.original_id.empty())
    lost.emplace_back("the ids of neurons and synapses before pruning (original_id, synapse_id), which key draws");
  if (format == NetworkFormat::edges && network.names.empty())
    if (const std::uint32_t last = silent_end(csr); last > 0)
      lost.push_back("the last " + std::to_string(last) + " neurons, which have no synapses (network.neurons = " +
                     std::to_string(network.size()) + " gives them back)");
  if (format == NetworkFormat::edges && are_whole_numbers(network.names)) lost.emplace_back(kNamesLookLikeIndices);
  if (format == NetworkFormat::edges && !network.names.empty())
    lost.emplace_back("the order of neurons, and those without synapses (network.nodes, a list of names, keeps both)");
  return lost;
}

}  // namespace sprig
