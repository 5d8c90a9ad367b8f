// Predicted bytes of every large array, from the configuration alone, before anything is allocated.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig {

enum class Work { run, lyapunov, prune, study, operating_point };  // operating_point: a study without pruning

struct MemoryItem {
  std::string group, name;  // group: network, engine, recording, dynamics, pruning, learning, task
  double bytes = 0;         // expected value where the network is random
};

struct MemoryPlan {
  double neurons = 0, synapses = 0;
  std::vector<MemoryItem> items;  // what this work holds at once
  double total() const;
  MemoryPlan on_device() const;  // the arrays that live on the device, if there is one
};

// What the memory of one simulation follows from.
struct PlannedNetwork {
  double neurons = 0, synapses = 0;
  double delay_slots = 2;     // of the ring: the longest delay in steps, and one
  bool stored = true;         // as a matrix, before it is packed; false: drawn from projections
  bool uniform_delay = true;  // then the matrix has no delays
  LifKind kind;
  Plasticity plasticity = {};   // no targets: nothing learns
  double plastic_synapses = 0;  // among `synapses`
  bool equal_weights = false;   // those of each source have one weight
};

// Bytes of a packed synapse: 4 where slices can be cut so that it fits, else 8; 2 where the resident engine needs no
// weight of it.
double synapse_bytes(const PlannedNetwork& network, const SimulationOptions& options);
// Groups network and engine. threads: what options.threads comes to.
MemoryPlan plan_simulation(const PlannedNetwork& network, const SimulationOptions& options, int threads);

struct MemoryLimit {
  std::string name;  // "RAM", "RAM (cgroup)", "device 0 (...)"
  double bytes = 0;  // available now
};

// `cells`: how many networks are worked on at once (study). Errors: InputError (network.file).
MemoryPlan plan_memory(const Config& config, Work work, int cells = 1);
MemoryLimit available_memory();
MemoryLimit memory_of(const cuda::DeviceInfo& device);
inline constexpr const char* kNetworkMemoryHint = "network.neurons or network.density";
// Throws MemoryError with the numbers, the largest array and a hint (which keys to lower) when the plan does not fit.
void require_fits(const MemoryPlan& plan, const MemoryLimit& limit, const char* hint = kNetworkMemoryHint);
// The same for the plan of this work and the memory available now.
void require_memory(const Config& config, Work work, int cells = 1);

}  // namespace sprig
