// Image files that tests write.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.hpp"

namespace sprig::testing {

inline std::string big_endian(std::uint32_t word) {
  return {static_cast<char>(word >> 24), static_cast<char>(word >> 16 & 255), static_cast<char>(word >> 8 & 255),
          static_cast<char>(word & 255)};
}

inline std::string idx_images(std::uint32_t count, std::uint32_t rows, std::uint32_t columns, const std::string& data) {
  return big_endian(0x803) + big_endian(count) + big_endian(rows) + big_endian(columns) + data;
}
inline std::string idx_labels(std::uint32_t count, const std::string& data) {
  return big_endian(0x801) + big_endian(count) + data;
}

inline std::string gzipped(const std::string& bytes, const std::string& scratch) {
  const gzFile file = gzopen(scratch.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  return test::read_file(scratch);
}

}  // namespace sprig::testing
