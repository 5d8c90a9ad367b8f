// NumPy's .npy and .npz (a zip of .npy): what NumPy and SciPy read and write. Reading treats the file as hostile: no
// size is believed before the file's own bytes confirm it.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sprig/core/input_limits.hpp"

namespace sprig {

static_assert(std::endian::native == std::endian::little, "arrays are written in the machine's order, marked little");

// An array to write: a name, NumPy's type ("<f4", "<u8", "|b1", "|S6"), its shape ({} = scalar) and its bytes, not
// owned.
struct NpyArray {
  std::string name, type;
  std::vector<std::uint64_t> shape;
  const void* data = nullptr;
  std::size_t bytes = 0;
};

// NumPy's name of an arithmetic type.
template <class T>
std::string npy_type() {
  static_assert(std::is_arithmetic_v<T>);
  if constexpr (std::is_same_v<T, bool>) return "|b1";
  const char kind = std::is_floating_point_v<T> ? 'f' : (std::is_signed_v<T> ? 'i' : 'u');
  return std::string(sizeof(T) == 1 ? "|" : "<") + kind + std::to_string(sizeof(T));
}
template <class T>
NpyArray npy_vector(const std::string& name, const std::vector<T>& values, std::vector<std::uint64_t> shape = {}) {
  if (shape.empty()) shape = {values.size()};
  return {name, npy_type<T>(), std::move(shape), values.data(), values.size() * sizeof(T)};
}
template <class T>
NpyArray npy_scalar(const std::string& name, const T& value) {
  return {name, npy_type<T>(), {}, &value, sizeof(T)};
}

// Texts as type S, UTF-8 padded with NULs, kept while they are written.
class NpyTexts {
 public:
  NpyTexts(std::string name, const std::vector<std::string>& texts) : name_(std::move(name)), count_(texts.size()) {
    for (const std::string& text : texts) longest_ = std::max(longest_, text.size());
    for (const std::string& text : texts) bytes_ += text + std::string(longest_ - text.size(), '\0');
  }
  NpyArray array() const { return {name_, "|S" + std::to_string(longest_), {count_}, bytes_.data(), bytes_.size()}; }

 private:
  std::string name_, bytes_;
  std::size_t count_, longest_ = 1;
};

// Both replace `path` atomically. Errors: InputError (cannot be written). `zip64_from`: entries whose size or position
// reaches it use zip64 records (the format's own limit by default; tests lower it).
void write_npy(const std::string& path, const NpyArray& array);
void write_npz(const std::string& path, const std::vector<NpyArray>& arrays, std::uint64_t zip64_from = 0xFFFFFFFFu);

// An .npz that was opened: its members' types and shapes are known, their data is read on request. Members may be
// stored or deflated, little or big endian, in C or Fortran order (read in that of C). Memory grows with the bytes that
// are there, never with what a header claims. Errors: InputError with where = the path and the member.
class NpzReader {
 public:
  explicit NpzReader(const std::string& path, const InputLimits& limits = {});
  ~NpzReader();
  NpzReader(const NpzReader&) = delete;
  NpzReader& operator=(const NpzReader&) = delete;

  bool has(const std::string& name) const;
  std::vector<std::string> names() const;
  const std::vector<std::uint64_t>& shape(const std::string& name) const;
  bool is_text(const std::string& name) const;
  // The member's elements converted to T; refused when one does not fit (a fraction or an overflow for an integer T).
  template <class T>
  std::vector<T> read(const std::string& name) const;
  // Members of type S (bytes) or U (unicode, as UTF-8), trailing NULs removed.
  std::vector<std::string> read_text(const std::string& name) const;

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
};

// A lone .npy, likewise.
template <class T>
struct NpyValues {
  std::vector<std::uint64_t> shape;
  std::vector<T> values;
};
template <class T>
NpyValues<T> read_npy(const std::string& path, const InputLimits& limits = {});
std::vector<std::uint64_t> npy_shape(const std::string& path, const InputLimits& limits = {});

}  // namespace sprig
