// The emulated device does what CUDA documents: order of work, graphs, limits, collectives.
#include <array>
#include <stdexcept>

#include "sprig/engine/device.hpp"
#include "tests/emulated_device/support.hpp"

namespace sprig::test {
namespace {

using cuda::CudaContext;

class EmulatedCuda : public EmulatedDevice {};

__global__ void append(std::uint32_t* list, std::uint32_t* count, std::uint32_t value) {
  CudaContext ctx;
  if (ctx.thread() == 0) list[(*count)++] = value;
}

struct List {
  explicit List(std::uint32_t* memory) : count(memory), values(memory + 1) {}
  std::uint32_t *count, *values;
};

TEST_F(EmulatedCuda, RunsAStreamsWorkInItsOrderWhateverTheSeed) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    emulated::Settings settings;
    settings.order = emulated::Order::random;
    settings.seed = seed;
    set_up(settings);
    auto* memory = device_memory<std::uint32_t>(9);
    ASSERT_EQ(cudaMemsetAsync(memory, 0, 36, stream), cudaSuccess);
    const List list(memory);
    for (std::uint32_t k = 0; k < 8; ++k) ASSERT_EQ(launch({}, append, list.values, list.count, k), cudaSuccess);
    EXPECT_EQ(fetched(memory, 9), (std::vector<std::uint32_t>{8, 0, 1, 2, 3, 4, 5, 6, 7}));
  }
}

TEST_F(EmulatedCuda, AGraphRunsWhatWasCapturedEachTimeItIsLaunched) {
  auto* memory = device_memory<std::uint32_t>(9);
  const List list(memory);
  ASSERT_EQ(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), cudaSuccess);
  for (std::uint32_t k = 0; k < 2; ++k) ASSERT_EQ(launch({}, append, list.values, list.count, k), cudaSuccess);
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  ASSERT_EQ(cudaStreamEndCapture(stream, &graph), cudaSuccess);
  ASSERT_EQ(cudaGraphInstantiate(&executable, graph, 0), cudaSuccess);
  ASSERT_EQ(cudaGraphDestroy(graph), cudaSuccess);
  ASSERT_EQ(cudaMemsetAsync(memory, 0, 36, stream), cudaSuccess);
  for (int k = 0; k < 3; ++k) ASSERT_EQ(cudaGraphLaunch(executable, stream), cudaSuccess);
  EXPECT_EQ(fetched(memory, 7), (std::vector<std::uint32_t>{6, 0, 1, 0, 1, 0, 1}));
  ASSERT_EQ(cudaGraphExecDestroy(executable), cudaSuccess);
}

TEST_F(EmulatedCuda, AnEventIsReachedWhenTheWorkBeforeItIsDoneAndNoLater) {
  auto* device = device_memory<std::uint32_t>(2);
  auto* host = pinned_memory<std::uint32_t>(2);
  cudaEvent_t event = nullptr;
  ASSERT_EQ(cudaEventCreate(&event), cudaSuccess);
  ASSERT_EQ(cudaMemsetAsync(device, 0, 8, stream), cudaSuccess);
  ASSERT_EQ(cudaMemcpyAsync(host, device, 4, cudaMemcpyDeviceToHost, stream), cudaSuccess);
  ASSERT_EQ(cudaEventRecord(event, stream), cudaSuccess);
  ASSERT_EQ(cudaMemcpyAsync(host + 1, device + 1, 4, cudaMemcpyDeviceToHost, stream), cudaSuccess);

  ASSERT_EQ(cudaEventSynchronize(event), cudaSuccess);

  EXPECT_EQ(host[0], 0u);
  EXPECT_NE(host[1], 0u);
  ASSERT_EQ(cudaEventDestroy(event), cudaSuccess);
}

