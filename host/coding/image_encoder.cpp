// The encoder of images.
#include "sprig/coding/image_encoder.hpp"

#include <vector>

#include "sprig/coding/pixel_spikes.hpp"
#include "sprig/network/projection_draw.hpp"

namespace sprig {

ImageEncoder::ImageEncoder(const ImageEncoding& options, const ImageShape& shape, double step_ms, std::uint32_t seed)
    : shape_(shape),
      patch_(options.patch),
      steps_(options.steps),
      rate_hz_(options.rate_hz),
      density_(options.density),
      weight_(options.weight),
      step_ms_(step_ms),
      seed_(seed) {}

namespace {

// What a neuron sees of an image.
struct Patch {
  std::uint32_t row = 0, column = 0, rows, columns;

  explicit Patch(const ImageShape& shape) : rows(shape.rows), columns(shape.columns) {}
  // A square anywhere within the image.
  Patch(const ImageShape& shape, std::uint32_t side, const PhiloxBlock& draw) : rows(side), columns(side) {
    row = draw_below(draw.word[0], shape.rows - side + 1);
    column = draw_below(draw.word[1], shape.columns - side + 1);
  }
  bool holds(std::uint32_t r, std::uint32_t c) const {
    return r >= row && r - row < rows && c >= column && c - column < columns;
  }
};

}  // namespace

void ImageEncoder::wire(Network& network, const Drive& drive) const {
  refuse_own_signals(drive);
  network.input = Csr{};
  network.input.rows = shape_.pixels();
  network.input.cols = network.size();
  std::vector<Patch> patches(network.size(), Patch(shape_));
  for (std::uint32_t i = 0; patch_ > 0 && i < network.size(); ++i)  // drawn as if for one more pixel than there are
    patches[i] = Patch(shape_, patch_, input_block(network, i, shape_.pixels(), seed_));
  for (std::uint32_t p = 0; p < shape_.pixels(); ++p) {
    const std::uint32_t row = p / shape_.columns % shape_.rows, column = p % shape_.columns;
    for (std::uint32_t i = 0; i < network.size(); ++i) {
      if (!patches[i].holds(row, column)) continue;
      const PhiloxBlock block = input_block(network, i, p, seed_);
      if (uniform_open(block.word[0], block.word[1]) >= density_) continue;
      network.input.targets.push_back(i);
      network.input.weights.push_back(
          static_cast<float>(weight_ * (2 * uniform_open(block.word[2], block.word[3]) - 1)));
    }
    network.input.offsets.push_back(network.input.targets.size());
  }
}

void ImageEncoder::encode(const ImageSet& set, ImagePart part, View<const std::uint64_t> images,
                          std::uint32_t first_replica, std::uint64_t first_step, EncodedInput& encoded) const {
  encoded.signal.clear();
  encoded.spikes.clear();
  PixelSpikes pixels(rate_hz_, step_ms_, seed_);
  for (std::uint32_t r = 0; r < images.size; ++r) {
    pixels.draw(set.image(images[r]), first_replica + image_id(part, images[r]), first_step, steps_);
    for (std::uint32_t k = 0; k < steps_; ++k)
      for (const std::uint32_t p : pixels.at(k)) encoded.spikes.push_back({k, p, r});
  }
  order_spikes(encoded.spikes);
  encoded.input = Input{};
  encoded.input.spikes = encoded.spikes;
}

}  // namespace sprig
