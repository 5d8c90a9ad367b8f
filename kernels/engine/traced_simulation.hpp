// A simulation of the device that shows its trajectory where it is: in the device's memory, piece by piece, to what
// goes on there with it.
#pragma once

#include <cstdint>
#include <functional>

#include "sprig/core/hd.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig::cuda {

// Some steps, [step][neuron] as in Recording; device memory.
struct TracedSteps {
  std::uint32_t steps = 0;
  const real *u_before = nullptr, *current = nullptr;
  const std::uint8_t* flags = nullptr;
};

class TracedSimulation : public Simulation {
 public:
  // As advance() with nothing recorded. `use` is called with piece after piece, each at rest: all that was queued on it
  // is done, and the next begins to be written when `use` returns. The call is without replicas, and by the clock.
  virtual void follow(std::uint64_t steps, const Input& input, const std::function<void(const TracedSteps&)>& use) = 0;
};

}  // namespace sprig::cuda
