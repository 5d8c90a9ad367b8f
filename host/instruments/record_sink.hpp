// Where the rows of a record go: to a stream on the disk, or to memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sprig/formats/npy_stream.hpp"
#include "sprig/instruments/record.hpp"

namespace sprig {

class RecordSink {
 public:
  // folder empty: to memory.
  RecordSink(const RecordLayout& layout, const std::string& folder) : row_bytes_(layout.row_bytes) {
    if (folder.empty()) {
      array_.name = layout.name, array_.type = layout.type, array_.shape = layout.row;
      array_.shape.insert(array_.shape.begin(), 0);
    } else {
      stream_ = std::make_unique<NpyStream>(path(layout, folder), layout.type, layout.row, row_bytes_);
    }
  }
  // Goes on with the file of an earlier one. Errors: those of NpyStream.
  RecordSink(const RecordLayout& layout, const std::string& folder, const NpyPosition& at, const Progress& progress)
      : row_bytes_(layout.row_bytes),
        rows_(at.rows),
        stream_(std::make_unique<NpyStream>(path(layout, folder), layout.type, layout.row, row_bytes_, at, progress)) {}

  void append(const void* rows, std::uint64_t count) {
    const char* from = static_cast<const char*>(rows);
    std::vector<char>& to = array_.bytes;
    to.insert(to.end(), from, from + count * row_bytes_);
    rows_ += count;
    if (stream_ && to.size() >= kBuffer) write_out();
  }
  void flush() {
    if (!stream_) return;
    write_out();
    stream_->flush();
  }
  // No rows come any more.
  void close() {
    if (!stream_) return;
    write_out();
    stream_->close();
  }
  // After an error: what came onto the disk is counted there.
  void keep() {
    if (stream_) stream_->flush();
  }
  std::uint64_t rows() const { return rows_; }
  // Of the file, flushed.
  NpyPosition position() const { return stream_->position(); }
  // In memory, at the end.
  RecordedArray array() {
    array_.shape.front() = rows_;
    return std::move(array_);
  }

 private:
  static constexpr std::size_t kBuffer = 1u << 18;
  static std::string path(const RecordLayout& layout, const std::string& folder) {
    return folder + "/" + layout.name + ".npy";
  }
  void write_out() {
    stream_->append(array_.bytes.data(), row_bytes_ == 0 ? 0 : array_.bytes.size() / row_bytes_);
    array_.bytes.clear();
  }

  std::size_t row_bytes_;
  std::uint64_t rows_ = 0;
  std::unique_ptr<NpyStream> stream_;  // none: in memory
  RecordedArray array_;                // bytes: with a stream, what is not written yet
};

}  // namespace sprig
