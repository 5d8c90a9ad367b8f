// sprig.Network: a network that nothing changes once it is made.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <utility>
#include <variant>

#include "sprig/network/description.hpp"

namespace sprig::python {

class Held {
 public:
  explicit Held(Network network) : built_(std::move(network)) {}

  const Network& network() const { return std::get<Network>(built_); }
  // For a run, which takes one that is not const. Without spikes from outside it changes nothing.
  BuiltNetwork& built() { return built_; }

 private:
  BuiltNetwork built_;
};
using HeldPtr = std::shared_ptr<Held>;

void bind_network(pybind11::module_& module);

}  // namespace sprig::python
