// IDX images and labels.
#include "sprig/formats/images.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const MemoryFile images(100), labels(101);
  const std::string_view first = part(bytes);
  read_idx(images.holding(first), labels.holding(bytes), kSmall);
}

}  // namespace sprig::fuzz
