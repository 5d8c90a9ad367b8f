// Unit perturbations, window by window and batch by batch.
#include "sprig/dynamics/probe.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
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

constexpr std::uint64_t kChunkSteps = 32;  // which a batch of columns moves by between two looks at the progress

std::uint64_t window_steps(const Network& network, const LyapunovOptions& options) {
  if (!(options.probe_ms <= options.duration_ms))
    refuse("lyapunov.probe_ms", shown(options.probe_ms),
           "from one step to lyapunov.duration_ms = " + shown(options.duration_ms));
  return whole_steps_of(options.probe_ms, network.step_ms, "lyapunov.probe_ms");
}

// The N perturbations of a window, in batches of as many columns as the tangent space has.
class Probes {
 public:
  Probes(PlacedTangent& tangent, const SimulationOptions& simulation)
      : tangent_(tangent.network()),
        columns_(std::min(kProbeColumns, tangent_.neurons)),
        space_(make_tangent_space(tangent, columns_, simulation)),
        growth_(tangent_.neurons) {}

  // |Phi e_{V_i}| of each neuron over the steps of `chunks`. Goes on behind the batches that are done; asks `report`
  // before each chunk.
  const std::vector<double>& grow(const std::vector<SaltationChunk>& chunks, const std::function<void()>& report) {
    while (grown_ < tangent_.neurons) {
      const std::uint32_t count = std::min(columns_, tangent_.neurons - grown_);
      std::vector<double> frame(std::size_t{tangent_.rows()} * columns_, 0);
      for (std::uint32_t c = 0; c < count; ++c) frame[std::size_t{grown_ + c} * columns_ + c] = 1;
      space_->set_frame(frame);
      for (const SaltationChunk& chunk : chunks) {
        report();
        space_->advance(chunk);
      }
      frame = space_->frame();
      for (std::uint32_t c = 0; c < count; ++c) {
        double square = 0;
        for (std::size_t cell = c; cell < frame.size(); cell += columns_) square += frame[cell] * frame[cell];
        growth_[grown_ + c] = std::sqrt(square);
      }
      grown_ += count;
    }
    return growth_;
  }
  void next_window() { grown_ = 0; }

  // Between two batches.
  static void persist(auto& self, auto& archive) {
    archive(self.grown_, self.growth_);
    if constexpr (std::remove_reference_t<decltype(archive)>::kReads)
      if (self.grown_ > self.tangent_.neurons || self.growth_.size() != self.tangent_.neurons)
        archive.refuse("has perturbations of another network");
  }

 private:
  const TangentNetwork& tangent_;
  std::uint32_t columns_;
  std::unique_ptr<TangentSpace> space_;
  std::uint32_t grown_ = 0;  // neurons of this window that are done
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
                            const LyapunovOptions& options, const InputSource& input, const Progress& progress,
                            const Checkpoints& checkpoints) {
  PlacedDynamics placed(network, simulation);
  return probe_exponents(placed, drive, options, input, progress, checkpoints);
}

ProbeResult probe_exponents(PlacedDynamics& placed, const Drive& drive, const LyapunovOptions& options,
                            const InputSource& input, const Progress& progress, const Checkpoints& checkpoints) {
  const Network& network = placed.network();
  check_lyapunov_options(network, placed.options(), options);
  const std::uint64_t window = window_steps(network, options);
  const TangentNetwork& tangent = placed.tangent().network();
  SaltationBuilder builder(network, tangent, options.velocity_guard, options.velocity_at);
  RecordedRun run(placed.placed(), placed.tangent(), drive, options, 0, input, progress);
  Probes probes(placed.tangent(), placed.placed().options());
  ProbeResult result;
  result.conditional = is_driven(drive, options, input);
  result.velocity_at = options.velocity_at;
  result.window_ms = static_cast<double>(window) * network.step_ms;
  LyapunovAccumulator average(network.size(), 0);
  const std::uint64_t windows = run.average_steps / window, first = run.transient_steps + run.settle_steps;
  std::optional<SaltationState> at_start;  // of the window under way, as the run's state
  run.go_on(
      checkpoints,
      [&](Writer& writer) {
        writer(at_start.has_value());
        if (at_start) writer(*at_start, result.windows, average, probes);
      },
      [&](Reader& reader) {
        bool averages = false;
        reader(averages);
        if (averages) reader(at_start.emplace(), result.windows, average, probes);
        if (averages ? run.done() != first + result.windows * window : run.done() > first)
          reader.refuse("has windows of other steps");
        if (averages && !is_possible(tangent, *at_start))
          reader.refuse("has spikes in flight that are not this network's");
        if (averages) builder.set_state(*at_start);
      });
  if (!at_start) {
    run.skip(first - run.done());
    builder.start(run.state());
  }
  for (; result.windows < windows; ++result.windows) {
    at_start = builder.state();
    run.mark();
    std::vector<SaltationChunk> chunks;
    for (std::uint64_t done = 0; done < window; done += kChunkSteps)
      run.record(std::min(kChunkSteps, window - done),
                 [&](const Recording& recording) { chunks.push_back(builder.build(recording)); });
    const std::vector<double>& growth = probes.grow(chunks, [&] { run.report(); });
    require_alive(growth, run.step());
    average.add(result.window_ms, growth);
    probes.next_window();
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
