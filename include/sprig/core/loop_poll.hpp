// A loop over many pieces, on one or several threads, asks now and then whether to go on.
//
//   LoopPoll poll("betweenness", progress, nodes, 1);
//   ExceptionTrap trap;
//   #pragma omp parallel for schedule(dynamic, 1)
//   for (std::uint32_t node = 0; node < nodes; ++node)
//     trap.run([&] {
//       poll(node);
//       ...
//     });
//   trap.rethrow();
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>

#include "sprig/core/progress.hpp"

namespace sprig {

class LoopPoll {
 public:
  // Asks before pieces whose number is a multiple of `every`: choose it so that so many take some milliseconds.
  LoopPoll(const char* where, const Progress& progress, std::uint64_t pieces, std::uint64_t every)
      : where_(where),
        progress_(progress),
        pieces_(static_cast<double>(std::max<std::uint64_t>(1, pieces))),
        every_(every) {}
  LoopPoll(const LoopPoll&) = delete;
  LoopPoll& operator=(const LoopPoll&) = delete;

  // Before a piece, in any order, from any thread. Errors: Interrupted, in every thread that asks from then on.
  void operator()(std::uint64_t number) {
    if (number % every_ != 0) return;
    ask(done_.fetch_add(every_, std::memory_order_relaxed));
  }
  // Within a piece that takes long. Errors: the same.
  void again() { ask(done_.load(std::memory_order_relaxed)); }

 private:
  static constexpr double kNotAll = 1 - 1e-9;  // the last piece is still to be done

  void ask(std::uint64_t done) {
    if (!stopped_.load(std::memory_order_relaxed)) {
      const std::unique_lock lock(mutex_, std::try_to_lock);
      if (!lock.owns_lock()) return;  // another thread is asking
      highest_ = std::max(highest_, std::min(kNotAll, static_cast<double>(done) / pieces_));
      if (!progress_(highest_)) stopped_.store(true, std::memory_order_relaxed);
    }
    if (stopped_.load(std::memory_order_relaxed)) throw Interrupted(where_, "stopped on request");
  }

  const char* where_;
  const Progress& progress_;
  double pieces_, highest_ = 0;
  std::uint64_t every_;
  std::atomic<std::uint64_t> done_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
};

}  // namespace sprig
