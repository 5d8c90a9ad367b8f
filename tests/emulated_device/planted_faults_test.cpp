// The faults that a test on a real device may miss, planted one by one: each is found, and said what it is.
#include "tests/emulated_device/support.hpp"

namespace sprig::test {
namespace {

using cuda::CudaContext;

__global__ void fill(std::uint32_t* to, std::uint32_t count, std::uint32_t value) {
  CudaContext ctx;
  for (auto k = grid_thread(ctx); k < count; k += grid_threads(ctx)) to[k] = value + static_cast<std::uint32_t>(k);
}

class PlantedFault : public EmulatedDevice {};

TEST_F(PlantedFault, AMissingWaitBeforeAHostRead) {
  auto* device = device_memory<std::uint32_t>(4);
  auto* host = pinned_memory<std::uint32_t>(4);
  ASSERT_EQ(launch({}, fill, device, 4u, 7u), cudaSuccess);
  ASSERT_EQ(cudaMemcpyAsync(host, device, 16, cudaMemcpyDeviceToHost, stream), cudaSuccess);
  EXPECT_NE(host[3], 10u);

  ASSERT_EQ(synchronize(), cudaSuccess);

  EXPECT_EQ(host[3], 10u);
}

TEST_F(PlantedFault, AFreedStagingBuffer) {
  auto* device = device_memory<std::uint32_t>(4);
  auto* staging = pinned_memory<std::uint32_t>(4);
  std::fill_n(staging, 4, 5u);
  ASSERT_EQ(cudaMemcpyAsync(device, staging, 16, cudaMemcpyHostToDevice, stream), cudaSuccess);
  ASSERT_EQ(cudaFreeHost(staging), cudaSuccess);
  EXPECT_EQ(synchronize(), cudaErrorIllegalAddress);
  expect_report("pinned memory that has been freed");
}

TEST_F(PlantedFault, AStagingBufferWrittenAgainTooEarly) {
  auto* device = device_memory<std::uint32_t>(1);
  auto* staging = pinned_memory<std::uint32_t>(1);
  *staging = 1;
  ASSERT_EQ(cudaMemcpyAsync(device, staging, 4, cudaMemcpyHostToDevice, stream), cudaSuccess);
  *staging = 2;
  EXPECT_EQ(fetched(device, 1)[0], 2u);
}

__global__ void use_shared(std::uint32_t* to, std::uint32_t words) {
  CudaContext ctx;
  auto* shared = ctx.shared<std::uint32_t>(words);
  shared[words - 1] = 3;
  ctx.block_barrier();
  if (ctx.thread() == 0) *to = shared[words - 1];
}

TEST_F(PlantedFault, AnUnsetSharedMemoryAttribute) {
  auto* device = device_memory<std::uint32_t>(1);
  const Grid grid{1, 32, 64 * 1024};
  EXPECT_EQ(launch(grid, use_shared, device, 16u * 1024), cudaErrorInvalidValue);
  ASSERT_EQ(cudaFuncSetAttribute(use_shared, cudaFuncAttributeMaxDynamicSharedMemorySize, 64 * 1024), cudaSuccess);
  EXPECT_EQ(launch(grid, use_shared, device, 16u * 1024), cudaSuccess);
  EXPECT_EQ(fetched(device, 1)[0], 3u);
}

TEST_F(PlantedFault, LessSharedMemoryThanTheKernelTakes) {
  auto* device = device_memory<std::uint32_t>(1);
  ASSERT_EQ(launch({1, 32, 64}, use_shared, device, 17u), cudaSuccess);
  EXPECT_EQ(synchronize(), cudaErrorIllegalAddress);
  expect_report("kernel use_shared: block 0, thread 0 writes to byte 64 of 64 bytes of shared memory");
}

TEST_F(PlantedFault, AWrongLaunchSize) {
  auto* device = device_memory<std::uint32_t>(4);
  EXPECT_EQ(launch({1, 1056}, fill, device, 4u, 0u), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch({1, 0}, fill, device, 4u, 0u), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch({0, 32}, fill, device, 4u, 0u), cudaErrorInvalidConfiguration);
}

__global__ void vote(std::uint32_t* to) {
  CudaContext ctx;
  const std::uint32_t votes = ctx.ballot(true);
  if (ctx.thread() == 0) *to = votes;
}

TEST_F(PlantedFault, ABlockThatFillsNoWarp) {
  auto* device = device_memory<std::uint32_t>(1);
  ASSERT_EQ(launch({1, 48}, vote, device), cudaSuccess);
  EXPECT_EQ(synchronize(), cudaErrorIllegalAddress);
  expect_report("block 0, warp 1: lanes 0000ffff wait at a ballot");
}

TEST_F(PlantedFault, AnAllocationDuringCapture) {
  ASSERT_EQ(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), cudaSuccess);
  void* memory = nullptr;
  EXPECT_EQ(cudaMalloc(&memory, 16), cudaErrorStreamCaptureUnsupported);
  cudaGraph_t graph = nullptr;
  EXPECT_EQ(cudaStreamEndCapture(stream, &graph), cudaErrorStreamCaptureInvalidated);
  EXPECT_EQ(cudaMalloc(&memory, 16), cudaSuccess);
}

TEST_F(PlantedFault, AWaitDuringCapture) {
  ASSERT_EQ(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), cudaSuccess);
  EXPECT_EQ(synchronize(), cudaErrorStreamCaptureUnsupported);
  cudaGraph_t graph = nullptr;
  EXPECT_EQ(cudaStreamEndCapture(stream, &graph), cudaErrorStreamCaptureInvalidated);
}

