// A simulation on one GPU, whichever thread calls it.
#pragma once

#include <functional>
#include <memory>

#include "sprig/engine/simulation.hpp"

namespace sprig {

using MakeSimulation = std::function<std::unique_ptr<Simulation>()>;

// make(): one of cuda::, called with the GPU asked for current. Errors: those of cuda::select() and of make().
std::unique_ptr<Simulation> on_gpu(const Device& asked, const MakeSimulation& make);

}  // namespace sprig
