// A rank's way to the others while it simulates: the spikes of a window, and the few numbers that all must agree on.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "host/engine/cpu_update.hpp"
#include "host/engine/network_part.hpp"
#include "host/engine/present_rows.hpp"
#include "sprig/engine/exchange.hpp"

namespace sprig::cpu {

// A box of spikes is 32-bit words: how many there are in each step of the window; their neurons, of all neurons; and
// with several replicas theirs.
class RankSpikes {
 public:
  RankSpikes(Exchange& exchange, const NeuronPart& part, PresentRows rows, std::uint32_t replicas)
      : exchange_(exchange), part_(part), rows_(std::move(rows)), replicas_(replicas) {}

  const NeuronPart& part() const { return part_; }

  // A window's own spikes step by step, add() for each list of its owners; then all ranks', of step `w` of the window,
  // as rows of the synapses here.
  void begin(std::uint64_t window);
  void add(std::uint64_t w, const SpikeList& own);
  void exchange();
  void take(std::uint64_t w, SpikeList& all);

  std::uint64_t sum(std::uint64_t mine);
  bool any(bool mine) { return sum(mine ? 1 : 0) > 0; }
  // The first in order of (step, neuron); neurons are those of all.
  using Place = std::pair<std::uint64_t, std::uint32_t>;
  Place least(const Place& mine);

 private:
  Exchange& exchange_;
  NeuronPart part_;
  PresentRows rows_;
  std::uint32_t replicas_;
  std::uint64_t window_ = 0;
  std::vector<std::uint32_t> own_, sources_, spike_replicas_;  // own_: the box
  Boxes boxes_;
  std::vector<std::vector<std::uint32_t>> words_;  // of each rank's box
  std::vector<std::size_t> at_;                    // where the next step's spikes are in it, from its first source
  std::vector<std::size_t> spikes_;                // in each box
};

}  // namespace sprig::cpu
