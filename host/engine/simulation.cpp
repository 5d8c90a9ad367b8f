// The facade: choice of backend, and the parts of the interface that no backend owns.
#include "sprig/engine/simulation.hpp"

#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/engine/device.hpp"

namespace sprig {

void Recording::clear() { *this = Recording{}; }

std::uint64_t SimulationState::hash() const {
  return Hash().add(step).add(u).add(i0).add(i1).add(theta).add(refractory).add(delay_slots).add(pending).value();
}

std::unique_ptr<Simulation> make_simulation(const Network& network, const Drive& drive,
                                            const SimulationOptions& options) {
  if (options.replicas == 0) throw ConfigError("run.replicas", "0, must be at least 1");
  const bool cuda = options.device == Device::cuda || (options.device == Device::automatic && !cuda::devices().empty());
  return cuda ? cuda::make_simulation(network, drive, options) : cpu::make_simulation(network, drive, options);
}

}  // namespace sprig
