// What lists of synapses and learning synapses may be.
#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "host/network/described.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

class EdgeCheck {
 public:
  EdgeCheck(std::string where, const ProjectionSpec& spec, const DescribedPair& pair, double step_ms)
      : where_(std::move(where)), spec_(spec), edges_(spec.edges), pair_(pair), step_ms_(step_ms) {}

  void check(DescribedLaws& laws) const {
    check_sizes();
    for (std::size_t e = 0; e < edges_.source.size(); ++e) {
      check_index(e, "source", edges_.source[e], pair_.projection.source_count);
      check_index(e, "target", edges_.target[e], pair_.projection.target_count);
      if (!spec_.autapses && pair_.onto_itself() && edges_.source[e] == edges_.target[e])
        refuse_entry(e, "a synapse of neuron " + shown(edges_.source[e]) + " onto itself",
                     "other neurons, or " + where_ + ".autapses = true");
    }
    if (!edges_.weight.empty()) check_weights(laws);
    if (!edges_.delay_ms.empty()) check_delays(laws);
    if (!spec_.multapses) check_once();
  }

 private:
  [[noreturn]] void refuse_list(const std::string& found, const std::string& allowed) const {
    refuse_contents(spec_.rule.file, where_ + ".edges", found, allowed);
  }
  [[noreturn]] void refuse_entry(std::size_t e, const std::string& found, const std::string& allowed) const {
    refuse_list(found + " in entry " + shown(e), allowed + " (" + where_ + ")");
  }

  void check_sizes() const {
    const std::size_t n = edges_.source.size();
    const auto check_size = [&](const char* name, std::size_t size) {
      if (size != n) refuse_list(shown(size) + " of " + name, shown(n) + ", as of source");
    };
    check_size("target", edges_.target.size());
    if (!edges_.weight.empty()) check_size("weight", edges_.weight.size());
    if (!edges_.delay_ms.empty()) check_size("delay_ms", edges_.delay_ms.size());
  }

  void check_index(std::size_t e, const char* end, std::uint32_t index, std::uint32_t size) const {
    if (index >= size) refuse_entry(e, std::string(end) + " " + shown(index), "0 to " + shown(size - 1));
  }

  void check_weights(DescribedLaws& laws) const {
    laws.positive = laws.negative = laws.equal_weights = false;
    for (std::size_t e = 0; e < edges_.weight.size(); ++e) {
      const double weight = edges_.weight[e];
      if (!(std::abs(weight) <= std::numeric_limits<float>::max()))
        refuse_entry(e, "weight " + shown(weight), "a finite number");
      laws.positive |= weight > 0;
      laws.negative |= weight < 0;
      const bool contradicts =
          (spec_.receptor == ReceptorName::exc && weight < 0) || (spec_.receptor == ReceptorName::inh && weight > 0);
      if (contradicts)
        refuse_entry(e, "weight " + shown(weight),
                     "weights that " + where_ + ".receptor = " + shown(spec_.receptor) + " can have");
    }
  }

  void check_delays(DescribedLaws& laws) const {
    double least = std::numeric_limits<double>::infinity(), longest = 0;
    for (std::size_t e = 0; e < edges_.delay_ms.size(); ++e) {
      const double steps = edges_.delay_ms[e] / step_ms_;
      if (!(steps >= 1 - 1e-9 && steps < kMaxDelaySteps + 0.5))
        refuse_entry(e, "delay_ms " + shown(edges_.delay_ms[e]),
                     shown(step_ms_) + " to " + shown(step_ms_ * kMaxDelaySteps));
      least = std::min(least, std::round(steps));
      longest = std::max(longest, std::round(steps));
    }
    if (longest == 0) return;
    laws.least_delay = static_cast<std::uint16_t>(least);
    laws.longest_delay = static_cast<std::uint16_t>(longest);
  }

  void check_once() const {
    std::vector<std::uint64_t> pairs(edges_.source.size());
    for (std::size_t e = 0; e < pairs.size(); ++e)
      pairs[e] = (std::uint64_t{edges_.source[e]} << 32) | edges_.target[e];
    std::sort(pairs.begin(), pairs.end());
    const auto twice = std::adjacent_find(pairs.begin(), pairs.end());
    if (twice != pairs.end())
      refuse_list("more than one synapse from " + shown(*twice >> 32) + " onto " + shown(*twice & 0xFFFFFFFFu),
                  "one a pair, or " + where_ + ".multapses = true");
  }

