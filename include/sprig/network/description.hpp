// A network in words: populations of neurons and projections among them, as configuration files ([[population]],
// [[projection]]) and Python describe it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sprig/core/fields.hpp"
#include "sprig/core/words.hpp"
#include "sprig/network/builders.hpp"
#include "sprig/network/distribution.hpp"
#include "sprig/network/network.hpp"
#include "sprig/network/projection.hpp"

namespace sprig {

// Values of a parameter, one a neuron: drawn from a law, or given. In a configuration: a number, a law such as
// "gamma(3, 6.67)", or "file:PATH" of an .npy with one value a neuron. Whoever has files fills `given` from `file`.
struct NeuronValues {
  Distribution law;
  std::string file;
  std::vector<double> given;  // empty: drawn from the law

  bool drawn() const { return file.empty() && given.empty(); }
};
// As core/refuse.hpp has them for numbers. shown() is what a configuration would say, so for one that is drawn or has a
// file it reads back to the same.
std::string shown(const NeuronValues& values);
std::string in_words(const NeuronValues& like, const Allowed& allowed);
std::optional<std::string> offence(const NeuronValues& values, const Allowed& allowed);
// A law's text, or "file:PATH". None where the text is neither.
std::optional<NeuronValues> read_neuron_values(std::string_view text);

// Where the neurons of a population are, in units of its extent 1, without an edge: neurons near opposite ends are
// near. ring: evenly on a circle of circumference 1; grid: row by row on the unit square, ceil(sqrt(size)) a row;
// plane: drawn uniformly in the unit square.
enum class Positions { none, ring, grid, plane };
constexpr auto words_of(Positions) { return words<Positions>("none", "ring", "grid", "plane"); }

// What is not given is that of [neuron]. Potentials absolute, mV.
struct PopulationSpec {
  std::string name;
  std::uint32_t size = 0;
  std::optional<NeuronValues> tau_m_ms, resistance, c_m_pf, e_l, v_th, v_reset, t_ref_ms, tau_syn_exc_ms,
      tau_syn_inh_ms, i_dc, v_initial_mv, theta_plus, tau_theta_ms;
  Positions positions = Positions::none;
};
// [[population]].
void fields(IsOptions<PopulationSpec> auto& o, auto&& visit) {
  visit("name", o.name, texts("a name of its own"), "of the population");
  visit("size", o.size, between(1, kMaxNeurons), "number of neurons");
  visit("tau_m_ms", o.tau_m_ms, above(0), "membrane time constant");
  visit("resistance", o.resistance, above(0), "mV/pA; 1 when dimensionless");
  visit("c_m_pf", o.c_m_pf, above(0), "membrane capacitance, in place of the resistance, which is tau_m_ms / c_m_pf");
  visit("e_l", o.e_l, kAnything, "resting potential");
  visit("v_th", o.v_th, kAnything, "threshold");
  visit("v_reset", o.v_reset, kAnything, "potential after a spike, below v_th");
  visit("t_ref_ms", o.t_ref_ms, at_least(0), "refractory time");
  visit("tau_syn_exc_ms", o.tau_syn_exc_ms, above(0), "synaptic time constant, receptor 0");
  visit("tau_syn_inh_ms", o.tau_syn_inh_ms, above(0), "of receptor 1, when receptors = 2");
  visit("i_dc", o.i_dc, kAnything, "constant current");
  visit("v_initial_mv", o.v_initial_mv, kAnything, "potential at the start; not given: by neuron.v_initial");
  visit("theta_plus", o.theta_plus, at_least(0), "added to theta at a spike");
  visit("tau_theta_ms", o.tau_theta_ms, above(0).or_infinite(), "decay of theta");
  visit("positions", o.positions, kAnything, "where its neurons are, for rules by distance");
}

// How the pairs of a projection are chosen, and its text: "all_to_all", "one_to_one", "bernoulli(p)",
// "fixed_in_degree(k)", "fixed_out_degree(k)", "fixed_total(n)", "total_of_probability(p)" (as many synapses, each on a
// pair at random, as give a pair one with probability p), "small_world(k, rewiring)" (within a population: Watts and
// Strogatz's, on the ring of its neurons), "gaussian(p, sigma)", "exponential(p, sigma)" (probability p exp(-d^2 / 2
// sigma^2), p exp(-d / sigma) at distance d), "edges(PATH)". docs/networks.md has their laws and what they cost.
struct ConnectionRule {
  enum class Kind {
    all_to_all,
    one_to_one,
    bernoulli,
    fixed_in_degree,
    fixed_out_degree,
    fixed_total,
    total_of_probability,
    small_world,
    gaussian,
    exponential,
    edges
  } kind = Kind::all_to_all;
  double a = 0, b = 0;
  std::string file;
};
constexpr auto words_of(ConnectionRule::Kind) {
  return words<ConnectionRule::Kind>("all_to_all", "one_to_one", "bernoulli", "fixed_in_degree", "fixed_out_degree",
                                     "fixed_total", "total_of_probability", "small_world", "gaussian", "exponential",
                                     "edges");
}
// As core/refuse.hpp has them for numbers: offence() holds probabilities in [0, 1], whole numbers of synapses, sigma >
// 0. shown() reads back to the same.
std::string shown(const ConnectionRule& rule);
std::string in_words(const ConnectionRule& like, const Allowed& allowed);
std::optional<std::string> offence(const ConnectionRule& rule, const Allowed& allowed);
// None where the text is no rule, or its numbers are not as many as the rule has.
std::optional<ConnectionRule> read_rule(std::string_view text);

// Synapses one by one, within a projection (indices from 0 in its source and its target population) or in a whole
// network. Vectors that are not empty are as long as `source`.
struct EdgeList {
  std::vector<std::uint32_t> source, target;
  std::vector<double> weight, delay_ms;  // empty: those of the projection
};

// Which receptor a synapse acts on follows from the sign of its weight; a projection that names one is held to it.
enum class ReceptorName { automatic, exc, inh };
constexpr auto words_of(ReceptorName) { return words<ReceptorName>("auto", "exc", "inh"); }

// Pair STDP (network/plasticity.hpp); w_max = 0: the synapses do not learn.
struct StdpSpec {
  double w_max = 0, a_plus = 0.01, a_minus = 0.0105, tau_plus_ms = 20, tau_minus_ms = 20;
};

// From every population of `from` onto every one of `to`: one projection (network/projection.hpp) a pair, the targets
// outside, the sources inside. For all_to_all and bernoulli, where it comes to the same, populations that follow one
// another in the list and in the network are taken together. The numbers of the projections, in this order, key the
// draws.
struct ProjectionSpec {
  std::vector<std::string> from, to;
  ConnectionRule rule;
  Distribution weight, delay_ms;
  ReceptorName receptor = ReceptorName::automatic;
  bool autapses = true, multapses = true;
  StdpSpec stdp;
  EdgeList edges;  // of Kind::edges: what the file holds
};
// [[projection]]; stdp is a table of its own.
void fields(IsOptions<ProjectionSpec> auto& o, auto&& visit) {
  visit("from", o.from, texts("the name of a population").one_or_more(), "sources");
  visit("to", o.to, texts("the name of a population").one_or_more(), "targets");
  visit("rule", o.rule, kAnything, "how pairs are chosen");
  visit("weight", o.weight, kAnything, "of a synapse, of one sign; pA, or mV of delta synapses");
  visit("delay_ms", o.delay_ms, above(0), "of a synapse; rounded to steps, at least one");
  visit("receptor", o.receptor, kAnything, "auto: by the sign of the weight; exc or inh: that it must be");
  visit("autapses", o.autapses, kAnything, "allow synapses of a neuron onto itself");
  visit("multapses", o.multapses, kAnything, "allow several synapses of a pair, where the rule may draw them");
}
void fields(IsOptions<StdpSpec> auto& o, auto&& visit) {
  visit("w_max", o.w_max, at_least(0), "largest weight; 0: the synapses do not learn");
  visit("a_plus", o.a_plus, at_least(0), "of a pair, source first, in w_max");
  visit("a_minus", o.a_minus, at_least(0), "of a pair, target first, in w_max");
  visit("tau_plus_ms", o.tau_plus_ms, above(0), "decay of the source's trace");
  visit("tau_minus_ms", o.tau_minus_ms, above(0), "decay of the target's trace");
}

struct NetworkDescription {
  NetworkSpec defaults;  // [neuron]: what populations do not give, the kind of neuron; and network.step_ms
  std::vector<PopulationSpec> populations;
  std::vector<ProjectionSpec> projections;

