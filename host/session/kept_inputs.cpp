// Files that a run reads must not be where it writes.
#include <filesystem>
#include <system_error>

#include "host/session/owned_files.hpp"
#include "sprig/core/error.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/work_key.hpp"

namespace sprig {

namespace {

namespace fs = std::filesystem;

// Whether a path leads into the folder itself, or into a folder that runs make in it.
bool leads_into(const fs::path& file, const fs::path& folder) {
  std::error_code ignored;
  fs::path below;  // the child of `above` by which the path goes on
  for (fs::path above = file.parent_path();; above = above.parent_path()) {
    if (fs::equivalent(folder, above, ignored)) {
      if (below.empty()) return true;
      for (const char* made : kSubfolders)
        if (below == made) return true;
    }
    if (above == above.parent_path()) return false;
    below = above.filename();
  }
}

// By its own name, or by where links lead.
bool is_in(const std::string& file, const std::string& folder) {
  std::error_code ignored;
  const fs::path whole = fs::absolute(file, ignored).lexically_normal();
  return leads_into(whole, folder) || leads_into(fs::weakly_canonical(whole, ignored), folder);
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
