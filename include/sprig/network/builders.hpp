// Network builders. Every draw is counter-based, keyed by source neuron (or neuron) and draw index: the same network
// with any number of threads. Errors: ConfigError naming the key ("network.density") and what is allowed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/core/fields.hpp"
#include "sprig/core/words.hpp"
#include "sprig/network/distribution.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

enum class Topology { random, fixed_in_degree, fixed_total, small_world, clustered, small_world_clusters };
constexpr auto words_of(Topology) {
  return words<Topology>("random", "fixed_in_degree", "fixed_total", "small_world", "clustered",
                         "small_world_clusters");
}

// Does the network fall into NetworkSpec::clusters blocks?
constexpr bool has_clusters(Topology t) { return t == Topology::clustered || t == Topology::small_world_clusters; }

// Heterogeneous membranes of 20 ms on average, in ms: LNP's gamma law.
inline constexpr Distribution kDefaultTauM{Distribution::Kind::gamma, 3.0, 20.0 / 3.0};

// One recurrent network of an excitatory and an inhibitory population ("exc", then "inh"; without Dale's law one
// population "all"). Ring order (small_world and clusters) spreads the inhibitory neurons evenly: position r holds one
// when floor((r + 1) N_I / N) > floor(r N_I / N); within a population, ids ascend along the ring.
struct NetworkSpec {
  Topology topology = Topology::small_world;
  std::uint32_t neurons = 400;
  double excitatory_fraction = 0.8;
  double density = 0.1;           // random, clustered: connection probability; small_world: mean degree / (N - 1);
                                  // fixed_total: synapses / N^2; fixed_in_degree: in-degree / N (rounded) unless given
  std::uint32_t in_degree = 0;    // fixed_in_degree: from all neurons, split as the populations are, drawn with
                                  // replacement (multapses, as in fixed_total). 0: from density
  double rewiring = 0.3;          // small_world: Watts-Strogatz probability on a directed ring lattice; out-degrees
                                  // stay equal, and there are neither autapses nor multapses
  std::uint32_t clusters = 1;     // number of equal blocks on the ring (sizes differ by at most one)
  double density_between = 0.01;  // clustered: probability between blocks; small_world_clusters: mean degree / neurons
                                  // of the other blocks
  double rewiring_between = 0.3;  // small_world_clusters: probability that a synapse out of a block goes to any other
                                  // block, not to one of its two neighbours on the ring
  bool autapses = false;
  bool dale = true;  // all synapses of a neuron share its population's sign; else each synapse draws one
                     // (inhibitory with probability 1 - excitatory_fraction)
  Distribution weight{Distribution::Kind::gamma, 2.0, 0.5};  // magnitude
  double gain = 1.0;                                         // multiplies every weight
  double inhibition = 4.0;                                   // extra factor on inhibitory weights
  bool scale_weights = true;  // divide by sqrt(expected in-degree), the 1/sqrt(pN) of LNP's trial
  Distribution delay_ms{Distribution::Kind::constant, 1.0, 0.0};  // rounded to the grid; draws below
                                                                  // one step (lognormal, gamma) are raised to it
  // One, or one per cluster.
  std::vector<Distribution> tau_m_ms = std::vector<Distribution>(1, kDefaultTauM);
  double tau_m_min_ms = 1.0;  // draws below are raised to it (a gamma variate may be arbitrarily small)
  NeuronDefaults neuron;      // everything else, equal for all neurons
  Distribution v_initial{Distribution::Kind::uniform, 0.0, 1.0};  // in units of E_L + x (V_th - E_L)
  LifKind kind;
  double step_ms = 0.1;
};
// [network].
void fields(IsOptions<NetworkSpec> auto& o, auto&& visit) {
  visit("topology", o.topology, kAnything, "how synapses are placed");
  visit("neurons", o.neurons, between(1, kMaxNeurons), "number of neurons");
  visit("excitatory_fraction", o.excitatory_fraction, kFraction, "of the neurons");
  visit("density", o.density, kDensity, "connection probability, or mean degree / neurons");
  visit("in_degree", o.in_degree, between(0, kMost32Bits),
        "fixed_in_degree: synapses a neuron, with replacement (a pair may have several); 0: from density");
  visit("rewiring", o.rewiring, kFraction, "small_world, and in its clusters: of a random target");
  visit("clusters", o.clusters, between(1, 1000000), "clustered, small_world_clusters: number of equal blocks");
  visit("density_between", o.density_between, kFraction,
        "clustered: probability between blocks; small_world_clusters: mean degree / neurons of the other blocks");
  visit("rewiring_between", o.rewiring_between, kFraction,
        "small_world_clusters: probability of any other block, not a neighbouring one");
  visit("autapses", o.autapses, kAnything, "allow synapses of a neuron onto itself");
  visit("dale", o.dale, kAnything, "all synapses of a neuron have one sign");
  visit("weight", o.weight, at_least(0), "magnitude of a synapse");
  visit("gain", o.gain, at_least(0), "multiplies every weight");
  visit("inhibition", o.inhibition, at_least(0), "extra factor on inhibitory weights");
  visit("scale_weights", o.scale_weights, kAnything, "divide by the square root of the expected in-degree");
  visit("delay_ms", o.delay_ms, above(0), "of a synapse; rounded to steps, at least one");
  visit("step_ms", o.step_ms, above(0), "time step");
}
// [neuron].
void neuron_fields(IsOptions<NetworkSpec> auto& o, auto&& visit) {
  visit("tau_m_ms", o.tau_m_ms, above(0).one_or_more(), "membrane time constant; one, or one a cluster");
  visit("tau_m_min_ms", o.tau_m_min_ms, above(0), "smaller draws are raised to it");
  visit("tau_syn_exc_ms", o.neuron.tau_syn_exc_ms, above(0), "synaptic time constant, receptor 0");
  visit("tau_syn_inh_ms", o.neuron.tau_syn_inh_ms, above(0), "of receptor 1, when receptors = 2");
  visit("resistance", o.neuron.resistance, above(0), "mV/pA; 1 when dimensionless");
  visit("e_l", o.neuron.e_l, kAnything, "resting potential");
  visit("v_th", o.neuron.v_th, kAnything, "threshold");
  visit("v_reset", o.neuron.v_reset, kAnything, "potential after a spike, below v_th");
  visit("t_ref_ms", o.neuron.t_ref_ms, at_least(0), "refractory time");
  visit("i_dc", o.neuron.i_dc, kAnything,
        "constant current; not given: 0 with [drive], [[stimulus]], [[population]] or network.file");
  visit("synapse", o.kind.synapse, kAnything, "kind of synaptic input");
  visit("receptors", o.kind.receptors, between(1, 2), "1: one current; 2: excitatory and inhibitory apart");
  visit("reset", o.kind.reset, kAnything, "to v_reset, or by v_th - v_reset");
  visit("adaptive", o.kind.adaptive, kAnything, "threshold v_th + theta");
  visit("theta_plus", o.neuron.theta_plus, at_least(0), "added to theta at a spike");
  visit("tau_theta_ms", o.neuron.tau_theta_ms, above(0).or_infinite(), "decay of theta");
  visit("v_initial", o.v_initial, kAnything, "start, in units of e_l + x (v_th - e_l)");
}

