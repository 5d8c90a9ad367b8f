// The spectrum of a spiking network: the engine runs ahead by one renormalisation interval with its trajectory
// recorded, then the tangent frame follows.
#include "sprig/dynamics/lyapunov.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/dynamics/spectrum.hpp"
#include "sprig/core/error.hpp"
#include "sprig/dynamics/linearise.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/engine/device.hpp"

namespace sprig {

namespace {

constexpr double kBrokenCondition = 1e12;          // of one interval: too close to the rounding of doubles
constexpr double kLargestCondition = 1e6;          // of an average interval, where its length was left to us
constexpr std::uint64_t kRecordedCells = 1 << 22;  // neuron-steps kept at a time
constexpr std::uint64_t kTransientPiece = 1000;    // steps between two looks at the progress function

void check_time(const char* key, double value, double least) {
  if (!std::isfinite(value) || value < least)
    throw ConfigError(key, std::to_string(value) + ", must be at least " + std::to_string(least) + " ms");
}

void check(const Network& network, const SimulationOptions& simulation, const LyapunovOptions& options) {
  if (network.size() == 0) throw ConfigError("lyapunov.network", "has no neurons");
  if (simulation.replicas != 1)
    throw ConfigError("lyapunov.replicas", std::to_string(simulation.replicas) + ", must be 1");
  check_time("lyapunov.transient_ms", options.transient_ms, 0);
  check_time("lyapunov.tangent_transient_ms", options.tangent_transient_ms, 0);
  check_time("lyapunov.duration_ms", options.duration_ms, network.step_ms);
  check_time("lyapunov.renorm_ms", options.renorm_ms, 0);
  const auto positive = [](const char* key, double value) {
    if (!(value > 0) || !std::isfinite(value))
      throw ConfigError(key, std::to_string(value) + ", must be above 0 and finite");
  };
  positive("lyapunov.surrogate_gain", options.surrogate_gain);
  positive("lyapunov.finite_size", options.finite_size);
  positive("lyapunov.velocity_guard", options.velocity_guard);
  if (options.blocks < 2) throw ConfigError("lyapunov.blocks", std::to_string(options.blocks) + ", must be at least 2");
}

// Row ids of the start frame: original neuron and which of its states, so pruning leaves the other rows' draws alone.
std::vector<std::uint64_t> row_ids(const Network& network, std::uint32_t rows) {
  const std::uint32_t n = network.size();
  std::vector<std::uint64_t> ids(rows);
  for (std::uint32_t r = 0; r < rows; ++r) {
    const std::uint32_t i = r % n;
    ids[r] = (std::uint64_t{r / n} << 32) | (network.original_id.empty() ? i : network.original_id[i]);
  }
  return ids;
}

// One network, its tangent space, and one of the two ways to linearise it.
class NetworkSpectrum {
 public:
  NetworkSpectrum(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                  const LyapunovOptions& options, const InputSource& input)
      : network_(network),
        options_(options),
        input_(input),
        tangent_(make_tangent_network(network)),
        neurons_(linear_neurons(network)),
        builder_(network, tangent_, options.velocity_guard),
        columns_(options.exponents == 0 ? tangent_.rows() : options.exponents),
        clock_(options, network.step_ms) {
    if (columns_ > tangent_.rows())
      throw ConfigError("lyapunov.exponents", std::to_string(columns_) + ", must be at most the dimension " +
                                                  std::to_string(tangent_.rows()));
    simulation_ = make_simulation(network, drive, simulation);
    const bool device =
        simulation.device == Device::cuda || (simulation.device == Device::automatic && !cuda::devices().empty());
    space_ = device ? cuda::make_tangent_space(tangent_, columns_)
                    : cpu::make_tangent_space(tangent_, columns_, simulation.threads);
    seed_ = simulation.seed;
  }

  LyapunovResult run();

 private:
  // Moves state and frame by up to `steps`, then renormalises; returns the steps done. `stopped_` when asked to stop.
  std::uint64_t interval(std::uint64_t steps);
  void shorten(const LyapunovAccumulator& settled);

