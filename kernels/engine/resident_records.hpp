// What a segment of the resident engine recorded, turned into a Recording. The device keeps only a list of spikes a
// block (8 bytes each, in any order): counts per population and window follow from it on the host, so the kernel's
// steps stay free of global atomics. Host code, the same for the device and for the tests.
#pragma once

#include <cstdint>
#include <vector>

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
  std::vector<std::uint64_t> spikes;                   // step of the segment << 32 | neuron, any order
  const real* probe_state = nullptr;                   // [step][u, i0 + i1, theta][probe]
  const real *u_before = nullptr, *current = nullptr;  // [step][neuron]
  const std::uint8_t* flags = nullptr;
};

class SegmentAppender {
 public:
  explicit SegmentAppender(const Network& network);

  // Appends a segment of `steps` steps from absolute step `step`, whose first row in `recording` (which has room:
  // make_room()) is `row`. Sorts records.spikes.
  void append(SegmentRecords& records, std::uint64_t step, std::uint64_t row, std::uint32_t steps,
              const RecordOptions& what, Recording& recording) const;

 private:
  std::size_t populations_;
  std::vector<std::uint32_t> population_of_;
  std::vector<real> e_l_;
};

// Steps of a segment whose records take at most `bytes` even if every neuron fires in every step; at least 1.
std::uint32_t segment_steps(std::uint32_t neurons, const RecordOptions* what, std::size_t bytes, std::uint32_t most);

}  // namespace sprig::kernel
