#include "host/pruning/noise_step.hpp"

#include <utility>

#include "host/pruning/rate_gain.hpp"
#include "sprig/core/error.hpp"
#include "sprig/dynamics/contraction.hpp"
#include "sprig/dynamics/covariance.hpp"
#include "sprig/dynamics/probe.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/pruning/noise_prune.hpp"

namespace sprig {
namespace {

void require_complete(bool complete) {
  if (!complete) throw Interrupted("prune", "stopped on request");
}

// Lambda_i of each neuron, 1/ms.
std::vector<double> neuron_exponents(const ScoreInput& input) {
  const Network& network = input.work.network();
  const Drive drive = input.drive.subset(input.work.kept());
  SimulationOptions simulation = input.simulation;
  simulation.replicas = 1;
  LyapunovOptions options = input.options.lyapunov;
  if (input.options.per_neuron == PerNeuron::contraction || input.options.per_neuron == PerNeuron::probe) {
    NeuronExponents exponents = input.options.per_neuron == PerNeuron::contraction
                                    ? contraction_exponents(network, drive, simulation, options)
                                    : probe_exponents(network, drive, simulation, options);
    require_complete(exponents.complete);
    input.guards.velocity += exponents.guarded_spikes;
    return std::move(exponents.values);
  }
  // The whole frame, whose dimension falls with the neurons; index: as many exponents as there are neurons.
  options.exponents = input.options.per_neuron == PerNeuron::frame ? tangent_dimension(network) : network.size();
  LyapunovResult spectrum = lyapunov_spectrum(network, drive, simulation, options);
  require_complete(spectrum.complete);
  input.guards.velocity += spectrum.guarded_spikes;
  input.guards.jump_spikes += spectrum.jump_spikes;
  return input.options.per_neuron == PerNeuron::frame ? std::move(spectrum.per_neuron) : std::move(spectrum.exponents);
}

}  // namespace

std::vector<double> noise_prune_scores(const ScoreInput& input, ScoreVariant variant) {
  const Csr& csr = input.work.recurrent();
  const PruneOptions& options = input.options;
  const int threads = input.simulation.threads;
  std::vector<double> l;
  if (variant != ScoreVariant::w)
    l = lyapunov_matrix(csr, neuron_exponents(input), options.epsilon, input.guards, threads);
  std::vector<double> couplings = options.linearisation == Linearisation::measured
                                      ? measured_couplings(input.work.network(), rate_gains(input))
                                      : std::vector<double>(csr.weights.begin(), csr.weights.end());
  const std::vector<double> strengths = synapse_strengths(std::move(couplings), variant, l);
  std::vector<double> decay;
  decay.reserve(input.work.network().size());
  for (const double tau_ms : input.work.network().neurons.tau_m_ms) decay.push_back(1 / tau_ms);
  const Eigen::MatrixXd a = noise_system(csr, strengths, decay, options.margin, input.guards);
  return noise_scores(csr, strengths, lyapunov_covariance(a, options.sigma * options.sigma, threads));
}

}  // namespace sprig
