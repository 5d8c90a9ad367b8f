#include "sprig/session/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/session/output.hpp"

namespace sprig {

namespace {

// What a run writes besides config.resolved.toml, which every run replaces.
constexpr std::string_view kMade[] = {"result.json", "manifest.json",    "metrics.jsonl", "network.npz",
                                      "table.txt",   "table.csv",        "table.tex",     "best.toml",
                                      "report.html", "observation.json", "records.json"};

bool is_made(std::string_view file) {
  return file == "config.resolved.toml" || std::find(std::begin(kMade), std::end(kMade), file) != std::end(kMade);
}
bool is_model(std::string_view file) { return file.ends_with(".npz"); }  // in models/

// "<file of ours>.tmp-<process>": what an AtomicFile leaves when its process is killed.
bool is_leftover(const std::string& name, bool is_ours(std::string_view)) {
  const std::size_t mark = name.rfind(".tmp-");
  if (mark == std::string::npos || mark + 5 == name.size()) return false;
  return name.find_first_not_of("0123456789", mark + 5) == std::string::npos &&
         is_ours(std::string_view(name.data(), mark));
}

// Paths within a folder. Errors: InputError.
std::vector<std::string> leftovers(const std::string& folder, bool is_ours(std::string_view)) {
  std::vector<std::string> found;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (is_leftover(entry->path().filename().string(), is_ours)) found.push_back(entry->path().string());
  if (error) throw InputError(folder, "cannot be read: " + error.message());
  return found;
}

// Arrays that an earlier run recorded here, by what it wrote down of them; only plain names are believed.
std::vector<std::string> recorded_arrays(const std::string& folder) {
  std::vector<std::string> names;
  std::ifstream file(folder + "/records.json");
  const Json json = Json::parse(file, nullptr, false);
  if (!json.is_object() || !json.contains("records") || !json["records"].is_array()) return names;
  for (const Json& record : json["records"])
    for (const char* key : {"file", "synapses"}) {
      if (!record.is_object() || !record.contains(key) || !record[key].is_string()) continue;
      const std::string name = record[key].get<std::string>();
      const bool plain = name.find('/') == std::string::npos && (name.ends_with(".npy") || name.ends_with(".npz"));
      if (plain) names.push_back(name);
    }
  return names;
}

}  // namespace

RunFolder::RunFolder(const std::string& path) : path_(path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw InputError(path, "cannot be made a folder: " + error.message());
  if (!std::filesystem::is_directory(path)) throw InputError(path, "is not a folder");
  // Of the process: gone when it ends, however it does. Where a file system has no locks there is none.
  lock_ = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ >= 0 && ::flock(lock_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(lock_);
    throw InputError(path, "another run is writing into this folder");
  }
  std::vector<std::string> stale = leftovers(path, is_made);
  if (std::filesystem::is_directory(file("models"), error))
    for (const std::string& name : leftovers(file("models"), is_model)) stale.push_back(name);
  for (const std::string& name : recorded_arrays(path)) stale.push_back(file(name));
  for (const std::string_view name : kMade) stale.push_back(file(std::string(name)));
  for (const std::string& name : stale) {
    std::filesystem::remove(name, error);
    if (error) throw InputError(name, "cannot be replaced: " + error.message());
  }
}

RunFolder::~RunFolder() {
  if (lock_ >= 0) ::close(lock_);
}

void RunFolder::metric(std::string_view json_line) {
  if (!metrics_) metrics_ = std::make_unique<LineLog>(file("metrics.jsonl"));
  metrics_->append(json_line);
}

}  // namespace sprig
