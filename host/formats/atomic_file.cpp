#include "sprig/formats/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sprig/core/error.hpp"

namespace sprig {

namespace {

[[noreturn]] void refuse(const std::string& path, int reason) {
  throw InputError(path, std::string("cannot be written: ") + std::strerror(reason));
}

// Writes all of it; returns 0 or errno.
int write_all(int descriptor, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t n = ::write(descriptor, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) return ENOSPC;
    data += n;
    size -= static_cast<std::size_t>(n);
  }
  return 0;
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path) : path_(path), temporary_(path + ".tmp-" + std::to_string(::getpid())) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) refuse(path, EISDIR);
  ::unlink(temporary_.c_str());  // of a process that had our number and died
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (descriptor_ < 0) refuse(path, errno);
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() noexcept {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
  descriptor_ = -1;
}

void AtomicFile::write(const void* data, std::size_t size) {
  if (const int reason = write_all(descriptor_, static_cast<const char*>(data), size)) {
    discard();
    refuse(path_, reason);
  }
}

void AtomicFile::commit() {
  if (::fsync(descriptor_) != 0 && errno != EINVAL) {  // EINVAL: not a file that can be synced
    const int reason = errno;
    discard();
    refuse(path_, reason);
  }
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int reason = errno;
    discard();
    refuse(path_, reason);
  }
  ::close(descriptor_);
  descriptor_ = -1;
  const std::size_t slash = path_.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;  // the file is complete under its name; only a crash of the machine could lose it
  ::fsync(directory);
  ::close(directory);
}

void write_file(const std::string& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

LineLog::LineLog(const std::string& path, Start start) : path_(path) {
  const int truncate = start == Start::empty ? O_TRUNC : 0;
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | truncate, 0644);
  if (descriptor_ < 0) refuse(path, errno);
  size_ = ::lseek(descriptor_, 0, SEEK_END);
}

LineLog::~LineLog() { ::close(descriptor_); }

void LineLog::append(std::string_view line) {
  const std::string whole = std::string(line) + "\n";
  if (const int reason = write_all(descriptor_, whole.data(), whole.size())) {
    if (::ftruncate(descriptor_, size_) == 0) ::lseek(descriptor_, size_, SEEK_SET);
    refuse(path_, reason);
  }
  size_ += static_cast<long long>(whole.size());
}

}  // namespace sprig
