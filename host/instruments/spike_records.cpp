#include "host/instruments/spike_records.hpp"

#include <limits>

#include "sprig/core/error.hpp"
#include "sprig/formats/npy_records.hpp"

namespace sprig {

SpikeRecords read_spike_records(const std::string& path, const InputLimits& limits) {
  auto fields = read_npy_records(path, limits);
  if (!fields.contains("step") || !fields.contains("neuron"))
    throw InputError(path,
                     "has no fields step and neuron, as spikes have; allowed: an .npy of structures with both, an .npz "
                     "with arrays time_ms and neuron, or a .csv with these columns");
  const auto refuse_row = [&](std::size_t row, const std::string& what) {
    throw InputError(path, "row " + std::to_string(row) + ": " + what);
  };
  const std::vector<std::uint64_t>& replica = fields["replica"];
  for (std::size_t k = 0; k < replica.size(); ++k)
    if (replica[k] != 0)
      refuse_row(k, "has a spike of replica " + std::to_string(replica[k]) + "; allowed: of replica 0 alone");
  SpikeRecords records;
  records.step = std::move(fields["step"]);
  for (const std::uint64_t neuron : fields["neuron"]) {
    if (neuron > std::numeric_limits<std::uint32_t>::max())
      refuse_row(records.neuron.size(), "found neuron = " + std::to_string(neuron) + "; allowed: below 2^32");
    records.neuron.push_back(static_cast<std::uint32_t>(neuron));
  }
  return records;
}

}  // namespace sprig
