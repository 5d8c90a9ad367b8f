// From a real-valued series to a network's input: injected currents, or Poisson spikes of Gaussian receptive fields.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/coding/encoded_input.hpp"
#include "sprig/core/view.hpp"
#include "sprig/core/words.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

enum class Encoding { current, population };
constexpr auto words_of(Encoding) { return words<Encoding>("current", "population"); }

struct SeriesEncoding {
  std::vector<std::uint32_t> observed{0};  // channels that are fed in; {0,1,2} = full observation
  Encoding encoding = Encoding::current;
  double input_gain = 2.0;     // current: gain x standardised value x uniform(-1, 1) weight per neuron
  std::uint32_t fields = 20;   // population: Gaussian receptive fields a channel, over [-2.5, 2.5] sd
  double field_width = 0.5;    // their standard deviation, in sd of the signal
  double field_rate_hz = 200;  // peak rate of a field's Poisson channel
  double field_density = 0.2;  // each neuron listens to this fraction of the channels
  double field_weight = 0.3;
  std::uint32_t steps_per_sample = 10;  // simulation steps while one sample is held
};

// Current: neuron i receives input_gain * sum_c u_ic z_c(t) with u_ic uniform in (-1, 1). Population: channel (c, f) is
// a Poisson train (on the grid: one Bernoulli draw a step) of rate
//   field_rate_hz * exp(-(z_c - centre_f)^2 / (2 field_width^2)),   centres equally spaced over [-2.5, 2.5],
// and neuron i listens to it, with weight field_weight, with probability field_density. Weights are keyed by (original
// neuron id, channel of the series), spikes by (channel, step, replica); z is standardised.
class Encoder {
 public:
  // Options must have been validated against the series and the network (check_forecast).
  Encoder(const SeriesEncoding& options, double step_ms, std::uint32_t seed);

  // Gives `network` this encoder's input layer (replacing its own) and `drive` its current gains. Errors: ConfigError
  // when the drive already has injected signals, for which a task has no values.
  void wire(Network& network, Drive& drive) const;

  // The input of `samples` samples from absolute step `first_step` on. values: [replica][sample][observed channel].
  void encode(View<const double> values, std::uint32_t samples, std::uint32_t replicas, std::uint32_t first_replica,
              std::uint64_t first_step, EncodedInput& encoded) const;

  // Rate of field f at standardised value z, Hz.
  double field_rate(std::uint32_t field, double z) const;
  std::uint32_t observed() const { return static_cast<std::uint32_t>(options_.observed.size()); }

 private:
  double input_draw(const Network& network, std::uint32_t neuron, std::uint64_t channel) const;
  void encode_spikes(View<const double> values, std::uint32_t samples, std::uint32_t replicas,
                     std::uint32_t first_replica, std::uint64_t first_step, std::vector<Input::Spike>& spikes) const;

  SeriesEncoding options_;
  double step_ms_;
  std::uint32_t seed_;
};

}  // namespace sprig
