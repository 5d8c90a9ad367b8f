// From images to a network's input: Poisson spikes of pixels, rate-coded.
#pragma once

#include <cstdint>

#include "sprig/coding/encoded_input.hpp"
#include "sprig/core/view.hpp"
#include "sprig/formats/images.hpp"

namespace sprig {

struct ImageEncoding {
  std::uint32_t steps = 100;  // simulation steps an image is presented, from the network's initial state
  double rate_hz = 400;       // of a white pixel's Poisson train
  std::uint32_t patch = 0;    // each neuron listens within a square of so many pixels a side; 0: the whole image
  double density = 0.1;       // to this fraction of the pixels there
  double weight = 1;          // largest magnitude of an input synapse; uniform in (-weight, weight)
};

// Channel p is a Poisson train (on the grid: one Bernoulli draw a step) of rate rate_hz x pixel / 255, and neuron i
// listens to it with probability `density` and a weight uniform in (-weight, weight), if the pixel lies in the neuron's
// patch: a square anywhere within the image (a local receptive field; McDonnell et al. 2015, doi
// 10.1371/journal.pone.0134254). Places and weights are keyed by the original neuron id (and the pixel), spikes by
// (pixel, image, step): neither the batch nor what else is presented changes them.
class ImageEncoder {
 public:
  // Options must have been validated (check_classification).
  ImageEncoder(const ImageEncoding& options, const ImageShape& shape, double step_ms, std::uint32_t seed);

  // Gives `network` this encoder's input layer (replacing its own). Errors: ConfigError when the drive has injected
  // signals, for which a task has no values.
  void wire(Network& network, const Drive& drive) const;

  // The input of one presentation (options.steps steps) of `images`, indices into `set`, image r to replica r. An image
  // of the same id and `first_step` gets the same spikes; another first_step (presentation x steps, say) new ones.
  void encode(const ImageSet& set, ImagePart part, View<const std::uint64_t> images, std::uint32_t first_replica,
              std::uint64_t first_step, EncodedInput& encoded) const;

  // What draws for an image are keyed by, as a replica: its index, beyond 2^31 for the test part.
  static std::uint32_t image_id(ImagePart part, std::uint64_t image) {
    return static_cast<std::uint32_t>(image) + (part == ImagePart::test ? 1u << 31 : 0);
  }

 private:
  ImageShape shape_;
  std::uint32_t patch_, steps_;
  double rate_hz_, density_, weight_, step_ms_;
  std::uint32_t seed_;
};

}  // namespace sprig
