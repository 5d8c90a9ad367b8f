#include "src/settings.hpp"

#include <pybind11/stl.h>

namespace py = pybind11;

namespace sprig::python {

Config configured(const Settings& settings) {
  Config config;
  for (const auto& [key, value] : settings) set_config(config, key + "=" + value, "");
  finish_config(config);
  return config;
}

void bind_settings(py::module_& module) {
  module.def("config_schema", &config_schema, "The JSON Schema of a configuration.");
}

}  // namespace sprig::python