  std::string where_;
  const ProjectionSpec& spec_;
  const EdgeList& edges_;
  const DescribedPair& pair_;
  double step_ms_;
};

// Neurons of populations that follow one another.
std::pair<std::uint32_t, std::uint32_t> range_of(const std::string& key, std::vector<std::size_t> places,
                                                 const std::vector<Population>& populations) {
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  if (places.back() - places.front() + 1 != places.size())
    refuse(key, "learning synapses of populations with others in between",
           "populations that follow one another in the description");
  const Population &first = populations[places.front()], &last = populations[places.back()];
  return {first.first, last.first + last.count - first.first};
}

bool overlap(const Plasticity& plasticity, const Projection& p) {
  const auto meet = [](std::uint32_t a, std::uint32_t a_count, std::uint32_t b, std::uint32_t b_count) {
    return a < b + b_count && b < a + a_count;
  };
  return meet(plasticity.source_first, plasticity.source_count, p.source_first, p.source_count) &&
         meet(plasticity.target_first, plasticity.target_count, p.target_first, p.target_count);
}

void check_learning_weights(const std::string& where, const ProjectionSpec& spec, const DescribedLaws& laws) {
  const std::string found = shown(spec.weight) + " of synapses that learn";
  if (laws.negative) refuse(where + ".weight", found, "weights >= 0");
  if (spec.edges.weight.empty() && laws.equal_weights && spec.weight.a > spec.stdp.w_max)
    refuse(where + ".weight", found, "at most " + where + ".stdp.w_max = " + shown(spec.stdp.w_max));
}

void check_constants(const std::string& where, const StdpSpec& stdp, double step_ms) {
  const Allowed tau = above(0).up_to(kMaxPlasticSteps * step_ms);
  const std::string section = where + ".stdp";
  const FieldCheck check{section.c_str()};
  check("a_plus", stdp.a_plus, kFraction);
  check("a_minus", stdp.a_minus, kFraction);
  check("tau_plus_ms", stdp.tau_plus_ms, tau);
  check("tau_minus_ms", stdp.tau_minus_ms, tau);
}

}  // namespace

void check_edges(const std::string& where, const ProjectionSpec& spec, const DescribedPair& pair, double step_ms,
                 DescribedLaws& laws) {
  EdgeCheck(where, spec, pair, step_ms).check(laws);
}

std::optional<Plasticity> check_plasticity(const NetworkDescription& description, const Described& described) {
  std::optional<std::size_t> learning;
  for (std::size_t number = 0; number < description.projections.size(); ++number) {
    if (description.projections[number].stdp.w_max == 0) continue;
    if (learning)
      refuse(projection_key(number) + ".stdp", "synapses that learn, beside those of " + projection_key(*learning),
             "one projection that learns; its from and to may name several populations");
    learning = number;
  }
  if (!learning) return {};
  const std::string where = projection_key(*learning);
  const ProjectionSpec& spec = description.projections[*learning];
  check_constants(where, spec.stdp, description.defaults.step_ms);
  check_learning_weights(where, spec, described.laws[*learning]);
  std::vector<std::size_t> sources, targets;
  for (const DescribedPair& pair : described.pairs)
    if (pair.spec == *learning) {
      for (std::size_t i = pair.from.first; i < pair.from.end; ++i) sources.push_back(i);
      for (std::size_t i = pair.to.first; i < pair.to.end; ++i) targets.push_back(i);
    }
  Plasticity plasticity;
  std::tie(plasticity.source_first, plasticity.source_count) =
      range_of(where + ".from", sources, described.populations);
  std::tie(plasticity.target_first, plasticity.target_count) = range_of(where + ".to", targets, described.populations);
  for (const DescribedPair& pair : described.pairs)
    if (pair.spec != *learning && overlap(plasticity, pair.projection))
      refuse(where + ".stdp", "other synapses of its populations, those of " + projection_key(pair.spec),
             "pairs of populations that no other projection connects, for all synapses of a pair learn");
  plasticity.a_plus = spec.stdp.a_plus;
  plasticity.a_minus = spec.stdp.a_minus;
  plasticity.tau_plus_ms = spec.stdp.tau_plus_ms;
  plasticity.tau_minus_ms = spec.stdp.tau_minus_ms;
  plasticity.w_max = static_cast<float>(spec.stdp.w_max);
  return plasticity;
}

}  // namespace sprig
