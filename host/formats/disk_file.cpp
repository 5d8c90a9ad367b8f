#include "host/formats/disk_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sprig/core/error.hpp"

namespace sprig {

DiskFile::DiskFile(const std::string& path) : path_(path) {
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) refuse(std::string("cannot be read: ") + std::strerror(errno));
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);  // the destructor of an object that is half made does not run
    refuse("is not a plain file");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

DiskFile::~DiskFile() { ::close(descriptor_); }

void DiskFile::read_at(std::uint64_t position, void* data, std::uint64_t bytes) const {
  auto* to = static_cast<char*>(data);
  while (bytes > 0) {
    const ssize_t n = ::pread(descriptor_, to, bytes, static_cast<off_t>(position));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) refuse(std::string("cannot be read: ") + std::strerror(errno));
    if (n == 0) refuse("ends early: it became shorter while it was read");
    to += n;
    position += static_cast<std::uint64_t>(n);
    bytes -= static_cast<std::uint64_t>(n);
  }
}

void DiskFile::refuse(const std::string& text) const { throw InputError(path_, text); }

}  // namespace sprig
