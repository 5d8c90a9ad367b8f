// Recording on the device: buffers for one chunk of steps, fetched through pinned memory after each chunk and appended
// to the Recording while the next chunk runs.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/core/device_buffer.cuh"
#include "kernels/engine/device_network.cuh"
#include "kernels/engine/traced_simulation.hpp"
#include "sprig/engine/record_writer.hpp"

namespace sprig::cuda {

class ChunkRecorder {
 public:
  ChunkRecorder(const DeviceNetwork& network, const Network& description, std::uint32_t chunk_steps);

  // Sets up a call of `steps` steps that begins at first_step; fills the recording fields of `control`. `recording` may
  // be null: then only the spike list that delivery needs is provided. Resizes the recording for the call.
  void begin(std::uint64_t first_step, std::uint64_t steps, const RecordOptions& what, Recording* recording,
             kernel::Control& control, const Stream& stream);
  // In a call of which nothing is recorded: the trajectory of each chunk stays on the device, in traced().
  void trace(kernel::Control& control);
  TracedSteps traced(std::uint32_t steps) const { return {steps, u_before_.data(), current_.data(), flags_.data()}; }
  // Copies what the chunk of `steps` steps that the stream has just run recorded; waits for it.
  void fetch(std::uint32_t steps, const Stream& stream);
  // Appends what was fetched last, if anything.
  void append();
  // Ends the call.
  void finish(const Stream& stream);

 private:
  void fetch_spikes(std::uint32_t steps, const Stream& stream);
  void fetch_counts(std::uint32_t steps, const Stream& stream);
  void append_spikes(std::uint64_t offset);

  const DeviceNetwork& network_;
  kernel::StepData data_;
  std::uint32_t chunk_steps_;

  RecordWriter writer_;
  std::uint64_t fetched_end_ = 0;      // offset in the call after the last fetched step
  std::uint32_t fetched_ = 0;          // steps fetched but not appended
  std::uint64_t fetched_windows_ = 0;  // complete count windows among them

  DeviceBuffer<kernel::SpikeRow> spikes_;
  DeviceBuffer<std::uint32_t> probe_, counts_;
  DeviceBuffer<real> probe_state_, u_before_, current_;
  DeviceBuffer<std::uint8_t> flags_;
  HostBuffer<kernel::Span> host_spans_;
  HostBuffer<kernel::SpikeRow> host_spikes_;
  HostBuffer<std::uint32_t> host_population_spikes_, host_counts_;
  HostBuffer<real> host_probe_state_, host_u_before_, host_current_;
  HostBuffer<std::uint8_t> host_flags_;
  std::vector<std::uint64_t> sorted_;
};

}  // namespace sprig::cuda
