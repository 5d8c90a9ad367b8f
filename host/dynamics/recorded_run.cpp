// Options checked, and a trajectory run piece by piece.
#include "host/dynamics/recorded_run.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/steps.hpp"

namespace sprig {

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

RecordedRun::RecordedRun(PlacedNetwork& placed, PlacedTangent& tangent, const Drive& drive,
                         const LyapunovOptions& options, std::uint32_t columns, const InputSource& input,
                         const Progress& progress)
    : transient_steps(steps_of(options.transient_ms, placed.network().step_ms, "lyapunov.transient_ms")),
      settle_steps(steps_of(options.tangent_transient_ms, placed.network().step_ms, "lyapunov.tangent_transient_ms")),
      average_steps(steps_of(options.duration_ms, placed.network().step_ms, "lyapunov.duration_ms")),
      input_(input),
      progress_(progress),
      neurons_(placed.network().size()),
      run_(make_tangent_run(
          placed, tangent, with_potential_noise(drive, placed.network(), options.noise),
          {options.method, options.velocity_at, options.velocity_guard, options.surrogate_gain, columns})) {}

bool RecordedRun::go_on(const Checkpoints& checkpoints, std::function<void(Writer&)> keep,
                        const std::function<void(Reader&)>& restore) {
  checkpoints_ = checkpoints;
  keep_ = std::move(keep);
  const bool restored = checkpoints_.restore([&](Reader& reader) {
    Moment then;
    reader(then);
    if (then.done > total()) reader.refuse("has a step after the end");
    done_ = then.done;
    spikes_ = then.spikes;
    run_->simulation().set_state(then.state);
    restore(reader);
  });
  if (restored) checkpoints_.goes_on("step " + std::to_string(done_) + " of " + std::to_string(total()));
  return restored;
}

void RecordedRun::report() const {
  const double fraction = static_cast<double>(done_) / static_cast<double>(total());
  const bool stops = !progress_(fraction) && fraction < 1;
  if (done_ > 0 && (stops || checkpoints_.due()))
    checkpoints_.keep([&](Writer& writer) {
      writer(mark_ ? *mark_ : Moment{done_, spikes_, state()});
      keep_(writer);
    });
  if (stops) throw Interrupted("lyapunov", "stopped on request");
}

void RecordedRun::piece(std::uint64_t most, const std::function<std::uint64_t(std::uint64_t, const Input&)>& move) {
  report();
  const auto start = std::chrono::steady_clock::now();
  const std::uint64_t count = lengths_.next(most);
  spikes_ += move(count, input_ ? input_(step(), count) : Input{});
  done_ += count;
  lengths_.took(count, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

void RecordedRun::skip(std::uint64_t steps) {
  for (const std::uint64_t end = done_ + steps; done_ < end;)
    piece(end - done_, [&](std::uint64_t count, const Input& input) {
      run_->simulation().advance(count, input, {}, nullptr);
      return std::uint64_t{0};
    });
}

void RecordedRun::advance(std::uint64_t steps, const std::function<void(std::uint64_t)>& done) {
  for (const std::uint64_t end = done_ + steps; done_ < end;)
    piece(std::min(run_->most_steps(), end - done_), [&](std::uint64_t count, const Input& input) {
      const std::uint64_t spikes = run_->advance(count, input);
      if (done) done(count);
      return spikes;
    });
}

void RecordedRun::record(std::uint64_t steps, const std::function<void(const Recording&)>& use) {
  const std::uint64_t most = std::max<std::uint64_t>(1, kRecordedCells / neurons_);
  RecordOptions record;
  record.trajectory = true;
  for (const std::uint64_t end = done_ + steps; done_ < end;)
    piece(std::min(most, end - done_), [&](std::uint64_t count, const Input& input) {
      Recording recording;
      run_->simulation().advance(count, input, record, &recording);
      use(recording);
      return recording.total_spikes;
    });
}

}  // namespace sprig
