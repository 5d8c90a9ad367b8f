// The encoder of images.
#include "host/tasks/image_encoder.hpp"

#include <array>

#include "sprig/core/error.hpp"

namespace sprig {

ImageEncoder::ImageEncoder(const ClassificationOptions& options, std::uint32_t pixels, double step_ms,
                           std::uint32_t seed)
    : pixels_(pixels),
      steps_(options.steps),
      rate_hz_(options.rate_hz),
      density_(options.density),
      weight_(options.weight),
      step_ms_(step_ms),
      seed_(seed) {}

void ImageEncoder::wire(Network& network, const Drive& drive) const {
  refuse_own_signals(drive);
  network.input = Csr{};
  network.input.rows = pixels_;
  network.input.cols = network.size();
  for (std::uint32_t p = 0; p < pixels_; ++p) {
    for (std::uint32_t i = 0; i < network.size(); ++i) {
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
  std::array<double, 256> bound;
  for (std::uint32_t value = 0; value < bound.size(); ++value)
    bound[value] = spike_bound(rate_hz_ * value / 255, step_ms_);
  std::vector<std::vector<Input::Spike>> of_step(steps_);  // pixel by pixel, image by image
  for (std::uint32_t p = 0; p < pixels_; ++p)
    for (std::uint32_t r = 0; r < images.size; ++r) {
      const std::uint8_t value = set.image(images[r])[p];
      if (value == 0) continue;
      const std::uint32_t id = first_replica + image_id(part, images[r]);
      PhiloxBlock block{};
      for (std::uint32_t k = 0; k < steps_; ++k) {
        const std::uint64_t step = first_step + k;
        if (k == 0 || (step & 3) == 0) block = step_block(seed_, Stream::image_encoder, p, id, step);
        if (word_of_step(block, step) < bound[value]) of_step[k].push_back({k, p, r});
      }
    }
  encoded.signal.clear();
  encoded.spikes.clear();
  for (const auto& spikes : of_step) encoded.spikes.insert(encoded.spikes.end(), spikes.begin(), spikes.end());
  encoded.input = Input{};
  encoded.input.spikes = encoded.spikes;
}

}  // namespace sprig
