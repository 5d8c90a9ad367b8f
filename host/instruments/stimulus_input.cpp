#include "host/instruments/stimulus_input.hpp"

#include <algorithm>
#include <cmath>

#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

constexpr std::uint64_t kLongestCall = 4096, kMostValues = 1u << 20;

}  // namespace

StimulusInput::StimulusInput(const Network& network, const std::vector<PlacedStimulus>& stimuli,
                             const std::vector<PoissonShare>& shares, const SimulationOptions& options)
    : replicas_(options.replicas) {
  std::uint64_t first = network.input.rows;
  const auto number = [&](const PlacedStimulus& stimulus, Channels& channels) {
    channels.first = static_cast<std::uint32_t>(first);
    const double largest = std::ldexp(channels.weight, static_cast<int>(channels.bits) - 1);
    if (!std::isfinite(static_cast<float>(largest)))
      refuse(stimulus.key("weight"), shown(channels.weight) + ", of spikes at once " + shown(largest),
             "at most 3.4e38, as synapses hold it");
    first += channels.count();
    if (first > kMaxNeurons)
      refuse(stimulus.key("neurons"), shown(first) + " channels of spikes in all", "at most " + shown(kMaxNeurons));
  };
  for (const PlacedStimulus& stimulus : stimuli) {
    if (stimulus.is_signal()) signals_.push_back(&stimulus);
    if (!stimulus.has(StimulusKind::spikes)) continue;
    files_.emplace_back(stimulus, network.step_ms);
    number(stimulus, files_.back().channels);
  }
  for (const PoissonShare& share : shares)
    if (!share.outside.empty()) {
      trains_.emplace_back(share, network, options);
      number(*share.stimulus, trains_.back().channels);
    }
}

Drive StimulusInput::with_signals(Drive drive, std::uint32_t neurons) const {
  if (signals_.empty()) return drive;
  if (drive.channels > 0)
    refuse(signals_.front()->key("kind"), shown(signals_.front()->spec->kind) + " with signals of the drive",
           "no current that changes in every step");
  drive.channels = static_cast<std::uint32_t>(signals_.size());
  drive.current_gain.assign(std::size_t{neurons} * drive.channels, 0.0);
  for (std::size_t channel = 0; channel < signals_.size(); ++channel)
    for (const std::uint32_t i : signals_[channel]->neurons)
      drive.current_gain[std::size_t{i} * drive.channels + channel] = 1;
  return drive;
}

Csr StimulusInput::with_channels(const Csr& input, std::uint32_t neurons) const {
  Csr all = input;
  all.cols = neurons;
  if (all.delays.empty()) all.delays.assign(all.synapses(), all.uniform_delay);
  all.original_id.clear();
  const auto add = [&](const Channels& channels) {
    for (const std::uint32_t neuron : channels.neurons) {
      double weight = channels.weight;
      for (std::uint32_t bit = 0; bit < channels.bits; ++bit, weight *= 2) {
        all.targets.push_back(neuron);
        all.weights.push_back(static_cast<float>(weight));
        all.delays.push_back(static_cast<std::uint16_t>(channels.delay_steps));
        all.offsets.push_back(all.targets.size());
        ++all.rows;
      }
    }
  };
  for (const SpikeTimes& file : files_) add(file.channels);
  for (const DrawnTrains& train : trains_) add(train.channels);
  return all;
}

std::uint64_t StimulusInput::next_change(std::uint64_t step) const {
  std::uint64_t next = kNever;
  for (const PlacedStimulus* stimulus : signals_) {
    const StepRows& when = stimulus->when;
    if (step < when.first())
      next = std::min(next, when.first());
    else if (step < when.end())
      next = std::min(next, when.end());
  }
  return next;
}

std::uint64_t StimulusInput::longest() const {
  if (empty()) return kNever;
  return std::clamp<std::uint64_t>(kMostValues / (std::max<std::uint64_t>(signals_.size(), 1) * replicas_), 1,
                                   kLongestCall);
}

Input StimulusInput::input(std::uint64_t first, std::uint64_t steps) {
  Input input;
  const bool driven = std::any_of(signals_.begin(), signals_.end(), [&](const PlacedStimulus* stimulus) {
    return stimulus->when.first() < first + steps && first < stimulus->when.end();
  });
  if (driven) {
    signal_.clear();
    for (std::uint64_t step = first; step < first + steps; ++step)
      for (const PlacedStimulus* stimulus : signals_) signal_.push_back(static_cast<real>(stimulus->signal(step)));
    const std::size_t values = signal_.size();
    signal_.reserve(values * replicas_);
    for (std::uint32_t replica = 1; replica < replicas_; ++replica)
      signal_.insert(signal_.end(), signal_.begin(), signal_.begin() + static_cast<std::ptrdiff_t>(values));
    input.signal = View<const real>(signal_);
    input.samples = static_cast<std::uint32_t>(steps);
  }
  if (!has_spikes()) return input;
  spikes_.clear();
  for (std::uint32_t offset = 0; offset < steps; ++offset) {
    for (SpikeTimes& file : files_) file.emit(first + offset, offset, replicas_, spikes_);
    for (DrawnTrains& train : trains_) train.emit(first + offset, offset, replicas_, spikes_);
  }
  input.spikes = View<const Input::Spike>(spikes_);
  return input;
}

}  // namespace sprig
