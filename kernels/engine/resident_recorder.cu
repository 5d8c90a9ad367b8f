#include "kernels/engine/resident_recorder.cuh"

#include <algorithm>

namespace sprig::cuda {

namespace {

constexpr std::uint32_t kLongestSegment = 1u << 16;  // steps, when nothing is recorded: some tenths of a second
static_assert(kLongestSegment <= kernel::kMostWindows);

template <class T>
void download(const DeviceBuffer<T>& from, HostBuffer<T>& to, std::size_t count, const Stream& stream) {
  to.reserve(count);
  from.download(to.data(), count, stream);
}

}  // namespace

ResidentRecorder::ResidentRecorder(const Network& network, const kernel::ResidentPlan& plan)
    : neurons_(network.size()),
      blocks_(plan.blocks),
      block_neurons_(plan.block_neurons),
      record_bytes_(plan.record_bytes),
      most_spikes_(network),
      writer_(network, 1),
      spike_counts_(plan.blocks),
      host_spike_counts_(plan.blocks) {}

void ResidentRecorder::begin(std::uint64_t first_step, std::uint64_t steps, const RecordOptions& what,
                             Recording* recording, const Stream& stream) {
  writer_.begin(first_step, steps, what, recording);
  fetched_ = 0;
  traced_ = false;
  segment_steps_ = kernel::segment_steps(block_neurons_ * blocks_, most_spikes_, recording != nullptr ? &what : nullptr,
                                         record_bytes_, kLongestSegment);
  if (recording == nullptr) return;
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(segment_steps_, steps));
  const std::size_t words = most_spikes_(most) * block_neurons_ * blocks_;
  if (words > spikes_.size()) {
    spikes_.reserve(words, "spike records");
    spikes_.fill_zero(stream);  // fetch_spikes() copies a little more than was written
  }
  if (!what.probe.empty()) {
    const kernel::ProbeChains chains = kernel::probe_chains(what.probe, neurons_);
    probe_of_ = DeviceBuffer<std::uint32_t>(chains.of, "probes");
    probe_next_ = DeviceBuffer<std::uint32_t>(chains.next, "probes");
    probe_state_.reserve(3 * what.probe.size() * most, "probes");
  }
  if (what.trajectory) reserve_trajectory(most);
}

void ResidentRecorder::reserve_trajectory(std::size_t steps) {
  for (auto* buffer : {&u_before_, &current_}) buffer->reserve(neurons_ * steps, "trajectory");
  flags_.reserve(neurons_ * steps, "trajectory");
}

void ResidentRecorder::trace(std::uint64_t steps) {
  RecordOptions what;
  what.trajectory = true;
  segment_steps_ = kernel::segment_steps(block_neurons_ * blocks_, most_spikes_, &what, record_bytes_, kLongestSegment);
  reserve_trajectory(static_cast<std::size_t>(std::min<std::uint64_t>(segment_steps_, steps)));
  traced_ = true;
}

void ResidentRecorder::prepare(kernel::ResidentSegment& segment) const {
  if (traced_) {
    segment.u_before = u_before_.data();
    segment.current = current_.data();
    segment.flags = flags_.data();
  }
  if (!writer_.wanted()) return;
  const RecordOptions& what = writer_.what();
  segment.spikes = spikes_.data();
  segment.spike_capacity = block_neurons_ * most_spikes_(segment.steps);
  segment.spike_counts = spike_counts_.data();
  if (!what.probe.empty()) {
    segment.probes = static_cast<std::uint32_t>(what.probe.size());
    segment.probe_of = probe_of_.data();
    segment.probe_next = probe_next_.data();
    segment.probe_state = probe_state_.data();
  }
  if (what.trajectory) {
    segment.u_before = u_before_.data();
    segment.current = current_.data();
    segment.flags = flags_.data();
  }
}

// The blocks' lists are fetched as one strip as wide as the longest of them.
void ResidentRecorder::fetch_spikes(const kernel::ResidentSegment& segment, const Stream& stream) {
  spike_counts_.download(host_spike_counts_.data(), blocks_, stream);
  stream.synchronize();
  const std::uint64_t* counts = host_spike_counts_.data();
  const std::size_t width = *std::max_element(counts, counts + blocks_);
  records_.spikes.assign(blocks_, {});
  if (width == 0) return;
  host_spikes_.reserve(width * blocks_);
  check(cudaMemcpy2DAsync(host_spikes_.data(), width * sizeof(std::uint64_t), spikes_.data(),
                          segment.spike_capacity * sizeof(std::uint64_t), width * sizeof(std::uint64_t), blocks_,
                          cudaMemcpyDeviceToHost, stream.get()),
        "copying spikes from the device");
  stream.synchronize();
  for (std::uint32_t b = 0; b < blocks_; ++b) records_.spikes[b] = {host_spikes_.data() + b * width, counts[b]};
}

void ResidentRecorder::fetch(const kernel::ResidentSegment& segment, const Stream& stream) {
  if (!writer_.wanted()) return;
  const RecordOptions& what = writer_.what();
  const std::size_t steps = segment.steps, values = what.trajectory ? steps * neurons_ : 0;
  download(probe_state_, host_probe_state_, 3 * what.probe.size() * steps, stream);
  download(u_before_, host_u_before_, values, stream);
  download(current_, host_current_, values, stream);
  download(flags_, host_flags_, values, stream);
  fetch_spikes(segment, stream);
  records_.probe_state = host_probe_state_.data();
  records_.u_before = host_u_before_.data();
  records_.current = host_current_.data();
  records_.flags = host_flags_.data();
  fetched_offset_ = segment.offset;
  fetched_ = segment.steps;
}

void ResidentRecorder::append() {
  if (fetched_ == 0) return;
  kernel::write_segment(records_, fetched_offset_, fetched_, writer_);
  fetched_ = 0;
}

void ResidentRecorder::finish() {
  append();
  writer_.end();
}

}  // namespace sprig::cuda
