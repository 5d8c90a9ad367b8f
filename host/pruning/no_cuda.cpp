// Takes the place of kernels/pruning when CUDA is off: the same symbols, each saying so.
#include "sprig/core/error.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/pruning/hop_dependencies.hpp"

namespace sprig::cuda {

std::vector<double> hop_dependencies(const HopGraph&, std::span<const std::uint32_t>, const HopSums&, const Progress&) {
  throw DeviceError("device", kNotBuilt);
}

}  // namespace sprig::cuda
