// The CPU backend, cut and threaded as a test asks.
#pragma once

#include "sprig/engine/simulation.hpp"

namespace sprig::test {

inline SimulationOptions on_cpu(int threads = 1, std::uint32_t slices = 0) {
  SimulationOptions options;
  options.device = Device::cpu;
  options.threads = threads;
  options.slices = slices;
  return options;
}

}  // namespace sprig::test
