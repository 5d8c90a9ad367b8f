// Plastic weights and traces in logical order, to and from the owners of slices.
#include <algorithm>
#include <cmath>
#include <string>

#include "sprig/core/error.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/engine/plastic.hpp"

namespace sprig {

namespace {

std::uint64_t plastic_synapses(const SlicedNetwork& network) {
  std::uint64_t count = 0;
  for (const Slice& slice : network.slices) count += slice.plastic.synapses();
  return count;
}

// Calls use(k, slice index, source, synapse) for every plastic synapse, k its place in the logical order: source by
// source and in the order of their targets. Threads share the sources.
template <class Network, class Use>
void each_synapse(Network& network, int threads, Use use) {
  const Plasticity& what = network.plastic->what;
  const auto rows = [&](std::uint32_t source, const auto& row) {
    for (std::size_t s = 0; s < network.slices.size(); ++s) {
      auto& plastic = network.slices[s].plastic;
      if (!plastic.offsets.empty()) row(s, plastic, plastic.offsets[source], plastic.offsets[source + 1]);
    }
  };
  std::vector<std::uint64_t> begin(what.source_count + std::size_t{1}, 0);
  for (std::uint32_t i = 0; i < what.source_count; ++i) {
    begin[i + 1] = begin[i];
    rows(what.source_first + i,
         [&](std::size_t, auto&, std::uint64_t first, std::uint64_t end) { begin[i + 1] += end - first; });
  }
#pragma omp parallel for schedule(static) num_threads(team_size(threads))
  for (std::uint32_t i = 0; i < what.source_count; ++i) {
    const std::uint32_t source = what.source_first + i;
    std::uint64_t k = begin[i];
    rows(source, [&](std::size_t s, auto& plastic, std::uint64_t first, std::uint64_t end) {
      for (std::uint64_t j = first; j < end; ++j, ++k)
        if (network.narrow)
          use(k, s, source, plastic.narrow[j]);
        else
          use(k, s, source, plastic.wide[j]);
    });
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

PlasticState plastic_state(const SlicedNetwork& network, const std::vector<PlasticSlice>& slices, std::uint64_t step,
                           int threads) {
  PlasticState state;
  if (!network.plastic) return state;
  const Plasticity& what = network.plastic->what;
  const StdpRule rule = network.plastic->tables.rule();
  state.unit = network.plastic->unit;
  state.weights.resize(plastic_synapses(network));
  each_synapse(network, threads, [&](std::uint64_t k, std::size_t s, std::uint32_t source, const auto& synapse) {
    const PlasticSlice& slice = slices[s];
    const StdpVisit visit = visit_of(slice.sources[source - what.source_first], slice.known, step + 1, rule);
    const SpikeHistory& target = slice.targets[slice.target_of(synapse.place) - slice.first_target];
    state.weights[k] = weight_before(synapse.weight, visit, latest_spikes(target), rule);
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

void check_plastic_state(const SlicedNetwork& network, const SimulationState& state, int threads) {
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
  bool between = true;
  const std::int32_t most = network.plastic->tables.most;
#pragma omp parallel for schedule(static) num_threads(team_size(threads)) reduction(&& : between)
  for (std::size_t k = 0; k < plastic.weights.size(); ++k)
    between = between && plastic.weights[k] >= 0 && plastic.weights[k] <= most;
  must(between, "a plastic weight is not between 0 and w_max");
  for (std::size_t i = 0; i < neurons; ++i)
    must(plastic.last_spike[i] <= state.step && std::isfinite(plastic.pre[i]) && std::isfinite(plastic.post[i]) &&
             plastic.pre[i] >= -1 && plastic.post[i] >= -1,
         "the traces of neuron " + std::to_string(i) + " are not possible");
}

void set_plastic_state(SlicedNetwork& network, std::vector<PlasticSlice>& slices, const SimulationState& state,
                       int threads) {
  if (!network.plastic) return;
  const Plasticity& what = network.plastic->what;
  const PlasticState& from = state.plastic;
  each_synapse(network, threads, [&](std::uint64_t k, std::size_t, std::uint32_t, auto& synapse) {
    synapse.weight = static_cast<decltype(synapse.weight)>(from.weights[k]);
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
