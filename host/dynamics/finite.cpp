// The method `finite`: how a small but finite perturbation grows between two runs of the same network. It sees what the
// grid map does, stable chaos included; perturbations smaller than a step's motion (f h) move spikes rarely, by a whole
// step. Renormalised: u and the synaptic currents. Spikes in flight, refractory counters and the adaptive threshold are
// taken over from the reference run at each renormalisation.
//
// While a spike has happened in one run only, u differs there by the whole reset, whatever the size of the
// perturbation. A distance taken then measures the spike and not the perturbation, and renormalising it would keep the
// error. So an interval goes on until the runs are aligned (the same neurons have spiked equally often, the same
// arrivals are in flight, the same counters run), for at most its own length again.
#include <algorithm>
#include <cmath>
#include <string>

#include "host/dynamics/spectrum.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/random.hpp"

namespace sprig {

namespace {

// The state variables that the distance is taken over, in units of V_th - V_reset (currents: times R).
class ScaledState {
 public:
  explicit ScaledState(const Network& network) {
    const NeuronParameters& p = network.neurons;
    for (std::size_t i = 0; i < p.size(); ++i) {
      potential_.push_back(1 / (p.v_th[i] - p.v_reset[i]));
      current_.push_back(p.resistance[i] / (p.v_th[i] - p.v_reset[i]));
      id_.push_back(network.original_id.empty() ? static_cast<std::uint32_t>(i) : network.original_id[i]);
    }
  }

  double distance(const SimulationState& a, const SimulationState& b) const {
    double sum = 0;
    const auto add = [&sum](const std::vector<real>& x, const std::vector<real>& y, const std::vector<double>& scale) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double d = (static_cast<double>(x[i]) - static_cast<double>(y[i])) * scale[i];
        sum += d * d;
      }
    };
    add(a.u, b.u, potential_);
    add(a.i0, b.i0, current_);
    add(a.i1, b.i1, current_);
    return std::sqrt(sum);
  }

  // `reference` displaced by `factor` times (perturbed - reference).
  static SimulationState displaced(const SimulationState& reference, const SimulationState& perturbed, double factor) {
    SimulationState result = reference;
    const auto move = [factor](std::vector<real>& to, const std::vector<real>& other) {
      for (std::size_t i = 0; i < to.size(); ++i)
        to[i] = static_cast<real>(to[i] + factor * (static_cast<double>(other[i]) - static_cast<double>(to[i])));
    };
    move(result.u, perturbed.u);
    move(result.i0, perturbed.i0);
    move(result.i1, perturbed.i1);
    return result;
  }

  // `reference` plus a random direction of length `size`, drawn from Stream::finite_perturbation. Refractory neurons
  // are held, so their potential is left alone.
  SimulationState start(const SimulationState& reference, double size, std::uint32_t seed) const {
    SimulationState result = reference;
    std::uint64_t row = 0;
    const auto draw = [&](std::vector<real>& to, const std::vector<double>& scale, bool skip_held) {
      for (std::size_t i = 0; i < to.size(); ++i)
        if (!skip_held || reference.refractory[i] == 0)
          to[i] += static_cast<real>(
              (2 * uniform_open(seed, Stream::finite_perturbation, (row << 32) | id_[i], 0) - 1) * size / scale[i]);
      ++row;
    };
    draw(result.u, potential_, true);
    draw(result.i0, current_, false);
    draw(result.i1, current_, false);
    return displaced(reference, result, size / distance(reference, result));
  }

 private:
  std::vector<double> potential_, current_;
  std::vector<std::uint32_t> id_;
};

// The two runs, moved together.
class Pair {
 public:
  Pair(const Network& network, const Drive& drive, const SimulationOptions& options, const InputSource& input)
      : neurons_(network.size()),
        input_(input),
        reference_(make_simulation(network, drive, options)),
        perturbed_(make_simulation(network, drive, options)) {}

