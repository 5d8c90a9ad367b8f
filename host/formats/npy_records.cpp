#include "sprig/formats/npy_records.hpp"

#include <algorithm>
#include <cstring>

#include "host/formats/npy_header.hpp"

namespace sprig {

namespace {

constexpr std::uint64_t kPieceRows = 65536;

struct Column {
  std::size_t offset, bytes;
  std::vector<std::uint64_t>* values;
};

}  // namespace

std::map<std::string, std::vector<std::uint64_t>> read_npy_records(const std::string& path, const InputLimits& limits) {
  const DiskFile file(path, limits.bytes);
  const ZipEntry entry = lone_entry(file);
  EntryStream stream(file, entry);
  NpyDictionary dictionary;
  const std::uint64_t bytes = read_npy_dictionary(file, entry, entry.name, stream, dictionary);
  std::map<std::string, std::vector<std::uint64_t>> records;
  std::vector<Column> columns;
  std::size_t row_bytes = 0;
  for (const NpyField& field : dictionary.fields) {
    const std::size_t size = npy_element_size(field.type);
    if (field.type[0] == '>' || size == 0 || field.type[1] != 'u')
      file.refuse("its field " + field.name.substr(0, 40) + " has type " + field.type.substr(0, 40) +
                  "; allowed: unsigned integers, little-endian");
    const auto [at, fresh] = records.try_emplace(field.name);
    if (!fresh) file.refuse("has the field " + field.name.substr(0, 40) + " twice");
    columns.push_back({row_bytes, size, &at->second});
    row_bytes += size;
  }
  if (columns.empty() || dictionary.shape.size() != 1)
    file.refuse("is no list of records; allowed: an .npy of one dimension, of structures with unsigned fields");
  const std::uint64_t rows = dictionary.shape[0], there = bytes / row_bytes;
  if (rows > there) file.refuse("says " + std::to_string(rows) + " rows, and has " + std::to_string(there));
  for (const Column& column : columns) column.values->reserve(rows);
  std::vector<char> piece(row_bytes * std::min(rows, kPieceRows));
  for (std::uint64_t done = 0; done < rows;) {
    const std::uint64_t part = std::min(kPieceRows, rows - done);
    stream.read(piece.data(), part * row_bytes);
    for (std::uint64_t k = 0; k < part; ++k)
      for (const Column& column : columns) {
        std::uint64_t value = 0;
        std::memcpy(&value, piece.data() + k * row_bytes + column.offset, column.bytes);
        column.values->push_back(value);
      }
    done += part;
  }
  return records;
}

}  // namespace sprig