  bool empty() const { return populations.empty(); }
};

// A network with its synapses, or with the rules that the engine draws them by.
using BuiltNetwork = std::variant<Network, ProceduralNetwork>;

// Its neurons and populations, with synapses where these are stored.
const Network& network_of(const BuiltNetwork& built);

// Drawn by rules where all rules of the description allow it (all_to_all, bernoulli; fixed_in_degree, fixed_total and
// total_of_probability with multapses), stored otherwise: then a row ascends by target, and synapses of one pair stand
// in the order of their projections. A projection's synapses are the same either way, whatever the others are. A
// population is inhibitory when weights of its projections are below 0 and none is above.
//
// Errors: ConfigError, where = "population.NAME.key" or "projection.NUMBER.key"; InputError, where = the file, for what
// NeuronValues and edges of a file hold; MemoryError.
BuiltNetwork build_network(const NetworkDescription& description, std::uint32_t seed);

// What a description comes to before anything is drawn; numbers of synapses are expected ones. Errors: as above.
struct NetworkForecast {
  double neurons = 0, synapses = 0, plastic_synapses = 0;
  std::uint16_t longest_delay = 1;  // steps
  bool stored = false;              // build_network() gives a Network
  bool uniform_delay = true;        // all delays are equal
  bool equal_weights = true;        // the synapses of each source have one weight
};
NetworkForecast forecast(const NetworkDescription& description);

}  // namespace sprig
