// The spectrum of a spiking network: state and tangent frame run for one renormalisation interval, piece by piece, then
// the frame is made orthonormal again.
#include "sprig/dynamics/lyapunov.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/dynamics/benettin.hpp"
#include "host/dynamics/recorded_run.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/steps.hpp"
#include "sprig/dynamics/contraction.hpp"

namespace sprig {

namespace {

constexpr double kBrokenCondition = 1e12;  // of one interval: too close to the rounding of doubles
constexpr double kLargestCondition = 1e6;  // of an average interval, where its length was left to us

// The renormalisation interval to begin with, in steps: as asked for, or at most the mean tau_m and ln 1e6 over the
// fastest decay rate.
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
  return std::clamp<std::uint64_t>(nearest_step(interval, network.step_ms, "lyapunov.renorm_ms"), 1,
                                   steps_of(options.duration_ms, network.step_ms, "lyapunov.duration_ms"));
}

// Fills exponents (descending) with their errors, dimension, entropy, condition and averaged time.
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
  NetworkSpectrum(PlacedDynamics& placed, const Drive& drive, const LyapunovOptions& options, const InputSource& input,
                  const Progress& progress)
      : network_(placed.network()),
        options_(options),
        tangent_(placed.tangent().network()),
        columns_(checked_columns()),
        seed_(placed.options().seed),
        run_(placed.placed(), placed.tangent(), drive, options, columns_, input, progress) {}

  // keeps: a stop is no error, and the result covers the intervals that were averaged.
  LyapunovResult spectrum(const Checkpoints& checkpoints, bool keeps);

 private:
  std::uint32_t checked_columns() const {
    check_exponents(options_, tangent_.rows());
    return options_.exponents == 0 ? tangent_.rows() : options_.exponents;
  }
  // Of the averages, at any moment between two pieces of the run.
  static void persist(auto& self, auto& archive);
  void restore(const Checkpoints& checkpoints);
  void set_start_frame();
  // Moves state and frame to the end of an interval of `steps`, then renormalises.
  void interval(std::uint64_t steps);
  void settle();
  void choose_interval();
  void average();
  void measure(const Checkpoints& checkpoints);
  void add_counts(LyapunovResult& result) const;

  const Network& network_;
  const LyapunovOptions& options_;
  const TangentNetwork& tangent_;
  std::uint32_t columns_, seed_;
  RecordedRun run_;
  enum class Phase : std::uint8_t { transient, settling, averaging } phase_ = Phase::transient;
  std::uint64_t interval_steps_ = 1, whole_steps_ = 0, open_steps_ = 0;  // of whole intervals; of the one under way
  LyapunovAccumulator settled_{columns_, 0}, average_{columns_, tangent_.rows()};
  SaltationCounts counts_;    // of whole intervals that are averaged
  std::uint64_t spikes_ = 0;  // the same
  std::vector<double> diagonal_, growth_, mass_;
};

void NetworkSpectrum::set_start_frame() {
  const Eigen::MatrixXd frame = start_frame(row_ids(network_, tangent_.rows()), columns_, seed_);
  std::vector<double> rows;
  rows.reserve(static_cast<std::size_t>(frame.size()));
  for (Eigen::Index r = 0; r < frame.rows(); ++r)
    for (Eigen::Index c = 0; c < frame.cols(); ++c) rows.push_back(frame(r, c));
  run_.tangent().space().set_frame(rows);
}

void NetworkSpectrum::interval(std::uint64_t steps) {
  run_.advance(steps - open_steps_, [&](std::uint64_t done) { open_steps_ += done; });
  try {
    run_.tangent().space().renormalise(diagonal_, growth_, mass_);
  } catch (const NumericalError& error) {
    throw NumericalError(error.what(), "at step " + std::to_string(run_.step()));
  }
  whole_steps_ += steps;
  open_steps_ = 0;
}

// Where the interval was left to us, makes it so short that afterwards (lambda_1 - lambda_k) t_ONS < ln 1e6.
void NetworkSpectrum::choose_interval() {
  if (options_.renorm_ms != 0 || settled_.intervals() == 0) return;
  const std::vector<double> exponents = settled_.exponents();
  const auto [smallest, largest] = std::minmax_element(exponents.begin(), exponents.end());
  const double longest = std::log(kLargestCondition) / (*largest - *smallest) / network_.step_ms;
  if (longest < static_cast<double>(interval_steps_))
    interval_steps_ = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(longest));
}

// Turns the frame towards its directions.
void NetworkSpectrum::settle() {
  while (whole_steps_ < run_.settle_steps) {
    const std::uint64_t steps = std::min(interval_steps_, run_.settle_steps - whole_steps_);
    interval(steps);
    settled_.add(static_cast<double>(steps) * network_.step_ms, diagonal_);
    const auto [smallest, largest] = std::minmax_element(diagonal_.begin(), diagonal_.end());
    if (options_.renorm_ms == 0 && *largest > kBrokenCondition * *smallest)
      interval_steps_ = std::max<std::uint64_t>(1, interval_steps_ / 2);
  }
}

void NetworkSpectrum::average() {
  while (whole_steps_ < run_.average_steps) {
    const std::uint64_t steps = std::min(interval_steps_, run_.average_steps - whole_steps_);
    interval(steps);
    average_.add(static_cast<double>(steps) * network_.step_ms, diagonal_, growth_, mass_);
    spikes_ = run_.spikes();
    counts_ = run_.tangent().counts();
  }
}

