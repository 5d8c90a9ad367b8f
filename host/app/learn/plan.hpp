// What `learn` and `train` hold at once.
#pragma once

#include <string>

#include "sprig/session/learn_models.hpp"
#include "sprig/session/memory_plan.hpp"

namespace sprig::app {

// Before any of it is allocated. Errors: ConfigError (learn.*).
// gpu_blocks: multiprocessors of the GPU or GPUs that it is planned for, 0 on the CPU.
MemoryPlan plan_learning(const Config& config, const LearnImages& images, int gpu_blocks,
                         ModelSection section = ModelSection::learn);
// A line a variant: its weights as FSpiNN and lpSpikeCon count them, and how many times less that is than at 32 bits.
std::string model_sizes(const Config& config, const LearnImages& images);
// Which keys to lower.
constexpr const char* learn_memory_hint(ModelSection section) {
  return section == ModelSection::learn ? "learn.neurons, learn.seeds or learn.variants"
                                        : "layered.hidden, layered.batch, learn.seeds or learn.variants";
}

}  // namespace sprig::app
