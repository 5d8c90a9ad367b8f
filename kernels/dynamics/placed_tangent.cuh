// A GPU's place of a tangent network.
#pragma once

#include <memory>
#include <utility>

#include "kernels/dynamics/device_tangent.cuh"
#include "sprig/dynamics/tangent.hpp"

namespace sprig::cuda {

class CudaPlacedTangent final : public PlacedTangent {
 public:
  explicit CudaPlacedTangent(TangentNetwork network) : network_(std::move(network)) {}

  const TangentNetwork& network() const override { return network_; }
  // Goes there when it is first asked for. Errors: MemoryError.
  DeviceTangent& device() {
    if (!device_) device_ = std::make_unique<DeviceTangent>(network_);
    return *device_;
  }

 private:
  const TangentNetwork network_;
  std::unique_ptr<DeviceTangent> device_;
};

}  // namespace sprig::cuda
