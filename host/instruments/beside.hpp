// A thread beside the simulation that takes over what each piece recorded while the next one runs: two pieces are held,
// never more, so a disk that is slow slows the simulation and takes no memory.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "host/instruments/recorder.hpp"

namespace sprig {

class Beside {
 public:
  explicit Beside(std::function<void(const RecordedPiece&)> work)
      : work_(std::move(work)), thread_([this] { run(); }) {}
  ~Beside() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;

  // A piece to be filled, cleared; waits until there is one. Errors: what the work threw.
  RecordedPiece& fresh() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return given_ - taken_ < 2; });
    rethrow();
    pieces_[given_ % 2].clear();
    return pieces_[given_ % 2];
  }
  // The piece that fresh() gave is filled.
  void give() {
    {
      const std::lock_guard lock(mutex_);
      ++given_;
    }
    changed_.notify_all();
  }
  // Waits for the work on all pieces. Errors: what it threw.
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return given_ == taken_; });
    rethrow();
  }

 private:
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }
  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return over_ || given_ != taken_; });
      if (given_ == taken_) return;
      const bool failed = error_ != nullptr;
      const RecordedPiece& piece = pieces_[taken_ % 2];
      lock.unlock();
      std::exception_ptr error;
      if (!failed) try {
          work_(piece);
        } catch (...) {
          error = std::current_exception();
        }
      lock.lock();
      if (error) error_ = error;
      ++taken_;
      lock.unlock();
      changed_.notify_all();
    }
  }

  std::function<void(const RecordedPiece&)> work_;
  RecordedPiece pieces_[2];
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t given_ = 0, taken_ = 0;  // pieces
  bool over_ = false;
  std::exception_ptr error_;
  std::thread thread_;  // last: it begins with all of the above there
};

}  // namespace sprig
