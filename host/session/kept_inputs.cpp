// Files that a run reads must not be where it writes: a run folder is emptied when the run begins.
#include <concepts>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/session/session.hpp"

namespace sprig {

namespace {

using Inputs = std::vector<std::pair<std::string, std::string>>;  // key, path

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

// Whether it lies in the folder, or a link to it does, or what it is a link to.
bool is_in(const std::string& file, const std::string& folder) {
  std::error_code ignored;
  const auto is_folder = [&](const std::filesystem::path& path) {
    return std::filesystem::equivalent(folder, path, ignored);
  };
  const std::filesystem::path whole = std::filesystem::absolute(file, ignored);
  return is_folder(whole.parent_path()) || is_folder(std::filesystem::weakly_canonical(whole, ignored).parent_path());
}

}  // namespace

void keep_inputs(const Config& config, const std::string& out) {
  std::error_code ignored;
  if (out.empty() || !std::filesystem::is_directory(out, ignored)) return;
  for (const auto& [key, path] : inputs_of(config))
    if (!path.empty() && is_in(path, out))
      throw UsageError("--out",
                       out + " is the folder of " + key + ", and files in it are replaced; allowed: another folder");
}

}  // namespace sprig