struct View {
  std::uint32_t count;
  std::uint32_t* data;
};
__global__ void fill_view(View view) {
  CudaContext ctx;
  for (auto k = grid_thread(ctx); k < view.count; k += grid_threads(ctx)) view.data[k] = 1;
}

TEST_F(PlantedFault, AHostPointerPassedToAKernel) {
  std::vector<std::uint32_t> host(8);
  EXPECT_EQ(launch({}, fill_view, View{8, host.data()}), cudaErrorIllegalAddress);
  expect_report("kernel fill_view is given a pointer to the host's memory: byte 8 of argument 1");
  set_up({});
  std::uint32_t on_stack[8];
  EXPECT_EQ(launch({}, fill, &on_stack[0], 8u, 0u), cudaErrorIllegalAddress);
}

TEST_F(PlantedFault, PinnedMemoryMayBePassedToAKernel) {
  auto* pinned = pinned_memory<std::uint32_t>(2);
  ASSERT_EQ(launch({}, fill, pinned, 2u, 4u), cudaSuccess);
  ASSERT_EQ(synchronize(), cudaSuccess);
  EXPECT_EQ(pinned[1], 5u);
}

TEST_F(PlantedFault, AnUnwrittenWordRead) {
  auto* device = device_memory<std::uint32_t>(8);
  ASSERT_EQ(launch({}, fill, device, 7u, 0u), cudaSuccess);
  EXPECT_EQ(fetched(device, 7).back(), 6u);
  fetched(device, 8);
  EXPECT_EQ(status, cudaErrorIllegalAddress);
  expect_report("a word that nobody wrote: byte 28 of allocation 1 of 32 bytes");
}

__global__ void add_up(const float* from, std::uint32_t count, float* to) {
  CudaContext ctx;
  float sum = 0;
  for (std::uint32_t k = 0; k < count; ++k) sum += from[k];
  if (ctx.thread() == 0) *to = sum;
}

