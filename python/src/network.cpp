#include "src/network.hpp"

#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <vector>

#include "sprig/core/hash.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/formats/network_file.hpp"
#include "sprig/network/network.hpp"
#include "sprig/session/network.hpp"
#include "sprig/session/result_json.hpp"
#include "src/arrays.hpp"
#include "src/settings.hpp"

namespace py = pybind11;

namespace sprig::python {

namespace {

const Network& network_of(const py::object& self) { return self.cast<const Held&>().network(); }

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

// (network, notes on how it was read).
py::tuple configured_network(const Settings& settings) {
  const Config config = configured(settings);
  HeldPtr network;
  std::vector<std::string> notes;
  {
    const py::gil_scoped_release unlocked;
    network = std::make_shared<Held>(stored(make_network(config, config.simulation.seed, &notes)));
  }
  return py::make_tuple(network, notes);
}

}  // namespace

void bind_network(py::module_& module) {
  py::class_<Held, HeldPtr>(module, "Network")
      .def_static("configured", &configured_network)
      .def("save",
           [](const Held& held, const std::string& path) {
             const py::gil_scoped_release unlocked;
             save_network(path, held.network());
           })
      .def_property_readonly("size", [](const Held& h) { return h.network().size(); })
      .def_property_readonly("step_ms", [](const Held& h) { return h.network().step_ms; })
      .def_property_readonly("kind",
                             [](const Held& h) {
                               const LifKind& kind = h.network().kind;
                               return py::make_tuple(std::string(name_of(kind.synapse)), kind.receptors,
                                                     std::string(name_of(kind.reset)), kind.adaptive);
                             })
      .def_property_readonly("populations",
                             [](const Held& h) {
                               py::list all;
                               for (const Population& p : h.network().populations)
                                 all.append(py::make_tuple(p.name, p.first, p.count, p.inhibitory));
                               return all;
                             })
      .def_property_readonly("recurrent",
                             [](const py::object& self) { return csr_arrays(network_of(self).recurrent, self); })
      .def_property_readonly("input", [](const py::object& self) { return csr_arrays(network_of(self).input, self); })
      .def_property_readonly("original_id",
                             [](const py::object& self) { return view_of(network_of(self).original_id, self); })
      .def_property_readonly("names", [](const Held& h) { return h.network().names; })
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
      .def_property_readonly("hash", [](const Held& h) {
        const py::gil_scoped_release unlocked;
        return result_hash(h.network());
      });
  py::list names;
  for (const NeuronField& field : kNeuronFields)
    names.append(py::make_tuple(field.name, NeuronDefaults{}.*field.initial, in_words(0.0, field.allowed)));
  module.attr("neuron_parameters") = names;
}

}  // namespace sprig::python
