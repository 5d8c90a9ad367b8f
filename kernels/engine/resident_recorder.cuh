// Buffers for what one segment of the resident engine records: fetched after it through pinned memory, and appended to
// the Recording while the next segment runs. The lists of spikes have room for all that there can be (MostSpikes).
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/core/device_buffer.cuh"
#include "kernels/engine/resident_data.hpp"
#include "kernels/engine/resident_plan.hpp"
#include "kernels/engine/resident_records.hpp"
#include "kernels/engine/traced_simulation.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig::cuda {

class ResidentRecorder {
 public:
  ResidentRecorder(const Network& network, const kernel::ResidentPlan& plan);

  // Sets up a call of `steps` steps from first_step. `recording` may be null. Makes room in it.
  void begin(std::uint64_t first_step, std::uint64_t steps, const RecordOptions& what, Recording* recording,
             const Stream& stream);
  // Steps of a segment that the buffers hold whatever happens.
  std::uint32_t segment_steps() const { return segment_steps_; }
  // In a call of which nothing is recorded: the trajectory of each segment stays on the device, in traced().
  void trace(std::uint64_t steps);
  TracedSteps traced(std::uint32_t steps) const { return {steps, u_before_.data(), current_.data(), flags_.data()}; }
  // Fills the recording fields of `segment`.
  void prepare(kernel::ResidentSegment& segment) const;
  // Copies what `segment`, which the stream has run, recorded; waits for it. What was fetched before must have been
  // appended.
  void fetch(const kernel::ResidentSegment& segment, const Stream& stream);
  // Appends what was fetched last, if anything.
  void append();
  // Ends the call.
  void finish();

 private:
  void reserve_trajectory(std::size_t steps);
  void fetch_spikes(const kernel::ResidentSegment& segment, const Stream& stream);

  std::uint32_t neurons_, blocks_, block_neurons_;
  std::size_t record_bytes_;
  kernel::MostSpikes most_spikes_;
  RecordWriter writer_;
  kernel::SegmentRecords records_;
  std::uint32_t segment_steps_ = 0;
  bool traced_ = false;
  std::uint64_t fetched_offset_ = 0;  // of the call
  std::uint32_t fetched_ = 0;         // steps fetched but not appended

  DeviceBuffer<std::uint64_t> spikes_, spike_counts_;
  DeviceBuffer<std::uint32_t> probe_of_, probe_next_;
  DeviceBuffer<real> probe_state_, u_before_, current_;
  DeviceBuffer<std::uint8_t> flags_;
  HostBuffer<std::uint64_t> host_spikes_, host_spike_counts_;
  HostBuffer<real> host_probe_state_, host_u_before_, host_current_;
  HostBuffer<std::uint8_t> host_flags_;
};

}  // namespace sprig::cuda
