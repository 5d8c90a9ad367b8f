// What all measurements of a network's exponents share: the network on its place, and its tangent dynamics.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sprig/dynamics/tangent.hpp"
#include "sprig/engine/placed_network.hpp"

namespace sprig {

// Both are made when they are first asked for, and follow the network when it changes.
class PlacedDynamics {
 public:
  // `network` and `options` as place_network() takes them.
  PlacedDynamics(const Network& network, const SimulationOptions& options) : network_(network), options_(options) {}

  const Network& network() const { return network_; }
  // As they were given; those of placed() say which device it is.
  const SimulationOptions& options() const { return options_; }

  // Errors: those of place_network(), of make_tangent_network().
  PlacedNetwork& placed();
  PlacedTangent& tangent();

  // As those of PlacedNetwork; nothing where nothing is placed yet.
  void keep(const std::vector<std::uint8_t>& synapses, const std::vector<std::uint8_t>& neurons);
  void set_weights();
  void forget();
  bool is_placed() const { return placed_ != nullptr; }
  // Nothing more is measured of the network before it changes: what the host would make anew then goes now, and does
  // not lie beside what comes in between. What is on a GPU stays.
  void rest();

 private:
  const Network& network_;
  SimulationOptions options_;
  std::unique_ptr<PlacedNetwork> placed_;
  std::unique_ptr<PlacedTangent> tangent_;
};

}  // namespace sprig
