// Waiting for a folder that other processes hold.
#pragma once

#include <chrono>
#include <thread>

#include "sprig/core/error.hpp"
#include "sprig/session/run_folder.hpp"
#include "sprig/session/signals.hpp"

namespace sprig {

inline constexpr std::chrono::milliseconds kBetweenTries{250};

// What make() gives, which is called again until it no longer throws FolderHeld. Errors: that of the last call, where
// it is still held after `most`; Interrupted where a stop was asked for.
template <class Make>
auto when_free(std::chrono::seconds most, Make make) {
  const auto begun = std::chrono::steady_clock::now();
  for (;;) {
    try {
      return make();
    } catch (const FolderHeld&) {
      if (std::chrono::steady_clock::now() - begun >= most) throw;
    }
    if (stop_requested()) throw Interrupted("", "stopped while other processes were at work");
    std::this_thread::sleep_for(kBetweenTries);
  }
}

}  // namespace sprig
