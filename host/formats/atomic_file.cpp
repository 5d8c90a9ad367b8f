#include "sprig/formats/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "sprig/core/error.hpp"
#include "sprig/core/files.hpp"

namespace sprig {

namespace {

[[noreturn]] void refuse(const std::string& path, int reason) {
  throw InputError(path, std::string("cannot be written: ") + std::strerror(reason));
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path) : path_(path), temporary_(path + ".tmp-" + std::to_string(::getpid())) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) refuse(path, EISDIR);
  files::unlink(temporary_.c_str());  // of a process that had our number and died
  descriptor_ = files::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL);
  if (descriptor_ < 0) refuse(path, errno);
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() noexcept {
  if (descriptor_ >= 0) files::close(descriptor_);
  if (!committed_) files::unlink(temporary_.c_str());
  descriptor_ = -1;
}

void AtomicFile::fail(int reason) {
  discard();
  refuse(path_, reason);
}

void AtomicFile::write(const void* data, std::size_t size) {
  if (const int reason = files::write_all(descriptor_, data, size)) fail(reason);
}

void AtomicFile::sync() {
  if (files::fsync(descriptor_) != 0) fail(errno);
  const int descriptor = std::exchange(descriptor_, -1);
  if (files::close(descriptor) != 0) fail(errno);  // a network file system may say only now that it has no room
}

void AtomicFile::commit() {
  if (descriptor_ >= 0) sync();
  if (files::rename(temporary_.c_str(), path_.c_str()) != 0) fail(errno);
  committed_ = true;
  if (const int reason = files::sync_folder(files::folder_of(path_))) refuse(path_, reason);
}

void write_file(const std::string& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

LineLog::LineLog(const std::string& path, Start start) : path_(path) {
  const int truncate = start == Start::empty ? O_TRUNC : 0;
  descriptor_ = files::open(path.c_str(), O_WRONLY | O_CREAT | truncate);
  if (descriptor_ < 0) refuse(path, errno);
  size_ = ::lseek(descriptor_, 0, SEEK_END);
  if (const int reason = files::sync_folder(files::folder_of(path))) {
    files::close(descriptor_);
    refuse(path, reason);
  }
}

LineLog::~LineLog() { files::close(descriptor_); }  // every line is on the disk

void LineLog::append(std::string_view line) {
  const std::string whole = std::string(line) + "\n";
  int reason = files::write_all(descriptor_, whole.data(), whole.size());
  if (reason == 0 && files::fdatasync(descriptor_) != 0) reason = errno;
  if (reason != 0) {
    if (files::ftruncate(descriptor_, static_cast<std::uint64_t>(size_)) == 0) ::lseek(descriptor_, size_, SEEK_SET);
    refuse(path_, reason);
  }
  size_ += static_cast<long long>(whole.size());
}

}  // namespace sprig
