#include "sprig/dynamics/placed_dynamics.hpp"

#include <utility>

#include "host/dynamics/tangent_device.hpp"

namespace sprig {

PlacedNetwork& PlacedDynamics::placed() {
  if (!placed_) placed_ = place_network(network_, options_);
  return *placed_;
}

PlacedTangent& PlacedDynamics::tangent() {
  if (!tangent_) {
    TangentNetwork tangent = make_tangent_network(network_);
    tangent_ = place_tangent(std::move(tangent), placed().options().device);
  }
  return *tangent_;
}

void PlacedDynamics::keep(const std::vector<std::uint8_t>& synapses, const std::vector<std::uint8_t>& neurons) {
  tangent_.reset();
  if (placed_) placed_->keep(synapses, neurons);
}

void PlacedDynamics::set_weights() {
  tangent_.reset();
  if (placed_) placed_->set_weights();
}

void PlacedDynamics::forget() {
  tangent_.reset();
  if (placed_) placed_->forget();
}

void PlacedDynamics::rest() {
  tangent_.reset();
  if (placed_ && !uses_device(placed_->options().device)) placed_.reset();
}

}  // namespace sprig
