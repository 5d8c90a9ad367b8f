#include "sprig/coding/pixel_spikes.hpp"

#include <algorithm>
#include <cmath>

#include "sprig/core/philox_lanes.hpp"
#include "sprig/core/random.hpp"

namespace sprig {

std::vector<std::uint64_t> pixel_bounds(double rate_hz, double step_ms) {
  std::vector<std::uint64_t> bounds;
  for (std::uint32_t value = 0; value < 256; ++value) {
    const double bound = std::ceil(spike_bound(rate_hz * value / 255, step_ms));
    bounds.push_back(static_cast<std::uint64_t>(std::min(bound, 4294967296.0)));
  }
  return bounds;
}

PixelSpikes::PixelSpikes(double rate_hz, double step_ms, std::uint32_t seed)
    : seed_(seed), bounds_(pixel_bounds(rate_hz, step_ms)) {}

void PixelSpikes::draw(View<const std::uint8_t> pixels, std::uint32_t id, std::uint64_t first_step,
                       std::uint32_t steps) {
  lit_.clear(), lit_last_.clear();
  for (std::uint32_t p = 0; p < pixels.size; ++p)
    if (const std::uint64_t bound = bounds_[pixels[p]]; bound > 0)
      lit_.push_back(p), lit_last_.push_back(static_cast<std::uint32_t>(bound - 1));
  offsets_.assign(1, 0);
  pixels_.clear();
  std::vector<std::uint32_t> of_word[4];
  const std::uint64_t end = first_step + steps;
  for (std::uint64_t quarter = first_step >> 2; quarter << 2 < end; ++quarter) {
    for (auto& spikes : of_word) spikes.clear();
    for (std::size_t first = 0; first < lit_.size(); first += kLanes) {
      const std::size_t lanes = std::min<std::size_t>(kLanes, lit_.size() - first);
      LaneWords words;
      for (std::size_t l = 0; l < kLanes; ++l) {
        const PhiloxBlock counter = step_counter(lit_[first + std::min(l, lanes - 1)], id, quarter << 2);
        for (int w = 0; w < 4; ++w) words.word[w][l] = counter.word[w];
      }
      philox_lanes(words, seed_, static_cast<std::uint32_t>(Stream::image_encoder));
      for (int w = 0; w < 4; ++w)
        for (std::size_t l = 0; l < lanes; ++l)
          if (words.word[w][l] <= lit_last_[first + l]) of_word[w].push_back(lit_[first + l]);
    }
    for (std::uint64_t w = 0; w < 4; ++w) {
      const std::uint64_t step = (quarter << 2) + w;
      if (step < first_step || step >= end) continue;
      pixels_.insert(pixels_.end(), of_word[w].begin(), of_word[w].end());
      offsets_.push_back(static_cast<std::uint32_t>(pixels_.size()));
    }
  }
}

}  // namespace sprig
