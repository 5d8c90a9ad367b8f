// The models of `sprig learn`, of `sprig train` and of Python's learn(): a configuration's and its variants', each on
// every seed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/tasks/competitive_protocol.hpp"

namespace sprig {

// Where models are described: [learn] (`sprig learn`) or [layered] (`sprig train`).
enum class ModelSection : std::uint8_t { learn, layered };

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

// The images of learn.images, or others. Errors: ConfigError, InputError.
struct LearnImages {
  ImageSet train, test;
  bool held_out = false;  // scored images are the last of `train`

  explicit LearnImages(const LearnSection& learn);
  // where: what errors call them.
  LearnImages(ImageSet train, ImageSet test, bool held_out, const std::string& where);
  ScoredImages scored() const;
};

// The configuration as each variant changes it, its own first. Errors: ConfigError (learn.variants).
struct LearnVariant {
  std::string name;
  Config config;
  std::shared_ptr<const LearningSystem> system;  // with its options
};
std::vector<LearnVariant> learn_variants(const Config& config, ModelSection section = ModelSection::learn);

// Errors: ConfigError (learn.*, layered.*; a variant that changes anything but its model and protocol), InputError.
LearnModels learn_models(const Config& config, const LearnImages& images, ModelSection section = ModelSection::learn);

// Those that have a stage to go.
std::vector<std::size_t> not_learnt(const LearnModels& models);

// Of all that was learnt.
std::string result_hash(const LearnModels& models);

}  // namespace sprig
