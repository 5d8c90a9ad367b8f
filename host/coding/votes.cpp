#include "sprig/coding/votes.hpp"

#include <algorithm>
#include <cstddef>

namespace sprig {

void NeuronResponses::add(View<const std::uint32_t> counts, View<const std::uint32_t> labels) {
  const std::size_t classes = images_.size();
  for (std::size_t k = 0; k < labels.size; ++k) {
    ++images_[labels[k]];
    for (std::size_t j = 0; j < neurons_; ++j) spikes_[j * classes + labels[k]] += counts[k * neurons_ + j];
  }
}

NeuronLabels NeuronResponses::labels() const {
  const auto classes = static_cast<std::uint32_t>(images_.size());
  NeuronLabels result;
  result.of_neuron.assign(neurons_, kNoClass);
  result.proportion.assign(neurons_, 0);
  result.neurons.assign(classes, 0);
  for (std::size_t j = 0; j < neurons_; ++j) {
    double best = 0, all = 0;
    for (std::uint32_t c = 0; c < classes; ++c) {
      if (images_[c] == 0) continue;
      const double response = static_cast<double>(spikes_[j * classes + c]) / static_cast<double>(images_[c]);
      all += response;
      if (response > best) best = response, result.of_neuron[j] = c;
    }
    if (result.of_neuron[j] == kNoClass) continue;
    result.proportion[j] = best / all;
    ++result.neurons[result.of_neuron[j]];
  }
  return result;
}

std::vector<std::uint32_t> voted_answers(View<const std::uint32_t> counts, const NeuronLabels& labels, Vote vote) {
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
