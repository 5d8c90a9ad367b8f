// What projections may be: populations, rules, laws.
#include <cmath>
#include <map>
#include <unordered_map>

#include "host/network/described.hpp"
#include "host/network/projection_laws.hpp"
#include "host/network/synapse_count.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

using Rule = ConnectionRule::Kind;

constexpr std::size_t kMostPairs = 1'000'000;  // each has tables

// Names to places.
class Names {
 public:
  explicit Names(const std::vector<Population>& populations) : populations_(populations) {
    for (std::size_t i = 0; i < populations.size(); ++i) place_.emplace(populations[i].name, i);
  }

  std::vector<std::size_t> places(const std::string& key, const std::vector<std::string>& names) const {
    std::vector<std::size_t> places;
    std::vector<bool> taken(populations_.size());
    for (const std::string& name : names) {
      const auto at = place_.find(name);
      if (at == place_.end()) refuse(key, in_quotes(name), known());
      if (taken[at->second]) refuse(key, in_quotes(name) + " more than once", "each population once");
      taken[at->second] = true;
      places.push_back(at->second);
    }
    return places;
  }

 private:
  std::string known() const {
    constexpr std::size_t kShown = 20;
    std::string text;
    for (std::size_t i = 0; i < populations_.size() && i < kShown; ++i)
      text += (i == 0 ? "" : ", ") + in_quotes(populations_[i].name);
    return populations_.size() > kShown ? text + ", ..." : text;
  }

  const std::vector<Population>& populations_;
  std::unordered_map<std::string, std::size_t> place_;
};

// Each law is tabulated once.
class Laws {
 public:
  explicit Laws(double step_ms) : step_ms_(step_ms) {}

  DescribedLaws of(const std::string& where, const ProjectionSpec& spec) {
    DescribedLaws laws;
    const float largest = weight(where + ".weight", spec.weight);
    laws.positive = largest > 0;
    laws.negative = largest < 0;
    laws.equal_weights = spec.weight.kind == Distribution::Kind::constant || spec.weight.b == 0;
    // A delay on the grid may come out of its decimal number a little below its step.
    if (!(telling_delay_ms(spec.delay_ms) >= step_ms_ * (1 - 1e-9)))
      refuse(where + ".delay_ms", shown(spec.delay_ms) + ", a delay below a step",
             "at least network.step_ms = " + shown(step_ms_));
    const auto [least, longest] = delay(where + ".delay_ms", spec.delay_ms);
    laws.least_delay = least;
    laws.longest_delay = longest;
    return laws;
  }

 private:
  using Key = std::tuple<Distribution::Kind, double, double>;
  static Key key_of(const Distribution& d) { return {d.kind, d.a, d.b}; }

  float weight(const std::string& key, const Distribution& law) {
    const auto at = weights_.find(key_of(law));
    if (at != weights_.end()) return at->second;
    return weights_[key_of(law)] = weight_law(key, law).largest;
  }
  std::pair<std::uint16_t, std::uint16_t> delay(const std::string& key, const Distribution& law) {
    const auto at = delays_.find(key_of(law));
    if (at != delays_.end()) return at->second;
    const DelayLaw made = delay_law(key, law, step_ms_);
    return delays_[key_of(law)] = {made.least, made.largest()};
  }

  double step_ms_;
  std::map<Key, float> weights_;
  std::map<Key, std::pair<std::uint16_t, std::uint16_t>> delays_;
};

// Which Projection a rule is. false: it has to be stored.
bool make_procedural(const ProjectionSpec& spec, double candidates, Projection& projection) {
  switch (spec.rule.kind) {
    case Rule::all_to_all:
    case Rule::bernoulli:
      projection.rule = ProjectionRule::bernoulli;
      projection.probability = spec.rule.kind == Rule::all_to_all ? 1 : spec.rule.a;
      return true;
    case Rule::fixed_in_degree:
      projection.rule = ProjectionRule::fixed_in_degree;
      projection.in_degree = static_cast<std::uint32_t>(spec.rule.a);
      return spec.multapses || spec.rule.a <= 1;
    case Rule::fixed_total:
    case Rule::total_of_probability:
      projection.rule = ProjectionRule::fixed_total;
      projection.synapses = synapses_of_total(spec.rule, candidates);
      return spec.multapses || projection.synapses <= 1;
    default:
      return false;
  }
}

