// Protocols, the images that sprig draws, and a small model that learns some of them.
#include "sprig/tasks/competitive_protocol.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "sprig/core/error.hpp"
#include "sprig/learning/competitive/system.hpp"
#include "tests/support/memory_checkpoints.hpp"

namespace sprig {
namespace {

using Indices = std::vector<std::uint32_t>;

// Images of one pixel; `of_class[c]` of class c, mixed.
ImageSet labelled(const std::vector<int>& of_class) {
  ImageSet set{{1, 1, 1}, {}, {}};
  std::vector<int> left = of_class;
  while (std::accumulate(left.begin(), left.end(), 0) > 0)
    for (std::size_t c = 0; c < left.size(); ++c)
      if (left[c] > 0) --left[c], set.labels.push_back(static_cast<std::uint8_t>(c)), set.data.push_back(9);
  return set;
}

const ImageSet kTrain = labelled({9, 8, 7, 9, 8, 7, 9, 8, 7, 9}), kTest = labelled({2, 2, 2, 2, 2, 2, 2, 2, 2, 2});

TEST(Protocol, StaticLearnsEveryImageOnceAPassInADrawnOrder) {
  ProtocolOptions options;
  options.passes = 2;
  options.stages = 3;
  options.label = 10;
  const std::vector<Stage> stages = protocol_stages(options, kTrain, kTest, 1);

  ASSERT_EQ(stages.size(), 6u);
  Indices all(kTrain.size());
  std::iota(all.begin(), all.end(), 0u);
  std::vector<Indices> order(2);
  for (std::size_t k = 0; k < 6; ++k) {
    order[k / 3].insert(order[k / 3].end(), stages[k].train.begin(), stages[k].train.end());
    EXPECT_EQ(stages[k].pass, k / 3);
    EXPECT_EQ(stages[k].newest, kNoClass);
    EXPECT_EQ(stages[k].score.size(), 20u);
    EXPECT_EQ(stages[k].label.size(), 10u);
  }
  EXPECT_EQ(stages[0].label, Indices(order[0].begin() + 17, order[0].begin() + 27));  // the latest that were learnt
  EXPECT_NE(order[0], order[1]);
  EXPECT_NE(order[0], all);
  for (Indices& pass : order) {
    std::sort(pass.begin(), pass.end());
    EXPECT_EQ(pass, all);
  }
  EXPECT_EQ(protocol_stages(options, kTrain, kTest, 1)[4].train, stages[4].train);
  EXPECT_NE(protocol_stages(options, kTrain, kTest, 2)[4].train, stages[4].train);
}

TEST(Protocol, DynamicLearnsOneClassAfterAnotherEquallyOftenAndNoneAgain) {
  ProtocolOptions options;
  options.protocol = Protocol::dynamic;
  options.label = 30;
  const std::vector<Stage> stages = protocol_stages(options, kTrain, kTest, 1);

  ASSERT_EQ(stages.size(), 10u);
  std::set<std::uint32_t> learnt;
  for (std::uint32_t c = 0; c < 10; ++c) {
    const Stage& stage = stages[c];
    EXPECT_EQ(stage.newest, c);
    EXPECT_EQ(stage.train.size(), 7u);  // of the rarest there are 7
    for (const std::uint32_t i : stage.train) {
      EXPECT_EQ(kTrain.labels[i], c);
      EXPECT_TRUE(learnt.insert(i).second);
    }
    EXPECT_EQ(stage.label.size(), 3u * (c + 1));
    for (const std::uint32_t i : stage.label) EXPECT_TRUE(learnt.contains(i));  // of what was learnt, nothing else
    EXPECT_EQ(stage.score.size(), 2u * (c + 1));
    for (const std::uint32_t i : stage.score) EXPECT_LE(kTest.labels[i], c);
  }
}

TEST(Protocol, ValidationImagesAreTheLastOfTheTrainingPartAndNotLearnt) {
  for (const Protocol protocol : {Protocol::mixed, Protocol::dynamic}) {
    ProtocolOptions options;
    options.protocol = protocol;
    options.validation = 20;
    for (const Stage& stage : protocol_stages(options, kTrain, kTrain, 1)) {
      for (const std::uint32_t i : stage.train) EXPECT_LT(i, kTrain.size() - 20);
      for (const std::uint32_t i : stage.score) EXPECT_GE(i, kTrain.size() - 20);
    }
  }
}

TEST(Protocol, SaysWhatItCannotDo) {
  const auto refusal = [](ProtocolOptions options, const ImageSet& train, const ImageSet& test) -> std::string {
    try {
      protocol_stages(options, train, test, 1);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  ProtocolOptions o;
  o.train = 82;
  EXPECT_NE(refusal(o, kTrain, kTest).find("learn.train: found 82; allowed: at most the 81"), std::string::npos);
  o.protocol = Protocol::dynamic;
  o.train = 71;
  EXPECT_NE(refusal(o, kTrain, kTest).find("learn.train: found 71; allowed: at most the 70"), std::string::npos);
  o.train = 9;
  EXPECT_NE(refusal(o, kTrain, kTest).find("at least one a class"), std::string::npos);
  o.train = 0;
  EXPECT_NE(
      refusal(o, labelled({3, 3, 3, 3, 3, 3, 3, 0, 3, 3}), kTest).find("learn.images: class 7 has no images to learn"),
      std::string::npos);
  EXPECT_NE(
      refusal(o, kTrain, labelled({3, 3, 3, 3, 3, 3, 3, 3, 3, 0})).find("learn.images: class 9 has no images to score"),
      std::string::npos);
  o = {};
  o.test = 21;
  EXPECT_NE(refusal(o, kTrain, kTest).find("learn.test: found 21"), std::string::npos);
  o.test = 0;
  o.validation = 81;
  EXPECT_NE(refusal(o, kTrain, kTest).find("learn.validation: found 81"), std::string::npos);
  o.validation = 0;
  o.stages = 82;
  EXPECT_NE(refusal(o, kTrain, kTest).find("learn.stages: found 82"), std::string::npos);
  o.stages = 40;
  o.passes = 26;
  EXPECT_NE(refusal(o, kTrain, kTest).find("learn.stages: found 40 in each of 26 passes"), std::string::npos);
}

TEST(Glyphs, AreTenClassesOfDigitsThatAreAlwaysTheSame) {
  const ImageSet train = load_images("glyphs", "", ImagePart::train), test = load_images("glyphs", "", ImagePart::test);
  EXPECT_EQ(train.size(), 6000u);
  EXPECT_EQ(test.size(), 1000u);
  EXPECT_EQ(train.shape, (ImageShape{1, 28, 28}));
  std::vector<int> count(10);
  for (const std::uint8_t label : train.labels) ++count.at(label);
  for (const int c : count) EXPECT_NEAR(c, 600, 5 * std::sqrt(600 * 0.9));
  EXPECT_EQ(load_images("glyphs", "", ImagePart::train).data, train.data);
  EXPECT_FALSE(std::equal(test.data.begin(), test.data.end(), train.data.begin()));
  // An eight has all segments, a one two of them.
  std::vector<double> ink(10);
  for (std::uint64_t i = 0; i < train.size(); ++i)
    for (const std::uint8_t value : train.image(i)) ink[train.labels[i]] += value / 255.0 / count[train.labels[i]];
  EXPECT_GT(ink[8], 2 * ink[1]);
  EXPECT_EQ(std::max_element(ink.begin(), ink.end()) - ink.begin(), 8);
}

CompetitiveModel& model_of(const Learner& learner) { return dynamic_cast<CompetitiveModel&>(*learner.model); }

// A model of these options on images of 784 pixels, without stages.
Learner learner_of(const CompetitiveOptions& options, std::uint32_t seed = 1) {
  Learner learner;
  learner.system = competitive_system(options);
  learner.model = learner.system->make(784, seed);
  return learner;
}

// Scores are those of what was scored, and learning helps.
TEST(CompetitiveProtocol, LearnsGlyphs) {
  const ImageSet train = load_images("glyphs", "", ImagePart::train), test = load_images("glyphs", "", ImagePart::test);
  CompetitiveOptions options;
  options.neurons = 40;
  options.rule = CompetitiveRule::triplet;
  options.theta_plus_mv = 0.1;  // for 2000 images
  options.inhibition_mv = 250;
  Learner learner = learner_of(options);
  ProtocolOptions protocol;
  protocol.train = 2000;
  protocol.stages = 2;
  protocol.test = 300;
  learner.stages = protocol_stages(protocol, train, test, 1);
  learner.stages.insert(learner.stages.begin(), {{0}, 0, learner.stages[0].label, learner.stages[0].score, kNoClass});
  std::vector<Learner> learners{learner, learner};
  model_of(learners[1]).options.seed = 2;

  double last = 0;
  for (int k = 0; k < 3; ++k)
    run_stage({&learners[0], &learners[1]}, {train, test, ImagePart::test}, Vote::all_activity, Device::cpu, 2,
              [&](double done) {
                last = done;
                return true;
              });

  EXPECT_DOUBLE_EQ(last, 1);
  for (const Learner& l : learners) {
    ASSERT_EQ(l.scores.size(), 3u);
    EXPECT_EQ(l.scores[2].learnt, 2001u);
    EXPECT_GT(l.scores[2].accuracy, 0.5);
    EXPECT_GT(l.scores[2].accuracy, l.scores[0].accuracy + 0.2);
    std::uint64_t all = 0, right = 0;
    for (std::uint32_t c = 0; c < 10; ++c)
      for (std::uint32_t a = 0; a <= 10; ++a) {
        all += l.scores[2].confusion[c][a];
        if (a == c) right += l.scores[2].confusion[c][a];
      }
    EXPECT_EQ(all, 300u);
    EXPECT_DOUBLE_EQ(l.scores[2].accuracy, static_cast<double>(right) / 300);
    EXPECT_TRUE(std::isnan(l.scores[2].previous));
  }
  EXPECT_NE(model_of(learners[0]).state.weights, model_of(learners[1]).state.weights);
}

// One stage of so many images, scored on the last hundred.
Learner ten_neurons(const ImageSet& train, std::uint64_t images) {
  CompetitiveOptions options;
  options.neurons = 10;
  Learner learner = learner_of(options);
  ProtocolOptions protocol;
  protocol.validation = 100;
  protocol.train = images;
  learner.stages = protocol_stages(protocol, train, train, 1);
  return learner;
}

TEST(CompetitiveProtocol, AStageThatIsStoppedGoesOnWhereItWas) {
  const ImageSet train = load_images("glyphs", "", ImagePart::train);
  Learner learner = ten_neurons(train, 600), whole = learner;
  const auto run = [&](Learner& of, double until) {
    run_stage({&of}, {train, train, ImagePart::train}, Vote::all_activity, Device::cpu, 1,
              [=](double done) { return done < until; });
  };
  run(whole, 2);

  EXPECT_THROW(run(learner, 0.3), Interrupted);
  EXPECT_TRUE(learner.scores.empty());
  ASSERT_TRUE(learner.under_way);
  EXPECT_GT(learner.under_way->learnt, 300u);
  EXPECT_LT(learner.under_way->learnt, 600u);
  EXPECT_THROW(run(learner, 0.9), Interrupted);  // while it is scored
  EXPECT_EQ(learner.under_way->learnt, 600u);
  EXPECT_GT(learner.under_way->named, 0u);
  run(learner, 2);
  EXPECT_FALSE(learner.under_way);
  EXPECT_EQ(persisted(learner), persisted(whole));
}

// Every state between two rounds, from the first image to the last that is scored.
TEST(CompetitiveProtocol, AStageGoesOnFromEveryStateThatWasKept) {
  const ImageSet train = load_images("glyphs", "", ImagePart::train);
  Learner begun = ten_neurons(train, 200), whole = begun;
  begun.stages[0].label.resize(120);
  whole = begun;
  const ScoredImages images{train, train, ImagePart::train};
  const auto run = [&](Learner& of, const std::shared_ptr<test::MemoryCheckpoints>& store, int threads) {
    run_stage({&of}, images, Vote::all_activity, Device::cpu, threads, {}, {{store, "model"}});
  };
  std::vector<std::vector<char>> states;
  struct Every : test::MemoryCheckpoints {
    std::vector<std::vector<char>>& all;
    explicit Every(std::vector<std::vector<char>>& to) : all(to) {}
    void keep(const std::string& name, const std::function<void(Writer&)>& write) override {
      MemoryCheckpoints::keep(name, write);
      all.push_back(MemoryCheckpoints::states.at(name));
    }
  };
  run(whole, std::make_shared<Every>(states), 1);
  ASSERT_EQ(states.size(), 7u);  // of 50 images: 200 learnt; two pieces at once: 120 that name, 100 scored
  std::size_t phases = 0;
  for (const std::vector<char>& state : states) {
    const auto store = std::make_shared<test::MemoryCheckpoints>();
    store->states["model"] = state;
    Learner learner = begun;
    ASSERT_TRUE(store->restore("model", [&](Reader& reader) { reader(learner); }));
    ASSERT_TRUE(learner.under_way);
    phases |= learner.under_way->scored > 0 ? 4 : learner.under_way->named > 0 ? 2 : 1;
    run(learner, store, 3);
    EXPECT_EQ(persisted(learner), persisted(whole));
  }
  EXPECT_EQ(phases, 7u);
}

TEST(CompetitiveProtocol, ALearnerThatFailsLeavesTheOthersAlone) {
  const ImageSet train = load_images("glyphs", "", ImagePart::train);
  Learner good = ten_neurons(train, 200), bad = good, alone = good;
  model_of(bad).state.theta[3] = NAN;
  const ScoredImages images{train, train, ImagePart::train};
  run_stage({&bad, &good}, images, Vote::all_activity, Device::cpu, 2, {});
  run_stage({&alone}, images, Vote::all_activity, Device::cpu, 1, {});

  EXPECT_NE(bad.failure.find("neuron 3 is not finite after image "), std::string::npos) << bad.failure;
  EXPECT_TRUE(bad.scores.empty());
  EXPECT_TRUE(good.failure.empty());
  EXPECT_EQ(model_of(good).state.weights, model_of(alone).state.weights);
  EXPECT_EQ(good.scores.at(0).confusion, alone.scores.at(0).confusion);
}

}  // namespace
}  // namespace sprig
