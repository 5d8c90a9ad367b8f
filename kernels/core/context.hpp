// The execution context: all that a kernel body may ask of the machine it runs on. A body is
//
//   template <ExecutionContext Ctx> SPRIG_KERNEL void body(Ctx& ctx, views...);
//
// and reads no CUDA header, so the host compiler builds it too. CudaContext (cuda_context.cuh) turns each call into the
// intrinsic; ThreadedContext (tests/support) gives every CUDA thread a std::thread, so that bodies run, exactly as they
// are, without a GPU and under the sanitizers.
//
//   thread() block() threads() blocks()     indices and sizes, one-dimensional; threads() is a multiple of kWarp
//   block_barrier()                         all threads of the block; orders their memory accesses
//   warp_barrier()                          all lanes of the warp; orders their memory accesses
//   ballot(p)                               bit l = p of lane l. All lanes of the warp must call
//   shuffle(x, lane)                        x of that lane (4- or 8-byte integers). All lanes must call
//   shared<T>(n)                            n uninitialised T in the block's shared memory; every thread makes
//                                           the same calls in the same order and gets the same address
//   atomic_add(p, x) atomic_min(p, x)       returns the old value; relaxed, device scope unless said otherwise
//   load<order>(p) store<order>(p, x)       atomic accesses
//   load_streaming(p)                       *p, of 4 or 16 bytes and aligned so, that is not wanted again soon: caches
//                                           may drop it
//   prefetch(p)                             the 128 bytes around p are wanted soon: may bring them nearer
//   fence()                                 acquire and release, device scope unless said otherwise
//   grid_barrier()                          all threads of the grid; needs a cooperative launch
//   pause()                                 for loops that wait for another block; needs one that is running too
//
// Bodies loop over their work with a stride of the whole grid, so that any grid gives the same result.
#pragma once

#include <concepts>
#include <cstdint>

#if defined(__CUDACC__)
#define SPRIG_KERNEL __device__
#else
#define SPRIG_KERNEL
#endif

namespace sprig {

inline constexpr std::uint32_t kWarp = 32;

enum class Order { relaxed, acquire, release, acq_rel };
enum class Scope { block, device, system };

template <class C>
concept ExecutionContext = requires(C c, bool p, std::uint32_t u, std::uint32_t* word, std::int32_t* cell,
                                    std::uint64_t* wide) {
  { c.thread() } -> std::same_as<std::uint32_t>;
  { c.block() } -> std::same_as<std::uint32_t>;
  { c.threads() } -> std::same_as<std::uint32_t>;
  { c.blocks() } -> std::same_as<std::uint32_t>;
  c.block_barrier();
  c.warp_barrier();
  { c.ballot(p) } -> std::same_as<std::uint32_t>;
  { c.shuffle(u, u) } -> std::same_as<std::uint32_t>;
  { c.template shared<double>(u) } -> std::same_as<double*>;
  { c.atomic_add(word, u) } -> std::same_as<std::uint32_t>;
  { c.atomic_add(cell, *cell) } -> std::same_as<std::int32_t>;
  { c.atomic_min(wide, *wide) } -> std::same_as<std::uint64_t>;
  { c.template load<Order::acquire>(word) } -> std::same_as<std::uint32_t>;
  c.template store<Order::release>(word, u);
  { c.load_streaming(word) } -> std::same_as<std::uint32_t>;
  c.prefetch(word);
  c.fence();
  c.grid_barrier();
  c.pause();
};

// Positions that follow from the indices.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline std::uint32_t lane_of(Ctx& ctx) {
  return ctx.thread() % kWarp;
}
template <ExecutionContext Ctx>
SPRIG_KERNEL inline std::uint32_t grid_warp(Ctx& ctx) {
  return (ctx.block() * ctx.threads() + ctx.thread()) / kWarp;
}
template <ExecutionContext Ctx>
SPRIG_KERNEL inline std::uint32_t grid_warps(Ctx& ctx) {
  return ctx.blocks() * ctx.threads() / kWarp;
}
template <ExecutionContext Ctx>
SPRIG_KERNEL inline std::uint64_t grid_thread(Ctx& ctx) {
  return std::uint64_t{ctx.block()} * ctx.threads() + ctx.thread();
}
template <ExecutionContext Ctx>
SPRIG_KERNEL inline std::uint64_t grid_threads(Ctx& ctx) {
  return std::uint64_t{ctx.blocks()} * ctx.threads();
}

// Sum of x over the lanes up to this one. All lanes of the warp must call.
template <ExecutionContext Ctx, class T>
SPRIG_KERNEL inline T sum_of_lanes_until(Ctx& ctx, T x) {
  const std::uint32_t lane = lane_of(ctx);
  for (std::uint32_t distance = 1; distance < kWarp; distance *= 2) {
    const T other = ctx.shuffle(x, (lane - distance) % kWarp);
    if (lane >= distance) x += other;
  }
  return x;
}

SPRIG_KERNEL inline std::uint32_t count_bits(std::uint32_t mask) {
#if defined(__CUDA_ARCH__)
  return static_cast<std::uint32_t>(__popc(mask));
#else
  return static_cast<std::uint32_t>(__builtin_popcount(mask));
#endif
}
// Index of the lowest bit set; mask != 0.
SPRIG_KERNEL inline std::uint32_t lowest_bit(std::uint32_t mask) {
#if defined(__CUDA_ARCH__)
  return static_cast<std::uint32_t>(__ffs(static_cast<int>(mask)) - 1);
#else
  return static_cast<std::uint32_t>(__builtin_ctz(mask));
#endif
}

}  // namespace sprig
