// Takes the place of kernels/learning/event_times when CUDA is off.
#include "sprig/core/error.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/learning/event_times/event_times.hpp"

namespace sprig::cuda {

void present_event_times(EventTimeImages&) { throw DeviceError("device", kNotBuilt); }

}  // namespace sprig::cuda