TEST_F(PlantedFault, AnUnwrittenWordReadByAKernel) {
  auto* from = device_memory<float>(3);
  auto* to = device_memory<float>(1);
  ASSERT_EQ(cudaMemsetAsync(from, 0, 8, stream), cudaSuccess);
  ASSERT_EQ(launch({}, add_up, from, 2u, to), cudaSuccess);
  EXPECT_EQ(fetched(to, 1)[0], 0.0f);
  ASSERT_EQ(launch({}, add_up, from, 3u, to), cudaSuccess);
  const float sum = fetched(to, 1)[0];
  EXPECT_NE(sum, sum);
}

// Two blocks exchange a word a window through `sets` boxes each, tagged with the window. With two sets no box is
// written again before it has been read: a block sends window w + 2 when it has the other's word of w + 1, which was
// sent after w was read. With one it is.
__global__ void exchange(std::uint32_t* boxes, std::uint32_t sets, std::uint32_t windows, std::uint32_t* missed) {
  CudaContext ctx;
  if (ctx.thread() != 0) return;
  for (std::uint32_t window = 1; window <= windows; ++window) {
    const std::uint32_t set = window % sets * 2;
    ctx.store<Order::relaxed>(boxes + set + ctx.block(), window);
    std::uint32_t found = 0;
    while ((found = ctx.load<Order::relaxed>(boxes + set + 1 - ctx.block())) < window) ctx.pause();
    if (found != window) ctx.atomic_add(missed, 1u);
  }
}

TEST_F(PlantedFault, AMailboxReusedTooEarly) {
  std::uint32_t missed[2] = {};
  for (const std::uint32_t sets : {1u, 2u})
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      emulated::Settings settings;
      settings.order = emulated::Order::random;
      settings.seed = seed;
      set_up(settings);
      auto* boxes = device_memory<std::uint32_t>(4);
      auto* count = device_memory<std::uint32_t>(1);
      ASSERT_EQ(cudaMemsetAsync(boxes, 0, 16, stream), cudaSuccess);
      ASSERT_EQ(cudaMemsetAsync(count, 0, 4, stream), cudaSuccess);
      ASSERT_EQ(launch({2, 32, 0, true}, exchange, boxes, sets, 50u, count), cudaSuccess);
      missed[sets - 1] += fetched(count, 1)[0];
    }
  EXPECT_GT(missed[0], 0u);
  EXPECT_EQ(missed[1], 0u);
}

TEST_F(PlantedFault, AStreamNotWaitedFor) {
  auto* device = device_memory<std::uint32_t>(4);
  ASSERT_EQ(launch({}, fill, device, 4u, 7u), cudaSuccess);
  ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  fetched(device, 4);
  EXPECT_EQ(status, cudaErrorIllegalAddress);
  expect_report("a word that nobody wrote");
}

TEST_F(PlantedFault, ACooperativeGridTooLarge) {
  auto* device = device_memory<std::uint32_t>(1);
  ASSERT_EQ(cudaFuncSetAttribute(use_shared, cudaFuncAttributeMaxDynamicSharedMemorySize, 150 * 1024), cudaSuccess);
  const Grid fits{132, 32, 150 * 1024, true}, too_large{133, 32, 150 * 1024, true};
  EXPECT_EQ(launch(fits, use_shared, device, 1u), cudaSuccess);
  EXPECT_EQ(launch(too_large, use_shared, device, 1u), cudaErrorCooperativeLaunchTooLarge);
}

__global__ void some_wait(std::uint32_t least) {
  CudaContext ctx;
  if (ctx.thread() >= least) ctx.block_barrier();
}

TEST_F(PlantedFault, ABarrierThatNotAllReach) {
  ASSERT_EQ(launch({2, 64}, some_wait, 48u), cudaSuccess);
  EXPECT_EQ(synchronize(), cudaErrorIllegalAddress);
  expect_report("kernel some_wait: not all threads reach what others wait for:");
  expect_report("block 0, warp 0: lanes ffffffff have ended");
  expect_report("block 0, warp 1: lanes ffff0000 wait at a block barrier");
}

__global__ void wait_for_the_grid() {
  CudaContext ctx;
  ctx.grid_barrier();
}

