// Described networks for tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/network/description.hpp"
#include "tests/network/network_support.hpp"

namespace sprig::test {

inline PopulationSpec population(std::string name, std::uint32_t size, Positions positions = Positions::none) {
  PopulationSpec spec;
  spec.name = std::move(name);
  spec.size = size;
  spec.positions = positions;
  return spec;
}

inline NeuronValues values_of(Distribution law) { return {law, "", {}}; }
inline NeuronValues values_of(double constant) { return values_of(Distribution{Kind::constant, constant, 0}); }

inline ProjectionSpec projection_spec(std::vector<std::string> from, std::vector<std::string> to, const char* rule,
                                      Distribution weight = {Kind::constant, 1, 0}) {
  ProjectionSpec spec;
  spec.from = std::move(from);
  spec.to = std::move(to);
  spec.rule = read_rule(rule).value();
  spec.weight = weight;
  return spec;
}

inline NetworkDescription described(std::vector<PopulationSpec> populations, std::vector<ProjectionSpec> projections) {
  NetworkDescription description;
  description.populations = std::move(populations);
  description.projections = std::move(projections);
  return description;
}

// With its synapses, whichever way they are drawn.
inline Network realised(const NetworkDescription& description, std::uint32_t seed = 1) {
  const BuiltNetwork built = build_network(description, seed);
  const auto* procedural = std::get_if<ProceduralNetwork>(&built);
  return procedural ? realise(*procedural) : std::get<Network>(built);
}

inline bool is_procedural(const NetworkDescription& description) {
  return std::holds_alternative<ProceduralNetwork>(build_network(description, 1));
}

// One population "N" of so many neurons with one projection onto itself.
inline NetworkDescription onto_itself(std::uint32_t neurons, const char* rule, Positions positions = Positions::none) {
  return described({population("N", neurons, positions)}, {projection_spec({"N"}, {"N"}, rule)});
}

// What build_network() throws: "<type>: <text>", or "nothing".
inline std::string refusal(const NetworkDescription& description) {
  try {
    build_network(description, 1);
  } catch (const ConfigError& error) {
    return std::string("config: ") + error.what();
  } catch (const InputError& error) {
    return std::string("input: ") + error.what();
  } catch (const MemoryError& error) {
    return std::string("memory: ") + error.what();
  }
  return "nothing";
}

}  // namespace sprig::test
