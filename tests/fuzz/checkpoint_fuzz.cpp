// Files of checkpoints.
#include "sprig/formats/checkpoint_file.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const MemoryFile file(100);
  const std::string path = file.holding(bytes);
  find_checkpoint(path, {7});
  read_checkpoint(path, {7}, [](Reader& reader) {
    std::vector<double> values;
    std::string text;
    reader(values, text);
  });
}

}  // namespace sprig::fuzz
