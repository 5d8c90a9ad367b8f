#include "sprig/formats/npy_stream.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include "host/formats/disk_file.hpp"
#include "host/formats/npy_header.hpp"
#include "sprig/core/crc32c.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/files.hpp"

namespace sprig {

namespace {

constexpr std::uint64_t kReadAtOnce = 1u << 20;

// As long as the header with the most rows that there can be.
std::size_t longest_header(const std::string& type, std::vector<std::uint64_t> row) {
  row.insert(row.begin(), std::numeric_limits<std::uint64_t>::max());
  return npy_header(type, row).size();
}

// The rows that a header counts; npy_header() writes them first.
std::uint64_t rows_in(const std::string& header) {
  static constexpr std::string_view kShape = "'shape': (";
  const std::size_t at = header.find(kShape);
  std::uint64_t rows = 0;
  if (at != std::string::npos) {
    const char* first = header.data() + at + kShape.size();
    std::from_chars(first, header.data() + header.size(), rows);
  }
  return rows;
}

}  // namespace

NpyStream::NpyStream(const std::string& path, const std::string& type, const std::vector<std::uint64_t>& row,
                     std::size_t row_bytes, NoFile)
    : path_(path), type_(type), row_(row), row_bytes_(row_bytes), header_bytes_(longest_header(type, row)) {}

NpyStream::NpyStream(const std::string& path, const std::string& type, const std::vector<std::uint64_t>& row,
                     std::size_t row_bytes)
    : NpyStream(path, type, row, row_bytes, NoFile{}) {
  // A new file, not one that another run has open.
  if (files::unlink(path.c_str()) != 0 && errno != ENOENT) refuse(errno);
  descriptor_ = files::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL);
  if (descriptor_ < 0) refuse(errno);
  const std::string empty = header(0);
  write_at(0, empty.data(), empty.size());
  if (const int reason = files::sync_folder(files::folder_of(path))) refuse(reason);
}

NpyStream::NpyStream(const std::string& path, const std::string& type, const std::vector<std::uint64_t>& row,
                     std::size_t row_bytes, const NpyPosition& at, const Progress& progress)
    : NpyStream(path, type, row, row_bytes, NoFile{}) {
  check_rows(at, progress);
  descriptor_ = files::open(path.c_str(), O_WRONLY);
  if (descriptor_ < 0) refuse(errno);
  rows_ = flushed_ = at.rows, sum_ = at.sum;
  // The header first: it never counts a row that is not there.
  const std::string now = header(rows_);
  write_at(0, now.data(), now.size());
  if (files::ftruncate(descriptor_, header_bytes_ + rows_ * row_bytes_) != 0) refuse(errno);
}

// The file is one of ours and has, up to there, what was written.
void NpyStream::check_rows(const NpyPosition& at, const Progress& progress) const {
  const DiskFile file(path_);
  std::string found(header_bytes_, ' ');
  if (file.size() < header_bytes_) throw InputError(path_, "is no record of this run: it is cut short");
  file.read_at(0, found.data(), found.size());
  if (found != header(rows_in(found))) throw InputError(path_, "is no record of this run: it has another header");
  // Rows that are on the disk, whether or not the header that counts them came there too.
  const std::uint64_t rows = row_bytes_ == 0 ? at.rows : (file.size() - header_bytes_) / row_bytes_;
  if (rows < at.rows)
    throw InputError(
        path_, "has " + std::to_string(rows) + " rows, and had " + std::to_string(at.rows) + " at the checkpoint");
  std::vector<char> block(kReadAtOnce);
  std::uint32_t sum = 0;
  const std::uint64_t end = header_bytes_ + at.rows * row_bytes_;
  for (std::uint64_t from = header_bytes_; from < end; from += block.size()) {
    block.resize(std::min<std::uint64_t>(kReadAtOnce, end - from));
    file.read_at(from, block.data(), block.size());
    sum = crc32c(block.data(), block.size(), sum);
    progress.report("records", static_cast<double>(from - header_bytes_) / static_cast<double>(end), path_);
  }
  if (sum != at.sum) throw InputError(path_, "has other rows than it had at the checkpoint");
}

NpyStream::~NpyStream() {
  if (descriptor_ >= 0) files::close(descriptor_);
}

void NpyStream::append(const void* rows, std::uint64_t count) {
  write_at(header_bytes_ + rows_ * row_bytes_, rows, count * row_bytes_);
  rows_ += count;
  sum_ = crc32c(rows, count * row_bytes_, sum_);
}

void NpyStream::flush() {
  if (descriptor_ < 0) return;  // closed: all of it is on the disk
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
  if (files::fdatasync(descriptor_) != 0) refuse(errno);  // the header too: whoever comes after this counts on the rows
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
