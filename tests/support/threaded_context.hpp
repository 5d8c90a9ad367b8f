// The execution context (kernels/core/context.hpp) on std::thread: one thread per CUDA thread, a std::barrier per
// block, per warp and for the grid, std::atomic_ref for atomics. It can perturb the schedule: with a yield seed, each
// call of the context yields or sleeps at random. A collective call that not all lanes make ends as a deadlock, as on
// the device.
#pragma once

#include <atomic>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

#include "kernels/core/context.hpp"

namespace sprig::test {

struct LaunchShape {
  std::uint32_t blocks = 1, threads = 32;
  std::size_t shared_bytes = 0;
  std::optional<std::uint32_t> yield_seed = std::nullopt;
};

namespace threaded {

struct Warp {
  std::barrier<> barrier{kWarp};
  std::uint64_t slot[2][kWarp] = {};  // what the lanes bring to a collective; two, so one barrier a call is enough
};

struct Block {
  Block(std::uint32_t threads, std::size_t shared_bytes)
      : barrier(threads), warps(threads / kWarp), shared(shared_bytes / sizeof(std::max_align_t) + 1) {}
  std::barrier<> barrier;
  std::vector<Warp> warps;
  std::vector<std::max_align_t> shared;
};

struct Grid {
  explicit Grid(const LaunchShape& shape_) : shape(shape_), barrier(shape_.blocks * shape_.threads) {
    for (std::uint32_t b = 0; b < shape.blocks; ++b)
      blocks.push_back(std::make_unique<Block>(shape.threads, shape.shared_bytes));
  }
  LaunchShape shape;
  std::barrier<> barrier;
  std::vector<std::unique_ptr<Block>> blocks;
  std::atomic<std::uint32_t> fence_word{0};
};

}  // namespace threaded

class ThreadedContext {
 public:
  ThreadedContext(threaded::Grid& grid, std::uint32_t block, std::uint32_t thread)
      : grid_(grid),
        group_(*grid.blocks[block]),
        warp_(group_.warps[thread / kWarp]),
        block_(block),
        thread_(thread),
        noise_((grid.shape.yield_seed.value_or(0) + 1) * 0x9E3779B97F4A7C15ull + block * 4099u + thread) {}

  std::uint32_t thread() const { return thread_; }
  std::uint32_t block() const { return block_; }
  std::uint32_t threads() const { return grid_.shape.threads; }
  std::uint32_t blocks() const { return grid_.shape.blocks; }

  void block_barrier() { perturb(), group_.barrier.arrive_and_wait(); }
  void warp_barrier() { perturb(), warp_.barrier.arrive_and_wait(); }
  void grid_barrier() { perturb(), grid_.barrier.arrive_and_wait(); }
  void pause() { std::this_thread::yield(); }

  std::uint32_t ballot(bool p) {
    const std::uint64_t* slot = exchange(p);
    std::uint32_t mask = 0;
    for (std::uint32_t lane = 0; lane < kWarp; ++lane) mask |= static_cast<std::uint32_t>(slot[lane]) << lane;
    return mask;
  }
  template <class T>
  T shuffle(T x, std::uint32_t lane) {
    static_assert(std::is_integral_v<T>);
    return static_cast<T>(exchange(static_cast<std::uint64_t>(x))[lane]);
  }

  template <class T>
  T* shared(std::uint32_t n) {
    T* place = reinterpret_cast<T*>(reinterpret_cast<std::byte*>(group_.shared.data()) + shared_used_);
    shared_used_ += (n * sizeof(T) + 15) / 16 * 16;
    return place;
  }

  template <Order kOrder = Order::relaxed, Scope = Scope::device, class T>
  T atomic_add(T* p, T x) {
    perturb();
    return std::atomic_ref<T>(*p).fetch_add(x, order(kOrder));
  }
  template <Order kOrder = Order::relaxed, Scope = Scope::device, class T>
  T atomic_min(T* p, T x) {
    perturb();
    std::atomic_ref<T> reference(*p);
    T old = reference.load(std::memory_order_relaxed);
    while (x < old && !reference.compare_exchange_weak(old, x, order(kOrder), std::memory_order_relaxed)) {
    }
    return old;
  }
  template <Order kOrder, Scope = Scope::device, class T>
  T load(T* p) {
    perturb();
    return std::atomic_ref<T>(*p).load(order(kOrder));
  }
  template <Order kOrder, Scope = Scope::device, class T>
  void store(T* p, T x) {
    perturb();
    std::atomic_ref<T>(*p).store(x, order(kOrder));
  }
  template <class T>
  T load_streaming(const T* p) {
    static_assert((sizeof(T) == 4 || sizeof(T) == 16) && alignof(T) == sizeof(T));
    perturb();
    return *p;
  }
  void prefetch(const void*) { perturb(); }
  // An access to one common word: TSan does not know std::atomic_thread_fence, but sees the order this makes.
  template <Scope = Scope::device>
  void fence() {
    perturb();
    grid_.fence_word.fetch_add(1, std::memory_order_acq_rel);
  }

 private:
  static constexpr std::memory_order order(Order o) {
    return o == Order::relaxed   ? std::memory_order_relaxed
           : o == Order::acquire ? std::memory_order_acquire
           : o == Order::release ? std::memory_order_release
                                 : std::memory_order_acq_rel;
  }

  const std::uint64_t* exchange(std::uint64_t x) {
    perturb();
    std::uint64_t* slot = warp_.slot[collectives_++ % 2];
    slot[thread_ % kWarp] = x;
    warp_.barrier.arrive_and_wait();
    return slot;
  }

  void perturb() {
    if (!grid_.shape.yield_seed) return;
    noise_ = noise_ * 6364136223846793005ull + 1442695040888963407ull;
    const std::uint64_t draw = noise_ >> 54;  // 10 bits
    if (draw < 4)
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    else if (draw < 256)
      std::this_thread::yield();
  }

  threaded::Grid& grid_;
  threaded::Block& group_;
  threaded::Warp& warp_;
  std::uint32_t block_, thread_;
  std::size_t shared_used_ = 0;
  std::uint32_t collectives_ = 0;
  std::uint64_t noise_;
};

static_assert(ExecutionContext<ThreadedContext>);

// Runs body(context) in blocks * threads threads; returns when all have ended.
template <class Body>
void launch_threads(const LaunchShape& shape, const Body& body) {
  threaded::Grid grid(shape);
  std::vector<std::thread> threads;
  for (std::uint32_t block = 0; block < shape.blocks; ++block)
    for (std::uint32_t thread = 0; thread < shape.threads; ++thread)
      threads.emplace_back([&grid, &body, block, thread] {
        ThreadedContext context(grid, block, thread);
        body(context);
      });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace sprig::test
