#include "sprig/formats/network_import.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "host/formats/disk_file.hpp"
#include "host/formats/foreign_network.hpp"
#include "host/formats/given_keys.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

constexpr std::uint64_t kManyNeurons = 1'000'000;  // more must be confirmed by the file's size

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : between) + word;
  return out;
}

// Of an .npy, or of the only array of an .npz: its header says it.
std::vector<std::uint64_t> dense_shape(FileKind kind, const std::string& path, bool need_square,
                                       const InputLimits& limits) {
  std::vector<std::uint64_t> shape;
  std::string what = "has an array of ";
  if (kind == FileKind::npy) {
    shape = npy_shape(path, limits);
  } else {
    const NpzReader file(path, limits);
    shape = file.shape(file.names().at(0));
    what = "its one array, " + file.names().at(0) + ", has ";
  }
  if (shape.size() != 2 || (need_square && shape[0] != shape[1]))
    throw InputError(path, what + (shape.size() == 2 ? "unequal sides" : "other than two dimensions") +
                               "; allowed: a matrix" + (need_square ? " with as many rows as columns" : ""));
  check_file_limits(path, shape[0], 0, limits);
  return shape;
}

ForeignNetwork read_foreign(FileKind kind, const std::string& path, const ImportOptions& options,
                            const NodeTable* nodes, bool need_square, const InputLimits& limits) {
  if (kind == FileKind::edges_csv) return read_edges_csv(path, options, nodes, limits);
  if (kind == FileKind::npy || kind == FileKind::dense) {
    const std::vector<std::uint64_t> shape = dense_shape(kind, path, need_square, limits);
    if (kind == FileKind::npy) return read_dense(path, shape, read_npy<double>(path, limits).values, limits);
    const NpzReader file(path, limits);
    return read_dense(path, shape, file.read<double>(file.names().at(0)), limits);
  }
  const NpzReader file(path, limits);
  if (kind == FileKind::scipy) return read_scipy(file, path, need_square, limits);
  return read_edges_npz(file, path, options, nodes, limits);
}

bool is_matrix(FileKind kind) { return kind != FileKind::edges_csv && kind != FileKind::edges_npz; }

// How many neurons there are: by the matrix, the list of neurons, the names, the key, or the largest index.
void count_neurons(const ImportRequest& request, FileKind kind, const NodeTable* nodes, std::uint64_t file_bytes,
                   ForeignNetwork& file) {
  GivenNetwork& given = file.given;
  const bool by_key = request.given.contains("network.neurons");
  const bool named = !is_matrix(kind) && !given.name.empty();
  std::uint64_t neurons = given.neurons;
  if (nodes) {
    if (is_matrix(kind) && given.neurons != nodes->neurons)
      file.problems.push_back("has " + std::to_string(given.neurons) + " rows, and network.nodes lists " +
                              std::to_string(nodes->neurons) + " neurons");
    neurons = nodes->neurons;
  } else if (!is_matrix(kind) && !named) {
    neurons = given.synapses.source.empty() && !by_key ? 0 : file.largest_id + 1;
    if (by_key) {
      if (neurons > request.spec.neurons)
        file.problems.push_back("has the index " + std::to_string(file.largest_id) +
                                ", and network.neurons = " + std::to_string(request.spec.neurons));
      neurons = request.spec.neurons;
    }
    const auto& source = given.synapses.source;
    const auto& target = given.synapses.target;
    if (!source.empty() && *std::min_element(source.begin(), source.end()) > 0 &&
        *std::min_element(target.begin(), target.end()) > 0)
      file.notes.push_back("no edge has the index 0, from which indices count");
  }
  check_file_limits(request.path, neurons, given.synapses.source.size(), request.limits);
  if (neurons == 0) file.problems.push_back("has no neurons");
  if (neurons > kManyNeurons && neurons > file_bytes && !by_key)
    file.problems.push_back(
        "has " + std::to_string(file_bytes) + " bytes and claims " + std::to_string(neurons) +
        " neurons; network.neurons confirms that many, and network.ids = \"name\" numbers ids anew");
  given.neurons = static_cast<std::uint32_t>(std::min<std::uint64_t>(neurons, kMaxNeurons));
}

void take_nodes(const NodeTable& nodes, ForeignNetwork& file) {
  GivenNetwork& given = file.given;
  given.name = nodes.name;
  given.sign = nodes.sign;
  given.population = nodes.population;
  for (const NeuronField& field : kNeuronFields) {
    const std::vector<double>& values = nodes.values.*field.values;
    if (values.empty()) continue;
    if (!(given.values.*field.values).empty())
      file.problems.push_back(std::string("holds ") + field.name + ", and so does network.nodes");
    given.values.*field.values = values;
  }
  if (!nodes.unread.empty())
    file.notes.push_back("columns of network.nodes that are not read: " + joined(nodes.unread, ", ").substr(0, 200));
}

