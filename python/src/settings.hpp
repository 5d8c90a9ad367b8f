// Keyword arguments as the configuration that a file and --set would make of them.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <utility>
#include <vector>

#include "sprig/config/config.hpp"

namespace sprig::python {

// "section.key" and its value as TOML.
using Settings = std::vector<std::pair<std::string, std::string>>;

// Errors: ConfigError, worded as for a file but for the place.
Config configured(const Settings& settings);

void bind_settings(pybind11::module_& module);

}  // namespace sprig::python
