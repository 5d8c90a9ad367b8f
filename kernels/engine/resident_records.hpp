// What a segment of the resident engine recorded, handed to the writer of a Recording. The device keeps only a list of
// spikes a block (8 bytes each, in any order): counts per population and window follow from it on the host, so the
// kernel's steps stay free of global atomics. Host code, the same for the device and for the tests.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/core/view.hpp"
#include "sprig/engine/record_writer.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"

namespace sprig::kernel {

// A neuron's probes as a chain (a neuron may be probed twice): ResidentSegment::probe_of and probe_next.
struct ProbeChains {
  std::vector<std::uint32_t> of, next;
};
ProbeChains probe_chains(const std::vector<std::uint32_t>& probe, std::uint32_t neurons);

// A segment's raw records; null: not wanted.
struct SegmentRecords {
  std::vector<View<const std::uint64_t>> spikes;       // lists: step of the segment << 32 | neuron, any order
  const real* probe_state = nullptr;                   // [step][u, i0 + i1, theta][probe]
  const real *u_before = nullptr, *current = nullptr;  // [step][neuron]
  const std::uint8_t* flags = nullptr;
};

// Hands a segment of `steps` steps from step `offset` of the call to the writer, which records it.
void write_segment(const SegmentRecords& records, std::uint64_t offset, std::uint32_t steps, RecordWriter& writer);

// How many spikes there can be: a neuron that has fired is held for its refractory period, so that its next spike is
// at least an interval of steps away.
class MostSpikes {
 public:
  explicit MostSpikes(const Network& network);
  // Of a neuron, in `steps` steps.
  std::uint64_t operator()(std::uint64_t steps) const { return (steps + interval_ - 1) / interval_; }
  std::uint64_t interval() const { return interval_; }

 private:
  std::uint64_t interval_;  // the shortest of all neurons
};

// Steps of a segment whose records take at most `bytes` even if every neuron fires as often as it can; at least 1, and
// `longest` where nothing is recorded (what = null).
std::uint32_t segment_steps(std::uint32_t neurons, const MostSpikes& most_spikes, const RecordOptions* what,
                            std::size_t bytes, std::uint32_t longest);

}  // namespace sprig::kernel
