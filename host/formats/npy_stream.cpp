#include "sprig/formats/npy_stream.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "host/formats/npy_header.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/files.hpp"

namespace sprig {

NpyStream::NpyStream(const std::string& path, const std::string& type, const std::vector<std::uint64_t>& row,
                     std::size_t row_bytes)
    : path_(path), type_(type), row_(row), row_bytes_(row_bytes) {
  // As long as the header with the most rows that there can be.
  std::vector<std::uint64_t> most = row;
  most.insert(most.begin(), std::numeric_limits<std::uint64_t>::max());
  header_bytes_ = npy_header(type, most).size();
  // A new file, not one that another run has open.
  if (files::unlink(path.c_str()) != 0 && errno != ENOENT) refuse(errno);
  descriptor_ = files::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL);
  if (descriptor_ < 0) refuse(errno);
  const std::string empty = header(0);
  write_at(0, empty.data(), empty.size());
}

NpyStream::~NpyStream() {
  if (descriptor_ >= 0) files::close(descriptor_);
}

void NpyStream::append(const void* rows, std::uint64_t count) {
  write_at(header_bytes_ + rows_ * row_bytes_, rows, count * row_bytes_);
  rows_ += count;
}

void NpyStream::flush() {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) refuse(errno);
  if (status.st_nlink == 0) throw InputError(path_, "was removed while it was written");
  if (flushed_ == rows_) return;
  if (files::fdatasync(descriptor_) != 0) refuse(errno);
  const std::string now = header(rows_);
  write_at(0, now.data(), now.size());
  flushed_ = rows_;
}

void NpyStream::close() {
  if (descriptor_ < 0) return;
  flush();
  if (files::close(std::exchange(descriptor_, -1)) != 0) refuse(errno);
}

std::string NpyStream::header(std::uint64_t rows) const {
  std::vector<std::uint64_t> shape = row_;
  shape.insert(shape.begin(), rows);
  return npy_header(type_, shape, header_bytes_);
}

void NpyStream::write_at(std::uint64_t position, const void* data, std::size_t bytes) const {
  if (const int reason = files::write_all_at(descriptor_, data, bytes, position)) refuse(reason);
}

void NpyStream::refuse(int reason) const {
  throw InputError(path_, std::string("cannot be written: ") + std::strerror(reason));
}

}  // namespace sprig
