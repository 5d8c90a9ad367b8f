// Progress of pieces of work that are done side by side.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "sprig/core/progress.hpp"

namespace sprig {

// The whole is told the mean over all pieces, from the thread of the one that moved; once it has said to stop, all of
// them are told so.
class SharedProgress {
 public:
  SharedProgress(const Progress& whole, std::size_t pieces) : whole_(whole), pieces_(static_cast<double>(pieces)) {}
  SharedProgress(const SharedProgress&) = delete;
  SharedProgress& operator=(const SharedProgress&) = delete;

  // Whether they are to go on; moves nothing.
  bool ask() {
    const std::lock_guard lock(mutex_);
    stopped_ = stopped_ || !whole_(std::min(1.0, sum_ / pieces_));
    return !stopped_;
  }

  // That of one piece, which one thread at a time uses. Must not outlive this.
  Progress piece() {
    return Progress([this, at = std::make_shared<double>(0.0)](double fraction, const std::string& detail) {
      const std::lock_guard lock(mutex_);
      sum_ += fraction - *at;
      *at = fraction;
      stopped_ = stopped_ || !whole_(std::min(1.0, sum_ / pieces_), detail);
      return !stopped_;
    });
  }

 private:
  Progress whole_;
  double pieces_, sum_ = 0;
  bool stopped_ = false;
  std::mutex mutex_;
};

}  // namespace sprig
