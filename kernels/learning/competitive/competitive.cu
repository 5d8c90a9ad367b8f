#include "kernels/core/cuda_context.cuh"
#include "kernels/core/device_buffer.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/learning/competitive/driver.hpp"
#include "sprig/core/error.hpp"
#include "sprig/engine/device.hpp"

namespace sprig::cuda {

namespace {

constexpr std::uint32_t kCompetitiveThreads = 512;

template <bool kShared>
__global__ void __launch_bounds__(kCompetitiveThreads, 1)
    competitive_kernel(const __grid_constant__ kernel::CompetitiveBody<kShared> body) {
  CudaContext ctx;
  body(ctx);
}

class CompetitiveMachine {
 public:
  template <class T>
  using Buffer = DeviceBuffer<T>;

  std::uint64_t most_shared() const {
    int device = 0, bytes = 0;
    check(cudaGetDevice(&device), "asking for the current device");
    check(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device), "asking for shared memory");
    return static_cast<std::uint64_t>(bytes);
  }
  template <class T>
  void download(const DeviceBuffer<T>& from, std::vector<T>& to) const {
    from.download(to.data(), to.size(), stream_);
    stream_.synchronize();
  }
  template <bool kShared>
  void run(std::uint32_t blocks, std::uint32_t threads, std::uint64_t shared,
           const kernel::CompetitiveBody<kShared>& body) {
    check(cudaFuncSetAttribute(competitive_kernel<kShared>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(shared)),
          "asking for shared memory");
    launch("competitive learning", Grid{blocks, threads, shared}, stream_, competitive_kernel<kShared>, body);
  }

 private:
  Stream stream_;
};

}  // namespace

void present(View<Presentations> models) {
  check_current();
  CompetitiveMachine machine;
  std::uint32_t most = 0;
  for (const Presentations& job : models) most = std::max(most, job.options->neurons);
  kernel::present_on(models, machine, std::min(kCompetitiveThreads, (most + kWarp - 1) / kWarp * kWarp));
}

}  // namespace sprig::cuda
