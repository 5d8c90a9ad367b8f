// observation.json: what the page of a run shows of networks and of what they do, in the small.
//
// step_ms, settle_ms, observed_ms, bin_ms    of the activity; how: where it comes from, in words
// rows, row_inhibitory                       original ids of the neurons in the rasters, at most kRasterRows; 0 or 1
// networks: [{name, neurons, synapses,
//   weights, tau_m_ms: {edges, counts}       the same edges in all networks
//   no_weights                               why there are none
//   eigenvalues: {real, imaginary}           of the recurrent matrix; else no_eigenvalues: why
//   activity: {row_there, raster_step, raster_row, rate_hz, mean_rate_hz, silent, rates_hz: {edges, counts},
//     sample: {in_degree, rate_hz}}}]        rate_hz: of all neurons, per bin; sample: of up to kSampledNeurons
// no_activity                                why none has any
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/instruments/activity.hpp"
#include "sprig/instruments/run.hpp"
#include "sprig/session/output.hpp"
#include "sprig/session/run_folder.hpp"

namespace sprig::app {

inline constexpr std::uint32_t kRasterRows = 200, kSampledNeurons = 1000;
inline constexpr double kObservedMs = 1000;

struct NamedNetwork {
  std::string name;  // "before", "after", "network"
  const Network& network;
  const Drive& drive;
};

class Activity;

// observation.json as it comes together: of a second of each network, simulated for it, or of a run as it goes. The
// rows of later networks are those of the first, by original id. A simulation that fails is no error, but for one of
// the first network that a run would refuse (ConfigError): the file says why. Networks must live until write().
class Observation : public SpikeWatch {
 public:
  // Simulates the first network: after settling for lyapunov.transient_ms, without a task's input.
  Observation(const Config& config, const NamedNetwork& first);
  // Of a run's replica 0, the first second from `first_step` on. matrix: the network with its synapses; null: there is
  // none, because of `why_none`.
  Observation(const Network& network, const Network* matrix, const std::string& why_none, std::uint64_t first_step,
              std::uint64_t steps);
  ~Observation() override;

  void simulate(const NamedNetwork& network);
  // Of a run, in order.
  void add(const std::vector<SpikeEvent>& spikes) override;
  void keep(Writer& writer) const override;
  void restore(Reader& reader) override;
  // A sentence for each network that is silent or saturated.
  std::vector<std::string> warnings(NetworkOrigin origin) const;
  // Where the file cannot be written, a line on stderr says so: the run matters more than its page.
  void write(RunFolder& folder);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

NetworkOrigin origin_of(const Config& config);

// Each as a line on stderr.
void print_warnings(const std::vector<std::string>& warnings);

}  // namespace sprig::app
