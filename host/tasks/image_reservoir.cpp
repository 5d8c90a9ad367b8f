// Presenting images.
#include "host/tasks/image_reservoir.hpp"

#include <algorithm>
#include <numeric>

#include "sprig/coding/trace.hpp"

namespace sprig {

ImageReservoir::ImageReservoir(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                               const ClassificationOptions& options, const ImageShape& shape, std::uint32_t seed)
    : network_(network),
      drive_(drive),
      simulation_(simulation),
      options_(options),
      encoder_(options, shape, network.step_ms, seed) {
  encoder_.wire(network_, drive_);
}

void ImageReservoir::present(const ImageSet& set, ImagePart part, std::uint64_t first, std::uint32_t count,
                             Eigen::MatrixXd& features, Recording& recording) const {
  std::vector<std::uint64_t> images(count);
  std::iota(images.begin(), images.end(), first);
  EncodedInput encoded;
  encoder_.encode(set, part, images, simulation_.first_replica, 0, encoded);

  SimulationOptions batch = simulation_;
  batch.replicas = count;
  batch.first_replica += ImageEncoder::image_id(part, first);
  batch.first_step = 0;
  const auto simulation = make_simulation(network_, drive_, batch);
  RecordOptions what;
  what.spikes = true;
  recording.clear();
  simulation->advance(options_.steps, encoded.input, what, &recording);

  const std::uint32_t neurons = network_.size(), steps = options_.steps / options_.windows;
  SpikeTrace trace(neurons, count, steps, network_.step_ms, options_.trace_tau_ms);
  features.resize(count, this->features());
  auto from = recording.spikes.begin();
  for (std::uint32_t w = 0; w < options_.windows; ++w) {
    const std::uint64_t begin = std::uint64_t{w} * steps;
    const auto to = std::partition_point(from, recording.spikes.end(),
                                         [&](const SpikeEvent& spike) { return spike.step < begin + steps; });
    trace.advance({recording.spikes.data() + (from - recording.spikes.begin()), static_cast<std::size_t>(to - from)},
                  begin);
    from = to;
    for (std::uint32_t r = 0; r < count; ++r)
      for (std::uint32_t i = 0; i < neurons; ++i)
        features(r, static_cast<Eigen::Index>(w) * neurons + i) = trace.of_replica(r)[i];
  }
  if (options_.square) {
    const Eigen::Index traces = features.cols() / 2;
    features.rightCols(traces) = features.leftCols(traces).array().square();
  }
}

}  // namespace sprig
