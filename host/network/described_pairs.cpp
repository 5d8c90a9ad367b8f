// What a rule may be between two populations.
#include "host/network/described.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

using Rule = ConnectionRule::Kind;

constexpr double kMostSynapses = 9007199254740992.0;  // 2^53

std::string named(const Population& population) {
  return in_quotes(population.name) + " (" + shown(population.count) + " neurons)";
}

bool on_square(Positions positions) { return positions == Positions::grid || positions == Positions::plane; }

// Positions that distances are between.
void check_positions(const std::string& where, const PopulationSpec& from, const PopulationSpec& to) {
  for (const PopulationSpec* population : {&from, &to})
    if (population->positions == Positions::none)
      refuse(where + ".rule", "distances from " + in_quotes(from.name) + " to " + in_quotes(to.name),
             "populations with positions; population." + population->name + ".positions is \"none\"");
  if (on_square(from.positions) != on_square(to.positions))
    refuse(where + ".rule",
           "distances from a " + std::string(name_of(from.positions)) + " to a " + std::string(name_of(to.positions)),
           "both on a ring, or both on a square");
}

// Only all_to_all and bernoulli, which need no check, take several populations together.
class PairCheck {
 public:
  PairCheck(const NetworkDescription& description, const Described& described, const std::string& where,
            const DescribedPair& pair)
      : where_(where),
        spec_(description.projections[pair.spec]),
        pair_(pair),
        from_(description.populations[pair.from.first]),
        to_(description.populations[pair.to.first]),
        from_population_(described.populations[pair.from.first]),
        to_population_(described.populations[pair.to.first]) {}

  void check() const {
    switch (spec_.rule.kind) {
      case Rule::one_to_one:
        if (from_.size != to_.size) refuse_rule("populations of one size");
        if (pair_.onto_itself() && !spec_.autapses)
          refuse(where_ + ".autapses", "false, and from a population one_to_one onto itself", "true");
        return;
      case Rule::fixed_in_degree:
        return check_degree("sources", pair_.candidates() / to_.size);
      case Rule::fixed_out_degree:
        return check_degree("targets", pair_.candidates() / from_.size);
      case Rule::fixed_total:
      case Rule::total_of_probability:
        return check_total();
      case Rule::small_world:
        if (!pair_.onto_itself()) refuse_rule("one population, onto itself");
        if (spec_.rule.a > from_.size - 1.0) refuse_rule("fewer synapses out of a neuron than neurons");
        return;
      case Rule::gaussian:
      case Rule::exponential:
        return check_positions(where_, from_, to_);
      case Rule::edges:
        if (spec_.from.size() * spec_.to.size() > 1) refuse_rule("one population in from, and one in to");
        return;
      case Rule::all_to_all:
      case Rule::bernoulli:
        return;
    }
  }

 private:
  [[noreturn]] void refuse_rule(const std::string& allowed) const {
    refuse(where_ + ".rule", shown(spec_.rule) + " from " + named(from_population_) + " onto " + named(to_population_),
           allowed);
  }

  // So many synapses at a neuron, among `count` others.
  void check_degree(const char* others, double count) const {
    if (spec_.rule.a == 0) return;
    if (count < 1) refuse(where_ + ".autapses", "false, and one neuron onto itself", "true");
    if (!spec_.multapses && spec_.rule.a > count)
      refuse_rule("at most " + shown(count) + " " + others + " a neuron, without multapses");
  }

  void check_total() const {
    if (spec_.rule.a == 0) return;
    if (pair_.candidates() < 1) refuse(where_ + ".autapses", "false, and one neuron onto itself", "true");
    const double total = static_cast<double>(synapses_of_total(spec_.rule, pair_.candidates()));
    if (!spec_.multapses && total > pair_.candidates())
      refuse_rule("at most " + shown(pair_.candidates()) + " synapses, without multapses");
    if (total > kMostSynapses || total / to_.size >= static_cast<double>(kMostOntoTarget))
      refuse_rule("fewer than 2^31 synapses onto a neuron on average");
  }

  const std::string& where_;
  const ProjectionSpec& spec_;
  const DescribedPair& pair_;
  const PopulationSpec &from_, &to_;
  const Population &from_population_, &to_population_;
};

}  // namespace

void check_pair(const NetworkDescription& description, const Described& described, const std::string& where,
                const DescribedPair& pair) {
  PairCheck(description, described, where, pair).check();
}

}  // namespace sprig
