// Takes the place of kernels/dynamics when CUDA is off: the same symbols, each saying so.
#include "sprig/core/error.hpp"
#include "sprig/dynamics/cayley_chains.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/dynamics/tangent_run.hpp"
#include "sprig/engine/device.hpp"

namespace sprig::cuda {

std::unique_ptr<PlacedTangent> place_tangent(TangentNetwork) { throw DeviceError("device", kNotBuilt); }
std::unique_ptr<TangentSpace> make_tangent_space(PlacedTangent&, std::uint32_t) {
  throw DeviceError("device", kNotBuilt);
}
std::unique_ptr<TangentSpace> make_tangent_space(const TangentNetwork&, std::uint32_t) {
  throw DeviceError("device", kNotBuilt);
}
std::unique_ptr<TangentRun> make_tangent_run(PlacedNetwork&, PlacedTangent&, const Drive&, const TangentRunOptions&) {
  throw DeviceError("device", kNotBuilt);
}

std::unique_ptr<CayleyChains> make_cayley_chains(const SparseSystem&, const CayleySteps&, const SampleKeys&) {
  throw DeviceError("device", kNotBuilt);
}

}  // namespace sprig::cuda
