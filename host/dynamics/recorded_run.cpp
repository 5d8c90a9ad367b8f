// Options checked, and a trajectory run piece by piece.
#include "host/dynamics/recorded_run.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/steps.hpp"

namespace sprig {

namespace {

constexpr std::uint64_t kRecordedCells = 1 << 22;  // neuron-steps kept at a time
constexpr std::uint64_t kSkippedPiece = 1000;      // steps between two looks at the progress function

}  // namespace

void check_lyapunov_options(const Network& network, const SimulationOptions& simulation,
                            const LyapunovOptions& options) {
  if (network.size() == 0) throw ConfigError("lyapunov.network", "has no neurons");
  if (simulation.replicas != 1) refuse("run.replicas", shown(simulation.replicas), "1");
  check_fields("lyapunov", options);
  whole_steps_of(options.duration_ms, network.step_ms, "lyapunov.duration_ms");
  steps_of(options.transient_ms, network.step_ms, "lyapunov.transient_ms");
  steps_of(options.tangent_transient_ms, network.step_ms, "lyapunov.tangent_transient_ms");
  steps_of(options.renorm_ms, network.step_ms, "lyapunov.renorm_ms");
}

void check_exponents(const LyapunovOptions& options, std::uint32_t dimension) {
  if (options.exponents > dimension)
    refuse("lyapunov.exponents", shown(options.exponents),
           "at most the dimension " + shown(dimension) + ", or 0 for all");
}

bool is_driven(const Drive& drive, const LyapunovOptions& options, const InputSource& input) {
  const auto any = [](const std::vector<double>& values) {
    return std::any_of(values.begin(), values.end(), [](double value) { return value != 0; });
  };
  return options.noise > 0 || input || any(drive.noise_sigma) ||
         (any(drive.poisson_rate_hz) && any(drive.poisson_weight));
}

namespace {

// A trajectory has every step of every neuron.
SimulationOptions by_the_clock(SimulationOptions options) {
  options.update = UpdateMode::clock;
  return options;
}

}  // namespace

RecordedRun::RecordedRun(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                         const LyapunovOptions& options, const InputSource& input, const Progress& progress)
    : transient_steps(steps_of(options.transient_ms, network.step_ms, "lyapunov.transient_ms")),
      settle_steps(steps_of(options.tangent_transient_ms, network.step_ms, "lyapunov.tangent_transient_ms")),
      average_steps(steps_of(options.duration_ms, network.step_ms, "lyapunov.duration_ms")),
      input_(input),
      progress_(progress),
      simulation_(
          make_simulation(network, with_potential_noise(drive, network, options.noise), by_the_clock(simulation))),
      piece_(std::max<std::uint64_t>(1, kRecordedCells / network.size())) {}

void RecordedRun::report() const {
  progress_.report("lyapunov",
                   static_cast<double>(done_) / static_cast<double>(transient_steps + settle_steps + average_steps));
}

void RecordedRun::skip(std::uint64_t steps) {
  for (std::uint64_t left = steps; left > 0;) {
    report();
    const std::uint64_t count = std::min(kSkippedPiece, left);
    simulation_->advance(count, input_ ? input_(simulation_->step(), count) : Input{}, {}, nullptr);
    left -= count;
    done_ += count;
  }
}

void RecordedRun::advance(std::uint64_t steps, const std::function<void(const Recording&)>& use) {
  RecordOptions record;
  record.trajectory = true;
  for (std::uint64_t left = steps; left > 0;) {
    report();
    const std::uint64_t count = std::min(piece_, left);
    Recording recording;
    simulation_->advance(count, input_ ? input_(simulation_->step(), count) : Input{}, record, &recording);
    spikes_ += recording.total_spikes;
    use(recording);
    left -= count;
    done_ += count;
  }
}

}  // namespace sprig
