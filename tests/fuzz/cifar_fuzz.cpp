// Batches of CIFAR-10, plain and gzipped.
#include "sprig/formats/images.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const MemoryFile batch(100);
  read_cifar({batch.holding(bytes)}, kSmall);
}

}  // namespace sprig::fuzz
