#include <memory>

#include "kernels/core/cuda_context.cuh"
#include "kernels/core/device_buffer.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/learning/bptt/driver.hpp"
#include "sprig/core/error.hpp"
#include "sprig/engine/device.hpp"

namespace sprig::cuda {

namespace {

template <class Body>
__global__ void __launch_bounds__(kThreads) body_kernel(const __grid_constant__ Body body) {
  CudaContext ctx;
  body(ctx);
}

class BpttMachine {
 public:
  template <class T>
  using Buffer = DeviceBuffer<T>;

  template <class T>
  void upload(const DeviceBuffer<T>& to, const std::vector<T>& from) {
    to.upload(from.data(), from.size(), stream_);
    stream_.synchronize();
  }
  template <class T>
  void download(const DeviceBuffer<T>& from, std::vector<T>& to) {
    from.download(to.data(), to.size(), stream_);
    stream_.synchronize();
  }
  template <class Body>
  void run(std::uint64_t items, const Body& body) {
    launch("backpropagation through time", grid_for(items, kThreads, blocks_), stream_, body_kernel<Body>, body);
  }

 private:
  Stream stream_;
  std::uint32_t blocks_ = resident_blocks(8);
};

}  // namespace

std::unique_ptr<Bptt> make_bptt(const Network& network, const Drive& drive, const BpttModel& model) {
  check_bptt(network, drive, model);
  if (model.spikes == SpikeModel::smooth) throw ConfigError("training.spikes", "smooth spikes are the CPU's alone");
  check_current();
  return std::make_unique<kernel::DeviceBptt<BpttMachine>>(network, drive, model, BpttMachine());
}

}  // namespace sprig::cuda
