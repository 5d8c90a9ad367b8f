// Plastic weights and traces in logical order, to and from the owners of slices.
#include <algorithm>
#include <cmath>
#include <string>

#include "sprig/core/error.hpp"
#include "sprig/engine/plastic.hpp"

namespace sprig {

namespace {

std::uint64_t plastic_synapses(const SlicedNetwork& network) {
  std::uint64_t count = 0;
  for (const Slice& slice : network.slices) count += slice.plastic.synapses();
  return count;
}

// Calls use(slice index, synapse) for every plastic synapse, source by source and in the order of their targets.
template <class Network, class Use>
void each_synapse(Network& network, Use use) {
  const Plasticity& what = network.plastic->what;
  for (std::uint32_t source = what.source_first; source < what.source_first + what.source_count; ++source)
    for (std::size_t s = 0; s < network.slices.size(); ++s) {
      auto& rows = network.slices[s].plastic;
      if (rows.offsets.empty()) continue;
      for (std::uint64_t k = rows.offsets[source]; k < rows.offsets[source + 1]; ++k)
        if (network.narrow)
          use(s, source, rows.narrow[k]);
        else
          use(s, source, rows.wide[k]);
    }
}

}  // namespace

std::vector<PlasticSlice> make_plastic_slices(const SlicedNetwork& network, std::uint64_t step) {
  std::vector<PlasticSlice> result;
  if (!network.plastic) return result;
  const Plasticity& what = network.plastic->what;
  const std::uint32_t receptors = network.kind.currents();
  for (const Slice& slice : network.slices) {
    PlasticSlice& plastic = result.emplace_back();
    const std::uint32_t first = std::max(slice.first, what.target_first);
    const std::uint32_t end = std::min(slice.first + slice.count, what.target_first + what.target_count);
    plastic.target_of = TargetOfPlace(receptors * slice.count);
    plastic.known = step + 1;
    plastic.sources.resize(what.source_count);
    if (first >= end) continue;
    plastic.first_target = first - slice.first;
    plastic.targets.resize(end - first);
  }
  return result;
}

PlasticState plastic_state(const SlicedNetwork& network, const std::vector<PlasticSlice>& slices, std::uint64_t step) {
  PlasticState state;
  if (!network.plastic) return state;
  const Plasticity& what = network.plastic->what;
  const StdpRule rule = network.plastic->tables.rule();
  state.unit = network.plastic->unit;
  state.weights.reserve(plastic_synapses(network));
  each_synapse(network, [&](std::size_t s, std::uint32_t source, const auto& synapse) {
    const PlasticSlice& slice = slices[s];
    const StdpVisit visit = visit_of(slice.sources[source - what.source_first], slice.known, step + 1, rule);
    const SpikeHistory& target = slice.targets[slice.target_of(synapse.place) - slice.first_target];
    state.weights.push_back(weight_before(synapse.weight, visit, latest_spikes(target), rule));
  });
  state.last_spike.assign(network.neurons, 0);
  state.pre.assign(network.neurons, -1);
  state.post.assign(network.neurons, -1);
  for (std::uint32_t k = 0; k < what.source_count; ++k) {
    const StdpTrace& trace = slices.front().sources[k];
    state.pre[what.source_first + k] = trace.before;
    state.last_spike[what.source_first + k] = trace.stamp;
  }
  for (std::size_t s = 0; s < slices.size(); ++s)
    for (std::size_t k = 0; k < slices[s].targets.size(); ++k) {
      const StdpTrace& trace = slices[s].targets[k].trace;
      const std::size_t neuron = network.slices[s].first + slices[s].first_target + k;
      state.post[neuron] = trace.before;
      state.last_spike[neuron] = trace.stamp;
    }
  return state;
}

void check_plastic_state(const SlicedNetwork& network, const SimulationState& state) {
  const PlasticState& plastic = state.plastic;
  const auto must = [](bool right, const std::string& what) {
    if (!right) throw ConfigError("state", "belongs to another network: " + what);
  };
  const std::size_t neurons = network.plastic ? network.neurons : 0;
  must(plastic.weights.size() == plastic_synapses(network), std::to_string(plastic.weights.size()) +
                                                                " plastic weights, must be " +
                                                                std::to_string(plastic_synapses(network)));
  must(plastic.last_spike.size() == neurons && plastic.pre.size() == neurons && plastic.post.size() == neurons,
       "its traces are not those of " + std::to_string(neurons) + " neurons");
  if (!network.plastic) return;
  must(plastic.unit == network.plastic->unit, "its plastic weights are in other units");
  for (const std::int32_t weight : plastic.weights)
    must(weight >= 0 && weight <= network.plastic->tables.most, "a plastic weight is not between 0 and w_max");
  for (std::size_t i = 0; i < neurons; ++i)
    must(plastic.last_spike[i] <= state.step && std::isfinite(plastic.pre[i]) && std::isfinite(plastic.post[i]) &&
             plastic.pre[i] >= -1 && plastic.post[i] >= -1,
         "the traces of neuron " + std::to_string(i) + " are not possible");
}

void set_plastic_state(SlicedNetwork& network, std::vector<PlasticSlice>& slices, const SimulationState& state) {
  if (!network.plastic) return;
  const Plasticity& what = network.plastic->what;
  const PlasticState& from = state.plastic;
  std::size_t k = 0;
  each_synapse(network, [&](std::size_t, std::uint32_t, auto& synapse) {
    synapse.weight = static_cast<decltype(synapse.weight)>(from.weights[k++]);
  });
  slices = make_plastic_slices(network, state.step);
  for (std::size_t s = 0; s < slices.size(); ++s) {
    for (std::uint32_t j = 0; j < what.source_count; ++j)
      slices[s].sources[j] = {from.last_spike[what.source_first + j], from.pre[what.source_first + j]};
    for (std::size_t j = 0; j < slices[s].targets.size(); ++j) {
      const std::size_t neuron = network.slices[s].first + slices[s].first_target + j;
      slices[s].targets[j].trace = {from.last_spike[neuron], from.post[neuron]};
    }
  }
}

}  // namespace sprig
