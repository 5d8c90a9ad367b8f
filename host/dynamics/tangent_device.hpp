// The tangent space on the device that a simulation runs on.
#pragma once

#include <memory>

#include "sprig/dynamics/tangent.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig {

inline std::unique_ptr<TangentSpace> make_tangent_space(const TangentNetwork& network, std::uint32_t columns,
                                                        const SimulationOptions& simulation) {
  return uses_device(simulation.device) ? cuda::make_tangent_space(network, columns)
                                        : cpu::make_tangent_space(network, columns, simulation.threads);
}

}  // namespace sprig
