#include "host/instruments/outside_spikes.hpp"

#include <algorithm>
#include <bit>
#include <map>

#include "sprig/core/philox_lanes.hpp"
#include "sprig/core/random.hpp"
#include "sprig/engine/drive.hpp"

namespace sprig {

SpikeTimes::SpikeTimes(const PlacedStimulus& stimulus, double step_ms) {
  const StimulusSpec& spec = *stimulus.spec;
  channels.weight = spec.weight;
  channels.delay_steps = static_cast<std::uint32_t>(
      std::max<std::uint64_t>(1, nearest_step(spec.delay_ms, step_ms, stimulus.key("delay_ms").c_str())));
  std::vector<std::pair<std::uint64_t, std::uint32_t>> spikes;  // step, neuron of the selection
  for (std::size_t k = 0; k < spec.spike_ms.size(); ++k) {
    const std::uint64_t step = nearest_step(spec.spike_ms[k], step_ms, stimulus.key("file").c_str());
    if (stimulus.when.at(step) != StepRows::kNone) spikes.emplace_back(step, spec.spike_neuron[k]);
  }
  std::sort(spikes.begin(), spikes.end());

  std::vector<std::uint32_t> spiking;
  for (const auto& [step, neuron] : spikes) spiking.push_back(neuron);
  std::sort(spiking.begin(), spiking.end());
  spiking.erase(std::unique(spiking.begin(), spiking.end()), spiking.end());
  for (const std::uint32_t k : spiking) channels.neurons.push_back(stimulus.neurons[k]);

  std::uint32_t most = 1;
  for (std::size_t k = 0; k < spikes.size(); ++k) {
    const auto& [step, neuron] = spikes[k];
    if (k > 0 && spikes[k - 1] == spikes[k]) {
      most = std::max(most, ++events_.back().count);
      continue;
    }
    const auto position = std::lower_bound(spiking.begin(), spiking.end(), neuron) - spiking.begin();
    events_.push_back({step, static_cast<std::uint32_t>(position), 1});
  }
  channels.bits = static_cast<std::uint32_t>(std::bit_width(most));
}

void SpikeTimes::emit(std::uint64_t step, std::uint32_t offset, std::uint32_t replicas, std::vector<Input::Spike>& to) {
  const bool here =
      (next_ == 0 || events_[next_ - 1].step < step) && (next_ == events_.size() || events_[next_].step >= step);
  if (!here)
    next_ = static_cast<std::size_t>(
        std::partition_point(events_.begin(), events_.end(), [&](const Event& e) { return e.step < step; }) -
        events_.begin());
  for (; next_ < events_.size() && events_[next_].step == step; ++next_) {
    const Event& event = events_[next_];
    for (std::uint32_t bit = 0; bit < channels.bits; ++bit)
      for (std::uint32_t replica = 0; replica < replicas && (event.count >> bit & 1) != 0; ++replica)
        to.push_back({offset, channels.first + event.position * channels.bits + bit, replica});
  }
}

DrawnTrains::DrawnTrains(const PoissonShare& share, const Network& network, const SimulationOptions& options)
    : stimulus_(share.stimulus),
      positions_(&share.outside),
      step_ms_(network.step_ms),
      seed_(options.seed),
      first_replica_(options.first_replica),
      replicas_(options.replicas) {
  for (const std::uint32_t k : share.outside) {
    const std::uint32_t i = stimulus_->neurons[k];
    channels.neurons.push_back(i);
    draw_ids_.push_back(network.original_id.empty() ? i : network.original_id[i]);
  }
  channels.weight = stimulus_->spec->weight;
  const std::uint32_t most = poisson_table({share.peak_hz}, step_ms_).columns;
  channels.bits = std::max(1u, static_cast<std::uint32_t>(std::bit_width(most)));
  for (auto& words : words_) words.resize(draw_ids_.size() * replicas_);
}

// The words of the four steps around `step`. Counter: step_counter()'s, with the stimulus's number in the 16 bits that
// no step has.
void DrawnTrains::draw(std::uint64_t step) {
  LaneWords words;
  const auto neurons = static_cast<std::uint32_t>(draw_ids_.size());
  for (std::uint32_t base = 0; base < neurons; base += kLanes)
    for (std::uint32_t replica = 0; replica < replicas_; ++replica) {
      const std::uint32_t lanes = std::min(kLanes, neurons - base);
      for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
        PhiloxBlock counter = step_counter(draw_ids_[base + std::min(lane, lanes - 1)], first_replica_ + replica, step);
        counter.word[3] |= stimulus_->number << 16;
        for (int w = 0; w < 4; ++w) words.word[w][lane] = counter.word[w];
      }
      philox_lanes(words, seed_, static_cast<std::uint32_t>(Stream::poisson_stimulus));
      for (int w = 0; w < 4; ++w)
        for (std::uint32_t lane = 0; lane < lanes; ++lane)
          words_[w][std::size_t{base + lane} * replicas_ + replica] = words.word[w][lane];
    }
  quarter_ = step >> 2;
}

void DrawnTrains::set_rates(std::int64_t row) {
  row_ = row;
  std::vector<double> rates;
  if (stimulus_->spec->columns <= 1) {
    rates.assign(1, stimulus_->value(row, 0));
  } else {
    for (const std::uint32_t k : *positions_) rates.push_back(stimulus_->value(row, k));
  }
  table_ = poisson_table(rates, step_ms_);
}

void DrawnTrains::emit(std::uint64_t step, std::uint32_t offset, std::uint32_t, std::vector<Input::Spike>& to) {
  const std::uint64_t acts = step + 1;
  const std::int64_t row = stimulus_->when.at(acts);
  if (row == StepRows::kNone) return;
  if (row != row_) set_rates(row);
  if (table_.columns == 0) return;
  if (quarter_ != acts >> 2) draw(acts);
  const std::uint32_t* word = words_[acts & 3].data();
  for (std::uint32_t n = 0; n < draw_ids_.size(); ++n, word += replicas_) {
    const std::size_t at = table_.row.size() == 1 ? 0 : n;
    const std::uint32_t* thresholds = table_.thresholds.data() + std::size_t{table_.row[at]} * table_.columns;
    const auto none = [&](std::uint32_t w) { return w <= thresholds[0]; };
    if (std::all_of(word, word + replicas_, none)) continue;
    for (std::uint32_t bit = 0; bit < channels.bits; ++bit)
      for (std::uint32_t replica = 0; replica < replicas_; ++replica)
        if ((poisson_count(thresholds, table_.columns, word[replica]) >> bit & 1) != 0)
          to.push_back({offset, channels.first + n * channels.bits + bit, replica});
  }
}

}  // namespace sprig
