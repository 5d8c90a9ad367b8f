#include "sprig/session/place.hpp"

#if defined(_OPENMP)
#include <omp.h>
#endif

#include "sprig/core/error.hpp"
#include "sprig/engine/device.hpp"

namespace sprig {

int thread_count(int asked) {
  if (asked > 0) return asked;
#if defined(_OPENMP)
  return omp_get_max_threads();
#else
  return 1;
#endif
}

int thread_count(const Config& config) { return thread_count(config.simulation.threads); }

std::string device_used(const Config& config) {
  return std::string(name_of(uses_device(config.simulation.device) ? Device::cuda : Device::cpu));
}

void require_device(const Config& config) {
  if (config.simulation.device == Device::cuda && cuda::devices().empty())
    throw DeviceError("run.device", "cuda was asked for: " + cuda::why_no_device() + "; allowed here: cpu or auto");
}

}  // namespace sprig
