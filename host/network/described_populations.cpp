// What populations may be.
#include <unordered_set>

#include "host/network/described.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

// Values that were given: as many as neurons.
struct SizeCheck {
  const std::string& where;
  std::uint32_t size;

  template <class T>
  void operator()(const char* name, const T& field, const Allowed& allowed, const char* = "") const {
    if constexpr (std::same_as<T, std::optional<NeuronValues>>) {
      if (!field || field->drawn()) return;
      const std::string key = where + "." + name;
      if (field->given.size() != size)
        refuse_contents(field->file, key, shown(field->given.size()) + " values for " + key,
                        shown(size) + ", one a neuron");
      if (const auto found = offence(*field, allowed))
        refuse_contents(field->file, key, *found + " of " + key, number_words(allowed, false));
    }
  }
};

// A law is checked by its key; given values by their file.
struct LawCheck {
  const char* section;

  template <class T>
  void operator()(const char* name, const T& field, const Allowed& allowed, const char* = "") const {
    if constexpr (std::same_as<T, std::optional<NeuronValues>>)
      if (field && !field->drawn()) return;
    FieldCheck{section}(name, field, allowed);
  }
};

void check_floor(const std::string& key, const Distribution& tau_m, double floor_ms) {
  if (tau_m.kind == Distribution::Kind::constant && tau_m.a < floor_ms)
    refuse(key, shown(tau_m), "at least neuron.tau_m_min_ms = " + shown(floor_ms));
}

void check_population(const std::string& where, const PopulationSpec& spec, const NetworkSpec& defaults) {
  fields(spec, LawCheck{where.c_str()});
  fields(spec, SizeCheck{where, spec.size});
  if (spec.resistance && spec.c_m_pf)
    refuse(where + ".c_m_pf", "a capacitance beside " + where + ".resistance", "one of them");
  if (spec.tau_m_ms && spec.tau_m_ms->drawn())
    check_floor(where + ".tau_m_ms", spec.tau_m_ms->law, defaults.tau_m_min_ms);
  if (!spec.tau_m_ms) check_floor("neuron.tau_m_ms", defaults.tau_m_ms.front(), defaults.tau_m_min_ms);
}

// Of [neuron] and [network], what is used.
void check_defaults(const NetworkSpec& defaults) {
  neuron_fields(defaults, FieldCheck{"neuron"});
  FieldCheck{"network"}("step_ms", defaults.step_ms, above(0));
  if (defaults.tau_m_ms.size() > 1)
    refuse("neuron.tau_m_ms", "a list of " + shown(defaults.tau_m_ms.size()),
           "one law; populations may have laws of their own");
}

}  // namespace

void refuse_contents(const std::string& file, const std::string& key, const std::string& found,
                     const std::string& allowed) {
  if (file.empty()) refuse(key, found, allowed);
  throw InputError(file, "found " + found + "; allowed: " + allowed);
}

std::vector<Population> check_populations(const NetworkDescription& description) {
  check_defaults(description.defaults);
  if (description.populations.empty()) refuse("population", "none", "one or more");
  std::vector<Population> populations;
  std::unordered_set<std::string> names;
  std::uint64_t neurons = 0;
  for (std::size_t i = 0; i < description.populations.size(); ++i) {
    const PopulationSpec& spec = description.populations[i];
    const std::string where = "population." + (spec.name.empty() ? shown(i) : spec.name);
    if (spec.name.empty()) refuse(where + ".name", in_quotes(""), "a name of its own");
    check_population(where, spec, description.defaults);
    if (!names.insert(spec.name).second)
      refuse(where + ".name", in_quotes(spec.name) + " more than once", "a name of its own");
    populations.push_back({spec.name, static_cast<std::uint32_t>(neurons), spec.size, false});
    neurons += spec.size;
    if (neurons > kMaxNeurons)
      refuse(where + ".size", shown(neurons) + " neurons up to this population", "at most " + shown(kMaxNeurons));
  }
  return populations;
}

}  // namespace sprig
