// The execution context on CUDA: each call is one intrinsic (context.hpp says what it means). An object holds nothing
// but the running offset of shared(), which the compiler folds away. The emulated device (tests/emulated_device) has
// functions in place of the intrinsics; what CUDA does by syntax or by nothing is written out for it.
#pragma once

#include <cooperative_groups.h>
#include <cstdint>
#include <cuda/atomic>

#include "kernels/core/context.hpp"

namespace sprig::cuda {

class CudaContext {
 public:
  __device__ __forceinline__ std::uint32_t thread() const { return threadIdx.x; }
  __device__ __forceinline__ std::uint32_t block() const { return blockIdx.x; }
  __device__ __forceinline__ std::uint32_t threads() const { return blockDim.x; }
  __device__ __forceinline__ std::uint32_t blocks() const { return gridDim.x; }

  __device__ __forceinline__ void block_barrier() const { __syncthreads(); }
  __device__ __forceinline__ void warp_barrier() const { __syncwarp(); }
  __device__ __forceinline__ std::uint32_t ballot(bool p) const { return __ballot_sync(kAllLanes, p); }
  template <class T>
  __device__ __forceinline__ T shuffle(T x, std::uint32_t lane) const {
    return __shfl_sync(kAllLanes, x, static_cast<int>(lane));
  }

  template <class T>
  __device__ __forceinline__ T* shared(std::uint32_t n) {
#if defined(__CUDACC__)
    extern __shared__ __align__(16) unsigned char sprig_shared[];
#else
    unsigned char* const sprig_shared = emulated::shared_memory();  // tests/emulated_device
#endif
    T* place = reinterpret_cast<T*>(sprig_shared + shared_used_);
    shared_used_ += (n * static_cast<std::uint32_t>(sizeof(T)) + 15u) & ~15u;
    return place;
  }

  template <Order kOrder = Order::relaxed, Scope kScope = Scope::device, class T>
  __device__ __forceinline__ T atomic_add(T* p, T x) const {
    // The built-ins, which the compiler understands, where they do the same: it finds shared memory (ATOMS) and drops a
    // result that nobody reads (RED). cuda::atomic_ref is inline assembly on generic addresses, with a result.
    if constexpr (kOrder == Order::relaxed && sizeof(T) == 4) {
      if constexpr (kScope == Scope::block) return atomicAdd_block(p, x);
      if constexpr (kScope == Scope::device) return atomicAdd(p, x);
    }
    return reference<kScope>(*p).fetch_add(x, order(kOrder));
  }
  template <Order kOrder = Order::relaxed, Scope kScope = Scope::device, class T>
  __device__ __forceinline__ T atomic_min(T* p, T x) const {
    if constexpr (kOrder == Order::relaxed && kScope == Scope::device && sizeof(T) == 8 && T(-1) > T(0))
      return atomicMin(reinterpret_cast<unsigned long long*>(p), static_cast<unsigned long long>(x));
    return reference<kScope>(*p).fetch_min(x, order(kOrder));
  }
  template <Order kOrder, Scope kScope = Scope::device, class T>
  __device__ __forceinline__ T load(T* p) const {
    return reference<kScope>(*p).load(order(kOrder));
  }
  template <Order kOrder, Scope kScope = Scope::device, class T>
  __device__ __forceinline__ void store(T* p, T x) const {
    reference<kScope>(*p).store(x, order(kOrder));
  }
  template <class T>
  __device__ __forceinline__ T load_streaming(const T* p) const {
    static_assert(sizeof(T) == 4 && alignof(T) == 4);
    const unsigned word = __ldcs(reinterpret_cast<const unsigned*>(p));
    return __builtin_bit_cast(T, word);
  }
  template <Scope kScope = Scope::device>
  __device__ __forceinline__ void fence() const {
    ::cuda::atomic_thread_fence(::cuda::std::memory_order_acq_rel, scope(kScope));
  }
  __device__ __forceinline__ void grid_barrier() const { cooperative_groups::this_grid().sync(); }
  // Nothing: what a waiting loop reads comes from the L2 cache, and that trip is pause enough.
  __device__ __forceinline__ void pause() const {
#if !defined(__CUDACC__)
    emulated::pause();
#endif
  }

 private:
  static constexpr unsigned kAllLanes = 0xFFFFFFFFu;

  __device__ static constexpr ::cuda::thread_scope scope(Scope s) {
    return s == Scope::block    ? ::cuda::thread_scope_block
           : s == Scope::device ? ::cuda::thread_scope_device
                                : ::cuda::thread_scope_system;
  }
  __device__ static constexpr ::cuda::std::memory_order order(Order o) {
    return o == Order::relaxed   ? ::cuda::std::memory_order_relaxed
           : o == Order::acquire ? ::cuda::std::memory_order_acquire
           : o == Order::release ? ::cuda::std::memory_order_release
                                 : ::cuda::std::memory_order_acq_rel;
  }
  template <Scope kScope, class T>
  __device__ __forceinline__ static auto reference(T& x) {
    return ::cuda::atomic_ref<T, scope(kScope)>(x);
  }

  std::uint32_t shared_used_ = 0;
};

static_assert(ExecutionContext<CudaContext>);

}  // namespace sprig::cuda
