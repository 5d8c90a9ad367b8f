// One run at a time writes into a folder: who does holds its file .lock, which says by whom it is held.
#pragma once

#include <sys/file.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace sprig {

// How a lock is held. flock() is of the process: it is gone when the process ends, however that happens. Where a file
// system has no flock, .lock itself is the lock: it is made by one process alone, and is written again every `beat`; it
// is taken over when it was not for `stale`, or when its process was here and is dead.
struct LockCalls {
  int (*flock)(int descriptor, int operation) = ::flock;
  std::chrono::milliseconds beat{10'000}, stale{60'000}, settle{200};
};

class FolderLock {
 public:
  // Errors: FolderHeld where another run holds it, with its host and process; InputError where .lock cannot be written,
  // or is a file of somebody else's.
  explicit FolderLock(const std::string& folder, const LockCalls& calls = {});
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  // False where .lock is another run's by now: this process was held up for longer than `stale`.
  bool ours() const;

 private:
  enum class Taken { yes, gone, unsupported };
  Taken take_by_flock();
  void take_by_file();
  bool stale(const std::string& held) const;
  void write_text(bool beats) const;
  void beat();
  [[noreturn]] void refuse(const std::string& held) const;
  [[noreturn]] void refuse(const char* what, int reason) const;

  std::string folder_, path_, me_;
  LockCalls calls_;
  int descriptor_ = -1;
  std::thread beats_;
  std::mutex mutex_;
  std::condition_variable ends_;
  bool ending_ = false;
};

}  // namespace sprig
