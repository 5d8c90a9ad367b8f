// Takes the place of kernels/learning/bptt when CUDA is off.
#include "sprig/core/error.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/learning/bptt/bptt.hpp"

namespace sprig::cuda {

std::unique_ptr<Bptt> make_bptt(const Network&, const Drive&, const BpttModel&) {
  throw DeviceError("device", kNotBuilt);
}

}  // namespace sprig::cuda
