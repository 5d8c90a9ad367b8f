#include "kernels/dynamics/device_tangent.cuh"

namespace sprig::cuda {

DeviceTangent::DeviceTangent(const TangentNetwork& network)
    : network_(network),
      run_delay_(network.run_delay, "tangent synapses"),
      run_offsets_(network.run_offsets, "tangent synapses"),
      run_begin_(network.run_begin, "tangent synapses"),
      view_(view_of_tangent(network, [&](const auto& array) { return keep(array); })),
      runs_{run_offsets_.data(), run_begin_.data(), run_delay_.data()} {}

const DeviceTangent::Incoming& DeviceTangent::incoming() {
  if (incoming_.offsets.size() == 0) {
    const TangentArrivals arrivals = tangent_arrivals(network_);
    incoming_.offsets = DeviceBuffer<std::uint64_t>(arrivals.offsets, "tangent synapses");
    incoming_.synapses = DeviceBuffer<IncomingTangent>(arrivals.incoming, "tangent synapses");
  }
  return incoming_;
}

}  // namespace sprig::cuda
