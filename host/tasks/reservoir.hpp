// A network that runs on encoded samples and hands out its filtered spike traces: what both the teacher-forced pass and
// the closed loop drive.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "sprig/coding/series_encoder.hpp"
#include "sprig/coding/trace.hpp"
#include "sprig/core/view.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/tasks/forecast.hpp"

namespace sprig {

// A network and how it is driven in a task; shared by the runs below.
struct ReservoirSetup {
  Network network;  // with the encoder's input layer
  Drive drive;      // with the encoder's current gains
  SimulationOptions simulation;
  Encoder encoder;
  std::uint32_t steps_per_sample;
  double trace_tau_ms;
  bool square;

  ReservoirSetup(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                 const ForecastOptions& options, std::uint32_t seed);
  std::uint32_t features() const { return network.size() * (square ? 2 : 1); }
};

class Reservoir {
 public:
  // Replica r draws as replica simulation.first_replica + offset + r.
  Reservoir(const ReservoirSetup& setup, std::uint32_t replicas, std::uint32_t offset);

  using EachSample = std::function<void(std::uint32_t sample, View<const SpikeEvent> spikes)>;
  // Runs `samples` samples; values: [replica][sample][observed channel], standardised. `each_sample` is called after
  // every sample, when the traces are those of its last step, with the spikes of its steps.
  void advance(View<const double> values, std::uint32_t samples, const EachSample& each_sample);

  // The features of one replica now: traces, then their squares if asked for. `out` takes setup.features() values.
  template <class Row>
  void write_features(std::uint32_t replica, Row&& out) const {
    const View<const double> trace = trace_.of_replica(replica);
    for (std::size_t i = 0; i < trace.size; ++i) out[static_cast<long>(i)] = trace[i];
    if (setup_.square)
      for (std::size_t i = 0; i < trace.size; ++i) out[static_cast<long>(trace.size + i)] = trace[i] * trace[i];
  }

 private:
  const ReservoirSetup& setup_;
  std::uint32_t replicas_, first_replica_;
  std::unique_ptr<Simulation> simulation_;
  SpikeTrace trace_;
  EncodedInput encoded_;
  Recording recording_;
};

}  // namespace sprig
