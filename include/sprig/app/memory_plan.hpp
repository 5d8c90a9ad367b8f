// Predicted bytes of every large array, from the configuration alone, before anything is allocated.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/io/config.hpp"

namespace sprig::app {

enum class Work { run, lyapunov, prune, study };

struct MemoryItem {
  std::string group, name;  // group: network, engine, recording, dynamics, pruning, task
  double bytes = 0;         // expected value where the network is random
};

struct MemoryPlan {
  double neurons = 0, synapses = 0;
  std::vector<MemoryItem> items;  // what this work holds at once
  double total() const;
};

struct MemoryLimit {
  std::string name;  // "RAM", "RAM (cgroup)"
  double bytes = 0;  // available now
};

// `cells`: how many networks are worked on at once (study). Errors: InputError (network.file).
MemoryPlan plan_memory(const Config& config, Work work, int cells = 1);
MemoryLimit available_memory();
// Throws MemoryError with the numbers, the largest array and a hint when the work does not fit.
void require_memory(const Config& config, Work work, int cells = 1);

}  // namespace sprig::app
