#include "sprig/session/work_key.hpp"

#include <concepts>
#include <fstream>
#include <optional>

#include "sprig/core/crc32c.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/version.hpp"

namespace sprig {

namespace {

// The files of values that fields name.
struct FilesOfFields {
  std::string where;
  Inputs& inputs;

  template <class T>
  void operator()(const char* name, const T& field, const Allowed&, const char*) const {
    if constexpr (std::same_as<T, std::optional<NeuronValues>>)
      if (field) inputs.emplace_back(where + name, field->file);
  }
};

void add(Hash& hash, const std::string& text) { hash.add(std::uint64_t{text.size()}).bytes(text.data(), text.size()); }

// Its length and its sum.
void add_contents(Hash& hash, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(path, "cannot be read");
  std::vector<char> block(1u << 20);
  std::uint64_t size = 0;
  std::uint32_t sum = 0;
  do {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    const auto n = static_cast<std::size_t>(file.gcount());
    sum = crc32c(block.data(), n, sum);
    size += n;
  } while (file);
  if (file.bad()) throw InputError(path, "cannot be read");
  hash.add(size).add(sum);
}

}  // namespace

Inputs inputs_of(const Config& config) {
  Inputs inputs{
      {"network.file", config.network_file}, {"network.nodes", config.import.nodes}, {"task.file", config.task.file}};
  for (const auto& [name, path] : config.neuron_files) inputs.emplace_back("neuron." + name, path);
  for (const PopulationSpec& population : config.description.populations)
    fields(population, FilesOfFields{"population." + population.name + ".", inputs});
  for (std::size_t k = 0; k < config.description.projections.size(); ++k)
    inputs.emplace_back("projection." + std::to_string(k) + ".rule", config.description.projections[k].rule.file);
  for (std::size_t k = 0; k < config.stimuli.size(); ++k)
    inputs.emplace_back("stimulus." + std::to_string(k) + ".file", config.stimuli[k].file);
  return inputs;
}

std::uint64_t contents_key(const Config& config) {
  Hash hash;
  for (const auto& [key, path] : inputs_of(config)) {
    if (path.empty()) continue;
    add(hash, key);
    add_contents(hash, path);
  }
  return hash.value();
}

std::uint64_t work_key(const std::string& verb, const Config& config) {
  Config same = config;
  const SimulationOptions standard;
  same.simulation.device = standard.device;
  same.simulation.cuda_engine = standard.cuda_engine;
  same.simulation.threads = standard.threads;
  same.simulation.slices = standard.slices;
  Hash hash;
  add(hash, verb);
  add(hash, resolved_config(same));
  add(hash, version().version);
  hash.add(static_cast<std::uint32_t>(sizeof(real))).add(contents_key(config));
  return hash.value();
}

}  // namespace sprig
