// Image files that tests write.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.hpp"

namespace sprig::test {

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

// Both parts of a set under MNIST's names: class c, in turn, lights two pixels of its own among `dark` ones.
inline void write_class_images(const test::TemporaryFolder& folder, int images, int dark) {
  std::string pixels, labels;
  for (int k = 0; k < images; ++k) {
    labels += static_cast<char>(k % 10);
    for (int p = 0; p < 20; ++p) pixels += static_cast<char>(p / 2 == k % 10 ? 255 : dark);
  }
  for (const char* part : {"train", "t10k"}) {
    test::write_raw(folder.file(part + std::string("-images-idx3-ubyte")),
                    idx_images(static_cast<std::uint32_t>(images), 4, 5, pixels));
    test::write_raw(folder.file(part + std::string("-labels-idx1-ubyte")),
                    idx_labels(static_cast<std::uint32_t>(images), labels));
  }
}

}  // namespace sprig::test
