// The facade: choice of backend, and the parts of the interface that no backend owns.
#include "sprig/engine/simulation.hpp"

#include "sprig/core/hash.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/engine/device.hpp"

namespace sprig {

std::uint64_t SimulationState::hash() const {
  Hash hash;
  hash.add(step);
  each_state([&](const auto& array) { hash.add(array); }, *this);
  hash.add(delay_slots).add(pending);
  if (!as_of.empty()) hash.add(as_of).add(touched);
  if (plastic.unit != 0)
    hash.add(plastic.weights).add(plastic.unit).add(plastic.last_spike).add(plastic.pre).add(plastic.post);
  return hash.value();
}

bool uses_device(Device asked) {
  return asked == Device::cuda || (asked == Device::automatic && !cuda::devices().empty());
}

namespace {

template <class Description>
std::unique_ptr<Simulation> make(const Description& network, const Drive& drive, const SimulationOptions& options) {
  check_fields("run", options);
  return uses_device(options.device) ? cuda::make_simulation(network, drive, options)
                                     : cpu::make_simulation(network, drive, options);
}

}  // namespace

std::unique_ptr<Simulation> make_simulation(const Network& network, const Drive& drive,
                                            const SimulationOptions& options) {
  return make(network, drive, options);
}

std::unique_ptr<Simulation> make_simulation(const ProceduralNetwork& network, const Drive& drive,
                                            const SimulationOptions& options) {
  return make(network, drive, options);
}

}  // namespace sprig
