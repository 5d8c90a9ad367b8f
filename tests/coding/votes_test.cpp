// Names of neurons and answers, by hand.
#include "sprig/coding/votes.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sprig {
namespace {

using Indices = std::vector<std::uint32_t>;

// Four neurons, three classes; two images of class 0, one of class 1, none of class 2.
const Indices kCounts{4, 0, 1, 0,   //
                      2, 0, 0, 0,   //
                      3, 5, 1, 0};  //
const Indices kLabels{0, 0, 1};

NeuronLabels labelled(const Indices& counts, const Indices& labels, std::uint32_t neurons, std::uint32_t classes) {
  NeuronResponses responses(neurons, classes);
  const std::size_t half = labels.size() / 2;  // in two parts
  responses.add({counts.data(), half * neurons}, {labels.data(), half});
  responses.add({counts.data() + half * neurons, counts.size() - half * neurons},
                {labels.data() + half, labels.size() - half});
  return responses.labels();
}

TEST(NeuronLabels, AreOfTheLargestMeanResponse) {
  const NeuronLabels labels = labelled(kCounts, kLabels, 4, 3);
  // Means: neuron 0: 3 and 3 (the first), 1: 0 and 5, 2: 0.5 and 1, 3: silent.
  EXPECT_EQ(labels.of_neuron, (Indices{0, 1, 1, kNoClass}));
  EXPECT_EQ(labels.neurons, (Indices{1, 2, 0}));
  EXPECT_DOUBLE_EQ(labels.proportion[0], 0.5);
  EXPECT_DOUBLE_EQ(labels.proportion[1], 1);
  EXPECT_DOUBLE_EQ(labels.proportion[2], 1 / 1.5);
}

TEST(NeuronLabels, AnswersAreTheLargestMeanVote) {
  const NeuronLabels labels = labelled(kCounts, kLabels, 4, 3);
  const Indices images{3, 5, 0, 0,   // 3 against 5 / 2
                       2, 4, 2, 0,   // 2 against 6 / 2
                       2, 4, 0, 0,   // 2 against 4 / 2: the first
                       0, 0, 0, 7};  // nobody with a name
  EXPECT_EQ(voted_answers(images, labels, Vote::all_activity), (Indices{0, 1, 0, kNoClass}));
  // 3 x 0.5 against 5 / 2; 1 against (4 + 4 / 3) / 2; 1 against 4 / 2
  EXPECT_EQ(voted_answers(images, labels, Vote::proportion), (Indices{1, 1, 1, kNoClass}));
}

}  // namespace
}  // namespace sprig
