// Names of neurons and answers, by hand; and the spikes of pixels.
#include "sprig/learning/feature_labels.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sprig/core/random.hpp"
#include "sprig/learning/pixel_spikes.hpp"

namespace sprig {
namespace {

using Indices = std::vector<std::uint32_t>;

// Four neurons, three classes; two images of class 0, one of class 1, none of class 2.
const Indices kCounts{4, 0, 1, 0,   //
                      2, 0, 0, 0,   //
                      3, 5, 1, 0};  //
const Indices kLabels{0, 0, 1};

FeatureLabels labelled(const Indices& counts, const Indices& labels, std::uint32_t neurons, std::uint32_t classes) {
  FeatureResponses responses(neurons, classes);
  const std::size_t half = labels.size() / 2;  // in two parts
  responses.add({counts.data(), half * neurons}, {labels.data(), half});
  responses.add({counts.data() + half * neurons, counts.size() - half * neurons},
                {labels.data() + half, labels.size() - half});
  return responses.labels();
}

TEST(FeatureLabels, AreOfTheLargestMeanResponse) {
  const FeatureLabels labels = labelled(kCounts, kLabels, 4, 3);
  // Means: neuron 0: 3 and 3 (the first), 1: 0 and 5, 2: 0.5 and 1, 3: silent.
  EXPECT_EQ(labels.of_neuron, (Indices{0, 1, 1, kNoClass}));
  EXPECT_EQ(labels.neurons, (Indices{1, 2, 0}));
  EXPECT_DOUBLE_EQ(labels.proportion[0], 0.5);
  EXPECT_DOUBLE_EQ(labels.proportion[1], 1);
  EXPECT_DOUBLE_EQ(labels.proportion[2], 1 / 1.5);
}

TEST(FeatureLabels, AnswersAreTheLargestMeanVote) {
  const FeatureLabels labels = labelled(kCounts, kLabels, 4, 3);
  const Indices images{3, 5, 0, 0,   // 3 against 5 / 2
                       2, 4, 2, 0,   // 2 against 6 / 2
                       2, 4, 0, 0,   // 2 against 4 / 2: the first
                       0, 0, 0, 7};  // nobody with a name
  EXPECT_EQ(feature_answers(images, labels, Vote::all_activity), (Indices{0, 1, 0, kNoClass}));
  // 3 x 0.5 against 5 / 2; 1 against (4 + 4 / 3) / 2; 1 against 4 / 2
  EXPECT_EQ(feature_answers(images, labels, Vote::proportion), (Indices{1, 1, 1, kNoClass}));
}

TEST(PixelSpikes, AreTheDrawsOfTheirPixelImageAndStep) {
  std::vector<std::uint8_t> pixels;
  for (int p = 0; p < 100; ++p) pixels.push_back(static_cast<std::uint8_t>(p % 3 == 0 ? 0 : 2 * p + 50));
  PixelSpikes spikes(300, 0.5, 9);
  for (const std::uint64_t first : {0u, 7u, 250u}) {
    spikes.draw(pixels, 77, first, 30);
    for (std::uint32_t t = 0; t < 30; ++t) {
      std::vector<std::uint32_t> expected;
      for (std::uint32_t p = 0; p < 100; ++p) {
        const PhiloxBlock block = step_block(9, Stream::image_encoder, p, 77, first + t);
        if (block.word[(first + t) & 3] < 300 * pixels[p] / 255.0 * 0.5e-3 * 4294967296.0) expected.push_back(p);
      }
      const View<const std::uint32_t> fired = spikes.at(t);
      EXPECT_EQ(std::vector<std::uint32_t>(fired.begin(), fired.end()), expected) << first + t;
    }
  }
  EXPECT_GT(spikes.count(), 100u);
}

TEST(PixelSpikes, AWhitePixelOfOneSpikeAStepAlwaysFiresADarkOneNever) {
  PixelSpikes spikes(1000, 1, 1);
  spikes.draw(std::vector<std::uint8_t>{255, 0}, 0, 0, 5000);
  EXPECT_EQ(spikes.count(), 5000u);
  spikes.draw(std::vector<std::uint8_t>{0, 0}, 0, 0, 10);
  EXPECT_EQ(spikes.count(), 0u);
}

}  // namespace
}  // namespace sprig
