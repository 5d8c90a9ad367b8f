// Rate-coded pixels: pixel p fires in a step with probability rate_hz x p / 255 x h (one Bernoulli draw a step, keyed
// by pixel, image and step, four steps a block).
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/core/view.hpp"

namespace sprig {

// For each value of a pixel: draws below it, of 2^32, are spikes.
std::vector<std::uint64_t> pixel_bounds(double rate_hz, double step_ms);

class PixelSpikes {
 public:
  PixelSpikes(double rate_hz, double step_ms, std::uint32_t seed);

  // The spikes of one presentation, steps [first_step, first_step + steps): an image of the same id gets the same
  // spikes at the same steps.
  void draw(View<const std::uint8_t> pixels, std::uint32_t id, std::uint64_t first_step, std::uint32_t steps);

  // Of the latest draw: pixels that fire in a step, counted from the presentation's first, ascending.
  View<const std::uint32_t> at(std::uint32_t step) const {
    return {pixels_.data() + offsets_[step], offsets_[step + 1] - offsets_[step]};
  }
  std::uint32_t count() const { return offsets_.back(); }

 private:
  std::uint32_t seed_;
  std::vector<std::uint64_t> bounds_;          // of each value
  std::vector<std::uint32_t> lit_, lit_last_;  // pixels that may fire, and the largest draw at which each does
  std::vector<std::uint32_t> offsets_{0};
  std::vector<std::uint32_t> pixels_;
};

}  // namespace sprig