// What build_network() refuses before it draws anything: fields out of range (network.*, neuron.*), and what they must
// be to each other.
void check_network_spec(const NetworkSpec& spec);

// Builds, validates and returns the network. seed keys every draw.
Network build_network(const NetworkSpec& spec, std::uint32_t seed);

// The current-based network of Vogels & Abbott as in Brette et al. 2007, 4/5 excitatory: connection probability
// min(0.02, 80 / N), so that N >= 4000 keeps the in-degree; jumps of 1.62 and -9 mV in the synaptic currents (R = 1).
Network vogels_cuba(std::uint32_t neurons, std::uint32_t seed);

// Brunel 2000 (delta synapses, J = 0.1 mV, delay 1.5 ms), 4/5 excitatory: 1000 excitatory and 250 inhibitory (-g J)
// sources a neuron whatever N is (12 500 in the paper), drawn with replacement. Without its external drive.
Network brunel(std::uint32_t neurons, double g, std::uint32_t seed);

// Synapses from `channels` input channels: each neuron receives from each channel with `density`; weights gain x
// Distribution, sign positive; delay one step. Replaces network.input (channels = 0: by none). Neurons are drawn by
// original id, so a pruned network gets what is left of the unpruned one's input. Errors: network.input.*.
void connect_input(Network& network, std::uint32_t channels, double density, Distribution weight, double gain,
                   std::uint32_t seed);

// Mean in-degree that the topology gives; exact for the small worlds, fixed_in_degree and fixed_total.
double expected_in_degree(const NetworkSpec& spec);

}  // namespace sprig
