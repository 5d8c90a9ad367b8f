// The tangent space on the device that a simulation runs on.
#pragma once

#include <memory>

#include "sprig/dynamics/tangent.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig {

std::unique_ptr<TangentSpace> make_tangent_space(const TangentNetwork& network, std::uint32_t columns,
                                                 const SimulationOptions& simulation);

}  // namespace sprig
