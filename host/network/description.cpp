// From a description to a network.
#include "sprig/network/description.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>

#include "host/network/described.hpp"
#include "host/network/plain_network.hpp"
#include "host/network/positions.hpp"
#include "host/network/stored_network.hpp"
#include "host/network/text.hpp"
#include "sprig/core/error.hpp"

namespace sprig {

namespace {

using Rule = ConnectionRule::Kind;

// Synapses of a pair, as many as its rule gives on average.
double expected_synapses(const NetworkDescription& description, const DescribedPair& pair) {
  const ProjectionSpec& spec = description.projections[pair.spec];
  const double sources = pair.projection.source_count, targets = pair.projection.target_count;
  switch (spec.rule.kind) {
    case Rule::all_to_all:
      return pair.candidates();
    case Rule::one_to_one:
      return sources;
    case Rule::bernoulli:
      return spec.rule.a * pair.candidates();
    case Rule::fixed_in_degree:
      return spec.rule.a * targets;
    case Rule::fixed_out_degree:
    case Rule::small_world:
      return spec.rule.a * sources;
    case Rule::fixed_total:
    case Rule::total_of_probability:
      return static_cast<double>(synapses_of_total(spec.rule, pair.candidates()));
    case Rule::gaussian:
    case Rule::exponential: {
      const bool ring = description.populations[pair.to.first].positions == Positions::ring;
      const double themselves = pair.onto_itself() && !spec.autapses ? spec.rule.a * sources : 0;
      return std::max(0.0, mean_fall_off(spec.rule, ring) * sources * targets - themselves);
    }
    case Rule::edges:
      return static_cast<double>(spec.edges.source.size());
  }
  return 0;
}

ProceduralNetwork without_stored_rules(const NetworkDescription& description, const Described& described,
                                       std::uint32_t seed) {
  const NetworkSpec& defaults = description.defaults;
  ProceduralNetwork procedural;
  procedural.seed = seed;
  procedural.network = plain_network(described.populations, defaults.neuron, defaults.kind, defaults.step_ms);
  procedural.network.plasticity = described.plasticity;
  set_described_neurons(description, seed, procedural.network);
  procedural.projections.reserve(described.pairs.size());
  for (const DescribedPair& pair : described.pairs) procedural.projections.push_back(pair.projection);
  return procedural;
}

[[noreturn]] void refuse_memory(const NetworkDescription& description, const Described& described) {
  double synapses = 0;
  for (const DescribedPair& pair : described.pairs) synapses += expected_synapses(description, pair);
  throw MemoryError("network",
                    text(described.neurons, " neurons and about ", synapses, " synapses do not fit into memory"));
}

}  // namespace

const Network& network_of(const BuiltNetwork& built) {
  if (const auto* procedural = std::get_if<ProceduralNetwork>(&built)) return procedural->network;
  return std::get<Network>(built);
}

BuiltNetwork build_network(const NetworkDescription& description, std::uint32_t seed) {
  const Described described = check_description(description);
  try {
    ProceduralNetwork procedural = without_stored_rules(description, described, seed);
    validate(procedural.network);
    if (!described.stored()) return procedural;
    return draw_stored(description, described, std::move(procedural));
  } catch (const std::bad_alloc&) {
  } catch (const std::length_error&) {
  }
  refuse_memory(description, described);
}

NetworkForecast forecast(const NetworkDescription& description) {
  const Described described = check_description(description);
  NetworkForecast result;
  result.neurons = described.neurons;
  result.stored = described.stored();
  std::uint16_t least = 0xFFFF;
  std::vector<const Distribution*> weight_of(described.populations.size(), nullptr);
  for (const DescribedPair& pair : described.pairs) {
    const ProjectionSpec& spec = description.projections[pair.spec];
    const double synapses = expected_synapses(description, pair);
    if (synapses == 0) continue;
    result.synapses += synapses;
    if (spec.stdp.w_max > 0) result.plastic_synapses += synapses;
    const DescribedLaws& laws = described.laws[pair.spec];
    least = std::min(least, laws.least_delay);
    result.longest_delay = std::max(result.longest_delay, laws.longest_delay);
    for (std::size_t from = pair.from.first; from < pair.from.end; ++from) {
      const Distribution*& weight = weight_of[from];
      const bool another = weight != nullptr && (weight->kind != spec.weight.kind || weight->a != spec.weight.a);
      if (!laws.equal_weights || another) result.equal_weights = false;
      weight = &spec.weight;
    }
  }
  result.uniform_delay = least >= result.longest_delay;
  return result;
}

}  // namespace sprig
