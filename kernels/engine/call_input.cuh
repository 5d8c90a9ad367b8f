// The input of one advance() call in device memory, where the kernels of either engine read it.
#pragma once

#include <cstdint>

#include "kernels/core/device_buffer.cuh"
#include "kernels/engine/input_rows.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig::cuda {

class CallInput {
 public:
  // Sets the input's members of `call` (kernel::Control or kernel::ResidentSegment) for a call of `steps` steps. words:
  // of a spike row's mask of replicas. What was uploaded before is overwritten. Errors: MemoryError.
  template <class Call>
  void upload(std::uint64_t steps, const Input& input, std::uint32_t words, const Stream& stream, Call& call) {
    if (!input.signal.empty()) {
      signal_.reserve(input.signal.size, "input signal");
      signal_.upload(input.signal.data, input.signal.size, stream);
      call.signal = signal_.data();
      call.samples = input.samples;
      call.steps_per_sample = input.steps_per_sample;
    }
    if (!input.spikes.empty()) {
      const kernel::InputRows rows = kernel::input_rows(input.spikes, steps, words);
      spans_.reserve(rows.spans.size(), "input spikes");
      spikes_.reserve(rows.rows.size(), "input spikes");
      spans_.upload(rows.spans.data(), rows.spans.size(), stream);
      spikes_.upload(rows.rows.data(), rows.rows.size(), stream);
      stream.synchronize();  // before `rows` goes
      call.input_spans = spans_.data();
      call.input_spikes = spikes_.data();
    }
  }

 private:
  DeviceBuffer<real> signal_;
  DeviceBuffer<std::uint64_t> spans_;
  DeviceBuffer<kernel::SpikeRow> spikes_;
};

}  // namespace sprig::cuda
