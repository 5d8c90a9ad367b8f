// A network's synapses by target, made on the host for the kernels that gather arrivals.
#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "kernels/learning/bptt/kernel.hpp"
#include "sprig/learning/bptt/network.hpp"

namespace sprig::kernel {

// Synapses by the cell that they are onto, in the order in which what they bring is added up: by time of emission, then
// source. synapse: index among the recurrent ones, for those whose weight changes.
struct IncomingRows {
  static constexpr std::uint64_t kFixed = ~0ull;

  std::vector<std::uint64_t> offsets, synapse;
  std::vector<IncomingSynapse> incoming;

  explicit IncomingRows(const BpttNetwork<real>& network) : offsets(std::size_t{network.cells()} + 1, 0) {
    struct Entry {
      std::uint32_t cell;
      IncomingSynapse synapse;
      std::uint64_t index;
    };
    std::vector<Entry> entries;
    const auto add = [&](const BpttSynapses<real>& from, std::uint32_t first_source, bool fixed) {
      for (std::uint32_t j = 0; j + 1 < from.offsets.size(); ++j)
        for (std::uint64_t k = from.offsets[j]; k < from.offsets[j + 1]; ++k)
          entries.push_back({from.cells[k], {first_source + j, from.delays[k], from.weights[k]}, fixed ? kFixed : k});
    };
    add(network.input, 0, true);
    add(network.recurrent, network.input_channels, false);
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return std::tie(a.cell, b.synapse.delay, a.synapse.source) < std::tie(b.cell, a.synapse.delay, b.synapse.source);
    });
    for (const Entry& entry : entries) {
      ++offsets[entry.cell + 1];
      incoming.push_back(entry.synapse);
      synapse.push_back(entry.index);
    }
    for (std::size_t cell = 1; cell < offsets.size(); ++cell) offsets[cell] += offsets[cell - 1];
  }
};

}  // namespace sprig::kernel
