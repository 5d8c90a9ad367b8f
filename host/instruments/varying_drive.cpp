#include "host/instruments/varying_drive.hpp"

#include <algorithm>
#include <cmath>

namespace sprig {

namespace {

void add_to(double* values, std::size_t count, double more) {
#pragma omp simd
  for (std::size_t k = 0; k < count; ++k) values[k] += more;
}

}  // namespace

VaryingDrive::VaryingDrive(const Drive& base, std::uint32_t neurons, const std::vector<PlacedStimulus>& stimuli,
                           const std::vector<PoissonShare>& shares)
    : base_(base) {
  for (const PlacedStimulus& stimulus : stimuli) {
    if (stimulus.is_signal()) continue;
    if (stimulus.has(StimulusKind::dc) || stimulus.has(StimulusKind::current)) currents_.push_back({&stimulus, {}});
    if (stimulus.has(StimulusKind::noise)) noise_.push_back({&stimulus, {}});
  }
  for (const PoissonShare& share : shares)
    if (!share.engine.empty()) poisson_.push_back({share.stimulus, &share.engine});

  // Terms are there from the start, so that a simulation is made with them.
  if (!currents_.empty()) base_.current.resize(neurons, 0.0);
  if (!noise_.empty()) base_.noise_sigma.resize(neurons, 0.0);
  if (!poisson_.empty()) {
    base_.poisson_rate_hz.resize(neurons, 0.0);
    base_.poisson_weight.resize(neurons, 0.0);
    // While nothing acts, the weight is one that will: constants then change as seldom as they can.
    for (auto part = poisson_.rbegin(); part != poisson_.rend(); ++part) {
      for (const std::uint32_t k : *part->shared) {
        const std::uint32_t i = part->stimulus->neurons[k];
        if (base_.poisson_rate_hz[i] == 0) base_.poisson_weight[i] = part->stimulus->spec->weight;
      }
      several_weights_ = several_weights_ || part->stimulus->spec->weight != poisson_.front().stimulus->spec->weight;
      const std::vector<std::uint32_t>& chosen = part->stimulus->neurons;
      const std::uint32_t first = chosen[part->shared->front()], last = chosen[part->shared->back()];
      part->stretch = std::is_sorted(chosen.begin(), chosen.end()) && last - first + 1 == part->shared->size();
    }
  }
  drive_ = base_;
}

// Looks up which rows hold; whether one is another than before.
bool VaryingDrive::move(std::vector<Part>& parts, std::uint64_t step) {
  bool moved = first_ && !parts.empty();
  for (Part& part : parts) {
    const std::int64_t row = part.stimulus->when.at(step);
    moved = moved || row != part.row;
    part.row = row;
  }
  return moved;
}

void VaryingDrive::add_currents() {
  drive_.current = base_.current;
  for (const Part& part : currents_)
    for (std::size_t k = 0; part.row != StepRows::kNone && k < part.stimulus->neurons.size(); ++k)
      drive_.current[part.stimulus->neurons[k]] += part.stimulus->value(part.row, k);
}

// Independent noise: variances add up.
void VaryingDrive::add_noise() {
  drive_.noise_sigma = base_.noise_sigma;
  for (const Part& part : noise_)
    for (std::size_t k = 0; part.row != StepRows::kNone && k < part.stimulus->neurons.size(); ++k) {
      double& sigma = drive_.noise_sigma[part.stimulus->neurons[k]];
      sigma = std::hypot(sigma, part.stimulus->value(part.row, k));
    }
}

void VaryingDrive::add_poisson() {
  drive_.poisson_rate_hz = base_.poisson_rate_hz;
  if (several_weights_) drive_.poisson_weight = base_.poisson_weight;
  for (const Part& part : poisson_) {
    if (part.row == StepRows::kNone) continue;
    const StimulusSpec& spec = *part.stimulus->spec;
    const std::uint32_t* neuron = part.stimulus->neurons.data();
    const std::uint32_t* shared = part.shared->data();
    const std::size_t count = part.shared->size();
    if (spec.columns <= 1) {
      const double rate_hz = part.stimulus->value(part.row, 0);
      if (part.stretch)
        add_to(drive_.poisson_rate_hz.data() + neuron[shared[0]], count, rate_hz);
      else
        for (std::size_t n = 0; n < count; ++n) drive_.poisson_rate_hz[neuron[shared[n]]] += rate_hz;
    } else {
      for (std::size_t n = 0; n < count; ++n)
        drive_.poisson_rate_hz[neuron[shared[n]]] += part.stimulus->value(part.row, shared[n]);
    }
    for (std::size_t n = 0; several_weights_ && n < count; ++n) drive_.poisson_weight[neuron[shared[n]]] = spec.weight;
  }
}

const Drive& VaryingDrive::at(std::uint64_t step) {
  if (move(currents_, step)) add_currents();
  if (move(noise_, step)) add_noise();
  if (move(poisson_, step)) add_poisson();
  first_ = false;
  return drive_;
}

std::uint64_t VaryingDrive::next_change(std::uint64_t step) const {
  std::uint64_t next = kNever;
  for (const auto* parts : {&currents_, &noise_, &poisson_})
    for (const Part& part : *parts) next = std::min(next, part.stimulus->when.next_change(step));
  return next;
}

const PlacedStimulus* VaryingDrive::varying() const {
  const PlacedStimulus* found = nullptr;
  for (const auto* parts : {&currents_, &noise_, &poisson_})
    for (const Part& part : *parts)
      if (!part.stimulus->when.always() && (found == nullptr || part.stimulus->number < found->number))
        found = part.stimulus;
  return found;
}

}  // namespace sprig