  Simulation& reference() { return *reference_; }
  std::uint64_t spikes() const { return spikes_; }  // of the reference

  SimulationState restart(const SimulationState& perturbed) {
    perturbed_->set_state(perturbed);
    lead_.assign(neurons_, 0);
    return perturbed_->state();
  }

  void advance(std::uint64_t steps) {
    RecordOptions record;
    record.count_window_steps = static_cast<std::uint32_t>(steps);
    const Input input = input_ ? input_(reference_->step(), steps) : Input{};
    Recording of_reference, of_perturbed;
    reference_->advance(steps, input, record, &of_reference);
    perturbed_->advance(steps, input, record, &of_perturbed);
    spikes_ += of_reference.total_spikes;
    for (std::size_t i = 0; i < neurons_; ++i)
      lead_[i] += static_cast<std::int64_t>(of_perturbed.counts[i]) - static_cast<std::int64_t>(of_reference.counts[i]);
  }

  // Reads both states; true when they differ by a perturbation alone.
  bool aligned(SimulationState& reference, SimulationState& perturbed) const {
    reference = reference_->state();
    perturbed = perturbed_->state();
    return std::all_of(lead_.begin(), lead_.end(), [](std::int64_t lead) { return lead == 0; }) &&
           reference.refractory == perturbed.refractory && reference.pending == perturbed.pending;
  }

 private:
  std::size_t neurons_;
  const InputSource& input_;
  std::unique_ptr<Simulation> reference_, perturbed_;
  std::vector<std::int64_t> lead_;  // spikes of the perturbed run more than of the reference, since restart()
  std::uint64_t spikes_ = 0;
};

}  // namespace

LyapunovResult finite_exponent(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                               const LyapunovOptions& options, const InputSource& input) {
  LyapunovResult result;
  result.method = "finite";
  const ScaledState scaled(network);
  SpectrumClock clock(options, network.step_ms);
  const std::uint64_t interval = first_interval_steps(network, options);
  result.renorm_ms = static_cast<double>(interval) * network.step_ms;
  Pair runs(network, drive, simulation, input);

  bool running = run_transient(runs.reference(), input, clock);
  SimulationState base = runs.reference().state(), moved;
  moved = runs.restart(scaled.start(base, options.finite_size, simulation.seed));
  double before = scaled.distance(base, moved);

  LyapunovAccumulator average(1, 0);
  const std::uint64_t total = clock.settle_steps + clock.average_steps;
  for (std::uint64_t done = 0; done < total && running;) {
    const bool settling = done < clock.settle_steps;
    const std::uint64_t left = (settling ? clock.settle_steps : total) - done, spikes_before = runs.spikes();
    std::uint64_t steps = std::min(interval, left);
    runs.advance(steps);
    for (const std::uint64_t most = std::min(2 * interval, left); !runs.aligned(base, moved) && steps < most; ++steps)
      runs.advance(1);
    done += steps;
    running = clock.advance(steps);

    const double after = scaled.distance(base, moved);
    if (!(after > 0) || !std::isfinite(after))
      throw NumericalError("lyapunov.finite_size",
                           "the perturbation vanished by step " + std::to_string(base.step) +
                               "; use a larger one, a shorter renorm_ms, or the method saltation");
    const double growth = after / before;
    if (!settling) {
      average.add(static_cast<double>(steps) * network.step_ms, {&growth, 1});
      result.spikes += runs.spikes() - spikes_before;
    }
    moved = runs.restart(ScaledState::displaced(base, moved, options.finite_size / after));
    before = scaled.distance(base, moved);
  }
  result.complete = running || average.time() >= static_cast<double>(clock.average_steps) * network.step_ms;
  summarise(average, options.blocks, result);
  if (average.time() > 0)
    result.mean_rate_hz = 1e3 * static_cast<double>(result.spikes) / average.time() / network.size();
  return result;
}

}  // namespace sprig
