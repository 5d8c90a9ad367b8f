// Events of a step in the order of the list, cut where a neuron comes a second time: what one batch holds may be done
// in any order.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/dynamics/tangent.hpp"

namespace sprig::kernel {

struct EventBatches {
  std::vector<std::uint64_t> offsets;  // [step], steps + 1: batches of a step
  std::vector<std::uint64_t> begin;    // [batch], batches + 1: events of a batch
};

inline EventBatches event_batches(const SaltationChunk& chunk, std::uint32_t neurons) {
  EventBatches batches;
  std::vector<std::uint64_t> last_batch(neurons, ~0ull);  // batch that named the neuron last
  for (std::uint32_t step = 0; step < chunk.steps; ++step) {
    batches.offsets.push_back(batches.begin.size());
    for (std::uint64_t e = chunk.event_offsets[step]; e < chunk.event_offsets[step + 1]; ++e) {
      std::uint64_t& last = last_batch[chunk.events[e].neuron];
      if (e == chunk.event_offsets[step] || last + 1 == batches.begin.size()) batches.begin.push_back(e);
      last = batches.begin.size() - 1;
    }
  }
  batches.offsets.push_back(batches.begin.size());
  batches.begin.push_back(chunk.events.size());
  return batches;
}

}  // namespace sprig::kernel
