// Trains of Poisson-distributed intervals (BindsNET's encoder).
#include <algorithm>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>

#include "sprig/coding/pixel_spikes.hpp"

namespace sprig {

IntervalTables::IntervalTables(double rate_hz, double step_ms, std::uint32_t longest) {
  constexpr double kDraws = 4294967296.0;
  for (std::uint32_t value = 0; value < 256; ++value) {
    offsets.push_back(static_cast<std::uint32_t>(last.size()));
    shortest.push_back(1);
    if (value == 0) continue;
    const double mean = 1000 * 255 / (rate_hz * value * step_ms);
    if (!(mean < 1e9)) continue;  // never within a presentation
    const boost::math::poisson_distribution<double> distribution(mean);
    // Seven standard deviations below the mean nothing is left of 2^32 draws; 0 counts as 1.
    const double low = std::max(1.0, std::floor(mean - 7 * std::sqrt(mean)));
    if (low > longest) continue;
    double below = boost::math::cdf(distribution, low), at = boost::math::pdf(distribution, low);
    shortest.back() = static_cast<std::uint32_t>(low);
    for (std::uint32_t k = shortest.back(); k <= longest; ++k) {
      const double draws = std::min(std::ceil(below * kDraws), kDraws);
      if (draws >= 1)
        last.push_back(static_cast<std::uint32_t>(draws - 1));
      else
        ++shortest.back();
      if (draws == kDraws) break;
      at *= mean / (k + 1);
      below += at;
    }
  }
  offsets.push_back(static_cast<std::uint32_t>(last.size()));
}

PixelIntervals::PixelIntervals(double rate_hz, double step_ms, std::uint32_t seed, std::uint32_t longest)
    : seed_(seed), tables_(rate_hz, step_ms, longest) {}

void PixelIntervals::draw(View<const std::uint8_t> pixels, std::uint32_t id, std::uint64_t first_step,
                          std::uint32_t steps) {
  const IntervalTablesView tables{tables_.offsets.data(), tables_.shortest.data(), tables_.last.data()};
  steps_.clear(), of_.clear();
  for (std::uint32_t p = 0; p < pixels.size; ++p) {
    std::uint32_t after = 0;  // steps up to the latest spike, that one among them
    for (std::uint64_t k = first_step;; ++k) {
      after += tables.interval(pixels[p], seed_, p, id, k);
      if (after > steps) break;
      steps_.push_back(after - 1), of_.push_back(p);
    }
  }
  // By step; within one, pixels stay in order.
  offsets_.assign(std::size_t{steps} + 1, 0);
  for (const std::uint32_t t : steps_) ++offsets_[t + 1];
  for (std::uint32_t t = 0; t < steps; ++t) offsets_[t + 1] += offsets_[t];
  pixels_.resize(of_.size());
  std::vector<std::uint32_t> next(offsets_.begin(), offsets_.end() - 1);
  for (std::size_t k = 0; k < of_.size(); ++k) pixels_[next[steps_[k]]++] = of_[k];
}

std::unique_ptr<SpikesByStep> make_pixel_spikes(PixelCode code, double rate_hz, double step_ms, std::uint32_t seed,
                                                std::uint32_t longest) {
  if (code == PixelCode::intervals) return std::make_unique<PixelIntervals>(rate_hz, step_ms, seed, longest);
  return std::make_unique<PixelSpikes>(rate_hz, step_ms, seed);
}

}  // namespace sprig
