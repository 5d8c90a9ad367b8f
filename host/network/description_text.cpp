// What values of neurons and connection rules are called, and what they may be.
#include <cmath>

#include "host/network/call_text.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/network/description.hpp"

namespace sprig {

namespace {

using Rule = ConnectionRule::Kind;

// How many numbers a rule has.
std::size_t numbers_of(Rule kind) {
  switch (kind) {
    case Rule::all_to_all:
    case Rule::one_to_one:
    case Rule::edges:
      return 0;
    case Rule::bernoulli:
    case Rule::fixed_in_degree:
    case Rule::fixed_out_degree:
    case Rule::fixed_total:
    case Rule::total_of_probability:
      return 1;
    case Rule::small_world:
    case Rule::gaussian:
    case Rule::exponential:
      return 2;
  }
  return 0;
}

bool whole(double x, double most) { return x >= 0 && x <= most && x == std::floor(x); }

bool sound(const ConnectionRule& rule) {
  switch (rule.kind) {
    case Rule::all_to_all:
    case Rule::one_to_one:
    case Rule::edges:
      return true;
    case Rule::bernoulli:
      return kFraction.contains(rule.a);
    case Rule::total_of_probability:
      return kFraction.below(1).contains(rule.a);
    case Rule::fixed_in_degree:
    case Rule::fixed_out_degree:
      return whole(rule.a, kMost32Bits);
    case Rule::fixed_total:
      return whole(rule.a, 9007199254740992.0);  // 2^53: every whole number up to it is itself
    case Rule::small_world:
      return whole(rule.a, kMost32Bits) && kFraction.contains(rule.b);
    case Rule::gaussian:
    case Rule::exponential:
      return kFraction.contains(rule.a) && above(0).contains(rule.b);
  }
  return false;
}

}  // namespace

std::string shown(const NeuronValues& values) {
  if (!values.file.empty()) return in_quotes("file:" + values.file);
  if (!values.given.empty()) return shown(values.given.size()) + " values";
  return shown(values.law);
}

std::string in_words(const NeuronValues& like, const Allowed& allowed) {
  return in_words(like.law, allowed) + (allowed.infinite ? ", or inf" : "") +
         ", or \"file:PATH\" of an .npy with one value a neuron";
}

std::optional<std::string> offence(const NeuronValues& values, const Allowed& allowed) {
  for (std::size_t i = 0; i < values.given.size(); ++i)
    if (!allowed.contains(values.given[i])) return shown(values.given[i]) + " for its neuron " + shown(i);
  if (!values.drawn()) return {};
  const Distribution& law = values.law;
  if (law.kind == Distribution::Kind::constant && allowed.infinite && allowed.contains(law.a)) return {};
  return offence(law, allowed);
}

std::optional<NeuronValues> read_neuron_values(std::string_view text) {
  constexpr std::string_view kFile = "file:";
  NeuronValues values;
  if (text.starts_with(kFile)) {
    values.file = text.substr(kFile.size());
    if (values.file.empty()) return {};
    return values;
  }
  const std::optional<Distribution> law = read_distribution(text);
  if (!law) return {};
  values.law = *law;
  return values;
}

std::string shown(const ConnectionRule& rule) {
  if (rule.kind == Rule::edges) return in_quotes("edges(" + rule.file + ")");
  std::vector<double> numbers{rule.a, rule.b};
  numbers.resize(numbers_of(rule.kind));
  return in_quotes(call_text(name_of(rule.kind), numbers));
}

std::string in_words(const ConnectionRule&, const Allowed&) {
  return "\"all_to_all\", \"one_to_one\", \"bernoulli(p)\", \"fixed_in_degree(k)\", \"fixed_out_degree(k)\", "
         "\"fixed_total(n)\", \"total_of_probability(p)\", \"small_world(k, rewiring)\", \"gaussian(p, sigma)\", "
         "\"exponential(p, sigma)\" or \"edges(PATH)\"; p and rewiring from 0 to 1 (of total_of_probability below 1), "
         "k and n whole numbers >= 0, sigma > 0";
}

std::optional<std::string> offence(const ConnectionRule& rule, const Allowed&) {
  if (sound(rule)) return {};
  return shown(rule);
}

std::optional<ConnectionRule> read_rule(std::string_view text) {
  const std::optional<CallText> call = read_call(text);
  if (!call) return {};
  const std::optional<std::size_t> kind = index_of(words_of(Rule{}), call->name);
  if (!kind) return {};
  ConnectionRule rule;
  rule.kind = static_cast<Rule>(*kind);
  if (rule.kind == Rule::edges) {
    rule.file = call->inside;
    if (rule.file.empty()) return {};
    return rule;
  }
  const std::optional<std::vector<double>> numbers = read_numbers(call->inside);
  const std::size_t wanted = numbers_of(rule.kind);
  if (!numbers || numbers->size() != wanted || call->parentheses != (wanted > 0)) return {};
  if (wanted > 0) rule.a = (*numbers)[0];
  if (wanted > 1) rule.b = (*numbers)[1];
  return rule;
}

}  // namespace sprig
