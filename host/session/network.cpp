#include "sprig/session/network.hpp"

#include <utility>

#include "sprig/formats/network_file.hpp"

namespace sprig {

BuiltNetwork make_network(const Config& config, std::uint32_t seed) {
  return config.network_file.empty() ? build_network(config.network, seed) : load_network(config.network_file);
}

Network stored(BuiltNetwork built) {
  if (auto* procedural = std::get_if<ProceduralNetwork>(&built)) return realise(*procedural);
  return std::get<Network>(std::move(built));
}

Drive make_drive(const DriveSection& drive, std::uint32_t neurons) {
  Drive made;
  if (drive.poisson_rate_hz > 0) {
    made.poisson_rate_hz.assign(neurons, drive.poisson_rate_hz);
    made.poisson_weight.assign(neurons, drive.poisson_weight);
  }
  if (drive.noise_sigma > 0) made.noise_sigma.assign(neurons, drive.noise_sigma);
  return made;
}

}  // namespace sprig
