#include "kernels/engine/resident_recorder.cuh"

#include <algorithm>

#include "sprig/engine/recording.hpp"

namespace sprig::cuda {

namespace {

constexpr std::size_t kBufferBytes = 512u << 20;     // records of a segment at most
constexpr std::uint32_t kLongestSegment = 1u << 16;  // steps, when nothing is recorded: some tenths of a second
static_assert(kLongestSegment <= kernel::kMostWindows);

template <class T>
void fetch(const DeviceBuffer<T>& from, HostBuffer<T>& to, std::size_t count, const Stream& stream) {
  to.reserve(count);
  from.download(to.data(), count, stream);
}

}  // namespace

ResidentRecorder::ResidentRecorder(const Network& network, const kernel::ResidentPlan& plan)
    : neurons_(network.size()),
      populations_(static_cast<std::uint32_t>(network.populations.size())),
      blocks_(plan.blocks),
      block_neurons_(plan.block_neurons),
      appender_(network),
      spike_counts_(plan.blocks),
      host_spike_counts_(plan.blocks) {}

void ResidentRecorder::begin(std::uint64_t first_step, std::uint64_t steps, const RecordOptions& what,
                             Recording* recording) {
  recording_ = recording;
  what_ = what;
  segment_steps_ = kernel::segment_steps(block_neurons_ * blocks_, recording != nullptr ? &what : nullptr, kBufferBytes,
                                         kLongestSegment);
  if (recording == nullptr) return;
  make_room(*recording, first_step, steps, what, {neurons_, 1, populations_});
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(segment_steps_, steps));
  spikes_.reserve(most * block_neurons_ * blocks_, "spike records");
  if (!what.probe.empty()) {
    const kernel::ProbeChains chains = kernel::probe_chains(what.probe, neurons_);
    probe_of_ = DeviceBuffer<std::uint32_t>(chains.of, "probes");
    probe_next_ = DeviceBuffer<std::uint32_t>(chains.next, "probes");
    probe_state_.reserve(3 * what.probe.size() * most, "probes");
  }
  if (what.trajectory) {
    for (auto* buffer : {&u_before_, &current_}) buffer->reserve(neurons_ * most, "trajectory");
    flags_.reserve(neurons_ * most, "trajectory");
  }
}

void ResidentRecorder::prepare(kernel::ResidentSegment& segment) const {
  if (recording_ == nullptr) return;
  segment.spikes = spikes_.data();
  segment.spike_capacity = std::uint64_t{block_neurons_} * segment.steps;
  segment.spike_counts = spike_counts_.data();
  if (!what_.probe.empty()) {
    segment.probes = static_cast<std::uint32_t>(what_.probe.size());
    segment.probe_of = probe_of_.data();
    segment.probe_next = probe_next_.data();
    segment.probe_state = probe_state_.data();
  }
  if (what_.trajectory) {
    segment.u_before = u_before_.data();
    segment.current = current_.data();
    segment.flags = flags_.data();
  }
}

// The blocks' lists are fetched as one strip as wide as the longest of them.
void ResidentRecorder::fetch_spikes(const kernel::ResidentSegment& segment, const Stream& stream) {
  records_.spikes.clear();
  spike_counts_.download(host_spike_counts_.data(), blocks_, stream);
  stream.synchronize();
  const std::uint64_t* counts = host_spike_counts_.data();
  const std::size_t width = *std::max_element(counts, counts + blocks_);
  if (width == 0) return;
  host_spikes_.reserve(width * blocks_);
  check(cudaMemcpy2DAsync(host_spikes_.data(), width * sizeof(std::uint64_t), spikes_.data(),
                          segment.spike_capacity * sizeof(std::uint64_t), width * sizeof(std::uint64_t), blocks_,
                          cudaMemcpyDeviceToHost, stream.get()),
        "copying spikes from the device");
  stream.synchronize();
  for (std::uint32_t b = 0; b < blocks_; ++b) {
    const std::uint64_t* list = host_spikes_.data() + b * width;
    records_.spikes.insert(records_.spikes.end(), list, list + counts[b]);
  }
}

void ResidentRecorder::append(const kernel::ResidentSegment& segment, const Stream& stream) {
  if (recording_ == nullptr) return;
  const std::size_t steps = segment.steps, values = what_.trajectory ? steps * neurons_ : 0;
  fetch(probe_state_, host_probe_state_, 3 * what_.probe.size() * steps, stream);
  fetch(u_before_, host_u_before_, values, stream);
  fetch(current_, host_current_, values, stream);
  fetch(flags_, host_flags_, values, stream);
  fetch_spikes(segment, stream);
  records_.probe_state = host_probe_state_.data();
  records_.u_before = host_u_before_.data();
  records_.current = host_current_.data();
  records_.flags = host_flags_.data();
  appender_.append(records_, segment.step, recording_->steps + segment.offset, segment.steps, what_, *recording_);
}

void ResidentRecorder::finish(std::uint64_t steps) {
  if (recording_ != nullptr) recording_->steps += steps;
  recording_ = nullptr;
}

}  // namespace sprig::cuda
