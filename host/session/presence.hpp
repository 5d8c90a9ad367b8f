// Who is at work in a run folder that processes share (session/shared_work.hpp): each has a folder of its own in it,
// shares/with-HOST-PROCESS/, which it holds by its lock.
#pragma once

#include <memory>
#include <string>

#include "host/session/folder_lock.hpp"

namespace sprig {

class Presence {
 public:
  // folder: of the result. Errors: InputError.
  explicit Presence(const std::string& folder);
  ~Presence();
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;

 private:
  std::string path_;
  std::unique_ptr<FolderLock> lock_;
};

// Errors: FolderHeld where somebody is at work in the folder. Of processes that were killed nothing is left then.
void refuse_while_shared(const std::string& folder);

}  // namespace sprig
