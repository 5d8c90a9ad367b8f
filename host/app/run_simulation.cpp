#include "host/app/run_simulation.hpp"

#include <algorithm>
#include <chrono>

#include "sprig/engine/pieces.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/steps.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

// As many of `steps` as one call can count from `position` on: whole windows from a boundary, or a part of one window.
std::uint64_t countable(std::uint64_t steps, std::uint64_t window, std::uint64_t position) {
  const std::uint64_t into = position % window;
  return into == 0 && steps >= window ? steps / window * window : std::min(steps, window - into);
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

// Puts the records of pieces together.
class Recorder {
 public:
  Recorder(const Network& network, const Config& config, std::uint64_t window, RunOutcome& out)
      : cells_(std::size_t{network.size()} * config.simulation.replicas),
        replicas_(config.simulation.replicas),
        window_(window),
        out_(out) {
    what_.spikes = config.run.record_spikes;
    what_.probe = config.run.probe;
    out_.spikes_of.assign(network.size(), 0);
  }

  // Advances by up to `steps` from `out_.steps` on, and takes over what was recorded. The steps done.
  std::uint64_t advance(Simulation& simulation, std::uint64_t steps) {
    const std::uint64_t into = window_ > 0 ? out_.steps % window_ : 0;
    if (window_ > 0) steps = countable(steps, window_, out_.steps);
    // Counts over the piece where nothing else tells how often each neuron fired, or where it is within one window.
    const bool whole_windows = window_ > 0 && steps % window_ == 0;
    what_.count_window_steps = static_cast<std::uint32_t>(whole_windows                  ? window_
                                                          : window_ > 0 || !what_.spikes ? steps
                                                                                         : 0);
    Recording piece;
    simulation.advance(steps, {}, what_, &piece);
    take(piece, into);
    return steps;
  }

  void fingerprint(const Simulation& simulation) {
    const std::uint64_t state = simulation.state().hash();
    out_.state_hash = Hash().add(state).hex();
    if (what_.spikes)
      out_.hash_of = "spike train and final state";
    else if (window_ > 0)
      hash_.add(out_.counts), out_.hash_of = "spike counts per window and final state";
    else
      hash_.add(out_.spikes_of), out_.hash_of = "spike counts per neuron and final state";
    out_.hash = hash_.add(out_.total_spikes).add(state).hex();
  }

 private:
  void take(const Recording& piece, std::uint64_t into) {
    static_assert(std::has_unique_object_representations_v<SpikeEvent>, "padding would be hashed");
    hash_.bytes(piece.spikes.data(), piece.spikes.size() * sizeof(SpikeEvent));
    append(out_.spikes, piece.spikes);
    if (what_.spikes) {
      for (const SpikeEvent& spike : piece.spikes) ++out_.spikes_of[spike.neuron];
    } else {
      for (std::size_t k = 0; k < piece.counts.size(); ++k) out_.spikes_of[k % cells_ / replicas_] += piece.counts[k];
    }
    if (window_ > 0 && into > 0) {  // more of the window that is begun
      std::uint32_t* begun = out_.counts.data() + (out_.counts.size() - cells_);
      for (std::size_t k = 0; k < cells_; ++k) begun[k] += piece.counts[k];
    } else if (window_ > 0) {
      append(out_.counts, piece.counts);
    }
    append(out_.probe_v, piece.probe_v);
    append(out_.probe_i, piece.probe_i);
    append(out_.probe_theta, piece.probe_theta);
    out_.total_spikes += piece.total_spikes;
    out_.steps += piece.steps;
  }

  std::size_t cells_, replicas_;
  std::uint64_t window_;
  RunOutcome& out_;
  RecordOptions what_;
  Hash hash_;
};

}  // namespace

RunSteps run_steps(const RunSection& run, double step_ms) {
  RunSteps steps{steps_of(run.transient_ms, step_ms, "run.transient_ms"),
                 whole_steps_of(run.duration_ms, step_ms, "run.duration_ms"), 0};
  if (run.count_window_ms > 0) steps.window = whole_steps_of(run.count_window_ms, step_ms, "run.count_window_ms");
  if (steps.window > 0xFFFFFFFFu)
    refuse("run.count_window_ms", shown(run.count_window_ms) + ", above 2^32 steps, which a count could not hold",
           "fewer");
  return steps;
}

RunOutcome simulate(Simulation& simulation, const Network& network, const Config& config, const RunSteps& plan,
                    const Progress& progress) {
  RunOutcome out;
  Recorder recorder(network, config, plan.window, out);
  const std::uint64_t total = plan.before + plan.recorded;
  std::uint64_t done = 0;
  Pieces pieces;
  while (done < total) {
    const bool recording = done >= plan.before;
    std::uint64_t steps = pieces.next((recording ? total : plan.before) - done);
    const auto start = std::chrono::steady_clock::now();
    if (recording)
      steps = recorder.advance(simulation, steps);
    else
      simulation.advance(steps);
    const double seconds =
        std::max(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 1e-9);
    if (recording) out.wall_s += seconds;
    done += steps;
    const double steps_per_s = static_cast<double>(steps) / seconds;
    if (!progress(static_cast<double>(done) / static_cast<double>(total),
                  number_text(steps_per_s * network.step_ms / 1000, 2) + " x real time"))
      break;
    pieces.took(steps, seconds);
  }
  out.complete = done == total;
  recorder.fingerprint(simulation);
  return out;
}

}  // namespace sprig::app
