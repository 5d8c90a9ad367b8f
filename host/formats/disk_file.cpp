#include "host/formats/disk_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sprig/core/error.hpp"

namespace sprig {

DiskFile::DiskFile(const std::string& path, std::uint64_t most_bytes) : path_(path) {
  if (const std::size_t nul = path.find('\0'); nul != std::string::npos)
    throw InputError(path.substr(0, nul), "has a NUL character in its name");
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) refuse(std::string("cannot be read: ") + std::strerror(errno));
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);  // the destructor of an object that is half made does not run
    refuse("is not a plain file");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
  try {
    at_most(most_bytes, " (--max-input-bytes)");
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
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

void DiskFile::at_most(std::uint64_t bytes, const std::string& hint) const {
  if (size_ > bytes)
    refuse("found " + std::to_string(size_) + " bytes; allowed: up to " + std::to_string(bytes) + hint);
}

void DiskFile::refuse(const std::string& text) const { throw InputError(path_, text); }

}  // namespace sprig
