// What the CPU backend records during one advance() call. Owners write their own parts side by side; gather() puts
// their spikes in order at the end.
#pragma once

#include <cstdint>
#include <vector>

#include "host/engine/cpu_update.hpp"
#include "sprig/engine/record_writer.hpp"

namespace sprig::cpu {

class CpuRecorder {
 public:
  // For the call that `writer` has begun, recorded by `owners`.
  CpuRecorder(RecordWriter& writer, std::size_t owners) : writer_(writer), logs_(writer.wanted() ? owners : 0) {}

  // Where the trajectory of step `offset` of the call goes; null pointers when it is not wanted.
  TrajectoryRow trajectory(std::uint64_t offset) const { return writer_.trajectory(offset); }
  // After step `offset`: look(cell) gives the state of a cell of the slice.
  template <class Look>
  void probe(const Slice& slice, std::uint64_t offset, Look look);
  // An owner's spikes of its next step, `offset`.
  void spikes(std::size_t owner, std::uint64_t offset, const SpikeList& list);
  // Ends the call.
  void gather();

 private:
  struct Log {
    SpikeList spikes;
    std::vector<std::uint64_t> step_end;  // end of each step's spikes
  };

  RecordWriter& writer_;
  std::vector<Log> logs_;  // [owner]
};

template <class Look>
void CpuRecorder::probe(const Slice& slice, std::uint64_t offset, Look look) {
  if (!writer_.wanted()) return;
  const std::vector<std::uint32_t>& probe = writer_.what().probe;
  for (std::size_t p = 0; p < probe.size(); ++p) {
    const std::uint32_t neuron = probe[p];
    if (neuron < slice.first || neuron >= slice.first + slice.count) continue;
    for (std::size_t b = 0; b < writer_.replicas(); ++b) {
      const LifState<real> s = look(std::size_t{neuron - slice.first} * writer_.replicas() + b);
      writer_.write_probe(offset, p, b, s.u, s.i[0] + s.i[1], s.theta);
    }
  }
}

}  // namespace sprig::cpu
