#include "host/engine/plastic_packing.hpp"

#include "host/engine/packing.hpp"
#include "sprig/core/fixed_point.hpp"

namespace sprig {

namespace {

void check_resolution(const char* name, double amplitude, std::int32_t most) {
  if (amplitude == 0 || amplitude * most >= kFewestUnits) return;
  throw ConfigError(std::string("network.plasticity.") + name,
                    std::to_string(amplitude) + " of w_max is " + std::to_string(amplitude * most) +
                        " units of a weight; at least " + std::to_string(static_cast<int>(kFewestUnits)) +
                        " are needed (run.weight_bits = 32 has finer ones)");
}

}  // namespace

PlasticRule plastic_rule(const Network& network, const std::vector<WeightLoad>& loads, int weight_bits,
                         std::vector<int>& exponents) {
  const Plasticity& what = *network.plasticity;
  const auto learns = [&](const Population& population) {
    return population.first < what.target_first + what.target_count &&
           what.target_first < population.first + population.count;
  };
  WeightLoad load{2.0 * what.w_max, what.w_max, 2};  // as if one neuron had two such synapses: hence the 2^30
  for (std::size_t p = 0; p < network.populations.size(); ++p)
    if (learns(network.populations[p])) load.raise(loads[2 * p]);
  const int exponent = exponent_of(load, weight_bits);
  for (std::size_t p = 0; p < network.populations.size(); ++p)
    if (learns(network.populations[p])) exponents[2 * p] = exponent;

  PlasticRule rule;
  rule.what = what;
  rule.unit = fixed_unit(exponent);
  const std::int32_t most = to_fixed(what.w_max, fixed_scale(exponent));
  check_resolution("a_plus", what.a_plus, most);
  check_resolution("a_minus", what.a_minus, most);
  rule.tables = stdp_tables(network.step_ms, what.a_plus, what.tau_plus_ms, what.a_minus, what.tau_minus_ms, most);
  return rule;
}

}  // namespace sprig
