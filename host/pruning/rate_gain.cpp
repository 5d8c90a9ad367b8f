#include "host/pruning/rate_gain.hpp"

#include <algorithm>

#include "host/pruning/activity.hpp"
#include "sprig/core/error.hpp"

namespace sprig {
namespace {

constexpr double kRounding = 1e-12;  // of a sum of squares: a current that does not vary has no more than that left

// Sums of a least-squares line through (current, rate).
struct Line {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0;
  void add(double current, double rate) {
    n += 1;
    x += current;
    y += rate;
    xx += current * current;
    xy += current * rate;
  }
  double slope() const {
    const double variance = xx - x * x / n;
    return variance > kRounding * xx ? (xy - x * y / n) / variance : 0;
  }
};

}  // namespace

std::vector<double> rate_gains(const ScoreInput& input, const Progress& progress) {
  const Network& network = input.work.network();
  const std::uint32_t n = network.size();
  constexpr double kTransientShare = 0.1;
  const ActivityRun run(input, input.options.activity_noise, progress.part(0, kTransientShare));
  const Progress of_windows = progress.part(kTransientShare, 1);
  const std::uint64_t window = tau_steps(input), windows = run.steps() / window;
  const double window_ms = static_cast<double>(window) * network.step_ms;
  std::vector<Line> lines(n);
  RecordOptions what;
  what.trajectory = true;
  for (std::uint64_t w = 0; w < windows; ++w) {
    of_windows.report("prune", static_cast<double>(w) / static_cast<double>(windows));
    Recording recording;
    run.simulation().advance(window, {}, what, &recording);
    for (std::uint32_t i = 0; i < n; ++i) {
      double current = 0, spikes = 0;
      for (std::uint64_t step = 0; step < window; ++step) {
        current += recording.current[step * n + i];
        spikes += (recording.flags[step * n + i] & kSpiked) != 0 ? 1 : 0;
      }
      lines[i].add(current / static_cast<double>(window), spikes / window_ms);
    }
  }
  std::vector<double> gains;
  for (const Line& line : lines) gains.push_back(std::max(0.0, line.slope()));
  if (std::all_of(gains.begin(), gains.end(), [](double g) { return g == 0; }))
    throw NumericalError("prune.linearisation",
                         "no neuron's rate rises with its current, so there is no linear model to measure; raise "
                         "prune.activity_noise or prune.activity_ms, or use \"literal\"");
  return gains;
}

std::vector<double> measured_couplings(const Network& network, const std::vector<double>& gains) {
  const Csr& csr = network.recurrent;
  const NeuronParameters& p = network.neurons;
  const bool delta = network.kind.synapse == Synapse::delta;
  std::vector<double> couplings(csr.synapses());
  for (std::uint64_t k = 0; k < couplings.size(); ++k) {
    const std::uint32_t i = csr.targets[k];
    const double w = csr.weights[k];
    const double tau_s = receptor_of(network.kind, w) == 1 ? p.tau_syn_inh_ms[i] : p.tau_syn_exc_ms[i];
    couplings[k] = gains[i] * (delta ? w / p.resistance[i] : w * tau_s / p.tau_m_ms[i]);
  }
  return couplings;
}

}  // namespace sprig
