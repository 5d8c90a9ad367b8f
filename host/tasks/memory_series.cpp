// Series that answer to a random input.
#include "host/tasks/memory_series.hpp"

#include <numeric>
#include <vector>

#include "sprig/core/random.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

constexpr std::uint64_t kPast = 1024;  // samples of input before a series' first one; any memory is shorter
static_assert(kPast > kMostMemory + 1);

// Uniform in (0, 1), for a sample counted from the beginning of the past.
double input_draw(std::uint32_t seed, std::uint64_t attempt, std::uint64_t sample) {
  return uniform_open(seed, Stream::series_input, attempt, sample);
}

double bit(std::uint32_t seed, std::uint64_t sample) { return input_draw(seed, 0, sample) < 0.5 ? -1 : 1; }

Series driven(std::uint64_t samples, std::uint32_t inputs, std::uint32_t targets) {
  if (samples == 0) refuse("task.samples", "0", "at least 1");
  Series series{inputs + targets, samples, 1, 0, {}, inputs};
  series.data.reserve(samples * series.channels);
  return series;
}

struct NarmaLaw {
  std::uint32_t order;
  double own, sum, product, constant;  // of y, of y times its last `order` values, of the inputs, alone
  double largest;                      // y from below which some input always leads below it
};
constexpr NarmaLaw kNarma10{10, 0.3, 0.05, 1.5, 0.1, 1}, kNarma30{30, 0.2, 0.04, 1.5, 0.001, 0.6};
constexpr double kLargestInput = 0.5;

constexpr bool can_stay(const NarmaLaw& law) {
  return law.own * law.largest + law.sum * law.order * law.largest * law.largest + law.constant < law.largest;
}
static_assert(can_stay(kNarma10) && can_stay(kNarma30));

Series narma(const NarmaLaw& law, std::uint64_t samples, std::uint32_t seed) {
  Series series = driven(samples, 1, 1);
  std::vector<double> inputs(law.order, 0), outputs(law.order, 0);  // rings of the last `order`
  double y = 0;
  for (std::uint64_t t = 0; t < kPast + samples; ++t) {
    const std::uint64_t here = t % law.order, oldest = (t + 1) % law.order;
    outputs[here] = y;
    const double fixed =
        law.own * y + law.sum * y * std::accumulate(outputs.begin(), outputs.end(), 0.0) + law.constant;
    for (std::uint64_t attempt = 0;; ++attempt) {
      inputs[here] = kLargestInput * input_draw(seed, attempt, t);
      y = fixed + law.product * inputs[oldest] * inputs[here];
      if (y <= law.largest) break;
    }
    if (t < kPast) continue;
    series.data.push_back(inputs[here]);
    series.data.push_back(y);
  }
  return series;
}

}  // namespace

Series narma10(std::uint64_t samples, std::uint32_t seed) { return narma(kNarma10, samples, seed); }

Series narma30(std::uint64_t samples, std::uint32_t seed) { return narma(kNarma30, samples, seed); }

Series memory_capacity_series(std::uint64_t samples, std::uint32_t lags, std::uint32_t seed) {
  FieldCheck{"task"}("memory_lags", lags, kMemory);
  Series series = driven(samples, 1, lags);
  for (std::uint64_t t = kPast; t < kPast + samples; ++t)
    for (std::uint32_t k = 0; k <= lags; ++k) series.data.push_back(2 * input_draw(seed, 0, t - k) - 1);
  return series;
}

Series delayed_xor(std::uint64_t samples, std::uint32_t delay, std::uint32_t seed) {
  FieldCheck{"task"}("memory_delay", delay, kMemory);
  Series series = driven(samples, 1, 1);
  for (std::uint64_t t = kPast; t < kPast + samples; ++t) {
    series.data.push_back(bit(seed, t));
    series.data.push_back(-bit(seed, t - delay) * bit(seed, t - delay - 1));
  }
  return series;
}

Series copy_series(std::uint64_t samples, std::uint32_t length, std::uint32_t delay, std::uint32_t seed) {
  FieldCheck{"task"}("copy_length", length, kMemory);
  FieldCheck{"task"}("memory_delay", delay, kMemory);
  Series series = driven(samples, 2, 1);
  const std::uint32_t back = length + delay, period = back + length;
  for (std::uint64_t s = 0; s < samples; ++s) {
    const std::uint64_t place = s % period;
    const bool shown = place < length, asked = place >= back;
    series.data.push_back(shown ? bit(seed, kPast + s) : 0);
    series.data.push_back(asked ? 1 : 0);
    series.data.push_back(asked ? bit(seed, kPast + s - back) : 0);
  }
  return series;
}

}  // namespace sprig