  const Network& network_;
  const LyapunovOptions& options_;
  const InputSource& input_;
  TangentNetwork tangent_;
  std::vector<LinearNeuron> neurons_;
  SaltationBuilder builder_;
  std::uint32_t columns_, seed_ = 0;
  SpectrumClock clock_;
  std::unique_ptr<Simulation> simulation_;
  std::unique_ptr<TangentSpace> space_;
  std::uint64_t interval_steps_ = 1, spikes_ = 0;
  bool stopped_ = false;
  std::vector<double> diagonal_, growth_, mass_;
};

std::uint64_t NetworkSpectrum::interval(std::uint64_t steps) {
  RecordOptions record;
  record.trajectory = true;
  const std::uint64_t piece = std::max<std::uint64_t>(1, kRecordedCells / network_.size());
  std::uint64_t done = 0;
  while (done < steps && !stopped_) {
    const std::uint64_t count = std::min(piece, steps - done);
    Recording recording;
    simulation_->advance(count, input_ ? input_(simulation_->step(), count) : Input{}, record, &recording);
    spikes_ += recording.total_spikes;
    if (options_.method == LyapunovMethod::saltation)
      space_->advance(builder_.build(recording));
    else
      space_->advance(surrogate_chunk(neurons_, network_.kind.reset, options_.surrogate_gain, recording));
    done += count;
    stopped_ = !clock_.advance(count);
  }
  try {
    space_->renormalise(diagonal_, growth_, mass_);
  } catch (const NumericalError& error) {
    throw NumericalError(error.what(), "at step " + std::to_string(simulation_->step()));
  }
  return done;
}

// After settling: (lambda_1 - lambda_k) t_ONS < ln 1e6.
void NetworkSpectrum::shorten(const LyapunovAccumulator& settled) {
  const std::vector<double> exponents = settled.exponents();
  const auto [smallest, largest] = std::minmax_element(exponents.begin(), exponents.end());
  const double longest = std::log(kLargestCondition) / (*largest - *smallest) / network_.step_ms;
  if (longest < static_cast<double>(interval_steps_))
    interval_steps_ = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(longest));
}

LyapunovResult NetworkSpectrum::run() {
  LyapunovResult result;
  const bool saltation = options_.method == LyapunovMethod::saltation;
  result.method = saltation ? "saltation" : "surrogate";
  if (!saltation) result.surrogate_gain = options_.surrogate_gain;
  const bool automatic = options_.renorm_ms == 0;
  interval_steps_ = first_interval_steps(network_, options_);

  stopped_ = !run_transient(*simulation_, input_, clock_);
  builder_.start(simulation_->state());
  const Eigen::MatrixXd frame = start_frame(row_ids(network_, tangent_.rows()), columns_, seed_);
  std::vector<double> rows;
  rows.reserve(static_cast<std::size_t>(frame.size()));
  for (Eigen::Index r = 0; r < frame.rows(); ++r)
    for (Eigen::Index c = 0; c < frame.cols(); ++c) rows.push_back(frame(r, c));
  space_->set_frame(rows);

  LyapunovAccumulator settled(columns_, 0);
  for (std::uint64_t done = 0; done < clock_.settle_steps && !stopped_;) {
    const std::uint64_t steps = interval(std::min(interval_steps_, clock_.settle_steps - done));
    done += steps;
    settled.add(static_cast<double>(steps) * network_.step_ms, diagonal_);
    const auto [smallest, largest] = std::minmax_element(diagonal_.begin(), diagonal_.end());
    if (automatic && *largest > kBrokenCondition * *smallest)
      interval_steps_ = std::max<std::uint64_t>(1, interval_steps_ / 2);
  }
  if (automatic && settled.intervals() > 0) shorten(settled);
  result.renorm_ms = static_cast<double>(interval_steps_) * network_.step_ms;

  LyapunovAccumulator average(columns_, tangent_.rows());
  builder_.reset_counts();
  spikes_ = 0;
  for (std::uint64_t done = 0; done < clock_.average_steps && !stopped_;) {
    const std::uint64_t steps = interval(std::min(interval_steps_, clock_.average_steps - done));
    done += steps;
    average.add(static_cast<double>(steps) * network_.step_ms, diagonal_, growth_, mass_);
  }
  result.complete = !stopped_ || average.time() >= static_cast<double>(clock_.average_steps) * network_.step_ms;
  summarise(average, options_.blocks, result);
  result.spikes = spikes_;
  if (average.intervals() == 0) return result;

  const std::uint32_t n = network_.size();
  result.mean_rate_hz = 1e3 * static_cast<double>(spikes_) / average.time() / n;
  const std::vector<double> per_row = average.row_exponents();
  result.per_neuron.assign(n, 0);
  for (std::size_t r = 0; r < per_row.size(); ++r) result.per_neuron[r % n] += per_row[r];
  const SaltationCounts& counts = builder_.counts();
  result.guarded_spikes = counts.guarded;
  result.jump_spikes = counts.jumps;
  if (counts.spikes > 0)
    result.mean_log_velocity_ratio = counts.log_velocity_ratio / static_cast<double>(counts.spikes);
  return result;
}

}  // namespace

