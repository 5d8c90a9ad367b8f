#include "host/session/memory_groups.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string_view>

namespace sprig {

namespace {

// The first number of a file; infinite where there is none ("max", or no file).
double number_in(const std::string& path) {
  double value = 0;
  return std::ifstream(path) >> value ? value : std::numeric_limits<double>::infinity();
}

// The number of a key in a file of keys and numbers; 0 where it is not there.
double entry_in(const std::string& path, std::string_view key) {
  std::ifstream file(path);
  double value = 0;
  for (std::string name; file >> name >> value;)
    if (name == key) return value;
  return 0;
}

// What a version of control groups calls what it has of each.
struct GroupFiles {
  const char *limit, *usage, *cache;
};
constexpr GroupFiles kOne{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"},
    kTwo{"memory.max", "memory.current", "inactive_file"};

// What the group of a folder leaves. Files that were read count as its memory, and are given up as soon as it needs
// more.
double left_in(const std::string& folder, const GroupFiles& version) {
  constexpr double kUnlimited = 4611686018427387904.0;  // 2^62: version 1 writes a number near 2^63 for none
  const double most = number_in(folder + "/" + version.limit), taken = number_in(folder + "/" + version.usage);
  if (!(most < kUnlimited) || !(taken < kUnlimited)) return std::numeric_limits<double>::infinity();
  const double used = std::max(taken - entry_in(folder + "/memory.stat", version.cache), 0.0);
  return std::max(most - used, 0.0);
}

// The least that `group` ("/slurm/job_7") and those above it leave, in the hierarchy that is mounted at `mount`. Paths
// that lie outside of what is mounted here (a container's) are not there, and the walk ends at the mount itself.
double least_left(const std::string& mount, std::string_view group, const GroupFiles& version) {
  double least = left_in(mount, version);
  if (group.find("..") != std::string_view::npos) return least;
  while (group.size() > 1) {
    least = std::min(least, left_in(mount + std::string(group), version));
    group = group.substr(0, group.rfind('/'));
  }
  return least;
}

bool has_memory(std::string_view controllers) {
  while (!controllers.empty()) {
    const std::size_t comma = controllers.find(',');
    if (controllers.substr(0, comma) == "memory") return true;
    controllers = comma == std::string_view::npos ? std::string_view() : controllers.substr(comma + 1);
  }
  return false;
}

}  // namespace

double memory_left_by_groups(const std::string& root) {
  const std::string mount = root + "/sys/fs/cgroup";
  // The root of version 2 counts even where this process's groups cannot be read.
  double least = least_left(mount, "/", kTwo);
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // "4:memory:/slurm/job_7", "0::/slurm/job_7"
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string_view text = line, group = text.substr(second + 1);
    const std::string_view controllers = text.substr(first + 1, second - first - 1);
    if (group.empty() || group.front() != '/') continue;
    if (controllers.empty()) {
      for (const char* here : {"", "/unified"})  // where both versions are mounted
        least = std::min(least, least_left(mount + here, group, kTwo));
    } else if (has_memory(controllers)) {
      least = std::min(least, least_left(mount + "/memory", group, kOne));
    }
  }
  return least;
}

}  // namespace sprig
