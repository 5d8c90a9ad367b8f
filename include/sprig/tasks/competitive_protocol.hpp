// Protocols of learning images, and their scores. static: all classes, mixed. dynamic: one class after another, equally
// many images of each, none shown again (Putra & Shafique 2021). Where a system learns without labels, its neurons are
// named by their responses to labelled training images that the model has learnt from; scores are those of images that
// it has not.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "sprig/coding/votes.hpp"
#include "sprig/core/checkpoints.hpp"
#include "sprig/core/fields.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/core/words.hpp"
#include "sprig/learning/system.hpp"
#include "sprig/tasks/images.hpp"

namespace sprig {

enum class Protocol : std::uint8_t { mixed, dynamic };  // "static", "dynamic"
constexpr auto words_of(Protocol) { return words<Protocol>("static", "dynamic"); }

struct ProtocolOptions {
  Protocol protocol = Protocol::mixed;
  std::uint64_t train =
      0;  // images to learn from, 0: all; dynamic: a tenth of each class, 0: as many as the rarest has
  std::uint64_t validation = 0;  // > 0: the last images of the training part are scored, not those of the test part
  std::uint64_t test = 0;        // images to score, the first ones; 0: all
  std::uint64_t label =
      1000;  // training images that name the neurons: the latest that were learnt, of each class equally many (dynamic)
  std::uint32_t passes = 1;  // static: over the images
  std::uint32_t stages = 1;  // static: equal parts of them, each scored
  Vote vote = Vote::all_activity;
};
void fields(IsOptions<ProtocolOptions> auto& o, auto&& visit) {
  visit("protocol", o.protocol, kAnything,
        "static: all classes, mixed; dynamic: one class after another, none shown again");
  visit("train", o.train, between(0, kMost32Bits),
        "images to learn from, 0: all; dynamic: as many of each class, 0: as the rarest has");
  visit("passes", o.passes, between(1, 10000), "static: over these images");
  visit("stages", o.stages, between(1, 10000), "static: equal parts of a pass, scored after each");
  visit("label", o.label, between(1, kMost32Bits),
        "images, the latest learnt, by whose classes neurons are named; dynamic: a tenth of each class");
  visit("test", o.test, between(0, kMost32Bits), "images of the test part to score, 0: all");
  visit("validation", o.validation, between(0, kMost32Bits),
        "> 0: so many images at the end of the training part are scored in their stead");
  visit("vote", o.vote, kAnything, "how neurons answer for their class");
}

// What is learnt, and then scored.
struct Stage {
  std::vector<std::uint32_t> train;  // indices into the training part, in order
  std::uint32_t pass = 0;
  std::vector<std::uint32_t> label;  // likewise
  std::vector<std::uint32_t> score;  // indices into the part that is scored
  std::uint32_t newest = kNoClass;   // dynamic: the class learnt last
};

// To learn from, to be named by and to be scored by.
std::uint64_t presentations_of(const Stage& stage);

// One model's stages. Order and choice depend on the options, the labels and the seed alone. Errors: ConfigError
// (learn.train, ...) for more images than there are; InputError for a class without any (dynamic).
std::vector<Stage> protocol_stages(const ProtocolOptions& options, const ImageSet& train, const ImageSet& scored,
                                   std::uint32_t seed);

struct StageScore {
  std::uint64_t learnt = 0;         // images, so far
  double accuracy = 0;              // over all classes seen
  double newest = 0, previous = 0;  // dynamic: of the class learnt last, and of those before it; else NaN
  std::array<std::array<std::uint64_t, kImageClasses + 1>, kImageClasses> confusion{};  // [label][answer, or none]
  double spikes = 0;                                                                    // of an image that is scored
  std::uint32_t unlabelled = 0;                                                         // neurons that never fired

  static void persist(auto& self, auto& archive) {
    archive(self.learnt, self.accuracy, self.newest, self.previous, self.confusion, self.spikes, self.unlabelled);
  }
};

// How far a model has come in a stage: images that it has learnt, was named by, was scored by, and what came of them.
struct StageUnderWay {
  std::uint64_t learnt = 0, named = 0, scored = 0;
  AnyModel model;
  LearningOperations learning, scoring;
  NeuronResponses responses;
  StageScore score;          // its confusion alone
  std::uint64_t spikes = 0;  // of the images that were scored

  static void persist(auto& self, auto& archive) {
    archive(self.learnt, self.named, self.scored, self.model, self.learning, self.scoring, self.responses, self.score,
            self.spikes);
  }
};

// A model on its way through its stages.
struct Learner {
  std::shared_ptr<const LearningSystem> system;
  std::vector<Stage> stages;
  // What it has learnt in the stages that are done, and their scores. Their images, and operations.
  AnyModel model;
  std::vector<StageScore> scores;
  LearningOperations learning, scoring;
  std::uint64_t learnt = 0, scored = 0;
  std::string failure;                     // why it goes on no more: LearningJob::failure
  std::optional<StageUnderWay> under_way;  // of the stage after them, where it was begun

  const AnyModel& newest() const { return under_way ? under_way->model : model; }

  // All but its system and stages; it is read into a learner that has a model of the system.
  static void persist(auto& self, auto& archive) {
    archive(self.model, self.scores, self.learning, self.scoring, self.learnt, self.scored, self.failure);
    bool begun = self.under_way.has_value();
    archive(begun);
    if constexpr (std::remove_reference_t<decltype(archive)>::kReads) {
      self.under_way.reset();
      if (begun) self.under_way.emplace().model = self.model;
    }
    if (begun) archive(*self.under_way);
  }
};
// In its next stage.
std::uint64_t presentations_left(const Learner& learner);

struct ScoredImages {
  const ImageSet &train, &scored;
  ImagePart part = ImagePart::test;  // that `scored` is from
};

// All learners through their next stage, side by side; one that fails is left as it was. checkpoints: of each learner,
// or of none; kept when they are due, between two rounds of presentations. A stop leaves the learners under way.
// Errors: Interrupted, and those of LearningSystem::present() and of checkpoints. All are of one system, whatever its
// options.
void run_stage(const std::vector<Learner*>& learners, const ScoredImages& images, Vote vote, Device device, int threads,
               const Progress& progress, const std::vector<Checkpoints>& checkpoints = {});

}  // namespace sprig
