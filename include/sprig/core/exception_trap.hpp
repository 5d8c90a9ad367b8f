// An exception must not leave an OpenMP region: it would end the process. The trap keeps the first one for afterwards.
#pragma once

#include <atomic>
#include <exception>
#include <mutex>

namespace sprig {

class ExceptionTrap {
 public:
  // Runs body() unless something was caught before; catches what it throws.
  template <class Body>
  void run(const Body& body) noexcept {
    if (caught_.load(std::memory_order_relaxed)) return;
    try {
      body();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!first_) first_ = std::current_exception();
      caught_.store(true, std::memory_order_relaxed);
    }
  }
  // After the region.
  void rethrow() const {
    if (first_) std::rethrow_exception(first_);
  }

 private:
  std::atomic<bool> caught_{false};
  std::mutex mutex_;
  std::exception_ptr first_;
};

}  // namespace sprig
