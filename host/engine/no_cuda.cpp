// Takes the place of kernels/engine when CUDA is off: the same symbols, each saying so.
#include "sprig/core/error.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/engine/placed_network.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig::cuda {

bool built_in() { return false; }
std::string versions() { return ""; }
std::vector<DeviceInfo> all_devices() { return {}; }
std::vector<DeviceInfo> devices() { return {}; }
std::vector<int> usable_gpus() { return {}; }
std::string why_no_device() { return kNotBuilt; }
int select(const Device& asked) { throw unavailable(asked, kNotBuilt); }
void make_current(int) { throw DeviceError("device", kNotBuilt); }
DeviceInfo use_device(const Device& asked) { throw unavailable(asked, kNotBuilt); }
DeviceInfo current_device() { throw DeviceError("device", kNotBuilt); }
void check_current() { throw DeviceError("device", kNotBuilt); }
int multiprocessors(const Device& asked) { throw unavailable(asked, kNotBuilt); }

std::unique_ptr<Simulation> make_simulation(const Network&, const Drive&, const SimulationOptions&) {
  throw DeviceError("device", kNotBuilt);
}

std::unique_ptr<Simulation> make_simulation(const ProceduralNetwork&, const Drive&, const SimulationOptions&) {
  throw DeviceError("device", kNotBuilt);
}

std::unique_ptr<PlacedNetwork> place_network(const Network&, const SimulationOptions&) {
  throw DeviceError("device", kNotBuilt);
}

}  // namespace sprig::cuda
