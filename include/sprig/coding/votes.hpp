// What competing neurons stand for, and what they answer. A neuron gets the class to which it responds most, on average
// over labelled training images; an image gets the class whose neurons respond most to it (Diehl & Cook 2015).
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/core/view.hpp"
#include "sprig/core/words.hpp"

namespace sprig {

inline constexpr std::uint32_t kNoClass = ~0u;

// all_activity: a class's vote is the mean spike count of its neurons. proportion: each neuron's count is weighted by
// the share of its mean responses that belongs to its class (BindsNET's proportion_weighting).
enum class Vote : std::uint8_t { all_activity, proportion };
constexpr auto words_of(Vote) { return words<Vote>("all_activity", "proportion"); }

struct NeuronLabels {
  std::vector<std::uint32_t> of_neuron;  // kNoClass: never fired
  std::vector<double> proportion;        // of its responses, that of its class
  std::vector<std::uint32_t> neurons;    // of each class
};

// Responses to labelled images, some at a time.
class NeuronResponses {
 public:
  NeuronResponses() = default;  // of no neurons
  NeuronResponses(std::uint32_t neurons, std::uint32_t classes)
      : neurons_(neurons), images_(classes, 0), spikes_(std::size_t{neurons} * classes, 0) {}

  // counts: [image][neuron] spikes; labels: of the images, each below `classes`.
  void add(View<const std::uint32_t> counts, View<const std::uint32_t> labels);
  // The first of equally good classes.
  NeuronLabels labels() const;

  static void persist(auto& self, auto& archive) { archive(self.neurons_, self.images_, self.spikes_); }

 private:
  std::uint32_t neurons_ = 0;
  std::vector<std::uint64_t> images_, spikes_;  // of each class; [neuron][class]
};

// The answer to each image of counts, [image][neuron]; the first of equally good classes, kNoClass where no labelled
// neuron fired.
std::vector<std::uint32_t> voted_answers(View<const std::uint32_t> counts, const NeuronLabels& labels, Vote vote);

}  // namespace sprig
