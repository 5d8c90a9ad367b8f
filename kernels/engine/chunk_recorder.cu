#include "kernels/engine/chunk_recorder.cuh"

#include <algorithm>

namespace sprig::cuda {

ChunkRecorder::ChunkRecorder(const DeviceNetwork& network, const Network& description, std::uint32_t chunk_steps)
    : network_(network),
      data_(network.data()),
      chunk_steps_(chunk_steps),
      writer_(description, network.data().replicas),
      host_spans_(chunk_steps + 1),
      host_population_spikes_(chunk_steps * network.data().populations) {}

void ChunkRecorder::begin(std::uint64_t first_step, std::uint64_t steps, const RecordOptions& what,
                          Recording* recording, kernel::Control& control, const Stream& stream) {
  writer_.begin(first_step, steps, what, recording);
  fetched_end_ = fetched_ = 0;
  fetched_windows_ = 0;
  const std::size_t neurons = data_.neurons, cells = neurons * data_.replicas;
  control.keep_spikes = recording != nullptr && what.spikes;
  spikes_.reserve(neurons * data_.words * (control.keep_spikes ? chunk_steps_ : 1), "spike list");
  control.spikes = spikes_.data();
  if (recording == nullptr) return;

  if (what.count_window_steps > 0) {
    const std::uint64_t window = what.count_window_steps;
    const std::size_t slots = (chunk_steps_ + window - 1) / window + 1;
    counts_.reserve(slots * cells, "spike counts");
    host_counts_.reserve(slots * cells);
    counts_.fill_zero(stream);
    control.counts = counts_.data();
    control.count_window = window;
    control.count_phase = recording->steps % window;
  }
  const std::size_t probes = what.probe.size() * data_.replicas;
  if (probes > 0) {
    probe_ = DeviceBuffer<std::uint32_t>(what.probe, "probes");
    probe_state_.reserve(3 * probes * chunk_steps_, "probes");
    host_probe_state_.reserve(3 * probes * chunk_steps_);
    control.probes = static_cast<std::uint32_t>(what.probe.size());
    control.probe = probe_.data();
    control.probe_state = probe_state_.data();
  }
  if (what.trajectory) {
    trace(control);
    for (auto* buffer : {&host_u_before_, &host_current_}) buffer->reserve(neurons * chunk_steps_);
    host_flags_.reserve(neurons * chunk_steps_);
  }
}

void ChunkRecorder::trace(kernel::Control& control) {
  const std::size_t cells = std::size_t{data_.neurons} * chunk_steps_;
  for (auto* buffer : {&u_before_, &current_}) buffer->reserve(cells, "trajectory");
  flags_.reserve(cells, "trajectory");
  control.u_before = u_before_.data();
  control.current = current_.data();
  control.flags = flags_.data();
}

void ChunkRecorder::fetch(std::uint32_t steps, const Stream& stream) {
  if (!writer_.wanted()) return;
  const RecordOptions& what = writer_.what();
  network_.spans.download(host_spans_.data(), steps, stream);
  network_.population_spikes.download(host_population_spikes_.data(), std::size_t{steps} * data_.populations, stream);
  probe_state_.download(host_probe_state_.data(), steps * 3 * what.probe.size() * data_.replicas, stream);
  if (what.trajectory) {
    const std::size_t values = std::size_t{steps} * data_.neurons;
    u_before_.download(host_u_before_.data(), values, stream);
    current_.download(host_current_.data(), values, stream);
    flags_.download(host_flags_.data(), values, stream);
  }
  if (what.count_window_steps > 0) fetch_counts(steps, stream);
  stream.synchronize();
  if (what.spikes) fetch_spikes(steps, stream);
  fetched_ = steps;
  fetched_end_ += steps;
}

void ChunkRecorder::fetch_spikes(std::uint32_t steps, const Stream& stream) {
  const std::size_t rows = host_spans_[steps - 1].end;
  host_spikes_.reserve(rows);
  spikes_.download(host_spikes_.data(), rows, stream);
  stream.synchronize();
}

// Complete windows go to the host; the one the chunk ends in moves to slot 0, where the next chunk counts on.
void ChunkRecorder::fetch_counts(std::uint32_t steps, const Stream& stream) {
  const std::size_t cells = std::size_t{data_.neurons} * data_.replicas;
  const std::uint64_t complete = writer_.window_of(fetched_end_ + steps) - writer_.window_of(fetched_end_);
  fetched_windows_ = complete;
  if (complete == 0 || cells == 0) return;
  counts_.download(host_counts_.data(), complete * cells, stream);
  std::uint32_t* counts = counts_.data();
  check(cudaMemcpyAsync(counts, counts + complete * cells, cells * sizeof *counts, cudaMemcpyDeviceToDevice,
                        stream.get()),
        "moving spike counts");
  check(cudaMemsetAsync(counts + cells, 0, complete * cells * sizeof *counts, stream.get()), "clearing spike counts");
}

void ChunkRecorder::append() {
  if (fetched_ == 0) return;
  const RecordOptions& what = writer_.what();
  const std::uint64_t offset = fetched_end_ - fetched_;
  writer_.add_population_spikes(offset, fetched_, host_population_spikes_.data());
  if (what.spikes) append_spikes(offset);
  writer_.write_probes(offset, fetched_, host_probe_state_.data());
  writer_.write_trajectory(offset, fetched_, host_u_before_.data(), host_current_.data(), host_flags_.data());
  if (what.count_window_steps > 0) writer_.add_counts(writer_.window_of(offset), fetched_windows_, host_counts_.data());
  fetched_ = 0;
}

// A step's list comes in any order.
void ChunkRecorder::append_spikes(std::uint64_t offset) {
  for (std::uint32_t k = 0; k < fetched_; ++k) {
    sorted_.clear();
    for (std::uint32_t s = host_spans_[k].begin; s < host_spans_[k].end; ++s)
      sorted_.push_back(std::uint64_t{host_spikes_[s].row} << 32 | host_spikes_[s].replicas);
    std::sort(sorted_.begin(), sorted_.end());
    for (const std::uint64_t spike : sorted_) {
      const auto row = static_cast<std::uint32_t>(spike >> 32);
      for (auto left = static_cast<std::uint32_t>(spike); left != 0; left &= left - 1)
        writer_.list_spike(offset + k, row / data_.words,
                           row % data_.words * kWarp + static_cast<std::uint32_t>(__builtin_ctz(left)));
    }
  }
}

void ChunkRecorder::finish(const Stream& stream) {
  if (!writer_.wanted()) return;
  append();
  // The window that the call ends in, unless it ends with it.
  if (writer_.what().count_window_steps > 0 && writer_.ends_in_a_window()) {
    counts_.download(host_counts_.data(), std::size_t{data_.neurons} * data_.replicas, stream);
    stream.synchronize();
    writer_.add_counts(writer_.window_of(writer_.steps()), 1, host_counts_.data());
  }
  writer_.end();
}

}  // namespace sprig::cuda
