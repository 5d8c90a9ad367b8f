#include "host/engine/ranked_records.hpp"

#include <algorithm>

#include "sprig/core/persist.hpp"

namespace sprig::cpu {

namespace {

// Fields of a recording that go from rank to rank.
template <class Of>
struct Recorded {
  Of& recording;
  static void persist(auto& self, auto& archive) {
    auto& r = self.recording;
    archive(r.spikes, r.counts, r.population_spikes, r.probe_v, r.probe_i, r.probe_theta, r.u_before, r.current,
            r.flags);
  }
};

}  // namespace

RecordOptions records_of_part(const RecordOptions& what, const NeuronPart& part) {
  RecordOptions own = what;
  own.probe.clear();
  for (const std::uint32_t neuron : what.probe)
    if (neuron - part.first < part.count) own.probe.push_back(neuron - part.first);
  return own;
}

std::vector<char> recorded_bytes(const Recording& recording) { return persisted(Recorded<const Recording>{recording}); }

Recording read_recording(const std::vector<char>& bytes) {
  Recording recording;
  Recorded<Recording> read{recording};
  read_persisted(bytes, "what a rank recorded", read);
  return recording;
}

void join_records(const std::vector<RecordedPart>& parts, std::uint64_t phase, std::uint64_t first_step,
                  std::size_t populations, RecordWriter& writer, Recording& recording) {
  const RecordOptions& what = writer.what();
  const std::size_t replicas = writer.replicas();
  std::vector<std::size_t> next(parts.size(), 0);
  std::vector<std::uint32_t> fired(populations);
  for (std::uint64_t offset = 0; offset < writer.steps(); ++offset) {
    const TrajectoryRow row = writer.trajectory(offset);
    std::fill(fired.begin(), fired.end(), 0);
    for (std::size_t p = 0; p < parts.size(); ++p) {
      const auto& [part, own] = parts[p];
      const std::size_t from = phase + offset;
      for (std::size_t k = 0; k < populations; ++k)
        fired[k] += static_cast<std::uint32_t>(own.population_spikes[from * populations + k]);
      for (; next[p] < own.spikes.size() && own.spikes[next[p]].step == first_step + offset; ++next[p])
        writer.list_spike(offset, part.first + own.spikes[next[p]].neuron, own.spikes[next[p]].replica);
      if (row.flags == nullptr) continue;
      std::copy_n(own.u_before.data() + from * part.count, part.count, row.u_before + part.first);
      std::copy_n(own.current.data() + from * part.count, part.count, row.current + part.first);
      std::copy_n(own.flags.data() + from * part.count, part.count, row.flags + part.first);
    }
    writer.add_population_spikes(offset, 1, fired.data());
  }
  const std::uint64_t before = recording.steps;  // of earlier calls
  for (const auto& [part, own] : parts) {
    const std::size_t cells = std::size_t{part.count} * replicas;
    if (what.count_window_steps > 0)
      for (std::size_t k = 0; k < own.counts.size(); ++k)
        writer.window(before / what.count_window_steps + k / cells)[std::size_t{part.first} * replicas + k % cells] +=
            own.counts[k];
    std::vector<std::size_t> probed;
    for (std::size_t k = 0; k < what.probe.size(); ++k)
      if (what.probe[k] - part.first < part.count) probed.push_back(k);
    const std::size_t values = what.probe.size() * replicas, of_part = probed.size() * replicas;
    for (std::uint64_t offset = 0; offset < writer.steps(); ++offset)
      for (std::size_t k = 0; k < of_part; ++k) {
        const std::size_t from = (phase + offset) * of_part + k;
        const std::size_t to = (before + offset) * values + probed[k / replicas] * replicas + k % replicas;
        recording.probe_v[to] = own.probe_v[from];
        recording.probe_i[to] = own.probe_i[from];
        recording.probe_theta[to] = own.probe_theta[from];
      }
  }
  writer.end();
}

}  // namespace sprig::cpu
