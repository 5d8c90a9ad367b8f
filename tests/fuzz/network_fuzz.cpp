// sprig's own networks: what can be loaded can be written, and reads back to the same bits.
#include "sprig/formats/network_file.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const MemoryFile file(100);
  const std::string path = file.holding(!bytes.empty() && bytes[0] == 'P' ? std::string(bytes) : zip_of(bytes));
  network_file_sizes(path, kSmall);
  load_network(path, kSmall);
}

}  // namespace sprig::fuzz
