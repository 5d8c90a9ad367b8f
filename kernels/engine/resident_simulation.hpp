// The CUDA backend, stage 2 (docs/engine.md): see resident_data.hpp. Plain C++, so that tests and benchmarks can ask
// for what users need not: blocks, slices, places, exchange. None of them changes a result.
#pragma once

#include <memory>

#include "kernels/engine/resident_plan.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig::cuda {

// Errors: as sprig::make_simulation(); ConfigError with the reason when the network cannot run so.
std::unique_ptr<Simulation> make_resident_simulation(const Network& network, const Drive& drive,
                                                     const SimulationOptions& options,
                                                     const kernel::ResidentWishes& wishes = {});
std::unique_ptr<Simulation> make_resident_simulation(const ProceduralNetwork& network, const Drive& drive,
                                                     const SimulationOptions& options,
                                                     const kernel::ResidentWishes& wishes = {});

// The same, but null when the network cannot run so.
std::unique_ptr<Simulation> try_resident_simulation(const Network& network, const Drive& drive,
                                                    const SimulationOptions& options);
std::unique_ptr<Simulation> try_resident_simulation(const ProceduralNetwork& network, const Drive& drive,
                                                    const SimulationOptions& options);

}  // namespace sprig::cuda
