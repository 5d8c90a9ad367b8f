// Rate-coded pixels, of a mean rate of rate_hz x value / 255. Two codes:
//
//   poisson    a spike in a step with probability rate x h: one Bernoulli draw a step, four steps a block
//   intervals  BindsNET's: from one spike to the next a Poisson variate of mean 1 / (rate h) steps, at least 1, so that
//              trains are nearly regular (of 8 steps on average, with a deviation of 2.8; of `poisson`, of 7.5)
//
// Draws are keyed by pixel, image and step or interval: an image of the same id has the same spikes at the same steps.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sprig/core/hd.hpp"
#include "sprig/core/random.hpp"
#include "sprig/core/view.hpp"
#include "sprig/core/words.hpp"

namespace sprig {

enum class PixelCode : std::uint8_t { poisson, intervals };
constexpr auto words_of(PixelCode) { return words<PixelCode>("poisson", "intervals"); }

// The spikes of one presentation.
class SpikesByStep {
 public:
  virtual ~SpikesByStep() = default;
  // Draws steps [first_step, first_step + steps).
  virtual void draw(View<const std::uint8_t> pixels, std::uint32_t id, std::uint64_t first_step,
                    std::uint32_t steps) = 0;

  // What the latest draw gave: pixels that fire in a step, counted from the presentation's first, ascending. None after
  // it.
  View<const std::uint32_t> at(std::uint32_t step) const {
    if (step + 1 >= offsets_.size()) return {};
    return {pixels_.data() + offsets_[step], offsets_[step + 1] - offsets_[step]};
  }
  std::uint32_t count() const { return offsets_.back(); }

 protected:
  std::vector<std::uint32_t> offsets_{0};
  std::vector<std::uint32_t> pixels_;
};

// PixelCode::poisson.
class PixelSpikes final : public SpikesByStep {
 public:
  PixelSpikes(double rate_hz, double step_ms, std::uint32_t seed);
  void draw(View<const std::uint8_t> pixels, std::uint32_t id, std::uint64_t first_step, std::uint32_t steps) override;

 private:
  std::uint32_t seed_;
  std::vector<std::uint64_t> bounds_;          // of each value
  std::vector<std::uint32_t> lit_, lit_last_;  // pixels that may fire, and the largest draw at which each does
};

// For each value of a pixel: draws below it, of 2^32, are spikes.
std::vector<std::uint64_t> pixel_bounds(double rate_hz, double step_ms);

// For each value of a pixel, the intervals up to `longest` steps that it may have: the first one, and the largest draw
// that gives at most each.
struct IntervalTables {
  std::vector<std::uint32_t> offsets;   // [257]: into last
  std::vector<std::uint32_t> shortest;  // [256]
  std::vector<std::uint32_t> last;

  IntervalTables(double rate_hz, double step_ms, std::uint32_t longest);
};

struct IntervalTablesView {
  const std::uint32_t *offsets = nullptr, *shortest = nullptr, *last = nullptr;

  // The length of interval k of a pixel of this value; a number that no presentation reaches where it is longer than
  // `longest`.
  SPRIG_HD std::uint32_t interval(std::uint8_t value, std::uint32_t seed, std::uint32_t pixel, std::uint32_t image,
                                  std::uint64_t k) const {
    std::uint32_t low = offsets[value];
    const std::uint32_t begin = low, end = offsets[value + 1];
    if (begin == end) return kNever;
    const std::uint32_t draw = word_of_step(step_block(seed, Stream::image_interval, pixel, image, k), k);
    for (std::uint32_t high = end; low < high;) {
      const std::uint32_t middle = low + (high - low) / 2;
      if (last[middle] < draw)
        low = middle + 1;
      else
        high = middle;
    }
    return low < end ? shortest[value] + (low - begin) : kNever;
  }
  static constexpr std::uint32_t kNever = 1u << 30;
};

// PixelCode::intervals; of presentations of at most `longest` steps.
class PixelIntervals final : public SpikesByStep {
 public:
  PixelIntervals(double rate_hz, double step_ms, std::uint32_t seed, std::uint32_t longest);
  void draw(View<const std::uint8_t> pixels, std::uint32_t id, std::uint64_t first_step, std::uint32_t steps) override;

 private:
  std::uint32_t seed_;
  IntervalTables tables_;
  std::vector<std::uint32_t> steps_, of_;  // of each spike, pixel by pixel
};

std::unique_ptr<SpikesByStep> make_pixel_spikes(PixelCode code, double rate_hz, double step_ms, std::uint32_t seed,
                                                std::uint32_t longest);

}  // namespace sprig
