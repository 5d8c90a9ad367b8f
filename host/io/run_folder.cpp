#include "sprig/io/run_folder.hpp"

#include <filesystem>

#include "sprig/core/error.hpp"

namespace sprig {

RunFolder::RunFolder(const std::string& path) : path_(path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw InputError(path, "cannot be made a folder: " + error.message());
  if (!std::filesystem::is_directory(path)) throw InputError(path, "is not a folder");
  for (const char* name : {"result.json", "manifest.json", "metrics.jsonl", "network.npz", "spikes.npz", "probe.npz",
                           "counts.npy", "table.txt", "table.csv", "best.toml"}) {
    std::filesystem::remove(file(name), error);
    if (error) throw InputError(file(name), "cannot be replaced: " + error.message());
  }
}

void RunFolder::metric(std::string_view json_line) {
  if (!metrics_) metrics_ = std::make_unique<LineLog>(file("metrics.jsonl"));
  metrics_->append(json_line);
}

}  // namespace sprig
