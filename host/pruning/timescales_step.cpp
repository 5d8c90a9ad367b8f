// Step IV: the objective of a candidate, and the search.
#include "host/pruning/timescales_step.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <string>

#include "host/pruning/minimise.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/shared_progress.hpp"
#include "sprig/dynamics/tangent.hpp"

namespace sprig {
namespace {

class TimescaleStep {
 public:
  TimescaleStep(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                const PruneOptions& options, const TimescaleReference& reference, const Progress& progress,
                const Checkpoints& checkpoints, std::vector<TimescaleEvaluation>& made,
                const std::function<void(std::size_t)>& whole)
      : network_(network),
        drive_(drive),
        simulation_(simulation),
        options_(options),
        choice_(options.timescales),
        reference_(reference),
        checkpoints_(checkpoints),
        made_(made),
        whole_(whole),
        evaluations_(progress, choice_.evaluations),
        clusters_(network.cluster.empty() ? 1 : *std::max_element(network.cluster.begin(), network.cluster.end()) + 1) {
  }

  // Errors: Interrupted; `search` then has what was evaluated.
  void run(TimescaleSearch& search) {
    bool failed = false;
    search.start = objective(reference_.now, failed);
    made_.resize(choice_.evaluations);
    std::vector<ParameterRange> box;
    for (std::uint32_t c = 0; c < clusters_; ++c) {
      box.push_back({choice_.shape_min, choice_.shape_max, true});
      box.push_back({choice_.scale_min_ms, choice_.scale_max_ms, true});
    }
    const bool together = choice_.batch > 1 && !uses_device(simulation_.device);
    MinimiseOptions how;
    how.evaluations = choice_.evaluations;
    how.initial = choice_.initial;
    how.batch = choice_.batch;
    how.seed = options_.seed;
    how.threads = together ? simulation_.threads : 1;
    if (together) simulation_.threads = 1;
    const double bound = failed ? reference_.lambda_bound : std::max(reference_.lambda_bound, search.start.lambda_max);
    search.complete = false;
    try {
      minimise([&](std::size_t n, const std::vector<double>& x) { return evaluate(n, x); }, box, how,
               Progress([&](double) { return evaluations_.ask(); }));
    } catch (const Interrupted&) {
      search.trace = made_;
      std::erase_if(search.trace, [](const TimescaleEvaluation& e) { return e.shape.empty(); });
      choose(search, bound);
      throw;
    }
    search.trace = made_;
    search.complete = true;
    choose(search, bound);
  }

 private:
  static void choose(TimescaleSearch& search, double bound) {
    double best = search.start.value;
    for (std::size_t n = 0; n < search.trace.size(); ++n) {
      TimescaleEvaluation& e = search.trace[n];
      if (e.objective.value < best && e.objective.lambda_max <= bound) {
        best = e.objective.value;
        if (search.complete) search.chosen = n;
      }
      e.best = best;
    }
  }

  TimescaleObjective objective(const LyapunovResult& spectrum, bool& failed) const {
    failed = spectrum.exponents.empty() || spectrum.spikes == 0;
    if (failed) return {kFailedObjective, 0, 0, 0};
    TimescaleObjective o;
    o.lambda_max = spectrum.exponents.front();
    o.wasserstein = spectrum_distance(spectrum.exponents, tangent_dimension(network_), reference_.dense.exponents,
                                      reference_.dense_dimension);
    o.mean_rate_hz = spectrum.mean_rate_hz;
    o.value = std::abs(o.lambda_max - choice_.lambda_target) + choice_.wasserstein_weight * o.wasserstein +
              choice_.rate_weight * o.mean_rate_hz;
    o.value = std::min(o.value, kFailedObjective);
    return o;
  }

  double evaluate(std::size_t n, const std::vector<double>& x) {
    const Progress progress = evaluations_.piece();
    if (!made_[n].shape.empty()) {  // by a process before this one
      progress(1);
      return made_[n].objective.value;
    }
    TimescaleEvaluation now;
    for (std::uint32_t c = 0; c < clusters_; ++c) {
      now.shape.push_back(x[2 * c]);
      now.scale_ms.push_back(x[2 * c + 1]);
    }
    Network network = network_;
    network.neurons.tau_m_ms =
        gamma_time_constants(network, now.shape, now.scale_ms, choice_.tau_min_ms, options_.seed);
    LyapunovOptions lyapunov = options_.lyapunov;
    lyapunov.exponents = std::min(lyapunov.exponents, tangent_dimension(network));
    LyapunovResult spectrum;
    try {
      spectrum = lyapunov_spectrum(network, drive_, simulation_, lyapunov, {}, progress,
                                   checkpoints_.part("evaluation-" + std::to_string(n + 1)));
    } catch (const NumericalError&) {
      spectrum = {};  // no exponents
    }
    now.objective = objective(spectrum, now.failed);
    const double value = now.objective.value;
    {
      const std::lock_guard lock(mutex_);
      made_[n] = std::move(now);
      whole_(n);
    }
    progress(1);
    return value;
  }

  const Network& network_;
  const Drive& drive_;
  SimulationOptions simulation_;
  const PruneOptions& options_;
  const TimescaleOptions& choice_;
  const TimescaleReference& reference_;
  const Checkpoints& checkpoints_;
  std::mutex mutex_;  // of what is made
  std::vector<TimescaleEvaluation>& made_;
  const std::function<void(std::size_t)>& whole_;
  SharedProgress evaluations_;
  std::uint32_t clusters_;
};

}  // namespace

void search_timescales(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                       const PruneOptions& options, const TimescaleReference& reference, const Progress& progress,
                       const Checkpoints& checkpoints, std::vector<TimescaleEvaluation>& evaluations,
                       const std::function<void(std::size_t)>& whole, TimescaleSearch& search) {
  TimescaleStep(network, drive, simulation, options, reference, progress, checkpoints, evaluations, whole).run(search);
}

}  // namespace sprig
