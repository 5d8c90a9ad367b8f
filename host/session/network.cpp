#include "sprig/session/network.hpp"

#include <algorithm>
#include <iterator>
#include <variant>

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/formats/network_import.hpp"
#include "sprig/formats/npz.hpp"
#include "sprig/instruments/stimulation.hpp"

namespace sprig {

namespace {

// A visitor that reads the files of values that fields name.
struct ReadValues {
  const InputLimits& limits;

  template <class T>
  void operator()(const char*, T& field, const Allowed&, const char*) const {
    if constexpr (std::same_as<T, std::optional<NeuronValues>>) {
      if (!field || field->file.empty()) return;
      NpyValues<double> values = read_npy<double>(field->file, limits);
      if (values.shape.size() != 1)
        throw InputError(field->file,
                         "has " + std::to_string(values.shape.size()) + " dimensions; allowed: one, a value a neuron");
      field->given = std::move(values.values);
    }
  }
};

// Keys that say how synapses are placed, or make weights that a file of sprig's own has.
bool is_moot(const std::string& key, bool own) {
  constexpr const char* kPlaces[] = {"topology", "density",         "in_degree",        "rewiring",
                                     "clusters", "density_between", "rewiring_between", "autapses"};
  constexpr const char* kWeights[] = {"gain", "inhibition", "scale_weights", "excitatory_fraction", "dale", "weight"};
  const auto is = [&](const char* name) { return key == "network." + std::string(name); };
  return std::any_of(std::begin(kPlaces), std::end(kPlaces), is) ||
         (own && std::any_of(std::begin(kWeights), std::end(kWeights), is));
}

}  // namespace

NetworkDescription read_description(const Config& config) {
  NetworkDescription description = config.description;
  for (PopulationSpec& population : description.populations) fields(population, ReadValues{config.limits});
  for (ProjectionSpec& projection : description.projections)
    if (projection.rule.kind == ConnectionRule::Kind::edges)
      projection.edges = read_edge_list(projection.rule.file, Orientation::source_target, config.limits);
  return description;
}

ImportRequest import_request(const Config& config) {
  ImportRequest request{config.network_file, config.import, config.network,
                        config.neuron_files, config.given,  config.limits};
  const bool own = is_network_file(config.network_file, config.limits);
  for (const std::string& key : config.by_set)
    if (is_moot(key, own))
      throw ConfigError(key, "has no effect on a network that is loaded (network.file); remove one of the two");
  // Of a network that was pruned, fewer are left than were asked for.
  if (own && !config.by_set.contains("network.neurons")) request.given.erase("network.neurons");
  return request;
}

BuiltNetwork make_network(const Config& config, std::uint32_t seed, std::vector<std::string>* notes) {
  if (!config.network_file.empty()) {
    ImportedNetwork imported = import_network(import_request(config), seed);
    if (notes)
      for (const std::string& note : imported.notes) notes->push_back(config.network_file + ": " + note);
    return std::move(imported.network);
  }
  if (config.description.empty()) {
    check_built_limits("network.neurons", config.network.neurons,
                       config.network.neurons * expected_in_degree(config.network), config.limits);
    return build_network(config.network, seed);
  }
  const NetworkDescription description = read_description(config);
  const NetworkForecast network = forecast(description);
  check_built_limits("population", network.neurons, network.synapses, config.limits);
  return build_network(description, seed);
}

Network stored(BuiltNetwork built) {
  if (const auto* procedural = std::get_if<ProceduralNetwork>(&built)) return realise(*procedural);
  return std::get<Network>(std::move(built));
}

Network make_constant_network(const Config& config, std::uint32_t seed, std::vector<std::string>* notes) {
  for (std::size_t k = 0; k < config.description.projections.size(); ++k)
    if (const double w_max = config.description.projections[k].stdp.w_max; w_max > 0)
      refuse("projection." + std::to_string(k) + ".stdp.w_max", shown(w_max) + ", synapses that learn by themselves",
             "0 with prune, lyapunov and study, which take weights as constant");
  return stored(make_network(config, seed, notes));
}

Drive make_drive(const DriveSection& drive, std::uint32_t neurons) {
  Drive made;
  if (drive.poisson_rate_hz > 0) {
    made.poisson_rate_hz.assign(neurons, drive.poisson_rate_hz);
    made.poisson_weight.assign(neurons, drive.poisson_weight);
  }
  if (drive.noise_sigma > 0) made.noise_sigma.assign(neurons, drive.noise_sigma);
  return made;
}

Drive make_drive(const Config& config, const Network& network) {
  const Drive drive = make_drive(config.drive, network.size());
  if (config.stimuli.empty()) return drive;
  return constant_drive(network, drive, make_stimuli(config, network.step_ms));
}

std::vector<StimulusSpec> make_stimuli(const Config& config, double step_ms) {
  std::vector<StimulusSpec> stimuli = config.stimuli;
  read_stimulus_files(stimuli, "", step_ms, config.limits);
  return stimuli;
}

}  // namespace sprig