SpectrumClock::SpectrumClock(const LyapunovOptions& options, double step_ms)
    : transient_steps(static_cast<std::uint64_t>(std::llround(options.transient_ms / step_ms))),
      settle_steps(static_cast<std::uint64_t>(std::llround(options.tangent_transient_ms / step_ms))),
      average_steps(static_cast<std::uint64_t>(std::llround(options.duration_ms / step_ms))),
      progress_(options.progress) {}

bool SpectrumClock::advance(std::uint64_t steps) {
  done_ += steps;
  return !progress_ ||
         progress_(static_cast<double>(done_) / static_cast<double>(transient_steps + settle_steps + average_steps));
}

bool run_transient(Simulation& simulation, const InputSource& input, SpectrumClock& clock) {
  for (std::uint64_t done = 0; done < clock.transient_steps;) {
    const std::uint64_t steps = std::min(kTransientPiece, clock.transient_steps - done);
    simulation.advance(steps, input ? input(simulation.step(), steps) : Input{}, {}, nullptr);
    done += steps;
    if (!clock.advance(steps)) return false;
  }
  return true;
}

std::uint64_t first_interval_steps(const Network& network, const LyapunovOptions& options) {
  double interval = options.renorm_ms;
  if (interval == 0) {
    const NeuronParameters& p = network.neurons;
    interval = std::accumulate(p.tau_m_ms.begin(), p.tau_m_ms.end(), 0.0) / network.size();
    double fastest = *std::min_element(p.tau_m_ms.begin(), p.tau_m_ms.end());
    if (network.kind.synapse == Synapse::exponential)
      for (const auto* tau : {&p.tau_syn_exc_ms, &p.tau_syn_inh_ms})
        fastest = std::min(fastest, *std::min_element(tau->begin(), tau->end()));
    interval = std::min(interval, std::log(kLargestCondition) * fastest);
  }
  const auto steps = static_cast<std::uint64_t>(std::llround(interval / network.step_ms));
  const auto most = static_cast<std::uint64_t>(std::llround(options.duration_ms / network.step_ms));
  return std::clamp<std::uint64_t>(steps, 1, most);
}

void summarise(const LyapunovAccumulator& accumulator, std::uint32_t blocks, LyapunovResult& result) {
  result.averaged_ms = accumulator.time();
  if (accumulator.intervals() == 0) return;
  const std::vector<double> exponents = accumulator.exponents(), errors = accumulator.standard_errors(blocks);
  std::vector<std::size_t> order(exponents.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return exponents[a] > exponents[b]; });
  for (const std::size_t k : order) {
    result.exponents.push_back(exponents[k]);
    if (!errors.empty()) result.standard_errors.push_back(errors[k]);
  }
  result.dimension = kaplan_yorke_dimension(result.exponents, result.dimension_is_bound);
  result.entropy = entropy_bound(result.exponents);
  result.condition = accumulator.condition();
}

LyapunovResult lyapunov_spectrum(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                                 const LyapunovOptions& options, const InputSource& input) {
  check(network, simulation, options);
  if (options.method == LyapunovMethod::finite) return finite_exponent(network, drive, simulation, options, input);
  return NetworkSpectrum(network, drive, simulation, options, input).run();
}

}  // namespace sprig
