// sprig._core: what the package sprig calls of C++.
#include <pybind11/pybind11.h>

#include "sprig/core/version.hpp"
#include "src/errors.hpp"
#include "src/network.hpp"
#include "src/settings.hpp"
#include "src/verbs.hpp"

PYBIND11_MODULE(_core, module) {
  using namespace sprig::python;
  module.doc() = "What the package sprig calls of C++.";
  translate_errors();
  bind_settings(module);
  bind_network(module);
  bind_describe(module);
  bind_run(module);
  bind_prune(module);
  bind_lyapunov(module);
  bind_learn(module);
  const sprig::Version version = sprig::version();
  module.attr("version") = version.version;
  module.attr("git_revision") = version.git_revision;
  module.attr("with_cuda") = version.with_cuda;
}
