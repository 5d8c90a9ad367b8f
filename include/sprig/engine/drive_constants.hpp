// The drive as constants of neurons: when a network is packed, and whenever a simulation is given another drive.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/engine/poisson_table.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig {

// What another drive changed.
struct DriveChange {
  bool constants = false;  // one of those that each_step_constant() lists
  bool rows = false;       // poisson_row
};

// What a simulation keeps of its network, so that it can be given another drive.
class DrivenNeurons {
 public:
  DrivenNeurons(const Network& network, const Drive& first);

  // Errors: ConfigError for a drive that does not fit the network, or has terms that the first one had not.
  void check(const Drive& drive) const;
  // Of a drive that was checked: the rows of its Poisson counts, and where a simulation has that term and the drive has
  // not, a single row without spikes for all neurons.
  PoissonTable table(const Drive& drive) const;
  // Writes what a drive that was checked means to neurons [first, first + count): the constants external, noise_sigma,
  // poisson_weight_*, poisson_row, current_gain. A term that the drive has not is one of zeros.
  DriveChange pack(SliceConstants& to, const Drive& drive, const PoissonTable& table, std::uint32_t first,
                   std::uint32_t count) const;

 private:
  LifKind kind_;
  double step_ms_;
  std::vector<double> i_dc_;  // [neuron], pA
  std::uint32_t channels_;
  bool poisson_, noise_;
};

}  // namespace sprig
