// What the CPU backend records during one advance() call. Owners write their own parts side by side; gather() puts them
// in order at the end.
#pragma once

#include <cstdint>
#include <vector>

#include "host/engine/cpu_update.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig::cpu {

class CpuRecorder {
 public:
  // recording may be null: then nothing is recorded. `e_l`: [neuron], for absolute potentials.
  CpuRecorder(const SlicedNetwork& network, const std::vector<Population>& populations, const std::vector<double>& e_l,
              std::uint32_t replicas, const RecordOptions& what, Recording* recording);

  bool wanted() const { return recording_ != nullptr; }
  // Makes room for `steps` steps from `first_step`, recorded by `owners`.
  void begin(std::uint64_t first_step, std::uint64_t steps, std::size_t owners);
  // Where the trajectory of step `offset` of the call goes; null pointers when it is not wanted.
  TrajectoryRow trajectory(std::uint64_t offset) const;
  // After step `offset`: look(cell) gives the state of a cell of the slice.
  template <class Look>
  void probe(const Slice& slice, std::uint64_t offset, Look look);
  // An owner's spikes of its next step, `offset`.
  void spikes(std::size_t owner, std::uint64_t offset, const SpikeList& list);
  void gather();

 private:
  struct Log {
    SpikeList spikes;
    std::vector<std::uint64_t> step_end;  // end of each step's spikes
  };

  const SlicedNetwork& network_;
  const std::vector<Population>& populations_;
  const std::vector<double>& e_l_;
  std::uint32_t replicas_;
  const RecordOptions& what_;
  Recording* recording_;
  std::uint64_t first_step_ = 0, steps_ = 0;
  std::vector<Log> logs_;  // [owner]
};

template <class Look>
void CpuRecorder::probe(const Slice& slice, std::uint64_t offset, Look look) {
  if (!wanted()) return;
  for (std::size_t p = 0; p < what_.probe.size(); ++p) {
    const std::uint32_t neuron = what_.probe[p];
    if (neuron < slice.first || neuron >= slice.first + slice.count) continue;
    for (std::size_t b = 0; b < replicas_; ++b) {
      const LifState<real> s = look(std::size_t{neuron - slice.first} * replicas_ + b);
      const std::size_t out = ((recording_->steps + offset) * what_.probe.size() + p) * replicas_ + b;
      recording_->probe_v[out] = s.u + static_cast<real>(e_l_[neuron]);
      recording_->probe_i[out] = s.i[0] + s.i[1];
      recording_->probe_theta[out] = s.theta;
    }
  }
}

}  // namespace sprig::cpu