// Potentials at the start are what their key is: in units of e_l + x (v_th - e_l).
void take_neuron_files(const ImportRequest& request, GivenNetwork& given) {
  bool relative = false;
  for (const auto& [name, path] : request.neuron_files) {
    const auto* field = std::find_if(std::begin(kNeuronFields), std::end(kNeuronFields),
                                     [&, &key = name](const NeuronField& f) { return key == f.name; });
    if (field == std::end(kNeuronFields)) throw ConfigError("neuron." + name, "cannot be read from a file");
    auto array = read_npy<double>(path, request.limits);
    if (array.shape.size() != 1 || array.values.size() != given.neurons)
      throw InputError(path, "has " + std::to_string(array.values.size()) + " values in " +
                                 std::to_string(array.shape.size()) + " dimensions; allowed: one a neuron, " +
                                 std::to_string(given.neurons) + " in one");
    for (std::size_t i = 0; i < array.values.size(); ++i)
      if (!field->allowed.contains(array.values[i]))
        throw InputError(path, "value " + std::to_string(i) + " is " + shown(array.values[i]) +
                                   "; allowed: " + number_words(field->allowed, false));
    given.values.*field->values = std::move(array.values);
    if (name == "v_initial") relative = true;
  }
  if (!relative) return;
  const NeuronDefaults& all = request.spec.neuron;
  for (std::size_t i = 0; i < given.values.v_initial.size(); ++i) {
    const double e_l = given.values.e_l.empty() ? all.e_l : given.values.e_l[i],
                 v_th = given.values.v_th.empty() ? all.v_th : given.values.v_th[i];
    given.values.v_initial[i] = e_l + (v_th - e_l) * given.values.v_initial[i];
  }
}

// A scalar holds for all neurons; else there is one value a neuron.
void spread_values(ForeignNetwork& file) {
  GivenNetwork& given = file.given;
  for (const NeuronField& field : kNeuronFields) {
    std::vector<double>& values = given.values.*field.values;
    if (values.size() == 1 && given.neurons > 1) values.assign(given.neurons, values[0]);
    if (!values.empty() && values.size() != given.neurons)
      file.problems.push_back(std::string(field.name) + " has " + std::to_string(values.size()) + " values, for " +
                              std::to_string(given.neurons) + " neurons");
  }
  if (!given.name.empty() && given.name.size() != given.neurons)
    file.problems.push_back("neuron_name has " + std::to_string(given.name.size()) + " values, for " +
                            std::to_string(given.neurons) + " neurons");
}

HeldByFile held_by(const ForeignNetwork& file, FileKind kind, double step_ms) {
  const GivenNetwork& given = file.given;
  HeldByFile held;
  held.matrix = is_matrix(kind);
  held.neurons = given.neurons;
  held.step_ms = file.step_ms;
  held.orientation = file.orientation;
  if (!held.matrix) held.orientation = Orientation::source_target;  // its columns say so
  held.weights = !given.synapses.weight.empty() || given.synapses.source.empty();
  const auto range = [](const auto& values, double unit) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return std::pair<double, double>(*least * unit, *most * unit);
  };
  if (!given.synapses.delay_ms.empty()) held.delay_ms = range(given.synapses.delay_ms, 1.0);
  if (!given.delay_steps.empty()) held.delay_ms = range(given.delay_steps, step_ms);
  for (const NeuronField& field : kNeuronFields)
    if (!(given.values.*field.values).empty()) held.values[field.name] = range(given.values.*field.values, 1.0);
  return held;
}

// All that is wrong, in one message.
void refuse_problems(const std::string& path, const std::vector<std::string>& of_file,
                     const std::vector<std::string>& of_keys) {
  std::vector<std::string> all = of_file;
  all.insert(all.end(), of_keys.begin(), of_keys.end());
  if (all.empty()) return;
  if (of_keys.empty()) throw InputError(path, joined(all, "; "));
  throw ConfigError("network.file", path + ": " + joined(all, "; "));
}

// Errors of what the file gave name the file.
CompletedNetwork complete(const ImportRequest& request, GivenNetwork given, const NetworkSpec& spec,
                          std::uint32_t seed) {
  const auto is_given = [&](const char* key) { return request.given.contains(key); };
  const GivenWeights weights{is_given("network.excitatory_fraction") || is_given("network.dale"),
                             is_given("network.inhibition"), is_given("network.scale_weights")};
  try {
    return complete_network(std::move(given), spec, seed, request.options.duplicates, request.options.groups, weights);
  } catch (const ConfigError& error) {
    const std::string where = error.where();
    if (where.starts_with("synapses") || where.find('[') != std::string::npos)
      throw InputError(request.path, error.what());
    throw;
  }
}

}  // namespace

bool is_network_file(const std::string& path, const InputLimits& limits) {
  return kind_of_file(path, limits) == FileKind::sprig;
}

