#include "sprig/session/work_key.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <concepts>
#include <optional>
#include <utility>

#include "sprig/core/crc32c.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/version.hpp"
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
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status {};
  const bool plain = descriptor >= 0 && ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  std::uint64_t size = plain ? 0 : ~std::uint64_t{0};
  std::uint32_t sum = 0;
  std::vector<char> block(plain ? 1u << 20 : 0);
  for (ssize_t n = 0; plain && (n = ::read(descriptor, block.data(), block.size())) != 0;) {
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      size = ~std::uint64_t{0};
      break;
    }
    sum = crc32c(block.data(), static_cast<std::size_t>(n), sum);
    size += static_cast<std::uint64_t>(n);
  }
  if (descriptor >= 0) ::close(descriptor);
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

std::uint64_t work_key(const std::string& verb, const Config& config) {
  Config same = config;
  const SimulationOptions standard;
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
  hash.add(static_cast<std::uint32_t>(sizeof(real))).add(contents_key(config));
  return hash.value();
}

}  // namespace sprig
