// Unit perturbations, window by window and batch by batch.
#include "sprig/dynamics/probe.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "host/dynamics/benettin.hpp"
#include "host/dynamics/recorded_run.hpp"
#include "host/dynamics/tangent_device.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/steps.hpp"
#include "sprig/dynamics/collapsed.hpp"

namespace sprig {

namespace {

std::uint64_t window_steps(const Network& network, const LyapunovOptions& options) {
  if (!(options.probe_ms <= options.duration_ms))
    refuse("lyapunov.probe_ms", shown(options.probe_ms),
           "from one step to lyapunov.duration_ms = " + shown(options.duration_ms));
  return whole_steps_of(options.probe_ms, network.step_ms, "lyapunov.probe_ms");
}

// The N perturbations of a window, in batches of as many columns as the tangent space has.
class Probes {
 public:
  Probes(const TangentNetwork& tangent, const SimulationOptions& simulation)
      : tangent_(tangent),
        columns_(std::min(kProbeColumns, tangent.neurons)),
        space_(make_tangent_space(tangent, columns_, simulation)),
        growth_(tangent.neurons) {}

  // |Phi e_{V_i}| of each neuron over the steps of `chunks`.
  const std::vector<double>& grow(const std::vector<SaltationChunk>& chunks) {
    for (std::uint32_t first = 0; first < tangent_.neurons; first += columns_) {
      const std::uint32_t count = std::min(columns_, tangent_.neurons - first);
      std::vector<double> frame(std::size_t{tangent_.rows()} * columns_, 0);
      for (std::uint32_t c = 0; c < count; ++c) frame[std::size_t{first + c} * columns_ + c] = 1;
      space_->set_frame(frame);
      for (const SaltationChunk& chunk : chunks) space_->advance(chunk);
      frame = space_->frame();
      for (std::uint32_t c = 0; c < count; ++c) {
        double square = 0;
        for (std::size_t cell = c; cell < frame.size(); cell += columns_) square += frame[cell] * frame[cell];
        growth_[first + c] = std::sqrt(square);
      }
    }
    return growth_;
  }

 private:
  const TangentNetwork& tangent_;
  std::uint32_t columns_;
  std::unique_ptr<TangentSpace> space_;
  std::vector<double> growth_;
};

void require_alive(const std::vector<double>& growth, std::uint64_t step) {
  for (std::size_t i = 0; i < growth.size(); ++i)
    if (is_collapsed(growth[i]))
      throw NumericalError("probe of neuron " + std::to_string(i), "has length " + std::to_string(growth[i]) +
                                                                       " at step " + std::to_string(step) +
                                                                       "; choose a shorter lyapunov.probe_ms");
}

}  // namespace

ProbeResult probe_exponents(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                            const LyapunovOptions& options, const InputSource& input, const Progress& progress) {
  check_lyapunov_options(network, simulation, options);
  const std::uint64_t window = window_steps(network, options);
  const TangentNetwork tangent = make_tangent_network(network);
  SaltationBuilder builder(network, tangent, options.velocity_guard, options.velocity_at);
  RecordedRun run(network, tangent, drive, simulation, options, 0, input, progress);
  Probes probes(tangent, simulation);
  run.skip(run.transient_steps + run.settle_steps);
  builder.start(run.state());

  ProbeResult result;
  result.conditional = is_driven(drive, options, input);
  result.velocity_at = options.velocity_at;
  result.window_ms = static_cast<double>(window) * network.step_ms;
  LyapunovAccumulator average(network.size(), 0);
  const std::uint64_t windows = run.average_steps / window;
  for (; result.windows < windows; ++result.windows) {
    std::vector<SaltationChunk> chunks;
    run.record(window, [&](const Recording& recording) { chunks.push_back(builder.build(recording)); });
    const std::vector<double>& growth = probes.grow(chunks);
    require_alive(growth, run.step());
    average.add(result.window_ms, growth);
  }
  progress(1);
  result.spikes = run.spikes();
  result.guarded_spikes = builder.counts().guarded;
  result.averaged_ms = average.time();
  result.values = average.exponents();
  result.standard_errors = average.standard_errors(options.blocks);
  result.mean_rate_hz = 1e3 * static_cast<double>(result.spikes) / result.averaged_ms / network.size();
  return result;
}

}  // namespace sprig
