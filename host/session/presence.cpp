#include "host/session/presence.hpp"

#include <unistd.h>

#include "host/session/host_name.hpp"
#include "host/session/owned_files.hpp"
#include "sprig/core/files.hpp"
#include "sprig/session/plain_name.hpp"
#include "sprig/session/run_folder.hpp"
#include "sprig/session/shared_work.hpp"

namespace sprig {

namespace {

constexpr const char* kWith = "with-";

// Null where somebody has it.
std::unique_ptr<FolderLock> taken(const std::string& path) {
  try {
    return std::make_unique<FolderLock>(path);
  } catch (const FolderHeld&) {
    return nullptr;
  }
}

}  // namespace

Presence::Presence(const std::string& folder) {
  const std::string base =
      folder + "/" + kShares + kWith + plain_name(host_name(), '.') + "-" + std::to_string(::getpid());
  path_ = base;  // containers may have one host's name and numbers of processes of their own
  for (int i = 2;; path_ = base + "-" + std::to_string(i++)) {
    files::make_folders(path_);
    if ((lock_ = taken(path_))) return;
  }
}

Presence::~Presence() {
  lock_.reset();
  files::rmdir(path_.c_str());
}

void refuse_while_shared(const std::string& folder) {
  const std::string shares = folder + "/" + kShares;
  for (const std::string& name : entries_of(shares)) {
    if (!name.starts_with(kWith)) continue;
    const std::string path = shares + name;
    try {
      const FolderLock gone(path);
    } catch (const FolderHeld&) {
      throw;
    } catch (const InputError&) {
      if (is_there(path)) throw;  // else it has just left
    }
    files::rmdir(path.c_str());
  }
}

}  // namespace sprig
