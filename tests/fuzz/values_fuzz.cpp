// Lone arrays: values of neurons, and whatever else is an .npy.
#include "sprig/formats/npy_records.hpp"
#include "sprig/formats/npz.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const MemoryFile file(100);
  const std::string path = file.holding(bytes);
  npy_shape(path, kSmall);
  try {
    read_npy<std::uint32_t>(path, kSmall);
  } catch (const Error&) {
    read_npy<double>(path, kSmall);
  }
}

}  // namespace sprig::fuzz
