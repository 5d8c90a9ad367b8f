// What holds between keys of different sections, and what is derived.
#include <algorithm>
#include <utility>

#include "host/config/described.hpp"
#include "host/config/keys.hpp"
#include "host/config/sections.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

// Every field, for those that were not read but set.
struct SectionCheck {
  const char* here = "";

  void section(const char* name) { here = name; }
  template <class T>
  void operator()(const char* name, const T& value, const Allowed& allowed, const char*) const {
    FieldCheck{here}(name, value, allowed);
  }
};

void check_built_network(const Config& config) {
  std::uint64_t neurons = config.network.neurons;
  const bool described = !config.description.empty();
  if (described) {
    neurons = 0;
    for (const PopulationSpec& population : config.description.populations) neurons += population.size;
  } else {
    check_network_spec(config.network);
  }
  for (const std::uint32_t neuron : config.run.probe)
    if (neuron >= neurons)
      refuse("run.probe", "neuron " + shown(neuron),
             "below " + (described ? "" : std::string("network.neurons = ")) + shown(neurons));
  check_keep_sign(config.network.kind, config.training.sequences.bptt);
}

// The current that is there so that a plain run fires, in the units of the neuron; none where something else drives the
// network, or says what its neurons are.
void choose_current(Config& config) {
  if (config.given.contains("neuron.i_dc")) return;
  NeuronDefaults& neuron = config.network.neuron;
  const bool driven = std::any_of(config.given.begin(), config.given.end(),
                                  [](const std::string& key) { return key.starts_with("drive."); });
  const bool plain = !driven && config.network_file.empty() && config.description.empty() && config.stimuli.empty();
  // Neurons that rest above their threshold fire as they are.
  const double reach = plain ? std::max(neuron.v_th - neuron.e_l, 0.0) : 0;
  neuron.i_dc = kDefaultCurrent * reach / neuron.resistance;
  if (!config.description.empty()) config.description.defaults = config.network;
}

}  // namespace

void finish_config(Config& config) {
  sections(std::as_const(config), SectionCheck{});
  finish_described(config);
  choose_current(config);
  // [[record]] says what is recorded; the short form, which is on otherwise, then has to be asked for.
  if (!config.records.empty() && !config.given.contains("run.record_spikes")) config.run.record_spikes = false;
  if (config.network_file.empty()) check_built_network(config);
  for (const std::string& key : config.given)
    if (config.network_file.empty() && describes_import(key))
      throw ConfigError(key, "has no effect without network.file, which it is about");
  for (auto& [name, path] : config.neuron_files) {
    if (config.network_file.empty())
      refuse("neuron." + name, in_quotes(std::string(kFilePrefix) + path) + " without network.file",
             "a value for all neurons; a [[population]] may have a file");
    make_absolute(path);
  }
  for (std::string* path : {&config.network_file, &config.import.nodes, &config.task.file, &config.task.images.folder,
                            &config.learn.folder})
    make_absolute(*path);
  for (const std::string& axis : config.operating_point.axes) axis_assignments(axis);
  for (const std::string& axis : config.model_search.axes) axis_assignments(axis, "model_search.axes");
  const CompetitiveOptions& learn = config.learn.model;
  if (learn.inhibition_factor > 0 && learn.inhibition_mv > 0 && config.given.contains("learn.inhibition_mv"))
    refuse("learn.inhibition_mv", shown(learn.inhibition_mv),
           "0 beside learn.inhibition_factor = " + shown(learn.inhibition_factor) + ", which takes its place");
  if (config.study.mode == StudyMode::operating_point && config.operating_point.axes.empty())
    refuse("operating_point.axes", "an empty list with study.mode = \"operating_point\"",
           "a list of one or more, each \"section.key = [values]\"");
  config.prune.seed = config.simulation.seed;
  config.prune.lyapunov = config.lyapunov;
  config.task.limits = config.task.images.limits = config.learn.limits = config.limits;
}

}  // namespace sprig
