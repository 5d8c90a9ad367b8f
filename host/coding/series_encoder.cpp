// Encoders of real-valued series.
#include "sprig/coding/series_encoder.hpp"

#include <cmath>

#include "sprig/core/random.hpp"

namespace sprig {

namespace {

constexpr double kFieldRange = 2.5;  // standard deviations of the signal that the fields' centres cover

}  // namespace

Encoder::Encoder(const SeriesEncoding& options, double step_ms, std::uint32_t seed)
    : options_(options), step_ms_(step_ms), seed_(seed) {}

double Encoder::input_draw(const Network& network, std::uint32_t neuron, std::uint64_t channel) const {
  const PhiloxBlock block = input_block(network, neuron, channel, seed_);
  return uniform_open(block.word[0], block.word[1]);
}

void Encoder::wire(Network& network, Drive& drive) const {
  refuse_own_signals(drive);
  const std::uint32_t neurons = network.size();
  network.input = Csr{};
  network.input.cols = neurons;
  if (options_.encoding == Encoding::current) {
    drive.channels = observed();
    drive.current_gain.reserve(std::size_t{neurons} * observed());
    for (std::uint32_t i = 0; i < neurons; ++i)
      for (const std::uint32_t channel : options_.observed)
        drive.current_gain.push_back(options_.input_gain * (2 * input_draw(network, i, channel) - 1));
    return;
  }
  network.input.rows = observed() * options_.fields;
  for (const std::uint32_t channel : options_.observed)
    for (std::uint32_t f = 0; f < options_.fields; ++f) {
      for (std::uint32_t i = 0; i < neurons; ++i)
        if (input_draw(network, i, std::uint64_t{channel} * options_.fields + f) < options_.field_density) {
          network.input.targets.push_back(i);
          network.input.weights.push_back(static_cast<float>(options_.field_weight));
        }
      network.input.offsets.push_back(network.input.targets.size());
    }
}

double Encoder::field_rate(std::uint32_t field, double z) const {
  const double centre = options_.fields == 1 ? 0.0 : -kFieldRange + 2 * kFieldRange * field / (options_.fields - 1.0);
  const double distance = (z - centre) / options_.field_width;
  return options_.field_rate_hz * std::exp(-0.5 * distance * distance);
}

void Encoder::encode_spikes(View<const double> values, std::uint32_t samples, std::uint32_t replicas,
                            std::uint32_t first_replica, std::uint64_t first_step,
                            std::vector<Input::Spike>& spikes) const {
  const std::uint32_t fields = options_.fields, channels = observed() * fields;
  std::vector<double> threshold(std::size_t{channels} * replicas);  // a draw below it is a spike; [channel][replica]
  for (std::uint32_t s = 0; s < samples; ++s) {
    for (std::uint32_t c = 0; c < channels; ++c)
      for (std::uint32_t r = 0; r < replicas; ++r) {
        const double z = values[(std::size_t{r} * samples + s) * observed() + c / fields];
        threshold[std::size_t{c} * replicas + r] = spike_bound(field_rate(c % fields, z), step_ms_);
      }
    for (std::uint32_t k = 0; k < options_.steps_per_sample; ++k) {
      const std::uint32_t step = s * options_.steps_per_sample + k;
      const std::uint64_t absolute = first_step + step;
      for (std::uint32_t c = 0; c < channels; ++c) {
        const std::uint32_t key = options_.observed[c / fields] * fields + c % fields;
        for (std::uint32_t r = 0; r < replicas; ++r) {
          const double bound = threshold[std::size_t{c} * replicas + r];
          if (bound < 1) continue;  // less than one word in 2^32: never
          const PhiloxBlock block = step_block(seed_, Stream::encoder, key, first_replica + r, absolute);
          if (block.word[absolute & 3] < bound) spikes.push_back({step, c, r});
        }
      }
    }
  }
}

void Encoder::encode(View<const double> values, std::uint32_t samples, std::uint32_t replicas,
                     std::uint32_t first_replica, std::uint64_t first_step, EncodedInput& encoded) const {
  encoded.signal.clear();
  encoded.spikes.clear();
  encoded.input = Input{};
  encoded.input.samples = samples;
  encoded.input.steps_per_sample = options_.steps_per_sample;
  if (options_.encoding == Encoding::current) {
    encoded.signal.reserve(values.size);
    for (const double value : values) encoded.signal.push_back(static_cast<real>(value));
    encoded.input.signal = encoded.signal;
  } else {
    encode_spikes(values, samples, replicas, first_replica, first_step, encoded.spikes);
    encoded.input.spikes = encoded.spikes;
  }
}

}  // namespace sprig
