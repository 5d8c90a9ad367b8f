#include "host/pruning/noise_step.hpp"

#include <utility>

#include "host/pruning/noise_prune.hpp"
#include "host/pruning/rate_gain.hpp"
#include "sprig/dynamics/contraction.hpp"
#include "sprig/dynamics/probe.hpp"
#include "sprig/dynamics/tangent.hpp"

namespace sprig {
namespace {

constexpr double kExponentsShare = 0.5, kGainsShare = 0.2,
                 kSystemShare = 0.75;  // of the scores' work, where they are measured

// What a measurement of exponents leaves for the guards.
template <class Result>
Result noted(Result result, PruneGuards& guards) {
  guards.velocity += result.guarded_spikes;
  return result;
}

// Lambda_i of each neuron, 1/ms.
std::vector<double> neuron_exponents(const ScoreInput& input) {
  const Network& network = input.work.network();
  const Drive drive = input.drive.subset(input.work.kept());
  LyapunovOptions options = input.options.lyapunov;
  PruneGuards& guards = input.guards;
  const Progress progress = input.progress.part(0, kExponentsShare);
  const Checkpoints exponents = input.checkpoints.part("exponents");
  if (input.options.per_neuron == PerNeuron::contraction)
    return noted(contraction_exponents(input.placed.placed(), drive, options, {}, progress, exponents), guards).values;
  if (input.options.per_neuron == PerNeuron::probe)
    return noted(probe_exponents(input.placed, drive, options, {}, progress, exponents), guards).values;
  // The whole frame, whose dimension falls with the neurons; index: as many exponents as there are neurons.
  const bool frame = input.options.per_neuron == PerNeuron::frame;
  options.exponents = frame ? tangent_dimension(network) : network.size();
  const LyapunovResult spectrum =
      noted(lyapunov_spectrum(input.placed, drive, options, {}, progress, input.checkpoints.part("spectrum")), guards);
  guards.jump_spikes += spectrum.jump_spikes;
  return frame ? spectrum.per_neuron : spectrum.exponents;
}

}  // namespace

EdgeScores noise_prune_scores(const ScoreInput& input, ScoreVariant variant) {
  const Csr& csr = input.work.recurrent();
  const PruneOptions& options = input.options;
  const int threads = input.simulation.threads;
  std::vector<double> l;
  if (variant != ScoreVariant::w)
    l = lyapunov_matrix(csr, neuron_exponents(input), options.epsilon, input.guards, threads,
                        input.progress.part(kExponentsShare, kExponentsShare));
  const bool measured = options.linearisation == Linearisation::measured && variant != ScoreVariant::l;
  std::vector<double> couplings =
      measured
          ? measured_couplings(input.work.network(),
                               rate_gains(input, input.progress.part(kExponentsShare, kExponentsShare + kGainsShare)))
          : std::vector<double>(csr.weights.begin(), csr.weights.end());
  input.progress.report("prune", kExponentsShare + kGainsShare);
  const std::vector<double> strengths = synapse_strengths(std::move(couplings), variant, l);
  std::vector<double> decay;
  decay.reserve(input.work.network().size());
  for (const double tau_ms : input.work.network().neurons.tau_m_ms) decay.push_back(1 / tau_ms);
  const SparseSystem a = noise_system(csr, strengths, decay, options.margin, input.guards, threads,
                                      input.progress.part(kExponentsShare + kGainsShare, kSystemShare));
  return covariance_scores(input, a, strengths, input.progress.part(kSystemShare, 1));
}

}  // namespace sprig
