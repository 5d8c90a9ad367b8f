// The part of the CUDA runtime that kernels/ uses, for the host's compiler: declared as NVIDIA documents it, run by the
// emulated device (tests/emulated_device/emulated_device.hpp). What is not here does not compile, and is to be added
// when a kernel needs it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __grid_constant__
#define __launch_bounds__(...)

// ---- types ----

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorInsufficientDriver = 35,
  cudaErrorInvalidDeviceFunction = 98,
  cudaErrorNoDevice = 100,
  cudaErrorInvalidDevice = 101,
  cudaErrorNoKernelImageForDevice = 209,
  cudaErrorInvalidResourceHandle = 400,
  cudaErrorIllegalAddress = 700,
  cudaErrorLaunchFailure = 719,
  cudaErrorCooperativeLaunchTooLarge = 720,
  cudaErrorStreamCaptureUnsupported = 900,
  cudaErrorStreamCaptureInvalidated = 901,
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2, cudaMemcpyDeviceToDevice = 3 };
enum cudaDeviceAttr {
  cudaDevAttrMultiProcessorCount = 16,
  cudaDevAttrMemoryClockRate = 36,
  cudaDevAttrGlobalMemoryBusWidth = 37,
  cudaDevAttrL2CacheSize = 38,
  cudaDevAttrComputeCapabilityMajor = 75,
  cudaDevAttrComputeCapabilityMinor = 76,
  cudaDevAttrMaxSharedMemoryPerBlockOptin = 97,
  cudaDevAttrMaxPersistingL2CacheSize = 108,
  cudaDevAttrMaxAccessPolicyWindowSize = 109,
};
enum cudaLimit { cudaLimitPersistingL2CacheSize = 6 };
enum cudaAccessProperty { cudaAccessPropertyNormal = 0, cudaAccessPropertyPersisting = 2 };
struct cudaAccessPolicyWindow {
  void* base_ptr;
  std::size_t num_bytes;
  float hitRatio;
  cudaAccessProperty hitProp, missProp;
};
enum cudaStreamAttrID { cudaStreamAttributeAccessPolicyWindow = 1 };
union cudaStreamAttrValue {
  cudaAccessPolicyWindow accessPolicyWindow;
};
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };
enum cudaStreamCaptureMode { cudaStreamCaptureModeThreadLocal = 1 };
enum cudaStreamCaptureStatus { cudaStreamCaptureStatusNone = 0, cudaStreamCaptureStatusActive = 1 };
inline constexpr unsigned cudaStreamNonBlocking = 1, cudaEventDisableTiming = 2;

using cudaStream_t = struct EmulatedStream*;
using cudaEvent_t = struct EmulatedEvent*;
using cudaGraph_t = struct EmulatedGraph*;
using cudaGraphExec_t = struct EmulatedGraphExec*;
#define cudaStreamLegacy (reinterpret_cast<cudaStream_t>(1))

struct cudaDeviceProp {
  char name[256];
  std::size_t totalGlobalMem;
};
struct cudaFuncAttributes {
  int binaryVersion;  // 90: code for compute capability 9.0
};
struct dim3 {
  unsigned x = 1, y = 1, z = 1;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};
enum cudaLaunchAttributeID { cudaLaunchAttributeCooperative = 2 };
union cudaLaunchAttributeValue {
  int cooperative;
};
struct cudaLaunchAttribute {
  cudaLaunchAttributeID id;
  cudaLaunchAttributeValue val;
};
struct cudaLaunchConfig_t {
  dim3 gridDim, blockDim;
  std::size_t dynamicSmemBytes = 0;
  cudaStream_t stream = nullptr;
  cudaLaunchAttribute* attrs = nullptr;
  unsigned numAttrs = 0;
};

// ---- host ----

const char* cudaGetErrorName(cudaError_t error);
const char* cudaGetErrorString(cudaError_t error);
cudaError_t cudaGetLastError();
cudaError_t cudaRuntimeGetVersion(int* version);
cudaError_t cudaDriverGetVersion(int* version);

cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDevice(int* device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device);
cudaError_t cudaDeviceGetPCIBusId(char* id, int length, int device);

cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* total_bytes);
cudaError_t cudaMalloc(void** memory, std::size_t bytes);
cudaError_t cudaFree(void* memory);
cudaError_t cudaMallocHost(void** memory, std::size_t bytes);
cudaError_t cudaFreeHost(void* memory);
cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream);
cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                              std::size_t width, std::size_t height, cudaMemcpyKind kind, cudaStream_t stream);
cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream);

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSetAttribute(cudaStream_t stream, cudaStreamAttrID which, const cudaStreamAttrValue* value);
cudaError_t cudaDeviceSetLimit(cudaLimit limit, std::size_t value);
cudaError_t cudaDeviceGetLimit(std::size_t* value, cudaLimit limit);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode);
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph);
cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long flags);
cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream);
cudaError_t cudaGraphDestroy(cudaGraph_t graph);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable);
cudaError_t cudaEventCreate(cudaEvent_t* event);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t begin, cudaEvent_t end);

