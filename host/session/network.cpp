#include "sprig/session/network.hpp"

#include <cstdio>
#include <utility>
#include <variant>

#include "sprig/core/error.hpp"
#include "sprig/formats/network_import.hpp"
#include "sprig/formats/npz.hpp"
#include "sprig/instruments/stimulation.hpp"

namespace sprig {

namespace {

// A visitor that reads the files of values that fields name.
struct ReadValues {
  template <class T>
  void operator()(const char*, T& field, const Allowed&, const char*) const {
    if constexpr (std::same_as<T, std::optional<NeuronValues>>) {
      if (!field || field->file.empty()) return;
      NpyValues<double> values = read_npy<double>(field->file);
      if (values.shape.size() != 1)
        throw InputError(field->file,
                         "has " + std::to_string(values.shape.size()) + " dimensions; allowed: one, a value a neuron");
      field->given = std::move(values.values);
    }
  }
};

}  // namespace

NetworkDescription read_description(const Config& config) {
  NetworkDescription description = config.description;
  for (PopulationSpec& population : description.populations) fields(population, ReadValues{});
  return description;
}

ImportRequest import_request(const Config& config) {
  return {config.network_file, config.import, config.network, config.neuron_files, config.given};
}

double network_step_ms(const Config& config) {
  const double of_file = config.network_file.empty() ? 0 : import_sizes(import_request(config)).step_ms;
  return of_file > 0 ? of_file : config.network.step_ms;
}

void note_on_stderr(const std::string& text) { std::fputs(("sprig: " + text + "\n").c_str(), stderr); }

BuiltNetwork make_network(const Config& config, std::uint32_t seed, const Note& note) {
  if (!config.network_file.empty()) {
    ImportedNetwork imported = import_network(import_request(config), seed);
    for (const std::string& text : imported.notes)
      if (note) note(config.network_file + ": " + text);
    return std::move(imported.network);
  }
  if (config.description.empty()) return build_network(config.network, seed);
  return build_network(read_description(config), seed);
}

Network stored(BuiltNetwork built) {
  if (const auto* procedural = std::get_if<ProceduralNetwork>(&built)) return realise(*procedural);
  return std::get<Network>(std::move(built));
}

Drive make_drive(const DriveSection& drive, std::uint32_t neurons) {
  Drive made;
  if (drive.poisson_rate_hz > 0) {
    made.poisson_rate_hz.assign(neurons, drive.poisson_rate_hz);
    made.poisson_weight.assign(neurons, drive.poisson_weight);
  }
  if (drive.noise_sigma > 0) made.noise_sigma.assign(neurons, drive.noise_sigma);
  return made;
}

Drive make_drive(const Config& config, const Network& network) {
  const Drive drive = make_drive(config.drive, network.size());
  if (config.stimuli.empty()) return drive;
  return constant_drive(network, drive, make_stimuli(config));
}

std::vector<StimulusSpec> make_stimuli(const Config& config) {
  std::vector<StimulusSpec> stimuli = config.stimuli;
  read_stimulus_files(stimuli, "");
  return stimuli;
}

}  // namespace sprig