TEST_F(PlantedFault, AGridBarrierWithoutACooperativeLaunch) {
  ASSERT_EQ(launch({2, 32, 0, true}, wait_for_the_grid), cudaSuccess);
  ASSERT_EQ(synchronize(), cudaSuccess);
  ASSERT_EQ(launch({2, 32}, wait_for_the_grid), cudaSuccess);
  EXPECT_EQ(synchronize(), cudaErrorIllegalAddress);
  expect_report("a grid barrier in a launch that is not cooperative");
}

TEST_F(PlantedFault, AnAccessBehindAnAllocation) {
  auto* device = device_memory<std::uint32_t>(64);
  ASSERT_EQ(launch({}, fill, device, 65u, 0u), cudaSuccess);
  EXPECT_EQ(synchronize(), cudaErrorIllegalAddress);
  expect_report("kernel fill: block 0, thread 0 writes to 0 bytes behind allocation 1 of 256 bytes");
}

TEST_F(PlantedFault, AnAccessWithinTheAlignmentBehindAnAllocation) {
  auto* device = device_memory<std::uint32_t>(3);
  ASSERT_EQ(launch({}, fill, device, 4u, 0u), cudaSuccess);
  ASSERT_EQ(synchronize(), cudaSuccess);
  EXPECT_EQ(cudaFree(device), cudaErrorIllegalAddress);
  expect_report("memory beside byte 0 of allocation 1 of 12 bytes was written to");
}

TEST_F(PlantedFault, AUseAfterFree) {
  auto* device = device_memory<std::uint32_t>(64);
  ASSERT_EQ(cudaFree(device), cudaSuccess);
  ASSERT_EQ(launch({}, fill, device, 1u, 0u), cudaSuccess);
  EXPECT_EQ(synchronize(), cudaErrorIllegalAddress);
  expect_report("byte 0 of freed allocation 1");
}

TEST_F(PlantedFault, AnIndexMadeOfPoison) {
  auto* index = device_memory<std::uint32_t>(1);
  auto* to = device_memory<std::uint32_t>(16);
  ASSERT_EQ(launch(
                {}, +[](const std::uint32_t* i, std::uint32_t* values) { values[*i] = 1; }, index, to),
            cudaSuccess);
  EXPECT_EQ(synchronize(), cudaErrorIllegalAddress);
}

TEST_F(PlantedFault, AnErrorSticks) {
  auto* device = device_memory<std::uint32_t>(64);
  ASSERT_EQ(launch({}, fill, device, 65u, 0u), cudaSuccess);
  EXPECT_EQ(synchronize(), cudaErrorIllegalAddress);
  void* memory = nullptr;
  EXPECT_EQ(cudaMalloc(&memory, 16), cudaErrorIllegalAddress);
  EXPECT_EQ(cudaGetLastError(), cudaErrorIllegalAddress);
  EXPECT_EQ(cudaGetLastError(), cudaErrorIllegalAddress);
}

TEST_F(PlantedFault, ACopyWithinTheDeviceOntoItself) {
  auto* device = device_memory<std::uint32_t>(8);
  ASSERT_EQ(cudaMemsetAsync(device, 0, 32, stream), cudaSuccess);
  ASSERT_EQ(cudaMemcpyAsync(device, device + 2, 16, cudaMemcpyDeviceToDevice, stream), cudaSuccess);
  EXPECT_EQ(synchronize(), cudaErrorIllegalAddress);
}

TEST_F(PlantedFault, AHostReadOfDeviceMemoryEndsTheProgram) {
  auto* device = device_memory<std::uint32_t>(8);
  ASSERT_EQ(cudaMemsetAsync(device, 0, 32, stream), cudaSuccess);
  ASSERT_EQ(synchronize(), cudaSuccess);
  EXPECT_DEATH(std::printf("%u", *const_cast<volatile std::uint32_t*>(device + 3)),
               "the host reads byte 12 of allocation 1 of 32 bytes");
}

}  // namespace
}  // namespace sprig::test