TEST_F(EmulatedCuda, PageableMemoryMayBeReusedWhenACopyReturns) {
  auto* device = device_memory<std::uint32_t>(1);
  std::uint32_t host = 1;
  ASSERT_EQ(cudaMemcpyAsync(device, &host, 4, cudaMemcpyHostToDevice, stream), cudaSuccess);
  host = 2;
  EXPECT_EQ(fetched(device, 1)[0], 1u);
}

TEST_F(EmulatedCuda, FreeingWaitsForAllWork) {
  auto* device = device_memory<std::uint32_t>(1);
  auto* host = pinned_memory<std::uint32_t>(1);
  ASSERT_EQ(cudaMemsetAsync(device, 0, 4, stream), cudaSuccess);
  ASSERT_EQ(cudaMemcpyAsync(host, device, 4, cudaMemcpyDeviceToHost, stream), cudaSuccess);
  ASSERT_EQ(cudaFree(device), cudaSuccess);
  EXPECT_EQ(*host, 0u);
}

TEST_F(EmulatedCuda, EarlyOrderRunsWorkAtOnce) {
  emulated::Settings settings;
  settings.order = emulated::Order::early;
  set_up(settings);
  auto* device = device_memory<std::uint32_t>(1);
  auto* host = pinned_memory<std::uint32_t>(1);
  ASSERT_EQ(cudaMemsetAsync(device, 0, 4, stream), cudaSuccess);
  ASSERT_EQ(cudaMemcpyAsync(host, device, 4, cudaMemcpyDeviceToHost, stream), cudaSuccess);
  EXPECT_EQ(*host, 0u);
}

__global__ void lanes(std::uint32_t* votes, std::uint64_t* shuffled, std::uint32_t* sums) {
  CudaContext ctx;
  const std::uint32_t lane = lane_of(ctx), at = ctx.block() * ctx.threads() + ctx.thread();
  votes[at] = ctx.ballot(lane % 3 == ctx.block());
  shuffled[at] = ctx.shuffle(std::uint64_t{at} << 33, (lane + 5) % kWarp);
  auto* shared = ctx.shared<std::uint32_t>(ctx.threads());
  shared[ctx.thread()] = at;
  ctx.block_barrier();
  std::uint32_t sum = 0;
  for (std::uint32_t k = 0; k < ctx.threads(); ++k) sum += shared[k];
  ctx.grid_barrier();
  sums[at] = sum;
}

TEST_F(EmulatedCuda, WarpsBlocksAndTheGridMeetInAnyOrder) {
  for (const std::uint64_t seed : {0, 1, 2, 3}) {
    emulated::Settings settings;
    settings.order = seed == 0 ? emulated::Order::late : emulated::Order::random;
    settings.seed = seed;
    set_up(settings);
    auto* votes = device_memory<std::uint32_t>(128);
    auto* shuffled = device_memory<std::uint64_t>(128);
    auto* sums = device_memory<std::uint32_t>(128);
    ASSERT_EQ(launch({2, 64, 256, true}, lanes, votes, shuffled, sums), cudaSuccess);
    const auto found_votes = fetched(votes, 128);
    const auto found_shuffled = fetched(shuffled, 128);
    const auto found_sums = fetched(sums, 128);
    for (std::uint32_t t = 0; t < 128; ++t) {
      EXPECT_EQ(found_votes[t], t < 64 ? 0x49249249u : 0x92492492u);
      EXPECT_EQ(found_shuffled[t], std::uint64_t{t / 32 * 32 + (t % 32 + 5) % 32} << 33);
      EXPECT_EQ(found_sums[t], t < 64 ? 63u * 64 / 2 : 63u * 64 / 2 + 64 * 64);
    }
  }
}

