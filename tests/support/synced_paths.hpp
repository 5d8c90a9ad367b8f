// What is synced, and in which order with writes and renames.
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sprig/core/files.hpp"

namespace sprig::test {

// The folders and files that were synced, by what their descriptors stand for, while this is there.
class SyncedPaths {
 public:
  SyncedPaths() {
    seen.clear();
    order_.clear();
    files::set_watch([](const files::Event& event) {
      if (event.call == files::Call::write) order_ += 'w';
      if (event.call == files::Call::rename) order_ += 'r';
      if (event.call != files::Call::sync) return 0;
      struct stat status {};
      ::fstat(event.descriptor, &status);
      order_ += S_ISDIR(status.st_mode) ? 'S' : 's';
      seen.push_back(status.st_ino);
      return 0;
    });
  }
  ~SyncedPaths() { files::set_watch(nullptr); }
  SyncedPaths(const SyncedPaths&) = delete;
  SyncedPaths& operator=(const SyncedPaths&) = delete;

  static bool has(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && std::find(seen.begin(), seen.end(), status.st_ino) != seen.end();
  }
  // A letter a call: w a write, r a rename, s a sync of a file, S of a folder.
  static const std::string& order() { return order_; }

 private:
  inline static std::vector<ino_t> seen;
  inline static std::string order_;
};

}  // namespace sprig::test
