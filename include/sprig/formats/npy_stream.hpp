// An .npy array that grows while it is written, and can be read at any time: after every flush its header says how many
// rows are on the disk, so that np.load, mapped or not, sees all of them and none that is not there, even where the
// program or the machine dies. The one kind of file that does not appear whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sprig/core/progress.hpp"

namespace sprig {

// How far a stream has come.
struct NpyPosition {
  std::uint64_t rows = 0;
  std::uint32_t sum = 0;  // CRC-32C of their bytes
  static void persist(auto& self, auto& archive) { archive(self.rows, self.sum); }
};

class NpyStream {
 public:
  // Replaces the file. type: NumPy's, "<f4" or a structure "[('step', '<u4'), ('neuron', '<u4')]"; row: the shape of
  // one row, {} of single elements; row_bytes: its size. Errors (all members): InputError with where = the path.
  NpyStream(const std::string& path, const std::string& type, const std::vector<std::uint64_t>& row,
            std::size_t row_bytes);
  // Goes on with the file that an earlier stream of the same arguments wrote, from where it was `at`: rows after that
  // go. Errors also: it is not that file, or those rows of it are not the ones that were written; `progress` said to
  // stop while they were read (Interrupted). The file is then as it was.
  NpyStream(const std::string& path, const std::string& type, const std::vector<std::uint64_t>& row,
            std::size_t row_bytes, const NpyPosition& at, const Progress& progress = {});
  ~NpyStream();  // leaves the file as it was last flushed
  NpyStream(const NpyStream&) = delete;
  NpyStream& operator=(const NpyStream&) = delete;

  void append(const void* rows, std::uint64_t count);
  // Everything that was appended onto the disk, and then the number of rows into the header. Errors also: the file was
  // removed by somebody.
  void flush();
  void close();  // flushed, its header on the disk, and no more
  std::uint64_t rows() const { return rows_; }
  NpyPosition position() const { return {rows_, sum_}; }

 private:
  struct NoFile {};
  NpyStream(const std::string& path, const std::string& type, const std::vector<std::uint64_t>& row,
            std::size_t row_bytes, NoFile);
  void check_rows(const NpyPosition& at, const Progress& progress) const;
  [[noreturn]] void refuse(int reason) const;
  void write_at(std::uint64_t position, const void* data, std::size_t bytes) const;
  std::string header(std::uint64_t rows) const;

  std::string path_, type_;
  std::vector<std::uint64_t> row_;
  std::size_t row_bytes_, header_bytes_;
  std::uint64_t rows_ = 0, flushed_ = 0;
  std::uint32_t sum_ = 0;  // of the rows
  int descriptor_ = -1;
};

}  // namespace sprig
