#include "host/session/folder_lock.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "host/session/host_name.hpp"
#include "host/session/owned_files.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/files.hpp"
#include "sprig/session/run_folder.hpp"

namespace sprig {

namespace {

constexpr const char* kMark = "sprig ";       // how the text of a lock begins: "sprig HOST PROCESS"
constexpr const char* kBeats = " heartbeat";  // and how it ends where flock() does not hold it

std::string text_of(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return "";
  std::array<char, 512> text{};
  const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
  ::close(descriptor);
  std::string line(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  return line.substr(0, line.find('\n'));
}

// "HOST PROCESS" of a lock's text.
std::string holder_in(const std::string& text) {
  std::string holder = text.substr(std::strlen(kMark));
  if (holder.ends_with(kBeats)) holder.erase(holder.size() - std::strlen(kBeats));
  return holder;
}

bool is_of_a_dead_process_here(const std::string& holder) {
  const std::size_t blank = holder.rfind(' ');
  if (blank == std::string::npos || holder.substr(0, blank) != host_name()) return false;
  const std::string digits = holder.substr(blank + 1);
  if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos) return false;
  const pid_t process = static_cast<pid_t>(std::stol(digits));
  return process > 0 && process != ::getpid() && ::kill(process, 0) != 0 && errno == ESRCH;
}

bool same_file(int descriptor, const std::string& path) {
  struct stat open {
  }, named{};
  return ::fstat(descriptor, &open) == 0 && ::lstat(path.c_str(), &named) == 0 && open.st_dev == named.st_dev &&
         open.st_ino == named.st_ino;
}

// Of a file system's own clock. Negative: the file is not there.
double written_s(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return -1;
  return static_cast<double>(status.st_mtim.tv_sec) + 1e-9 * static_cast<double>(status.st_mtim.tv_nsec);
}

}  // namespace

FolderLock::FolderLock(const std::string& folder, const LockCalls& calls)
    : folder_(folder), path_(folder + "/.lock"), me_(host_name() + " " + std::to_string(::getpid())), calls_(calls) {
  Taken taken = Taken::gone;
  while (taken == Taken::gone) taken = take_by_flock();
  if (taken == Taken::unsupported) take_by_file();
}

FolderLock::~FolderLock() {
  if (beats_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    ends_.notify_all();
    beats_.join();
  }
  // While it is held, so that nobody else's is removed.
  if (same_file(descriptor_, path_)) files::unlink(path_.c_str());
  files::close(descriptor_);
}

// gone: whoever held it has removed it meanwhile.
FolderLock::Taken FolderLock::take_by_flock() {
  const int descriptor = files::open(path_.c_str(), O_RDWR | O_CREAT | O_NONBLOCK);
  if (descriptor < 0) refuse("cannot be written", errno);
  const auto leave = [&] { ::close(descriptor); };
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    leave();
    throw InputError(path_, "is no plain file; allowed: another --out");
  }
  const std::string held = text_of(path_);
  if (!held.empty() && !held.starts_with(kMark)) {
    leave();
    throw InputError(path_, "is not sprig's, which needs a file of this name; allowed: another --out");
  }
  if (calls_.flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    if (reason == ENOLCK || reason == EOPNOTSUPP || reason == ENOSYS || reason == EINVAL) {
      // An empty one was made by this call, or by somebody who has not come further: nobody's.
      if (held.empty() && same_file(descriptor, path_) && status.st_size == 0) files::unlink(path_.c_str());
      leave();
      return Taken::unsupported;
    }
    leave();
    if (reason == EINTR) return Taken::gone;
    if (reason != EWOULDBLOCK) refuse("cannot be locked", reason);
    refuse(text_of(path_));
  }
  if (!same_file(descriptor, path_)) {
    leave();
    return Taken::gone;
  }
  // Somebody whose machine has no flock on this file system.
  if (held.ends_with(kBeats) && !stale(held)) {
    leave();
    refuse(held);
  }
  descriptor_ = descriptor;
  try {
    write_text(false);
  } catch (...) {
    files::unlink(path_.c_str());
    leave();
    throw;
  }
  return Taken::yes;
}

void FolderLock::take_by_file() {
  for (int tries = 0; tries < 100; ++tries) {
    descriptor_ = files::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL);
    if (descriptor_ >= 0) break;
    if (errno != EEXIST) refuse("cannot be written", errno);
    const std::string held = text_of(path_);
    if (!stale(held)) refuse(held);
    files::unlink(path_.c_str());
  }
  if (descriptor_ < 0) refuse(text_of(path_));
  try {
    write_text(true);
    // Two may have found the same stale one, and the later of them has removed the earlier one's: that sees it now.
    std::this_thread::sleep_for(calls_.settle);
    if (!same_file(descriptor_, path_)) refuse(text_of(path_));
  } catch (...) {
    if (same_file(descriptor_, path_)) files::unlink(path_.c_str());
    ::close(descriptor_);
    throw;
  }
  beats_ = std::thread([this] { beat(); });
}

bool FolderLock::stale(const std::string& held) const {
  if (held.starts_with(kMark) && is_of_a_dead_process_here(holder_in(held))) return true;
  // By the clock of the file system, which may be another machine's.
  const std::string now = path_ + ".tmp-" + std::to_string(::getpid());
  const int descriptor = files::open(now.c_str(), O_WRONLY | O_CREAT | O_TRUNC);
  if (descriptor < 0) refuse("cannot be written", errno);
  ::close(descriptor);
  const double age = written_s(now) - written_s(path_);
  files::unlink(now.c_str());
  return age > std::chrono::duration<double>(calls_.stale).count();
}

void FolderLock::write_text(bool beats) const {
  std::string text = kMark;
  text.append(me_).append(beats ? kBeats : "").append("\n");
  if (const int reason = files::write_all_at(descriptor_, text.data(), text.size(), 0))
    refuse("cannot be written", reason);
  if (files::ftruncate(descriptor_, text.size()) != 0) refuse("cannot be written", errno);
}

void FolderLock::beat() {
  std::unique_lock lock(mutex_);
  while (!ends_.wait_for(lock, calls_.beat, [&] { return ending_; })) {
    if (!same_file(descriptor_, path_)) continue;
    std::string text = kMark;
    text.append(me_).append(kBeats).append("\n");
    files::write_all_at(descriptor_, text.data(), text.size(), 0);  // one beat that fails is no more than that
  }
}

bool FolderLock::ours() const { return !is_there(path_) || same_file(descriptor_, path_); }

void FolderLock::refuse(const std::string& held) const {
  std::string who = "another run";
  if (held.starts_with(kMark)) {
    const std::string holder = holder_in(held);
    const std::size_t blank = holder.rfind(' ');
    who = "process " + holder.substr(blank + 1) + " on " + holder.substr(0, blank);
  }
  throw FolderHeld(folder_, who + " is writing into this folder; allowed: another --out, or to wait for its end");
}

void FolderLock::refuse(const char* what, int reason) const {
  throw InputError(path_, std::string(what) + ": " + std::strerror(reason));
}

}  // namespace sprig
