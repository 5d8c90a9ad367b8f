// Tangent networks and spaces on the device that a simulation runs on.
#pragma once

#include <memory>

#include "sprig/dynamics/tangent.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig {

std::unique_ptr<PlacedTangent> place_tangent(TangentNetwork network, const Device& device);
// simulation: of the same device.
std::unique_ptr<TangentSpace> make_tangent_space(PlacedTangent& placed, std::uint32_t columns,
                                                 const SimulationOptions& simulation);

}  // namespace sprig
