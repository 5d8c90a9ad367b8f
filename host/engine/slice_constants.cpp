// The step constants of a slice's neurons, from their parameters.
#include <map>

#include "host/engine/packing.hpp"
#include "sprig/core/fixed_point.hpp"

namespace sprig {

SliceConstants slice_constants(const Network& network, const Drive& drive, const Slice& slice,
                               const std::vector<std::uint32_t>& population_of, const std::vector<int>& exponents,
                               const DrivenNeurons& driven, const PoissonTable& poisson) {
  const bool two = network.kind.receptors == 2;
  SliceConstants c;
  const auto add = [](std::vector<real>& to, double value) { to.push_back(rounded<real>(value)); };
  for (std::uint32_t local = 0; local < slice.count; ++local) {
    const std::size_t i = slice.first + local;
    append_constants(c, network.kind, rounded<real>(lif_constants(network.kind, network.neurons, i, network.step_ms)));
    add(c.unit_0, fixed_unit(exponents[2 * std::size_t{population_of[i]}]));
    if (two) add(c.unit_1, fixed_unit(exponents[2 * std::size_t{population_of[i]} + 1]));
    c.draw_id.push_back(network.original_id.empty() ? static_cast<std::uint32_t>(i) : network.original_id[i]);
  }
  driven.pack(c, drive, poisson, slice.first, slice.count);
  return c;
}

void add_skip_tables(const Network& network, Slice& slice) {
  std::map<LifParameters, std::uint32_t> row_of;
  for (std::uint32_t local = 0; local < slice.count; ++local) {
    const LifParameters parameters = lif_parameters(network.neurons, slice.first + local);
    const auto [entry, added] = row_of.try_emplace(parameters, static_cast<std::uint32_t>(slice.skip.size()));
    if (added) slice.skip.push_back(lif_skip_tables<real>(network.kind, parameters, network.step_ms));
    slice.skip_row.push_back(entry->second);
  }
}

}  // namespace sprig
