// A description that was checked and resolved: ranges of neurons, projections one a pair of populations.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sprig/network/description.hpp"

namespace sprig {

// Populations [first, end).
struct Populations {
  std::size_t first = 0, end = 0;

  bool operator==(const Populations&) const = default;
};

// One pair of populations of a ProjectionSpec, or of populations that are taken together. Its place among the pairs
// keys its draws. `projection` has its ranges and laws; that of a stored pair draws nothing (bernoulli with probability
// 0).
struct DescribedPair {
  std::size_t spec = 0;  // among projections
  Populations from, to;
  Projection projection;
  bool stored = false;

  bool onto_itself() const { return from == to; }
  // Pairs of neurons that it may connect.
  double candidates() const {
    const Projection& p = projection;
    const std::uint32_t first = std::max(p.source_first, p.target_first);
    const std::uint32_t end = std::min(p.source_first + p.source_count, p.target_first + p.target_count);
    const double themselves = !p.autapses && first < end ? end - first : 0;
    return 1.0 * p.source_count * p.target_count - themselves;
  }
};

// What the synapses of a ProjectionSpec may be.
struct DescribedLaws {
  bool positive = false, negative = false;  // are there weights above, below 0?
  bool equal_weights = true;
  std::uint16_t least_delay = 1, longest_delay = 1;  // steps
};

struct Described {
  std::vector<Population> populations;
  std::vector<DescribedPair> pairs;
  std::vector<DescribedLaws> laws;  // of each ProjectionSpec
  std::optional<Plasticity> plasticity;
  std::uint32_t neurons = 0;

  bool stored() const;
};

// Errors: ConfigError, InputError as build_network().
Described check_description(const NetworkDescription& description);

// The parts of it. Populations: names, sizes, what their values may be.
std::vector<Population> check_populations(const NetworkDescription& description);
// The rule of a pair, given the sizes and positions of its populations.
void check_pair(const NetworkDescription& description, const Described& described, const std::string& where,
                const DescribedPair& pair);
// Entry by entry; laws as the weights and delays of the list are.
void check_edges(const std::string& where, const ProjectionSpec& spec, const DescribedPair& pair, double step_ms,
                 DescribedLaws& laws);
// None where nothing learns.
std::optional<Plasticity> check_plasticity(const NetworkDescription& description, const Described& described);

// "projection.3"
std::string projection_key(std::size_t number);
// What a file holds is refused in its name, what was given otherwise by its key.
[[noreturn]] void refuse_contents(const std::string& file, const std::string& key, const std::string& found,
                                  const std::string& allowed);

std::uint64_t synapses_of_total(const ConnectionRule& rule, double candidates);  // fixed_total, total_of_probability

// The parameters of the neurons of `network`, which has its populations.
void set_described_neurons(const NetworkDescription& description, std::uint32_t seed, Network& network);

}  // namespace sprig
