#include "sprig/core/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include "sprig/core/error.hpp"

namespace sprig::files {

namespace {

std::atomic<Watch> watching{nullptr};  // the one global: what tests put between the program and the system

bool fails(const Event& event) {
  const Watch watch = watching.load(std::memory_order_acquire);
  const int reason = watch == nullptr ? 0 : watch(event);
  if (reason != 0) errno = reason;
  return reason != 0;
}

template <class Do>
auto again(Do call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

int or_cannot_be_synced(int result) { return result < 0 && (errno == EINVAL || errno == EROFS) ? 0 : result; }

[[noreturn]] void refuse(const std::string& path, const char* what, int reason) {
  throw InputError(path, std::string(what) + ": " + std::strerror(reason));
}

}  // namespace

void set_watch(Watch watch) { watching.store(watch, std::memory_order_release); }

int open(const char* path, int flags, mode_t mode) {
  if (fails({.call = Call::open, .path = path})) return -1;
  return again([&] { return ::open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode); });
}
ssize_t write(int descriptor, const void* data, std::size_t size) {
  if (fails({.call = Call::write, .descriptor = descriptor, .data = data, .size = size, .position = ~0ull})) return -1;
  return again([&] { return ::write(descriptor, data, size); });
}
ssize_t pwrite(int descriptor, const void* data, std::size_t size, std::uint64_t position) {
  if (fails({.call = Call::write, .descriptor = descriptor, .data = data, .size = size, .position = position}))
    return -1;
  return again([&] { return ::pwrite(descriptor, data, size, static_cast<off_t>(position)); });
}
int fsync(int descriptor) {
  if (fails({.call = Call::sync, .descriptor = descriptor})) return -1;
  return or_cannot_be_synced(again([&] { return ::fsync(descriptor); }));
}
int fdatasync(int descriptor) {
  if (fails({.call = Call::sync, .descriptor = descriptor})) return -1;
  return or_cannot_be_synced(again([&] { return ::fdatasync(descriptor); }));
}
int close(int descriptor) {
  if (fails({.call = Call::close, .descriptor = descriptor})) {
    const int reason = errno;
    ::close(descriptor);  // a close that fails closes all the same
    errno = reason;
    return -1;
  }
  return ::close(descriptor) == 0 || errno == EINTR ? 0 : -1;
}
int rename(const char* from, const char* to) {
  if (fails({.call = Call::rename, .path = from, .to = to})) return -1;
  return std::rename(from, to);
}
int mkdir(const char* path, mode_t mode) {
  if (fails({.call = Call::make_folder, .path = path})) return -1;
  return ::mkdir(path, mode);
}
int unlink(const char* path) {
  if (fails({.call = Call::remove, .path = path})) return -1;
  return ::unlink(path);
}
int rmdir(const char* path) {
  if (fails({.call = Call::remove, .path = path})) return -1;
  return ::rmdir(path);
}
int ftruncate(int descriptor, std::uint64_t length) {
  if (fails({.call = Call::truncate, .descriptor = descriptor, .size = static_cast<std::size_t>(length)})) return -1;
  return again([&] { return ::ftruncate(descriptor, static_cast<off_t>(length)); });
}

int write_all(int descriptor, const void* data, std::size_t size) {
  const auto* from = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = write(descriptor, from, size);
    if (n <= 0) return n < 0 ? errno : ENOSPC;
    from += n;
    size -= static_cast<std::size_t>(n);
  }
  return 0;
}
int write_all_at(int descriptor, const void* data, std::size_t size, std::uint64_t position) {
  const auto* from = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = pwrite(descriptor, from, size, position);
    if (n <= 0) return n < 0 ? errno : ENOSPC;
    from += n;
    position += static_cast<std::uint64_t>(n);
    size -= static_cast<std::size_t>(n);
  }
  return 0;
}

int sync_folder(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const int reason = fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  return reason;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

void make_folders(const std::string& path) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    struct stat status {};
    if (::stat(part.c_str(), &status) == 0) {
      if (!S_ISDIR(status.st_mode)) refuse(path, "cannot be made a folder", ENOTDIR);
      continue;
    }
    if (mkdir(part.c_str()) != 0) {
      if (errno != EEXIST) refuse(path, "cannot be made a folder", errno);  // EEXIST: another process was faster
      continue;
    }
    if (const int reason = sync_folder(folder_of(part))) refuse(path, "cannot be made a folder", reason);
  }
}

void remove(const std::string& path) {
  if (unlink(path.c_str()) != 0 && errno != ENOENT) refuse(path, "cannot be removed", errno);
}

void remove_tree(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return;
  if (!S_ISDIR(status.st_mode)) return remove(path);
  std::vector<std::string> entries;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error))
    entries.push_back(entry->path().string());
  if (error) refuse(path, "cannot be removed", error.value());
  for (const std::string& entry : entries) remove_tree(entry);
  if (rmdir(path.c_str()) != 0 && errno != ENOENT) refuse(path, "cannot be removed", errno);
}

void rename_file(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) refuse(to, "cannot be written", errno);
  const std::string here = folder_of(from), there = folder_of(to);
  if (const int reason = sync_folder(there)) refuse(to, "cannot be written", reason);
  if (here != there)
    if (const int reason = sync_folder(here)) refuse(from, "cannot be removed", reason);
}

}  // namespace sprig::files
