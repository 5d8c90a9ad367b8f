// Which images are learnt when, and which are scored then.
#include <algorithm>
#include <numeric>
#include <string>

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/shuffle.hpp"
#include "sprig/tasks/competitive_protocol.hpp"

namespace sprig {

namespace {

using Indices = std::vector<std::uint32_t>;

void at_most(const char* key, std::uint64_t asked, std::uint64_t there, const char* what) {
  if (asked > there) refuse(std::string("learn.") + key, shown(asked), "at most the " + shown(there) + ' ' + what);
}

Indices first_images(std::uint64_t count) {
  Indices images(count);
  std::iota(images.begin(), images.end(), 0u);
  return images;
}

// The images that are scored: the first of the test part, or the last of the training part.
Indices scored_images(const ProtocolOptions& options, const ImageSet& scored) {
  if (options.validation > 0) {
    Indices held(options.validation);
    std::iota(held.begin(), held.end(), static_cast<std::uint32_t>(scored.size() - options.validation));
    return held;
  }
  at_most("test", options.test, scored.size(), "images of the test part");
  return first_images(options.test > 0 ? options.test : scored.size());
}

// The last `count` of those.
Indices latest(const Indices& learnt, std::uint64_t count) {
  const std::size_t from = learnt.size() - std::min<std::uint64_t>(count, learnt.size());
  return {learnt.begin() + static_cast<std::ptrdiff_t>(from), learnt.end()};
}

std::vector<Stage> mixed_stages(const ProtocolOptions& options, std::uint64_t images, const Indices& score,
                                std::uint32_t seed) {
  const std::uint64_t each = options.train > 0 ? options.train : images;
  at_most("train", each, images, "images to learn from");
  at_most("stages", options.stages, each, "images to learn from");
  constexpr std::uint64_t kMostStages = 1000;  // each has its own images
  if (std::uint64_t{options.stages} * options.passes > kMostStages)
    refuse("learn.stages", shown(options.stages) + " in each of " + shown(options.passes) + " passes",
           "at most " + shown(kMostStages) + " in all");
  std::vector<Stage> stages;
  Indices learnt;
  for (std::uint32_t pass = 0; pass < options.passes; ++pass) {
    Indices order = first_images(each);
    shuffle(order, seed, Stream::training_order, pass);
    for (std::uint32_t s = 0; s < options.stages; ++s) {
      const auto at = [&](std::uint64_t k) {
        return order.begin() + static_cast<std::ptrdiff_t>(each * k / options.stages);
      };
      Stage stage;
      stage.pass = pass;
      stage.train.assign(at(s), at(s + 1));
      learnt.insert(learnt.end(), stage.train.begin(), stage.train.end());
      stage.label = latest(learnt, options.label);
      stage.score = score;
      stages.push_back(std::move(stage));
    }
  }
  return stages;
}

std::vector<Stage> class_stages(const ProtocolOptions& options, const ImageSet& train, std::uint64_t images,
                                const ImageSet& scored, const Indices& score, std::uint32_t seed) {
  std::vector<Indices> of_class(kImageClasses);
  Indices order = first_images(images);
  shuffle(order, seed, Stream::training_order, 0);
  for (const std::uint32_t i : order) of_class[train.labels[i]].push_back(i);
  std::uint64_t rarest = images;
  for (std::uint32_t c = 0; c < kImageClasses; ++c) {
    if (of_class[c].empty())
      throw InputError("learn.images", "class " + std::to_string(c) + " has no images to learn from");
    rarest = std::min<std::uint64_t>(rarest, of_class[c].size());
  }
  at_most("train", options.train, rarest * kImageClasses, "images to learn from, as many of each class");
  const std::uint64_t each = options.train > 0 ? options.train / kImageClasses : rarest;
  if (each == 0) refuse("learn.train", shown(options.train), "at least one a class");
  std::vector<Stage> stages;
  for (std::uint32_t newest = 0; newest < kImageClasses; ++newest) {
    Stage stage;
    stage.newest = newest;
    of_class[newest].resize(each);
    stage.train = of_class[newest];
    for (std::uint32_t c = 0; c <= newest; ++c) {
      const Indices names = latest(of_class[c], std::max<std::uint64_t>(1, options.label / kImageClasses));
      stage.label.insert(stage.label.end(), names.begin(), names.end());
    }
    for (const std::uint32_t i : score)
      if (scored.labels[i] <= newest) stage.score.push_back(i);
    if (std::none_of(stage.score.begin(), stage.score.end(),
                     [&](std::uint32_t i) { return scored.labels[i] == newest; }))
      throw InputError("learn.images", "class " + std::to_string(newest) + " has no images to score");
    stages.push_back(std::move(stage));
  }
  return stages;
}

}  // namespace

std::vector<Stage> protocol_stages(const ProtocolOptions& options, const ImageSet& train, const ImageSet& scored,
                                   std::uint32_t seed) {
  check_fields("learn", options);
  if (options.validation >= train.size())
    refuse("learn.validation", shown(options.validation),
           "fewer than the " + shown(train.size()) + " images of the training part");
  const std::uint64_t images = train.size() - options.validation;
  const Indices score = scored_images(options, scored);
  return options.protocol == Protocol::dynamic ? class_stages(options, train, images, scored, score, seed)
                                               : mixed_stages(options, images, score, seed);
}

}  // namespace sprig
