// The verbs of the command line that Python has.
#pragma once

#include <pybind11/pybind11.h>

namespace sprig::python {

void bind_describe(pybind11::module_& module);
void bind_run(pybind11::module_& module);
void bind_prune(pybind11::module_& module);
void bind_lyapunov(pybind11::module_& module);
void bind_learn(pybind11::module_& module);

}  // namespace sprig::python
