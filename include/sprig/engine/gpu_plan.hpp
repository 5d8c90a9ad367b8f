// By which engine a GPU would run a network, and why: decided from its size, before anything is allocated, and without
// the GPU (kernels/engine/gpu_plan.cpp, which is in builds without CUDA too).
#pragma once

#include <cstdint>
#include <string>

#include "sprig/engine/device.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig {

// What is known of a network before it is built. Delays in steps.
struct GpuNetwork {
  LifKind kind;
  std::uint32_t neurons = 0, min_delay = 1, max_delay = 1;
  double step_ms = 0.1;
  bool learns = false, by_events = false;
};

struct GpuPlan {
  bool resident = false;
  std::string why;  // of the engine, half a sentence
  // Resident:
  std::uint32_t blocks = 0, threads = 0, slices = 0;
  std::size_t shared_bytes =
      0;  // a block: its delay rings, and its directory of near synapses where it keeps one there
  bool ring_in_shared = false;
  bool places = false;  // rows may hold places alone (row_groups.hpp)
  std::uint64_t mailbox_bytes = 0;
  std::uint64_t directory_bytes = 0;  // of near synapses, where rows are split by delay
};

// Errors: ConfigError (run.cuda_engine) where the resident engine is asked for and cannot run the network.
GpuPlan plan_gpu(const GpuNetwork& network, const SimulationOptions& options, const cuda::DeviceInfo& gpu);

// Why the resident engine leaves a network to the plain one, whatever its size; empty: it does not.
std::string why_not_resident(bool learns, bool by_events);

}  // namespace sprig
