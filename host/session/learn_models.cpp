#include "sprig/session/learn_models.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/version.hpp"
#include "sprig/learning/competitive/system.hpp"
#include "sprig/learning/systems.hpp"
#include "sprig/session/plain_name.hpp"

namespace sprig {

namespace {

// Keys that belong to all models.
constexpr std::string_view kShared[] = {"learn.protocol", "learn.images", "learn.folder",
                                        "learn.variants", "learn.seeds",  "learn.validation",
                                        "learn.test",     "learn.vote",   "learn.name"};

// Keys of [learn] that models of [layered] have too: what they learn from, for how long.
constexpr std::string_view kProtocol[] = {"learn.protocol", "learn.train", "learn.passes", "learn.stages"};

constexpr ImageKeys kKeys{"learn.images", "learn.folder"};

std::shared_ptr<const LearningSystem> system_of(const Config& config, ModelSection section) {
  return section == ModelSection::learn ? competitive_system(config.learn.model) : layered_system(config.layered);
}

template <std::size_t kCount>
bool is_among(const std::string_view (&keys)[kCount], const std::string& key) {
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

// Whether a variant may set it.
bool is_of_model(const std::string& key, ModelSection section) {
  if (section == ModelSection::layered) return key.starts_with("layered.") || is_among(kProtocol, key);
  return key.starts_with("learn.") && !is_among(kShared, key);
}

LearnVariant variant_of(const Config& config, const NamedSettings& settings, ModelSection section) {
  for (const std::string& assignment : settings.assignments) {
    const std::string key = assignment.substr(0, assignment.find('='));
    if (!is_of_model(key, section))
      throw ConfigError("learn.variants",
                        "\"" + settings.name + "\" sets " + key + ", must set keys " +
                            (section == ModelSection::learn
                                 ? "of [learn] that are of a model or its protocol"
                                 : "of [layered], or learn.train, learn.passes, learn.stages or learn.protocol"));
  }
  LearnVariant variant{settings.name, with_settings(config, settings, "learn.variants"), {}};
  finish_config(variant.config);
  variant.system = system_of(variant.config, section);
  try {
    variant.system->check();
  } catch (const ConfigError& error) {
    if (settings.assignments.empty()) throw;
    throw ConfigError("learn.variants", "\"" + settings.name + "\": " + error.what());
  }
  return variant;
}

// [learn] also describes competitive models: what only they read has no effect here. Resolved configurations name all.
void refuse_competitive_keys(const Config& config) {
  for (const std::string& key : changed_keys(config, "learn"))
    if (config.given.contains(key) && (key == "learn.vote" || (!is_among(kShared, key) && !is_among(kProtocol, key))))
      throw ConfigError(key, "is of competitive models, sprig learn; the models of sprig train are those of [layered]");
}

// The hash of everything that a model's result follows from, the images' bytes among it, wherever they lie.
std::string key_of(const Config& config, std::uint64_t images, std::uint32_t seed, ModelSection section) {
  Config of_learning;  // everything else at its default
  of_learning.learn = config.learn;
  if (section == ModelSection::layered) of_learning.layered = config.layered;
  of_learning.learn.folder.clear();
  of_learning.learn.variants.clear();
  of_learning.learn.seeds = 1;
  of_learning.learn.name.clear();
  const std::string text = resolved_config(of_learning), revision = version().git_revision;
  return Hash()
      .bytes(text.data(), text.size())
      .add(static_cast<std::uint32_t>(section))
      .add(images)
      .add(seed)
      .bytes(revision.data(), revision.size())
      .hex();
}

}  // namespace

LearnImages::LearnImages(const LearnSection& learn)
    : LearnImages(load_images(learn.images, learn.folder, ImagePart::train, kKeys, learn.limits),
                  load_images(learn.images, learn.folder, ImagePart::test, kKeys, learn.limits),
                  learn.protocol.validation > 0, learn.folder) {}

LearnImages::LearnImages(ImageSet to_learn, ImageSet to_test, bool held_out_, const std::string& where)
    : train(std::move(to_learn)), test(std::move(to_test)), held_out(held_out_) {
  if (!(train.shape == test.shape))
    throw InputError(where, "training and test images differ in size, must be the same");
  if (train.shape.rows != train.shape.columns)
    throw InputError(where, "has images of " + std::to_string(train.shape.rows) + " x " +
                                std::to_string(train.shape.columns) + " pixels, must be square");
}

ScoredImages LearnImages::scored() const {
  return held_out ? ScoredImages{train, train, ImagePart::train} : ScoredImages{train, test, ImagePart::test};
}

std::vector<LearnVariant> learn_variants(const Config& config, ModelSection section) {
  if (section == ModelSection::layered) refuse_competitive_keys(config);
  std::vector<NamedSettings> all{{config.learn.name, {}}};
  if (config.learn.name.empty()) all[0].name = system_of(config, section)->name();
  for (const std::string& text : config.learn.variants) all.push_back(named_settings(text, "learn.variants"));
  Config base = config;  // each variant keeps a copy, without the lists that it stands in
  base.learn.variants.clear();
  base.study.variants.clear();
  std::vector<LearnVariant> variants;
  std::map<std::string, std::string> name_of_file;
  for (const NamedSettings& settings : all) {
    const auto [other, fresh] = name_of_file.emplace(plain_name(settings.name), settings.name);
    if (!fresh)
      throw ConfigError("learn.variants", other->second == settings.name
                                              ? "has \"" + settings.name + "\" twice"
                                              : "\"" + settings.name + "\" and \"" + other->second +
                                                    "\" would have the same file, models/" + other->first);
    variants.push_back(variant_of(base, settings, section));
  }
  return variants;
}

LearnModels learn_models(const Config& config, const LearnImages& images, ModelSection section) {
  LearnModels result;
  if (std::uint64_t{config.simulation.seed} + config.learn.seeds > std::uint64_t{1} << 32)
    throw ConfigError("learn.seeds", std::to_string(config.learn.seeds) + " from run.seed " +
                                         std::to_string(config.simulation.seed) + ", must end at 4294967295");
  const std::uint64_t hash =
      Hash().add(images.train.data).add(images.train.labels).add(images.test.data).add(images.test.labels).value();
  for (const LearnVariant& variant : learn_variants(config, section)) {
    const std::uint32_t inputs = images.train.shape.pixels();
    check_built_limits(section == ModelSection::learn ? "learn.neurons" : "layered.hidden", variant.system->neurons(),
                       variant.system->synapses(inputs), config.limits);
    result.names.push_back(variant.name);
    for (std::uint32_t s = 0; s < config.learn.seeds; ++s) {
      const std::uint32_t seed = config.simulation.seed + s;
      Learner learner;
      learner.system = variant.system;
      learner.model = variant.system->make(inputs, seed);
      learner.stages = protocol_stages(variant.config.learn.protocol, images.train, images.scored().scored, seed);
      if (variant.system->supervised())
        for (Stage& stage : learner.stages) stage.label.clear();  // outputs have their classes
      result.models.push_back({variant.name, "models/" + plain_name(variant.name) + "-" + std::to_string(seed) + ".npz",
                               seed, key_of(variant.config, hash, seed, section)});
      result.learners.push_back(std::move(learner));
    }
  }
  return result;
}

std::vector<std::size_t> not_learnt(const LearnModels& models) {
  std::vector<std::size_t> which;
  for (std::size_t k = 0; k < models.learners.size(); ++k)
    if (models.learners[k].failure.empty() && models.learners[k].scores.size() < models.learners[k].stages.size())
      which.push_back(k);
  return which;
}

std::string result_hash(const LearnModels& models) {
  Hash hash;
  for (const Learner& learner : models.learners)
    for (const LearntArray& array : learner.newest()->arrays())
      if (array.role == ArrayRole::result) std::visit([&](const auto* values) { hash.add(*values); }, array.values);
  return hash.hex();
}

}  // namespace sprig
