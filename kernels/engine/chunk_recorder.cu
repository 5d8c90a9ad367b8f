#include "kernels/engine/chunk_recorder.cuh"

#include <algorithm>

#include "sprig/engine/recording.hpp"

namespace sprig::cuda {

ChunkRecorder::ChunkRecorder(const DeviceNetwork& network, const Network& description, std::uint32_t chunk_steps)
    : network_(network),
      data_(network.data()),
      chunk_steps_(chunk_steps),
      host_spans_(chunk_steps + 1),
      host_population_spikes_(chunk_steps * network.data().populations) {
  for (const double e_l : description.neurons.e_l) e_l_.push_back(static_cast<real>(e_l));
}

void ChunkRecorder::begin(std::uint64_t first_step, std::uint64_t steps, const RecordOptions& what,
                          Recording* recording, kernel::Control& control, const Stream& stream) {
  what_ = what;
  recording_ = recording;
  first_step_ = first_step;
  call_steps_ = steps;
  fetched_end_ = fetched_ = 0;
  fetched_windows_ = 0;
  const std::size_t neurons = data_.neurons, cells = neurons * data_.replicas;
  control.keep_spikes = recording != nullptr && what.spikes;
  spikes_.reserve(neurons * data_.words * (control.keep_spikes ? chunk_steps_ : 1), "spike list");
  control.spikes = spikes_.data();
  if (recording == nullptr) return;

  make_room(*recording, first_step, steps, what, {neurons, data_.replicas, data_.populations});
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
    for (auto* buffer : {&u_before_, &current_}) buffer->reserve(neurons * chunk_steps_, "trajectory");
    for (auto* buffer : {&host_u_before_, &host_current_}) buffer->reserve(neurons * chunk_steps_);
    flags_.reserve(neurons * chunk_steps_, "trajectory");
    host_flags_.reserve(neurons * chunk_steps_);
    control.u_before = u_before_.data();
    control.current = current_.data();
    control.flags = flags_.data();
  }
}

void ChunkRecorder::fetch(std::uint32_t steps, const Stream& stream) {
  if (recording_ == nullptr) return;
  network_.spans.download(host_spans_.data(), steps, stream);
  network_.population_spikes.download(host_population_spikes_.data(), std::size_t{steps} * data_.populations, stream);
  probe_state_.download(host_probe_state_.data(), steps * 3 * what_.probe.size() * data_.replicas, stream);
  if (what_.trajectory) {
    const std::size_t values = std::size_t{steps} * data_.neurons;
    u_before_.download(host_u_before_.data(), values, stream);
    current_.download(host_current_.data(), values, stream);
    flags_.download(host_flags_.data(), values, stream);
  }
  if (what_.count_window_steps > 0) fetch_counts(steps, stream);
  stream.synchronize();
  if (what_.spikes) fetch_spikes(steps, stream);
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
  const std::uint64_t complete = window_of(fetched_end_ + steps) - window_of(fetched_end_);
  fetched_windows_ = complete;
  if (complete == 0 || cells == 0) return;
  counts_.download(host_counts_.data(), complete * cells, stream);
  std::uint32_t* counts = counts_.data();
  check(cudaMemcpyAsync(counts, counts + complete * cells, cells * sizeof *counts, cudaMemcpyDeviceToDevice,
                        stream.get()),
        "moving spike counts");
  check(cudaMemsetAsync(counts + cells, 0, complete * cells * sizeof *counts, stream.get()), "clearing spike counts");
}

// Adds, for an earlier call may have counted in the first window.
void ChunkRecorder::add_counts(std::uint64_t window, std::uint64_t windows) {
  const std::size_t cells = std::size_t{data_.neurons} * data_.replicas;
  std::uint32_t* to = recording_->counts.data() + window * cells;
  for (std::size_t k = 0; k < windows * cells; ++k) to[k] += host_counts_[k];
}

void ChunkRecorder::append() {
  if (fetched_ == 0) return;
  const std::uint64_t offset = fetched_end_ - fetched_, row = recording_->steps + offset;
  std::uint64_t* population_spikes = recording_->population_spikes.data() + row * data_.populations;
  for (std::size_t k = 0; k < std::size_t{fetched_} * data_.populations; ++k) {
    population_spikes[k] = host_population_spikes_[k];
    recording_->total_spikes += host_population_spikes_[k];
  }
  if (what_.spikes) append_spikes();
  if (!what_.probe.empty()) append_probes();
  if (what_.trajectory) {
    const std::size_t values = std::size_t{fetched_} * data_.neurons, first = row * data_.neurons;
    std::copy_n(host_u_before_.data(), values, recording_->u_before.data() + first);
    std::copy_n(host_current_.data(), values, recording_->current.data() + first);
    std::copy_n(host_flags_.data(), values, recording_->flags.data() + first);
  }
  if (what_.count_window_steps > 0) add_counts(window_of(offset), fetched_windows_);
  fetched_ = 0;
}

void ChunkRecorder::append_spikes() {
  const std::uint64_t step = first_step_ + fetched_end_ - fetched_;
  for (std::uint32_t k = 0; k < fetched_; ++k) {
    sorted_.clear();
    for (std::uint32_t s = host_spans_[k].begin; s < host_spans_[k].end; ++s)
      sorted_.push_back(std::uint64_t{host_spikes_[s].row} << 32 | host_spikes_[s].replicas);
    std::sort(sorted_.begin(), sorted_.end());
    for (const std::uint64_t spike : sorted_) {
      const auto row = static_cast<std::uint32_t>(spike >> 32);
      for (auto left = static_cast<std::uint32_t>(spike); left != 0; left &= left - 1)
        recording_->spikes.push_back(
            {step + k, row / data_.words, row % data_.words * kWarp + static_cast<std::uint32_t>(__builtin_ctz(left))});
    }
  }
}

void ChunkRecorder::append_probes() {
  const std::size_t values = what_.probe.size() * data_.replicas;
  const std::size_t first = (recording_->steps + fetched_end_ - fetched_) * values;
  for (std::size_t k = 0; k < fetched_; ++k)
    for (std::size_t j = 0; j < values; ++j) {
      const real* from = host_probe_state_.data() + 3 * k * values + j;
      const std::size_t to = first + k * values + j;
      recording_->probe_v[to] = from[0] + e_l_[what_.probe[j / data_.replicas]];
      recording_->probe_i[to] = from[values];
      recording_->probe_theta[to] = from[2 * values];
    }
}

void ChunkRecorder::finish(const Stream& stream) {
  if (recording_ == nullptr) return;
  append();
  const std::uint64_t window = what_.count_window_steps;
  if (window > 0 && (recording_->steps + call_steps_) % window != 0) {
    counts_.download(host_counts_.data(), std::size_t{data_.neurons} * data_.replicas, stream);
    stream.synchronize();
    add_counts(window_of(call_steps_), 1);
  }
  recording_->steps += call_steps_;
  recording_ = nullptr;
}

}  // namespace sprig::cuda