// ---- launches ----

namespace sprig::emulated {

// A kernel with its arguments, and their bytes, in which pointers are looked for.
struct Launch {
  const void* kernel = nullptr;
  std::function<void()> thread;
  std::vector<std::string_view> arguments;
};
cudaError_t launch(const cudaLaunchConfig_t& config, Launch launch);
cudaError_t code_for_current_device(int& compute_capability);
cudaError_t set_most_shared(const void* kernel, int bytes);
cudaError_t occupancy(int* blocks, const void* kernel, int threads, std::size_t shared_bytes);

}  // namespace sprig::emulated

template <class... Parameters, class... Arguments>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters...),
                               Arguments&&... arguments) {
  static_assert((std::is_trivially_copyable_v<Parameters> && ...));
  std::tuple<Parameters...> values(std::forward<Arguments>(arguments)...);
  // What lies between members could be a piece of any old pointer.
  std::apply([](auto&... value) { (__builtin_clear_padding(&value), ...); }, values);
  sprig::emulated::Launch launch;
  launch.kernel = reinterpret_cast<const void*>(kernel);
  launch.thread = [kernel, values] { std::apply(kernel, values); };
  const auto bytes = [](const auto& value) {
    return std::string_view(reinterpret_cast<const char*>(&value), sizeof value);
  };
  std::apply([&](const auto&... value) { launch.arguments = {bytes(value)...}; }, values);
  return sprig::emulated::launch(*config, std::move(launch));
}
template <class Kernel>
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, Kernel*) {
  return sprig::emulated::code_for_current_device(attributes->binaryVersion);
}
template <class Kernel>
cudaError_t cudaFuncSetAttribute(Kernel* kernel, cudaFuncAttribute, int value) {
  return sprig::emulated::set_most_shared(reinterpret_cast<const void*>(kernel), value);
}
template <class Kernel>
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, Kernel* kernel, int threads,
                                                          std::size_t shared_bytes) {
  return sprig::emulated::occupancy(blocks, reinterpret_cast<const void*>(kernel), threads, shared_bytes);
}

// ---- device ----

namespace sprig::emulated {

// Where the running thread is.
struct Position {
  std::uint32_t thread = 0, block = 0, threads = 0, blocks = 0;
};
extern const Position* position;
extern std::uint32_t silent_block;  // whose stores of atomic words of 8 bytes are lost; none: ~0
extern bool atomics_yield;          // a thread may be set aside at an atomic operation

unsigned char* shared_memory();  // of the running block
void block_barrier();
void warp_barrier(std::uint32_t mask);
void grid_barrier();
void pause();  // others' turn: for loops that wait for another block
void yield();  // perhaps others' turn
std::uint32_t ballot(std::uint32_t mask, bool p);
std::uint64_t shuffle(std::uint32_t mask, std::uint64_t x, std::uint32_t lane);
inline void at_atomic() {
  if (atomics_yield) yield();
}

template <std::uint32_t Position::*kPart>
struct Index {
  struct Part {
    operator std::uint32_t() const { return position->*kPart; }
  } x;
};

}  // namespace sprig::emulated

inline constexpr sprig::emulated::Index<&sprig::emulated::Position::thread> threadIdx{};
inline constexpr sprig::emulated::Index<&sprig::emulated::Position::block> blockIdx{};
inline constexpr sprig::emulated::Index<&sprig::emulated::Position::threads> blockDim{};
inline constexpr sprig::emulated::Index<&sprig::emulated::Position::blocks> gridDim{};

inline void __syncthreads() { sprig::emulated::block_barrier(); }
inline void __syncwarp(unsigned mask = 0xFFFFFFFFu) { sprig::emulated::warp_barrier(mask); }
inline unsigned __ballot_sync(unsigned mask, int p) { return sprig::emulated::ballot(mask, p != 0); }
template <class T>
T __shfl_sync(unsigned mask, T x, int lane) {
  static_assert(std::is_integral_v<T> && (sizeof(T) == 4 || sizeof(T) == 8));
  return static_cast<T>(
      sprig::emulated::shuffle(mask, static_cast<std::uint64_t>(x), static_cast<unsigned>(lane) % 32));
}
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
template <class T>
T __ldcs(const T* p) {
  return *p;
}
template <class T>
T atomicAdd(T* p, T x) {
  sprig::emulated::at_atomic();
  return std::atomic_ref<T>(*p).fetch_add(x, std::memory_order_relaxed);
}
template <class T>
T atomicAdd_block(T* p, T x) {
  return atomicAdd(p, x);
}
template <class T>
T atomicMin(T* p, T x) {
  sprig::emulated::at_atomic();
  std::atomic_ref<T> word(*p);
  T old = word.load(std::memory_order_relaxed);
  while (x < old && !word.compare_exchange_weak(old, x, std::memory_order_relaxed)) {
  }
  return old;
}
