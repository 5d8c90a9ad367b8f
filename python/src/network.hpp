// sprig.Network: a network that nothing changes once it is made.
#pragma once

#include <pybind11/pybind11.h>

namespace sprig::python {

void bind_network(pybind11::module_& module);

}  // namespace sprig::python
