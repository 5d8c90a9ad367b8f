// Lists of neurons.
#include "host/formats/node_table.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const MemoryFile file(100);
  read_nodes(file.holding(bytes), kSmall);
}

}  // namespace sprig::fuzz