ImportedNetwork import_network(const ImportRequest& request, std::uint32_t seed) {
  const FileKind kind = kind_of_file(request.path, request.limits);
  ImportedNetwork out;
  std::vector<std::string> of_keys;
  if (kind == FileKind::sprig) {
    out.network = load_network(request.path, request.limits);
    compare_keys(request, held_by(out.network), of_keys, out.notes);
    refuse_problems(request.path, {}, of_keys);
    return out;
  }
  std::optional<NodeTable> nodes;
  if (!request.options.nodes.empty()) nodes = read_nodes(request.options.nodes, request.limits);
  const NodeTable* list = nodes ? &*nodes : nullptr;
  ForeignNetwork file = read_foreign(kind, request.path, request.options, list, true, request.limits);
  count_neurons(request, kind, list, DiskFile(request.path).size(), file);
  refuse_problems(request.path, file.problems, {});  // what follows has arrays of as many neurons
  if (nodes) take_nodes(*nodes, file);
  spread_values(file);
  NetworkSpec spec = request.spec;
  if (file.step_ms) spec.step_ms = *file.step_ms;
  const HeldByFile held = held_by(file, kind, spec.step_ms);
  if (!file.given.delay_steps.empty() && !file.step_ms && !request.given.contains("network.step_ms"))
    file.problems.push_back("has delay_steps and no step_ms; network.step_ms says how long a step is");
  compare_keys(request, held, of_keys, file.notes);
  refuse_problems(request.path, file.problems, of_keys);
  take_neuron_files(request, file.given);
  if (is_matrix(kind) && file.orientation.value_or(request.options.orientation) == Orientation::target_source)
    std::swap(file.given.synapses.source, file.given.synapses.target);
  note_defaults(request, held, file.notes);
  CompletedNetwork completed = complete(request, std::move(file.given), spec, seed);
  out.network = std::move(completed.network);
  out.notes = std::move(file.notes);
  out.notes.insert(out.notes.end(), completed.notes.begin(), completed.notes.end());
  return out;
}

NetworkFileSizes import_sizes(const ImportRequest& request) {
  const FileKind kind = kind_of_file(request.path, request.limits);
  if (kind == FileKind::sprig) return network_file_sizes(request.path, request.limits);
  NetworkFileSizes sizes;
  if (kind == FileKind::scipy) {
    const NpzReader file(request.path, request.limits);
    const auto shape = file.read<std::uint64_t>("shape");
    if (shape.size() != 2) throw InputError(request.path, "shape must have two entries");
    sizes.neurons = shape[0];
    sizes.synapses = 1;
    for (const std::uint64_t n : file.shape("data")) sizes.synapses *= n;
    check_file_limits(request.path, sizes.neurons, sizes.synapses, request.limits);
    if (file.has("step_ms")) sizes.step_ms = read_step(file, request.path);
    for (const char* name : {"delay_ms", "delay_steps"})
      if (file.has(name)) sizes.has_delays = true, sizes.uniform_delay = file.shape(name).empty();
    return sizes;
  }
  if (kind == FileKind::npy || kind == FileKind::dense) {  // which of its entries are 0, only reading all of it says
    sizes.neurons = dense_shape(kind, request.path, true, request.limits)[0];
    sizes.synapses = sizes.neurons * sizes.neurons;
    return sizes;
  }
  std::optional<NodeTable> nodes;
  if (!request.options.nodes.empty()) nodes = read_nodes(request.options.nodes, request.limits);
  ForeignNetwork file =
      read_foreign(kind, request.path, request.options, nodes ? &*nodes : nullptr, true, request.limits);
  count_neurons(request, kind, nodes ? &*nodes : nullptr, DiskFile(request.path).size(), file);
  refuse_problems(request.path, file.problems, {});
  sizes.neurons = file.given.neurons;
  sizes.synapses = file.given.synapses.source.size();
  sizes.step_ms = file.step_ms.value_or(0);
  sizes.has_delays = !file.given.synapses.delay_ms.empty() || !file.given.delay_steps.empty();
  sizes.uniform_delay = !sizes.has_delays;
  return sizes;
}

EdgeList read_edge_list(const std::string& path, Orientation orientation, const InputLimits& limits) {
  ImportOptions options;
  options.ids = NeuronIds::index;
  const FileKind kind = kind_of_file(path, limits);
  if (kind == FileKind::sprig)
    throw InputError(path, "is a whole network of sprig's; allowed: an edge list or a matrix");
  ForeignNetwork file = read_foreign(kind, path, options, nullptr, false, limits);
  refuse_problems(path, file.problems, {});
  if (!file.given.delay_steps.empty()) {
    if (!file.step_ms) throw InputError(path, "has delay_steps and no step_ms; allowed: delay_ms");
    for (const std::uint16_t steps : file.given.delay_steps)
      file.given.synapses.delay_ms.push_back(steps * *file.step_ms);
  }
  if (is_matrix(kind) && file.orientation.value_or(orientation) == Orientation::target_source)
    std::swap(file.given.synapses.source, file.given.synapses.target);
  return std::move(file.given.synapses);
}

}  // namespace sprig
