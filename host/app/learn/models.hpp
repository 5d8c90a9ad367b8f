// The models of `sprig learn`: this configuration's and its variants', each on every seed.
#pragma once

#include <string>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/session/memory_plan.hpp"
#include "sprig/tasks/competitive_protocol.hpp"

namespace sprig::app {

struct LearnModel {
  std::string name;  // of the variant
  std::string file;  // "models/<name>-<seed>.npz"
  std::uint32_t seed = 0;
  std::string key;  // a hash of all that its result follows from
};

struct LearnModels {
  std::vector<std::string> names;  // of the variants, the configuration's own first
  std::vector<LearnModel> models;  // [variant][seed]
  std::vector<Learner> learners;   // of each, at its start
};

// The images of learn.images. Errors: ConfigError, InputError.
struct LearnImages {
  ImageSet train, test;
  bool held_out = false;  // scored images are the last of `train`

  explicit LearnImages(const LearnSection& learn);
  ScoredImages scored() const;
};

// The configuration as each variant changes it, its own first. Errors: ConfigError (learn.variants).
struct LearnVariant {
  std::string name;
  Config config;
};
std::vector<LearnVariant> learn_variants(const Config& config);

// Errors: ConfigError (learn.*; a variant that changes anything but its model and protocol), InputError.
LearnModels learn_models(const Config& config, const LearnImages& images);

// What learning holds at once, before any of it is allocated. Errors: ConfigError (learn.*).
// gpu_blocks: multiprocessors of the GPU or GPUs that it is planned for, 0 on the CPU.
MemoryPlan plan_learning(const Config& config, const LearnImages& images, int gpu_blocks);
inline constexpr const char* kLearnMemoryHint = "learn.neurons, learn.seeds or learn.variants";

}  // namespace sprig::app