void NetworkSpectrum::persist(auto& self, auto& archive) {
  archive(self.phase_);
  if (self.phase_ == Phase::transient) return;
  archive(self.whole_steps_, self.interval_steps_, self.open_steps_, self.settled_, self.average_, self.spikes_,
          self.counts_);
}

void NetworkSpectrum::restore(const Checkpoints& checkpoints) {
  run_.go_on(
      checkpoints,
      [&](Writer& writer) {
        persist(*this, writer);
        if (phase_ == Phase::transient) return;
        const TangentRunState state = run_.tangent().state();
        writer(state.saltation, state.tangent);
      },
      [&](Reader& reader) {
        persist(*this, reader);
        if (phase_ == Phase::transient) return;
        const std::uint64_t whole = phase_ == Phase::settling ? run_.settle_steps : run_.average_steps;
        if (phase_ > Phase::averaging || whole_steps_ > whole || interval_steps_ == 0 ||
            open_steps_ > std::min(interval_steps_, whole - whole_steps_))
          reader.refuse("has an interval that is none of this spectrum");
        TangentRunState state;
        reader(state.saltation, state.tangent);
        if (!is_possible(tangent_, state.saltation)) reader.refuse("has spikes in flight that are not this network's");
        run_.tangent().set_state(state);
      });
}

void NetworkSpectrum::measure(const Checkpoints& checkpoints) {
  restore(checkpoints);
  if (phase_ == Phase::transient) {
    run_.skip(run_.transient_steps - run_.done());
    run_.tangent().start();
    set_start_frame();
    interval_steps_ = first_interval_steps(network_, options_);
    phase_ = Phase::settling;
  }
  if (phase_ == Phase::settling) {
    settle();
    choose_interval();
    run_.tangent().reset_counts();
    run_.reset_spikes();
    whole_steps_ = 0;
    phase_ = Phase::averaging;
  }
  average();
  run_.report();
}

void NetworkSpectrum::add_counts(LyapunovResult& result) const {
  const std::uint32_t n = network_.size();
  result.mean_rate_hz = 1e3 * static_cast<double>(result.spikes) / average_.time() / n;
  const std::vector<double> per_row = average_.row_exponents();
  result.per_neuron.assign(n, 0);
  for (std::size_t r = 0; r < per_row.size(); ++r) result.per_neuron[r % n] += per_row[r];
  if (options_.method == LyapunovMethod::surrogate) return;
  const SaltationCounts& counts = counts_;
  result.guarded_spikes = counts.guarded;
  result.jump_spikes = counts.jumps;
  result.contraction = contraction(network_, counts);
  if (counts.spikes > 0)
    result.mean_log_velocity_ratio =
        std::accumulate(counts.log_velocity_ratio.begin(), counts.log_velocity_ratio.end(), 0.0) /
        static_cast<double>(counts.spikes);
}

LyapunovResult NetworkSpectrum::spectrum(const Checkpoints& checkpoints, bool keeps) {
  LyapunovResult result;
  const bool saltation = options_.method == LyapunovMethod::saltation;
  result.method = saltation ? "saltation" : "surrogate";
  result.states = tangent_.rows();
  result.velocity_at = options_.velocity_at;
  if (!saltation) result.surrogate_gain = options_.surrogate_gain;

  try {
    measure(checkpoints);
  } catch (const Interrupted&) {
    if (!keeps) throw;
    result.complete = false;
  }
  if (phase_ == Phase::averaging) result.renorm_ms = static_cast<double>(interval_steps_) * network_.step_ms;
  result.spikes = spikes_;
  summarise(average_, options_.blocks, result);
  if (average_.intervals() > 0) add_counts(result);
  return result;
}

LyapunovResult measure(PlacedDynamics& placed, const Drive& drive, const LyapunovOptions& options,
                       const InputSource& input, const Progress& progress, const Checkpoints& checkpoints, bool keeps) {
  check_lyapunov_options(placed.network(), placed.options(), options);
  LyapunovResult result = NetworkSpectrum(placed, drive, options, input, progress).spectrum(checkpoints, keeps);
  result.conditional = is_driven(drive, options, input);
  return result;
}

}  // namespace

LyapunovResult lyapunov_spectrum(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                                 const LyapunovOptions& options, const InputSource& input, const Progress& progress,
                                 const Checkpoints& checkpoints) {
  PlacedDynamics placed(network, simulation);
  return measure(placed, drive, options, input, progress, checkpoints, false);
}

LyapunovResult lyapunov_spectrum(PlacedDynamics& placed, const Drive& drive, const LyapunovOptions& options,
                                 const InputSource& input, const Progress& progress, const Checkpoints& checkpoints) {
  return measure(placed, drive, options, input, progress, checkpoints, false);
}

LyapunovResult lyapunov_spectrum_until_stopped(const Network& network, const Drive& drive,
                                               const SimulationOptions& simulation, const LyapunovOptions& options,
                                               const InputSource& input, const Progress& progress,
                                               const Checkpoints& checkpoints) {
  PlacedDynamics placed(network, simulation);
  return measure(placed, drive, options, input, progress, checkpoints, true);
}

}  // namespace sprig
