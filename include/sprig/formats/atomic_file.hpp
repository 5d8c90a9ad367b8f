// Files that appear whole or not at all: written under a temporary name in the same folder, synced, renamed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sprig {

// Errors (all members): InputError with where = the final path and the system's reason. Without commit() nothing is
// left behind and an older file of that name stays as it was.
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, std::size_t size);
  void write(std::string_view text) { write(text.data(), text.size()); }
  void sync();    // all that was written is on the disk, under the temporary name; no more can be written
  void commit();  // under its name, and on the disk

 private:
  void discard() noexcept;
  [[noreturn]] void fail(int reason);

  std::string path_, temporary_;
  int descriptor_ = -1;
  bool committed_ = false;
};

void write_file(const std::string& path, std::string_view text);

// A log of lines: each append is one whole line, on the disk when it returns. A line that cannot be written whole is
// taken back.
class LineLog {
 public:
  enum class Start { empty, append };  // append: after what the file has
  explicit LineLog(const std::string& path, Start start = Start::empty);
  ~LineLog();
  LineLog(const LineLog&) = delete;
  LineLog& operator=(const LineLog&) = delete;

  void append(std::string_view line);  // without its newline

 private:
  std::string path_;
  int descriptor_ = -1;
  long long size_ = 0;
};

}  // namespace sprig
