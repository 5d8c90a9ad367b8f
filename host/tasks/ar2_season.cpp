// The series ar2_season.
#include "host/tasks/ar2_season.hpp"

#include <cmath>
#include <numbers>

#include "sprig/core/quantile.hpp"
#include "sprig/core/random.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/tasks/series.hpp"

namespace sprig {

Series ar2_season(std::uint64_t samples, std::uint32_t seed) {
  if (samples == 0) refuse("task.samples", "0", "at least 1");
  const std::vector<real> quantiles = normal_quantiles(0, 1);
  const auto normal = [&](std::uint64_t sample) {
    return static_cast<double>(
        quantile_lookup(quantiles.data(), draw_block(seed, Stream::series_noise, 0, sample).word[0]));
  };
  const double phase = 2 * std::numbers::pi * uniform_open(seed, Stream::task_initial_state, 0, 0);
  const double noise = std::sqrt(kArNoiseVariance);

  Series series{1, samples, 1, 0, {}};
  series.data.reserve(samples);
  double before = 0, last = 0;
  for (std::uint64_t t = 0; t < samples; ++t) {
    // The first two samples are drawn from their stationary law.
    const double next = t == 0   ? normal(0)
                        : t == 1 ? kArCorrelation * last + std::sqrt(1 - kArCorrelation * kArCorrelation) * normal(1)
                                 : kAr1 * last + kAr2 * before + noise * normal(t);
    before = last;
    last = next;
    const double season = std::sin(2 * std::numbers::pi * static_cast<double>(t) / kSeasonPeriod + phase);
    series.data.push_back(next + std::numbers::sqrt2 * season);
  }
  return series;
}

}  // namespace sprig
