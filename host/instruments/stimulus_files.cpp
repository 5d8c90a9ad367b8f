// Currents, rates and spikes from files, which are told apart by what they begin with.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "host/instruments/spike_records.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/formats/csv.hpp"
#include "sprig/formats/file_start.hpp"
#include "sprig/formats/npz.hpp"
#include "sprig/instruments/stimulation.hpp"

namespace sprig {

namespace {

// "FILE: row 3" from 0, as NumPy counts.
[[noreturn]] void refuse_row(const std::string& path, std::size_t row, const std::string& found,
                             const std::string& allowed) {
  throw InputError(path, "row " + std::to_string(row) + ": found " + found + "; allowed: " + allowed);
}

// Rows of equally many values.
void read_rows(const std::string& path, const InputLimits& limits, StimulusSpec& spec) {
  switch (file_start(path)) {
    case FileStart::npy: {
      NpyValues<double> array = read_npy<double>(path, limits);
      if (array.shape.empty() || array.shape.size() > 2)
        throw InputError(
            path, "an array of " + std::to_string(array.shape.size()) + " dimensions; allowed: 1 or 2, rows in time");
      const std::uint64_t columns = array.shape.size() == 2 ? array.shape[1] : 1;
      if (array.values.empty() || columns > kMaxNeurons)
        throw InputError(path, "has no values, or more columns than neurons can be");
      spec.columns = static_cast<std::uint32_t>(columns);
      spec.values = std::move(array.values);
      break;
    }
    case FileStart::npz:
      throw InputError(path, "is an .npz; allowed: an .npy or a .csv with one column for all neurons, or one a neuron");
    default: {
      CsvTable table = read_csv(path, {}, CsvHeader::automatic, {}, limits);
      spec.columns = static_cast<std::uint32_t>(table.names.size());
      spec.values = std::move(table.values);
      break;
    }
  }
  for (std::size_t k = 0; k < spec.values.size(); ++k) {
    const double value = spec.values[k];
    const bool rate = spec.kind == StimulusKind::poisson;
    if (!std::isfinite(value) || (rate && value < 0))
      refuse_row(path, k / spec.columns, shown(value) + " in column " + std::to_string(k % spec.columns),
                 rate ? "a rate in Hz, 0 or more" : "a finite number");
  }
}

void add_spike(const std::string& path, StimulusSpec& spec, double time_ms, double neuron) {
  const std::size_t row = spec.spike_ms.size();
  if (!(time_ms >= 0 && std::isfinite(time_ms)))
    refuse_row(path, row, "time_ms = " + shown(time_ms), "a time in ms, 0 or more");
  if (!(neuron >= 0 && neuron <= kMaxNeurons && neuron == std::floor(neuron)))
    refuse_row(path, row, "neuron = " + shown(neuron), "a whole number from 0");
  spec.spike_ms.push_back(time_ms);
  spec.spike_neuron.push_back(static_cast<std::uint32_t>(neuron));
}

double known_step(const std::string& path, double step_ms) {
  if (!(step_ms > 0)) throw InputError(path, "counts time in steps, and does not say how long one is (step_ms)");
  return step_ms;
}

void read_spike_arrays(const std::string& path, double network_step_ms, const InputLimits& limits, StimulusSpec& spec) {
  const NpzReader file(path, limits);
  const bool in_steps = !file.has("time_ms") && file.has("step");
  if ((!in_steps && !file.has("time_ms")) || !file.has("neuron"))
    throw InputError(path, "needs arrays time_ms (or step, and step_ms) and neuron");
  double unit = 1;
  if (in_steps && file.has("step_ms")) {
    const std::vector<double> said = file.read<double>("step_ms");
    if (said.size() != 1 || !(said[0] > 0 && std::isfinite(said[0])))
      throw InputError(path, "step_ms must be one number above 0");
    unit = said[0];
  } else if (in_steps) {
    unit = known_step(path, network_step_ms);
  }
  const std::vector<double> time = file.read<double>(in_steps ? "step" : "time_ms"),
                            neuron = file.read<double>("neuron");
  if (time.size() != neuron.size())
    throw InputError(path, std::to_string(time.size()) + " times, " + std::to_string(neuron.size()) +
                               " neurons; allowed: as many of both");
  if (file.has("replica"))
    for (const double replica : file.read<double>("replica"))
      if (replica != 0) throw InputError(path, "has spikes of several replicas; allowed: of one, replica 0");
  for (std::size_t k = 0; k < time.size(); ++k) add_spike(path, spec, time[k] * unit, neuron[k]);
}

void read_spike_table(const std::string& path, const InputLimits& limits, StimulusSpec& spec) {
  const CsvTable table = read_csv(path, {}, CsvHeader::automatic, {}, limits);
  const std::size_t columns = table.names.size();
  const auto column = [&](const char* name, std::size_t otherwise) {
    const auto found = std::find(table.names.begin(), table.names.end(), name);
    if (found != table.names.end()) return static_cast<std::size_t>(found - table.names.begin());
    if (columns != 2 || table.names[otherwise] != std::to_string(otherwise))
      throw InputError(
          path, "has no column " + in_quotes(name) +
                    "; allowed: columns time_ms and neuron, named in a first row, or these two alone without one");
    return otherwise;
  };
  const std::size_t time = column("time_ms", 0), neuron = column("neuron", 1);
  for (std::size_t row = 0; row < table.rows; ++row)
    add_spike(path, spec, table.values[row * columns + time], table.values[row * columns + neuron]);
}

void read_spikes(const std::string& path, double step_ms, const InputLimits& limits, StimulusSpec& spec) {
  spec.spike_ms.clear();
  spec.spike_neuron.clear();
  switch (file_start(path)) {
    case FileStart::npz:
      return read_spike_arrays(path, step_ms, limits, spec);
    case FileStart::npy: {
      const SpikeRecords records = read_spike_records(path, limits);
      for (std::size_t k = 0; k < records.step.size(); ++k)
        add_spike(path, spec, static_cast<double>(records.step[k]) * known_step(path, step_ms), records.neuron[k]);
      return;
    }
    default:
      return read_spike_table(path, limits, spec);
  }
}

}  // namespace

void read_stimulus_files(std::vector<StimulusSpec>& stimuli, const std::string& base, double step_ms,
                         const InputLimits& limits) {
  for (StimulusSpec& spec : stimuli) {
    if (spec.file.empty()) continue;
    const std::string path = (std::filesystem::path(base) / spec.file).string();
    if (spec.kind == StimulusKind::current || spec.kind == StimulusKind::poisson) read_rows(path, limits, spec);
    if (spec.kind == StimulusKind::spikes) read_spikes(path, step_ms, limits, spec);
  }
}

}  // namespace sprig
