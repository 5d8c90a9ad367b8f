// JSON of any kind.
#include "sprig/report/json.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const MemoryFile file(100);
  read_json(file.holding(bytes), 1u << 20).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sprig::fuzz
