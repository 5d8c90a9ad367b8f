// Takes the place of kernels/learning/competitive when CUDA is off.
#include "sprig/core/error.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/learning/competitive/competitive.hpp"

namespace sprig::cuda {

void present(View<Presentations>) { throw DeviceError("device", kNotBuilt); }

}  // namespace sprig::cuda
