#include "sprig/io/run_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "sprig/core/error.hpp"

namespace sprig {

namespace {

// What a run writes besides config.resolved.toml, which every run replaces.
constexpr std::string_view kMade[] = {"result.json", "manifest.json", "metrics.jsonl",   "network.npz", "spikes.npz",
                                      "probe.npz",   "counts.npy",    "table.txt",       "table.csv",   "table.tex",
                                      "best.toml",   "report.html",   "observation.json"};

// "<file of ours>.tmp-<process>": what an AtomicFile leaves when its process is killed.
bool is_leftover(const std::string& name) {
  const std::size_t mark = name.rfind(".tmp-");
  if (mark == std::string::npos || mark + 5 == name.size()) return false;
  const std::string_view file(name.data(), mark);
  return name.find_first_not_of("0123456789", mark + 5) == std::string::npos &&
         (file == "config.resolved.toml" || std::find(std::begin(kMade), std::end(kMade), file) != std::end(kMade));
}

}  // namespace

RunFolder::RunFolder(const std::string& path) : path_(path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw InputError(path, "cannot be made a folder: " + error.message());
  if (!std::filesystem::is_directory(path)) throw InputError(path, "is not a folder");
  std::vector<std::string> stale(std::begin(kMade), std::end(kMade));
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error))
    if (is_leftover(entry->path().filename().string())) stale.push_back(entry->path().filename().string());
  if (error) throw InputError(path, "cannot be read: " + error.message());
  for (const std::string& name : stale) {
    std::filesystem::remove(file(name), error);
    if (error) throw InputError(file(name), "cannot be replaced: " + error.message());
  }
}

void RunFolder::metric(std::string_view json_line) {
  if (!metrics_) metrics_ = std::make_unique<LineLog>(file("metrics.jsonl"));
  metrics_->append(json_line);
}

}  // namespace sprig
