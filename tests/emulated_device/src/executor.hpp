// Runs a grid: every CUDA thread is a fiber, all of them on the thread of the host that calls.
//
// Blocks of an ordinary launch run one after the other, those of a cooperative one all at once. A warp runs until none
// of its lanes can go on, a lane until it waits for others; so which thread runs when is the same in every run, unless
// the order is drawn. A thread that never waits costs no change of fibers: the next one begins on the same stack.
//
// Under ThreadSanitizer every thread is a thread of its own (a TSan fiber), ordered with others by nothing but the
// barriers, collectives and atomic operations that it makes: it then finds races of all schedules that agree on these.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <string>

namespace sprig::emulated {

struct GridShape {
  std::uint32_t blocks = 0, threads = 0;
  std::size_t shared_bytes = 0;
  bool cooperative = false;
};

// Draws for a random order: SplitMix64 (Steele, Lea, Flood 2014). Compiled into whoever draws: the executor draws between two
// threads of a grid, where ThreadSanitizer, which does not watch it, must not meet another file's copy of this.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) {}
  [[gnu::always_inline]] inline std::uint32_t below(std::uint32_t n) {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return static_cast<std::uint32_t>(((z ^ z >> 31) & 0xFFFFFFFFu) * n >> 32);
  }

 private:
  std::uint64_t state_;
};

// Runs thread() in every thread of the grid. Returns what went wrong, "" if nothing did: a barrier or a collective that
// not all reach (with the list of who waits where), an access to memory that is none, shared memory included, a stack
// that is too small. `draws`: null for the fixed order. Threads of a grid that failed are dropped where they stand.
std::string run_grid(const GridShape& shape, const std::function<void()>& thread, Draws* draws);

// Whether the calling thread of the host runs a grid's thread just now; which ("block 3, thread 17").
bool in_kernel();
std::string running_thread();
// Leaves the running thread and ends its grid with a report; for a handler of signals.
[[noreturn]] void abandon_grid(const std::string& report);
// Where `address` lies in the running block's shared memory or behind it; "" if it has nothing to do with it.
std::string describe_shared(const void* address);

}  // namespace sprig::emulated
