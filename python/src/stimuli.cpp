#include "src/stimuli.hpp"

#include <string>

#include "src/fields.hpp"

namespace sprig::python {

namespace {

StimulusSpec stimulus_of(const py::dict& given, std::size_t number) {
  StimulusSpec spec;
  const auto take = [&](const char* name) {
    const py::object value = given.contains(name) ? py::object(given[name]) : py::none();
    if (given.contains(name)) given.attr("pop")(name);
    return value;
  };
  if (const py::object values = take("values"); !values.is_none()) {
    const auto array = values.cast<Values<double>>();
    spec.values = vector_of(array);
    spec.columns = array.ndim() > 1 ? static_cast<std::uint32_t>(array.shape(1)) : 1;
  }
  if (const py::object times = take("spike_ms"); !times.is_none())
    spec.spike_ms = vector_of(times.cast<Values<double>>());
  if (const py::object neurons = take("spike_neuron"); !neurons.is_none())
    spec.spike_neuron = vector_of(neurons.cast<Values<std::uint32_t>>());
  fill(spec, "stimulus." + std::to_string(number), given);
  return spec;
}

}  // namespace

std::vector<StimulusSpec> stimuli_of(const py::list& given) {
  std::vector<StimulusSpec> stimuli;
  for (const py::handle one : given) stimuli.push_back(stimulus_of(one.cast<py::dict>(), stimuli.size()));
  return stimuli;
}

}  // namespace sprig::python
