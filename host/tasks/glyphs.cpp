// Digits that need no file: seven-segment glyphs, shifted, slanted, of varying stroke, with noise.
#include "host/tasks/glyphs.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "sprig/core/random.hpp"
#include "sprig/network/projection_draw.hpp"

namespace sprig {

namespace {

constexpr ImageShape kShape{1, 28, 28};
constexpr std::uint32_t kSeed = 1;  // the set is one, as a published one is
constexpr std::uint64_t kTrain = 6000, kTest = 1000;

struct Segment {
  double x0, y0, x1, y1;
};
// A unit wide, two high: top, upper left and right, middle, lower left and right, bottom.
constexpr Segment kSegments[] = {{0, 0, 1, 0}, {0, 0, 0, 1}, {1, 0, 1, 1}, {0, 1, 1, 1},
                                 {0, 1, 0, 2}, {1, 1, 1, 2}, {0, 2, 1, 2}};
constexpr std::uint8_t kDigits[kImageClasses] = {0b1110111, 0b0100100, 0b1011101, 0b1101101, 0b0101110,
                                                 0b1101011, 0b1111011, 0b0100101, 0b1111111, 0b1101111};

double distance(const Segment& s, double x, double y) {
  const double dx = s.x1 - s.x0, dy = s.y1 - s.y0;
  const double t = std::clamp(((x - s.x0) * dx + (y - s.y0) * dy) / (dx * dx + dy * dy), 0.0, 1.0);
  return std::hypot(x - s.x0 - t * dx, y - s.y0 - t * dy);
}

void draw(std::uint32_t digit, std::uint64_t id, std::uint8_t* pixels) {
  const auto uniform = [id](std::uint64_t draw, double low, double high) {
    return low + (high - low) * uniform_open(kSeed, Stream::glyph, id, draw);
  };
  const double size = uniform(0, 7.5, 9.5), left = 14 - size / 2 + uniform(1, -1.5, 1.5),
               top = 14 - size + uniform(2, -1.5, 1.5);
  const double slant = uniform(3, -0.12, 0.12), stroke = uniform(4, 1.4, 2.2);
  for (std::uint32_t row = 0; row < kShape.rows; ++row)
    for (std::uint32_t column = 0; column < kShape.columns; ++column) {
      const double y = (row - top) / size, x = (column - left) / size + slant * (y - 1);
      double nearest = 10;
      for (std::size_t s = 0; s < std::size(kSegments); ++s)
        if (kDigits[digit] >> s & 1) nearest = std::min(nearest, distance(kSegments[s], x, y) * size);
      const std::uint32_t pixel = row * kShape.columns + column;
      const double ink = 255 * std::clamp(stroke + 0.5 - nearest, 0.0, 1.0);
      const double noise = uniform(16 + pixel, 0, 1) < 0.02 ? 128 : 0;
      pixels[pixel] = static_cast<std::uint8_t>(std::lround(std::max(ink, noise)));
    }
}

}  // namespace

ImageSet glyphs(ImagePart part) {
  const std::uint64_t count = part == ImagePart::train ? kTrain : kTest, first = part == ImagePart::train ? 0 : kTrain;
  ImageSet set{kShape, std::vector<std::uint8_t>(count * kShape.pixels()), std::vector<std::uint8_t>(count)};
  for (std::uint64_t i = 0; i < count; ++i) {
    const PhiloxBlock block = draw_block(kSeed, Stream::glyph, first + i, ~0ull);
    const std::uint32_t digit = draw_below(block.word[0], kImageClasses);
    set.labels[i] = static_cast<std::uint8_t>(digit);
    draw(digit, first + i, set.data.data() + i * kShape.pixels());
  }
  return set;
}

}  // namespace sprig
