#include "host/app/learn_models.hpp"

#include <algorithm>
#include <cctype>

#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/version.hpp"

namespace sprig::app {

namespace {

// Keys that belong to all models.
constexpr std::string_view kShared[] = {"learn.images",     "learn.folder", "learn.variants", "learn.seeds",
                                        "learn.validation", "learn.test",   "learn.vote",     "learn.name"};

constexpr ImageKeys kKeys{"learn.images", "learn.folder"};

Config variant_of(const Config& config, const NamedSettings& settings) {
  Config changed = config;
  for (const std::string& assignment : settings.assignments) {
    const std::string key = assignment.substr(0, assignment.find('='));
    const bool shared = std::find(std::begin(kShared), std::end(kShared), key) != std::end(kShared);
    if (!key.starts_with("learn.") || shared)
      throw ConfigError("learn.variants", "\"" + settings.name + "\" sets " + key +
                                              ", must set keys of [learn] that are of a model or its protocol");
    set_config(changed, assignment, "learn.variants \"" + settings.name + "\": ");
  }
  finish_config(changed);
  return changed;
}

// As a part of a file's name.
std::string plain(std::string name) {
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
}

std::string key_of(Config config, std::uint32_t seed) {
  Config of_learning;  // everything else at its default
  of_learning.learn = config.learn;
  of_learning.learn.variants.clear();
  of_learning.learn.seeds = 1;
  of_learning.learn.name.clear();
  const std::string text = resolved_config(of_learning), revision = version().git_revision;
  return Hash().bytes(text.data(), text.size()).add(seed).bytes(revision.data(), revision.size()).hex();
}

}  // namespace

LearnImages::LearnImages(const LearnSection& learn)
    : train(load_images(learn.images, learn.folder, ImagePart::train, kKeys)),
      test(load_images(learn.images, learn.folder, ImagePart::test, kKeys)),
      held_out(learn.protocol.validation > 0) {
  if (!(train.shape == test.shape))
    throw InputError(learn.folder, "training and test images differ in size, must be the same");
}

ScoredImages LearnImages::scored() const {
  return held_out ? ScoredImages{train, train, ImagePart::train} : ScoredImages{train, test, ImagePart::test};
}

LearnModels learn_models(const Config& config, const LearnImages& images) {
  std::vector<NamedSettings> variants{{config.learn.name, {}}};
  if (config.learn.name.empty()) variants[0].name = name_of(config.learn.model.rule, kFeatureRuleNames);
  for (const std::string& text : config.learn.variants) variants.push_back(named_settings(text, "learn.variants"));
  LearnModels result;
  for (const NamedSettings& settings : variants) {
    if (std::any_of(result.names.begin(), result.names.end(),
                    [&](const std::string& name) { return plain(name) == plain(settings.name); }))
      throw ConfigError("learn.variants", "has \"" + settings.name + "\" twice");
    result.names.push_back(settings.name);
    const Config changed = variant_of(config, settings);
    for (std::uint32_t s = 0; s < config.learn.seeds; ++s) {
      const std::uint32_t seed = config.simulation.seed + s;
      Learner learner;
      learner.options = changed.learn.model;
      learner.options.seed = seed;
      learner.state = initial_state(learner.options, images.train.shape.pixels());
      learner.stages = protocol_stages(changed.learn.protocol, images.train, images.scored().scored, seed);
      result.models.push_back({settings.name, "models/" + plain(settings.name) + "-" + std::to_string(seed) + ".npz",
                               seed, key_of(changed, seed)});
      result.learners.push_back(std::move(learner));
    }
  }
  return result;
}

}  // namespace sprig::app
