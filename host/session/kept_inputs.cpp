// Files that a run reads must not be where it writes: a run folder is emptied when the run begins.
#include <filesystem>
#include <system_error>

#include "sprig/core/error.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/work_key.hpp"

namespace sprig {

namespace {

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
