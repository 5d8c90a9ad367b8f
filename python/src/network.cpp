#include "src/network.hpp"

#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <tuple>

#include "sprig/core/hash.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/formats/network_file.hpp"
#include "sprig/network/network.hpp"
#include "sprig/session/network.hpp"
#include "sprig/session/result_json.hpp"
#include "src/arrays.hpp"
#include "src/settings.hpp"
#include "src/work.hpp"

namespace py = pybind11;

namespace sprig::python {

namespace {

using NetworkPtr = std::shared_ptr<Network>;

template <Worded Enum>
Enum word(const char* key, const std::string& text) {
  constexpr auto names = words_of(Enum{});
  for (std::size_t k = 0; k < names.size(); ++k)
    if (names[k] == text) return static_cast<Enum>(k);
  refuse(key, in_quotes(text), choice_words(names.data(), names.size()));
}

// A matrix as SciPy has it. delays: one, or one a synapse, in steps.
Csr csr_of(std::uint32_t rows, std::uint32_t cols, const Values<std::uint64_t>& offsets,
           const Values<std::uint32_t>& targets, const Values<float>& weights, const Values<std::uint16_t>& delays) {
  Csr csr;
  csr.rows = rows, csr.cols = cols;
  csr.offsets = vector_of(offsets), csr.targets = vector_of(targets), csr.weights = vector_of(weights);
  if (delays.ndim() == 0)
    csr.uniform_delay = *delays.data();
  else
    csr.delays = vector_of(delays);
  return csr;
}

using PopulationTuple = std::tuple<std::string, std::uint32_t, std::uint32_t, bool>;

NetworkPtr make(double step_ms, const std::string& synapse, int receptors, const std::string& reset, bool adaptive,
                const std::vector<PopulationTuple>& populations, const py::dict& parameters, Csr recurrent,
                std::optional<Csr> input, const py::object& original_id, const py::object& cluster) {
  auto network = std::make_shared<Network>();
  network->step_ms = step_ms;
  network->kind.synapse = word<Synapse>("neuron.synapse", synapse);
  network->kind.reset = word<Reset>("neuron.reset", reset);
  if (receptors != 1 && receptors != 2) refuse("neuron.receptors", shown(receptors), "a whole number in [1, 2]");
  network->kind.receptors = receptors;
  network->kind.adaptive = adaptive;
  for (const auto& [name, first, count, inhibitory] : populations)
    network->populations.push_back({name, first, count, inhibitory});
  const std::uint32_t neurons = recurrent.rows;
  network->neurons.resize(neurons);
  for (const NeuronField& field : kNeuronFields)
    if (parameters.contains(field.name))
      network->neurons.*field.values = vector_of(parameters[field.name].cast<Values<double>>());
  network->recurrent = std::move(recurrent);
  network->input.cols = neurons;
  if (input) network->input = std::move(*input);
  if (original_id.is_none()) {
    network->original_id.resize(neurons);
    for (std::uint32_t i = 0; i < neurons; ++i) network->original_id[i] = i;
  } else {
    network->original_id = vector_of(original_id.cast<Values<std::uint32_t>>());
  }
  if (!cluster.is_none()) network->cluster = vector_of(cluster.cast<Values<std::uint32_t>>());
  validate(*network);
  return network;
}

const Network& network_of(const py::object& self) { return self.cast<const Network&>(); }

// An array a synapse of a matrix; a delay that all share stands in memory once.
py::array delays_of(const Csr& csr, py::handle owner) {
  if (!csr.delays.empty()) return view_of(csr.delays, owner);
  return view<std::uint16_t>(&csr.uniform_delay, {static_cast<py::ssize_t>(csr.synapses())}, {0}, owner);
}

py::dict csr_arrays(const Csr& csr, py::handle owner) {
  py::dict arrays;
  arrays["shape"] = py::make_tuple(csr.rows, csr.cols);
  arrays["weights"] = view_of(csr.weights, owner);
  arrays["indices"] = view_as<std::int32_t>(csr.targets, owner);
  arrays["indptr"] = view_as<std::int64_t>(csr.offsets, owner);
  arrays["delay_steps"] = delays_of(csr, owner);
  arrays["synapse_id"] = csr.original_id.empty() ? py::object(py::none()) : view_of(csr.original_id, owner);
  return arrays;
}

NetworkPtr configured_network(const Settings& settings) {
  const Config config = configured(settings);
  const py::gil_scoped_release unlocked;
  return std::make_shared<Network>(make_network(config, config.simulation.seed));
}

}  // namespace

void bind_network(py::module_& module) {
  py::class_<Csr>(module, "Csr").def(py::init(&csr_of));
  py::class_<Network, NetworkPtr>(module, "Network")
      .def(py::init(&make))
      .def_static("configured", &configured_network)
      .def("save", [](const Network& network, const std::string& path) {
        const py::gil_scoped_release unlocked;
        save_network(path, network);
      })
      .def_property_readonly("size", [](const Network& n) { return n.size(); })
      .def_property_readonly("step_ms", [](const Network& n) { return n.step_ms; })
      .def_property_readonly("kind",
                             [](const Network& n) {
                               return py::make_tuple(std::string(name_of(n.kind.synapse)), n.kind.receptors,
                                                     std::string(name_of(n.kind.reset)), n.kind.adaptive);
                             })
      .def_property_readonly("populations",
                             [](const Network& n) {
                               py::list all;
                               for (const Population& p : n.populations)
                                 all.append(py::make_tuple(p.name, p.first, p.count, p.inhibitory));
                               return all;
                             })
      .def_property_readonly("recurrent", [](const py::object& self) { return csr_arrays(network_of(self).recurrent, self); })
      .def_property_readonly("input", [](const py::object& self) { return csr_arrays(network_of(self).input, self); })
      .def_property_readonly("original_id",
                             [](const py::object& self) { return view_of(network_of(self).original_id, self); })
      .def_property_readonly("cluster",
                             [](const py::object& self) -> py::object {
                               if (network_of(self).cluster.empty()) return py::none();
                               return view_of(network_of(self).cluster, self);
                             })
      .def("parameter",
           [](const py::object& self, const std::string& name) {
             for (const NeuronField& field : kNeuronFields)
               if (name == field.name) return view_of(network_of(self).neurons.*field.values, self);
             throw py::key_error(name);
           })
      .def_property_readonly("hash", [](const Network& n) {
        const py::gil_scoped_release unlocked;
        return result_hash(n);
      });
  py::list names;
  for (const NeuronField& field : kNeuronFields)
    names.append(py::make_tuple(field.name, NeuronDefaults{}.*field.initial, in_words(0.0, field.allowed)));
  module.attr("neuron_parameters") = names;
  module.attr("MOST_DELAY_STEPS") = kMaxDelaySteps;
}

}  // namespace sprig::python
