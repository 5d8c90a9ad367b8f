// observation.json: what the page of a run shows of networks and of what they do, in the small.
//
// step_ms, settle_ms, observed_ms, bin_ms    of the activity; how: where it comes from, in words
// rows, row_inhibitory                       original ids of the neurons in the rasters, at most kRasterRows; 0 or 1
// networks: [{name, neurons, synapses,
//   weights, tau_m_ms: {edges, counts}       the same edges in all networks
//   eigenvalues: {real, imaginary}           of the recurrent matrix; else no_eigenvalues: why
//   activity: {row_there, raster_step, raster_row, rate_hz, mean_rate_hz, silent, rates_hz: {edges, counts},
//     sample: {in_degree, rate_hz}}}]        rate_hz: of all neurons, per bin; sample: of up to kSampledNeurons
// no_activity                                why none has any
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/session/output.hpp"
#include "sprig/session/run_folder.hpp"

namespace sprig::app {

inline constexpr std::uint32_t kRasterRows = 200, kSampledNeurons = 1000;
inline constexpr double kObservedMs = 1000;
inline constexpr std::uint32_t kMostEigenvalues = 1000;  // neurons: the dense solver takes some seconds there

struct NamedNetwork {
  std::string name;  // "before", "after", "network"
  const Network& network;
  const Drive& drive;
};

// Simulates each network for a second, after settling for lyapunov.transient_ms, without a task's input, and writes
// observation.json. The rows of later networks are those of the first, by original id. Throws no Error: where a
// simulation fails the file says why, and where the file cannot be written a line on stderr does.
void write_observation(RunFolder& folder, const Config& config, const std::vector<NamedNetwork>& networks);

// The same of one network whose spikes were recorded: replica 0, the first second.
void write_observation(RunFolder& folder, const NamedNetwork& network, const std::vector<SpikeEvent>& spikes,
                       std::uint64_t first_step, std::uint64_t steps);

}  // namespace sprig::app
