#include "sprig/session/work_key.hpp"

#include <concepts>
#include <optional>
#include <set>
#include <utility>

#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/version.hpp"
#include "sprig/formats/text_file.hpp"
#include "sprig/tasks/images.hpp"

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

// Its length and its sum. One that is no file, or cannot be read, is refused by who reads it, with what it is for.
void add_contents(Hash& hash, const std::string& path) {
  FileSum sum{~std::uint64_t{0}, 0};
  try {
    sum = sum_of_file(path);
  } catch (const InputError&) {
  }
  hash.add(sum.bytes).add(sum.crc32c);
}

using Assignments = std::vector<std::string>;
using Choice = std::vector<Assignments>;  // of which a setting makes one, or none

// Of an entry of study.tasks or of a list of variants; a task may be a system alone. Errors: ConfigError.
Assignments assignments_of(const std::string& text) {
  if (text.find(':') == std::string::npos) return {"task.system=" + text};
  return named_settings(text, "variants").assignments;
}

// Whether these may change which files are read. Images are of a system and of a folder, which different choices may
// set.
bool may_name_files(Config config, const Inputs& before, const Assignments& assignments) {
  for (const std::string& assignment : assignments) {
    for (const char* key : {"task.system", "task.folder", "learn.images", "learn.folder"})
      if (assignment.starts_with(key)) return true;
    set_config(config, assignment);
  }
  return inputs_of(config) != before;
}

// Those of `ways()` that count, each once. What is wrong with them is said by the verb that goes through them.
template <class Ways>
Choice choice_of(const Config& config, const Inputs& before, Ways ways) {
  std::set<Assignments> choice;
  try {
    for (Assignments& way : ways())
      if (may_name_files(config, before, way)) choice.insert(std::move(way));
  } catch (const ConfigError&) {
  }
  return {choice.begin(), choice.end()};
}

// The files of the settings that come of the choices from number `at` on.
void add_inputs(const Config& config, const std::vector<Choice>& choices, std::size_t at,
                std::set<Inputs::value_type>& found) {
  if (at == choices.size()) {
    const Inputs inputs = inputs_of(config);
    found.insert(inputs.begin(), inputs.end());
    return;
  }
  add_inputs(config, choices, at + 1, found);
  for (const Assignments& way : choices[at]) {
    Config changed = config;
    for (const std::string& assignment : way) set_config(changed, assignment);
    add_inputs(changed, choices, at + 1, found);
  }
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
  const auto add_images = [&](const char* key, const std::string& system, const std::string& folder) {
    for (const ImagePart part : {ImagePart::train, ImagePart::test})
      for (std::string& path : image_files(system, folder, part)) inputs.emplace_back(key, std::move(path));
  };
  add_images("task.folder", config.task.system, config.task.images.folder);
  add_images("learn.folder", config.learn.images, config.learn.folder);
  return inputs;
}

std::uint64_t contents_key(const Inputs& inputs) {
  Hash hash;
  for (const auto& [key, path] : inputs) {
    if (path.empty()) continue;
    add(hash, key);
    add_contents(hash, path);
  }
  return hash.value();
}

std::uint64_t file_key(const std::string& path) {
  Hash hash;
  add_contents(hash, path);
  return hash.value();
}
std::uint64_t contents_key(const Config& config) { return contents_key(inputs_of(config)); }

Inputs inputs_of_all(const Config& config) {
  const Inputs of_base = inputs_of(config);
  std::set<Inputs::value_type> found(of_base.begin(), of_base.end());
  std::vector<Choice> choices;
  for (const auto* list : {&config.study.tasks, &config.study.variants, &config.learn.variants})
    choices.push_back(choice_of(config, of_base, [&] {
      std::vector<Assignments> ways;
      for (const std::string& text : *list) ways.push_back(assignments_of(text));
      return ways;
    }));
  for (const std::string& axis : config.operating_point.axes)
    choices.push_back(choice_of(config, of_base, [&] {
      std::vector<Assignments> ways;
      for (const std::string& assignment : axis_assignments(axis)) ways.push_back({assignment});
      return ways;
    }));
  add_inputs(config, choices, 0, found);
  return {found.begin(), found.end()};
}

std::uint64_t work_key(const std::string& verb, const Config& config) {
  Config same = config;
  const SimulationOptions standard;
  same.study.share = false;
  if (verb != "bench") {
    same.simulation.device = standard.device;
    same.simulation.cuda_engine = standard.cuda_engine;
    same.simulation.threads = standard.threads;
    same.simulation.slices = standard.slices;
  }
  Hash hash;
  add(hash, verb);
  add(hash, resolved_config(same));
  add(hash, version().version);
  hash.add(static_cast<std::uint32_t>(sizeof(real))).add(contents_key(inputs_of_all(config)));
  return hash.value();
}

}  // namespace sprig