void check_receptor(const std::string& where, ReceptorName receptor, const DescribedLaws& laws) {
  if ((receptor == ReceptorName::exc && laws.negative) || (receptor == ReceptorName::inh && laws.positive))
    refuse(where + ".receptor", shown(receptor) + " with weights " + (laws.negative ? "below" : "above") + " 0",
           receptor == ReceptorName::exc ? "weights above 0, or receptor \"inh\""
                                         : "weights below 0, or receptor \"exc\"");
}

// Populations of a list one by one, or those that follow one another together.
std::vector<Populations> runs_of(const std::vector<std::size_t>& places, bool together) {
  std::vector<Populations> runs;
  for (const std::size_t place : places)
    if (together && !runs.empty() && runs.back().end == place)
      ++runs.back().end;
    else
      runs.push_back({place, place + 1});
  return runs;
}

std::uint32_t neurons_of(const std::vector<Population>& populations, const Populations& run) {
  std::uint32_t neurons = 0;
  for (std::size_t i = run.first; i < run.end; ++i) neurons += populations[i].count;
  return neurons;
}

// The pairs of projection `number`, behind those that are there.
void add_pairs(const NetworkDescription& description, std::size_t number, const Names& names, Described& described) {
  const ProjectionSpec& spec = description.projections[number];
  const std::string where = projection_key(number);
  const std::vector<std::size_t> sources = names.places(where + ".from", spec.from),
                                 targets = names.places(where + ".to", spec.to);
  const bool together = spec.rule.kind == Rule::all_to_all || spec.rule.kind == Rule::bernoulli;
  const std::vector<Populations> from_runs = runs_of(sources, together), to_runs = runs_of(targets, together);
  if (from_runs.size() * to_runs.size() > kMostPairs - described.pairs.size())
    refuse(where, "more than " + shown(kMostPairs) + " pairs of populations up to this projection", "fewer");
  for (const Populations& to : to_runs)
    for (const Populations& from : from_runs) {
      DescribedPair pair;
      pair.spec = number;
      pair.from = from;
      pair.to = to;
      Projection& projection = pair.projection;
      projection.source_first = described.populations[from.first].first;
      projection.source_count = neurons_of(described.populations, from);
      projection.target_first = described.populations[to.first].first;
      projection.target_count = neurons_of(described.populations, to);
      projection.autapses = spec.autapses;
      projection.weight = spec.weight;
      projection.delay_ms = spec.delay_ms;
      check_pair(description, described, where, pair);
      pair.stored = !make_procedural(spec, pair.candidates(), projection);
      if (pair.stored) {
        projection.rule = ProjectionRule::bernoulli;
        projection.probability = 0;
      }
      described.pairs.push_back(pair);
    }
}

// Signs of populations: inhibitory where weights are below 0 and none is above.
void set_signs(const NetworkDescription& description, Described& described) {
  std::vector<bool> positive(description.populations.size()), negative(description.populations.size());
  for (const DescribedPair& pair : described.pairs)
    for (std::size_t from = pair.from.first; from < pair.from.end; ++from) {
      if (described.laws[pair.spec].positive) positive[from] = true;
      if (described.laws[pair.spec].negative) negative[from] = true;
    }
  for (std::size_t i = 0; i < described.populations.size(); ++i)
    described.populations[i].inhibitory = negative[i] && !positive[i];
}

}  // namespace

std::string projection_key(std::size_t number) { return "projection." + shown(number); }

std::uint64_t synapses_of_total(const ConnectionRule& rule, double candidates) {
  return rule.kind == Rule::fixed_total ? static_cast<std::uint64_t>(rule.a)
                                        : synapses_of_probability(rule.a, candidates);
}

bool Described::stored() const {
  for (const DescribedPair& pair : pairs)
    if (pair.stored) return true;
  return false;
}

Described check_description(const NetworkDescription& description) {
  Described described;
  described.populations = check_populations(description);
  described.neurons = described.populations.back().first + described.populations.back().count;
  const Names names(described.populations);
  Laws laws(description.defaults.step_ms);
  for (std::size_t number = 0; number < description.projections.size(); ++number) {
    const ProjectionSpec& spec = description.projections[number];
    const std::string where = projection_key(number);
    check_fields(where.c_str(), spec);
    check_fields((where + ".stdp").c_str(), spec.stdp);
    described.laws.push_back(laws.of(where, spec));
    add_pairs(description, number, names, described);
    if (spec.rule.kind == Rule::edges)
      check_edges(where, spec, described.pairs.back(), description.defaults.step_ms, described.laws.back());
    check_receptor(where, spec.receptor, described.laws.back());
  }
  set_signs(description, described);
  described.plasticity = check_plasticity(description, described);
  return described;
}

}  // namespace sprig
