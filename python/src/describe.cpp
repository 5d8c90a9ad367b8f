// Networks of populations and projections, and tables of the fields that describe networks, stimuli and records.
#include <memory>
#include <optional>
#include <utility>

#include "sprig/instruments/record.hpp"
#include "sprig/instruments/stimulus.hpp"
#include "sprig/network/description.hpp"
#include "sprig/network/given_network.hpp"
#include "sprig/session/network.hpp"
#include "src/fields.hpp"
#include "src/network.hpp"
#include "src/settings.hpp"
#include "src/verbs.hpp"

namespace sprig::python {

namespace {

template <Worded Enum>
Enum word(const char* key, const std::string& text) {
  constexpr auto names = words_of(Enum{});
  for (std::size_t k = 0; k < names.size(); ++k)
    if (names[k] == text) return static_cast<Enum>(k);
  refuse(key, in_quotes(text), choice_words(names.data(), names.size()));
}

PopulationSpec population_of(const py::dict& given) {
  PopulationSpec spec;
  fill(spec, "population." + (given.contains("name") ? py::str(given["name"]).cast<std::string>() : ""), given);
  return spec;
}

ProjectionSpec projection_of(const py::dict& given, std::size_t number) {
  ProjectionSpec spec;
  spec.weight = {Distribution::Kind::constant, 1, 0};
  spec.delay_ms = {Distribution::Kind::constant, 1, 0};
  const std::string section = "projection." + std::to_string(number);
  const auto take = [&](const char* name) {
    const py::object value = given.contains(name) ? py::object(given[name]) : py::none();
    if (given.contains(name)) given.attr("pop")(name);
    return value;
  };
  if (const py::object stdp = take("stdp"); !stdp.is_none()) fill(spec.stdp, section + ".stdp", stdp.cast<py::dict>());
  if (const py::object edges = take("edges"); !edges.is_none()) {
    const auto arrays = edges.cast<py::tuple>();  // source, target[, weight[, delay_ms]]
    spec.rule.kind = ConnectionRule::Kind::edges;
    spec.edges.source = vector_of(arrays[0].cast<Values<std::uint32_t>>());
    spec.edges.target = vector_of(arrays[1].cast<Values<std::uint32_t>>());
    if (arrays.size() > 2) spec.edges.weight = vector_of(arrays[2].cast<Values<double>>());
    if (arrays.size() > 3) spec.edges.delay_ms = vector_of(arrays[3].cast<Values<double>>());
  }
  fill(spec, section, given);
  return spec;
}

// The current by which a network fires that nothing drives (config) is of networks that [network] alone describes.
NetworkSpec without_default_current(const Config& config) {
  NetworkSpec spec = config.network;
  if (!config.given.contains("neuron.i_dc")) spec.neuron.i_dc = 0;
  return spec;
}

HeldPtr build(const py::list& populations, const py::list& projections, const Settings& settings) {
  const Config config = configured(settings);
  NetworkDescription description;
  description.defaults = without_default_current(config);
  for (const py::handle given : populations) description.populations.push_back(population_of(given.cast<py::dict>()));
  std::size_t number = 0;
  for (const py::handle given : projections)
    description.projections.push_back(projection_of(given.cast<py::dict>(), number++));
  if (description.empty()) refuse("populations", "an empty list", "one or more of sprig.Population");
  const py::gil_scoped_release unlocked;
  return std::make_shared<Held>(stored(build_network(description, config.simulation.seed)));
}

// delays: ms, one a synapse, or none. arrays: parameters with one value a neuron; those in `settings` are laws.
py::tuple given_network(std::uint32_t neurons, const Values<std::uint32_t>& source, const Values<std::uint32_t>& target,
                        const Values<double>& weight, const py::object& delays, const py::dict& arrays,
                        const std::optional<std::vector<std::string>>& populations, const py::object& sign,
                        const std::optional<std::vector<std::string>>& names, const std::string& duplicates,
                        const std::string& groups, const Settings& settings) {
  const Config config = configured(settings);
  if (!config.neuron_files.empty())
    refuse("neuron." + config.neuron_files.begin()->first, in_quotes("file:" + config.neuron_files.begin()->second),
           "an array, as numpy.load() gives it");
  GivenNetwork given;
  given.neurons = neurons;
  given.synapses.source = vector_of(source), given.synapses.target = vector_of(target);
  given.synapses.weight = vector_of(weight);
  if (!delays.is_none()) given.synapses.delay_ms = vector_of(delays.cast<Values<double>>());
  for (const NeuronField& field : kNeuronFields)
    if (arrays.contains(field.name)) given.values.*field.values = vector_of(arrays[field.name].cast<Values<double>>());
  if (populations) given.population = *populations;
  if (names) given.name = *names;
  if (!sign.is_none()) given.sign = vector_of(sign.cast<Values<std::int8_t>>());
  const auto how = word<Duplicates>("duplicates", duplicates);
  const auto grouped = word<Groups>("groups", groups);
  HeldPtr network;
  std::vector<std::string> notes;
  {
    const py::gil_scoped_release unlocked;
    CompletedNetwork made =
        complete_network(std::move(given), without_default_current(config), config.simulation.seed, how, grouped);
    network = std::make_shared<Held>(std::move(made.network)), notes = std::move(made.notes);
  }
  return py::make_tuple(network, notes);
}

// [name, what is allowed, what it means] of every field.
struct FieldTexts {
  py::list fields;

  template <class T>
  void operator()(const char* name, const T& value, const Allowed& allowed, const char* doc) {
    fields.append(py::make_tuple(name, in_words(value, allowed), doc));
  }
};

template <class Options>
py::list texts_of() {
  FieldTexts texts;
  const Options defaults;
  fields(defaults, texts);
  return texts.fields;
}

}  // namespace

void bind_describe(py::module_& module) {
  module.def("build", &build);
  module.def("given", &given_network);
  py::dict all;
  all["population"] = texts_of<PopulationSpec>();
  all["projection"] = texts_of<ProjectionSpec>();
  all["stimulus"] = texts_of<StimulusSpec>();
  all["record"] = texts_of<RecordSpec>();
  module.attr("field_texts") = all;
}

}  // namespace sprig::python
