// Takes the place of kernels/learning when CUDA is off: the same symbols, each saying so.
#include "sprig/core/error.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/learning/bptt/bptt.hpp"
#include "sprig/learning/competitive/competitive.hpp"

namespace sprig::cuda {

std::unique_ptr<Bptt> make_bptt(const Network&, const Drive&, const BpttModel&) {
  throw DeviceError("device", kNotBuilt);
}

void present(View<Presentations>) { throw DeviceError("device", kNotBuilt); }

}  // namespace sprig::cuda
