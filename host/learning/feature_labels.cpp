#include "sprig/learning/feature_labels.hpp"

#include <algorithm>
#include <cstddef>

namespace sprig {

FeatureLabels label_features(View<const std::uint32_t> counts, View<const std::uint32_t> labels, std::uint32_t neurons,
                             std::uint32_t classes) {
  std::vector<double> images(classes, 0), spikes(std::size_t{neurons} * classes, 0);
  for (std::size_t k = 0; k < labels.size; ++k) {
    ++images[labels[k]];
    for (std::uint32_t j = 0; j < neurons; ++j) spikes[std::size_t{j} * classes + labels[k]] += counts[k * neurons + j];
  }
  FeatureLabels result;
  result.of_neuron.assign(neurons, kNoClass);
  result.proportion.assign(neurons, 0);
  result.neurons.assign(classes, 0);
  for (std::uint32_t j = 0; j < neurons; ++j) {
    double best = 0, all = 0;
    for (std::uint32_t c = 0; c < classes; ++c) {
      const double response = images[c] > 0 ? spikes[std::size_t{j} * classes + c] / images[c] : 0;
      all += response;
      if (response > best) best = response, result.of_neuron[j] = c;
    }
    if (result.of_neuron[j] == kNoClass) continue;
    result.proportion[j] = best / all;
    ++result.neurons[result.of_neuron[j]];
  }
  return result;
}

std::vector<std::uint32_t> feature_answers(View<const std::uint32_t> counts, const FeatureLabels& labels, Vote vote) {
  const std::size_t neurons = labels.of_neuron.size(), classes = labels.neurons.size();
  std::vector<std::uint32_t> answers;
  std::vector<double> votes(classes);
  for (std::size_t first = 0; first < counts.size; first += neurons) {
    std::fill(votes.begin(), votes.end(), 0.0);
    for (std::size_t j = 0; j < neurons; ++j) {
      const std::uint32_t c = labels.of_neuron[j];
      if (c == kNoClass) continue;
      votes[c] += counts[first + j] * (vote == Vote::proportion ? labels.proportion[j] : 1.0) / labels.neurons[c];
    }
    const auto best = std::max_element(votes.begin(), votes.end());
    answers.push_back(*best > 0 ? static_cast<std::uint32_t>(best - votes.begin()) : kNoClass);
  }
  return answers;
}

}  // namespace sprig