TEST_F(EmulatedCuda, HasTheLimitsOfItsKind) {
  struct Kind {
    const char* word;
    int multiprocessors, shared, resident;  // resident: blocks of 640 threads and 99 KB, in all
  };
  for (const Kind& kind :
       {Kind{"h200", 132, 227 * 1024, 132}, Kind{"a100", 108, 163 * 1024, 108}, Kind{"rtx4090", 128, 99 * 1024, 128}}) {
    emulated::Settings settings;
    settings.device = kind.word;
    set_up(settings);
    const cuda::DeviceInfo info = cuda::current_device();
    EXPECT_EQ(info.multiprocessors, kind.multiprocessors);
    EXPECT_EQ(info.shared_per_block_bytes, static_cast<std::size_t>(kind.shared));
    ASSERT_EQ(cudaFuncSetAttribute(lanes, cudaFuncAttributeMaxDynamicSharedMemorySize, 99 * 1024), cudaSuccess);
    EXPECT_EQ(cudaFuncSetAttribute(lanes, cudaFuncAttributeMaxDynamicSharedMemorySize, kind.shared + 1),
              cudaErrorInvalidValue);
    int blocks = 0;
    ASSERT_EQ(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, lanes, 640, 99 * 1024), cudaSuccess);
    EXPECT_EQ(blocks * kind.multiprocessors, kind.resident);
  }
}

TEST_F(EmulatedCuda, ThereMayBeNoneOrSeveral) {
  emulated::Settings settings;
  settings.devices = 0;
  emulated::set_up(settings);
  EXPECT_TRUE(cuda::devices().empty());
  EXPECT_EQ(cuda::why_no_device(), "no CUDA device found");
  settings.devices = 2;
  set_up(settings);
  EXPECT_EQ(cuda::devices().size(), 2u);
  auto* of_first = device_memory<std::uint32_t>(1);
  const cudaStream_t first = stream;
  ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(first), cudaErrorInvalidResourceHandle);
  ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  ASSERT_EQ(launch({}, append, of_first, of_first, 1u), cudaSuccess);
  EXPECT_EQ(synchronize(), cudaErrorIllegalAddress);  // the other device's memory
  ASSERT_EQ(cudaSetDevice(0), cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(first), cudaSuccess);
}

TEST_F(EmulatedCuda, MemoryEndsWhereItsLimitIs) {
  emulated::Settings settings;
  settings.memory_bytes = 1 << 20;
  set_up(settings);
  void* memory = nullptr;
  EXPECT_EQ(cudaMalloc(&memory, (1 << 20) + 1), cudaErrorMemoryAllocation);
  for (int k = 0; k < 3; ++k) {
    ASSERT_EQ(cudaMalloc(&memory, 1 << 20), cudaSuccess);
    std::size_t free_bytes = 0, total_bytes = 0;
    ASSERT_EQ(cudaMemGetInfo(&free_bytes, &total_bytes), cudaSuccess);
    EXPECT_EQ(free_bytes, 0u);
    ASSERT_EQ(cudaFree(memory), cudaSuccess);
  }
  EXPECT_EQ(cudaFree(memory), cudaErrorInvalidValue);  // twice
}

TEST_F(EmulatedCuda, SettingsComeFromTheEnvironment) {
  ASSERT_EQ(setenv("SPRIG_EMULATED_ORDER", "random:17", 1), 0);
  ASSERT_EQ(setenv("SPRIG_EMULATED_DEVICE", "a100", 1), 0);
  const emulated::Settings settings = emulated::settings_from_environment();
  EXPECT_EQ(settings.order, emulated::Order::random);
  EXPECT_EQ(settings.seed, 17u);
  EXPECT_EQ(settings.device, "a100");
  ASSERT_EQ(setenv("SPRIG_EMULATED_ORDER", "random:x", 1), 0);
  EXPECT_THROW(emulated::settings_from_environment(), std::invalid_argument);
  ASSERT_EQ(unsetenv("SPRIG_EMULATED_ORDER"), 0);
  ASSERT_EQ(setenv("SPRIG_EMULATED_DEVICE", "h201", 1), 0);
  EXPECT_THROW(emulated::settings_from_environment(), std::invalid_argument);
  ASSERT_EQ(unsetenv("SPRIG_EMULATED_DEVICE"), 0);
}

}  // namespace
}  // namespace sprig::test
