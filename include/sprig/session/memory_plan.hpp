// Predicted bytes of every large array, from the configuration alone, before anything is allocated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/engine/gpu_plan.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig {

enum class Work { run, lyapunov, prune, study, operating_point };  // operating_point: a study without pruning

struct MemoryItem {
  std::string group, name;    // group: network, engine, recording, dynamics, pruning, learning, task
  double bytes = 0;           // expected value where the network is random
  bool on_gpu_alone = false;  // the host never has it

  // Where the work runs on a GPU. What is not there alone is in RAM, be it only until it is on the GPU.
  bool on_gpu() const { return group == "engine" || group == "dynamics" || group == "learning"; }
};

struct MemoryPlan {
  double neurons = 0, synapses = 0;
  std::vector<MemoryItem> items;  // what this work holds at once
  std::optional<GpuPlan> gpu;     // by which engine it runs there, where it does
  double total() const;
  MemoryPlan on_device() const;
  MemoryPlan on_host() const;
  MemoryPlan shared_by(std::size_t places) const;  // a fair share of each
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
  double step_ms = 0.1;
  bool driven = false;  // in every step, by noise or Poisson spikes: never updated by events
  double ranks = 1;     // that share it: each has a range of the neurons, and the synapses onto them
};

// The GPU that a plan is for where `device` names one: that one, or, where it cannot be used here, an H200 as its data
// sheet has it. It is not asked for anything else.
cuda::DeviceInfo planned_gpu(const Device& device);

// In all of these, gpu is the one to plan for where the device names one; null: planned_gpu().
// Bytes of a packed synapse: 4 where slices can be cut so that it fits, else 8; 2 where the resident engine needs no
// weight of it.
double synapse_bytes(const PlannedNetwork& network, const SimulationOptions& options,
                     const cuda::DeviceInfo* gpu = nullptr);
// Groups network and engine, of a rank where there are several. threads: what options.threads comes to, of each rank.
// Errors: ConfigError (run.cuda_engine).
MemoryPlan plan_simulation(const PlannedNetwork& network, const SimulationOptions& options, int threads,
                           const cuda::DeviceInfo* gpu = nullptr);

struct MemoryLimit {
  std::string name;  // "RAM", "RAM (cgroup)", "RAM (SPRIG_MEMORY_BYTES)", "device 0 (...)"
  double bytes = 0;  // available now
};

// `cells`: how many networks are worked on at once (study). Errors: InputError (network.file).
MemoryPlan plan_memory(const Config& config, Work work, int cells = 1, const cuda::DeviceInfo* gpu = nullptr,
                       int ranks = 1);
// Of this machine, or what the control groups of this process leave where that is less; SPRIG_MEMORY_BYTES, a number,
// says otherwise. Errors: ConfigError, where it is no number of bytes.
MemoryLimit available_memory();
MemoryLimit memory_of(const cuda::DeviceInfo& device);
inline constexpr const char* kNetworkMemoryHint = "network.neurons or network.density";
const char* network_memory_hint(const Config& config);  // of a description, its own
// Throws MemoryError with the numbers, the largest array and a hint (which keys to lower) when the plan does not fit.
void require_fits(const MemoryPlan& plan, const MemoryLimit& limit, const char* hint = kNetworkMemoryHint);
// The same for the plan of this work and the memory available now.
void require_memory(const Config& config, Work work, int cells = 1);

}  // namespace sprig
