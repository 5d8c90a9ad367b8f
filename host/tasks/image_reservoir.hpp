// A network that images are presented to: features are its filtered spike traces at the end of each window.
#pragma once

#include <Eigen/Dense>

#include "sprig/coding/image_encoder.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"
#include "sprig/tasks/classify.hpp"

namespace sprig {

class ImageReservoir {
 public:
  // Options must have been validated (check_classification) and outlive this.
  ImageReservoir(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                 const ClassificationOptions& options, const ImageShape& shape, std::uint32_t seed);

  std::uint32_t features() const { return network_.size() * options_.windows * (options_.square ? 2 : 1); }
  const Network& network() const { return network_; }  // with the encoder's input layer
  const ImageEncoder& encoder() const { return encoder_; }

  // Presents images [first, first + count) of a part, as the replicas of one batch. features: [image][window, neuron],
  // with the squares behind all windows. recording: steps from 0, image first + r as replica r.
  void present(const ImageSet& set, ImagePart part, std::uint64_t first, std::uint32_t count, Eigen::MatrixXd& features,
               Recording& recording) const;

 private:
  Network network_;
  const Drive& drive_;
  SimulationOptions simulation_;
  const ClassificationOptions& options_;
  ImageEncoder encoder_;
};

}  // namespace sprig
