// Takes the place of kernels/ when CUDA is off: the same symbols, each saying so.
#include "sprig/core/error.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/learning/bptt.hpp"
#include "sprig/learning/competitive.hpp"

namespace sprig::cuda {

namespace {
constexpr const char* kNotBuilt = "this sprig was built without CUDA (configure with -DSPRIG_CUDA=ON)";
}

bool built_in() { return false; }
std::vector<DeviceInfo> devices() { return {}; }
std::string why_no_device() { return kNotBuilt; }
DeviceInfo current_device() { throw DeviceError("device", kNotBuilt); }
std::string versions() { return ""; }

std::unique_ptr<Simulation> make_simulation(const Network&, const Drive&, const SimulationOptions&) {
  throw DeviceError("device", kNotBuilt);
}

std::unique_ptr<Simulation> make_simulation(const ProceduralNetwork&, const Drive&, const SimulationOptions&) {
  throw DeviceError("device", kNotBuilt);
}

std::unique_ptr<TangentSpace> make_tangent_space(const TangentNetwork&, std::uint32_t) {
  throw DeviceError("device", kNotBuilt);
}

std::unique_ptr<Bptt> make_bptt(const Network&, const Drive&, const BpttModel&) {
  throw DeviceError("device", kNotBuilt);
}

void present(View<Presentations>) { throw DeviceError("device", kNotBuilt); }

}  // namespace sprig::cuda
