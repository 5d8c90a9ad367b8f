// An object that lives on one GPU, whichever thread calls it: CUDA's current device is each thread's own.
#pragma once

#include <memory>
#include <utility>

#include "sprig/core/error.hpp"
#include "sprig/engine/device.hpp"

namespace sprig::cuda {

template <class T>
class Placed {
 public:
  // make(): a std::unique_ptr<T>, called with the GPU current. Errors: those of select() and of make().
  template <class Make>
  Placed(const Device& asked, Make&& make) : gpu_(select(asked)), object_(std::forward<Make>(make)()) {}
  Placed(const Placed&) = delete;
  Placed& operator=(const Placed&) = delete;
  ~Placed() {
    try {
      make_current(gpu_);
    } catch (const Error&) {  // the device is lost, and all that was on it
    }
  }

  // Its GPU is the calling thread's current one from here on.
  T* operator->() const {
    make_current(gpu_);
    return object_.get();
  }

 private:
  int gpu_;
  std::unique_ptr<T> object_;
};

}  // namespace sprig::cuda
