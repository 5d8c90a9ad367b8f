// Zip files as they are, and the texts in them: names of populations, as UTF-8 and as UTF-32.
#include "sprig/formats/markup.hpp"
#include "sprig/formats/npz.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const MemoryFile file(100);
  const NpzReader reader(file.holding(!bytes.empty() && bytes[0] == 'P' ? std::string(bytes) : zip_of(bytes)), kSmall);
  for (const std::string& name : reader.names()) {
    if (!reader.is_text(name)) {
      reader.read<double>(name);
      continue;
    }
    for (const std::string& text : reader.read_text(name))
      if (escaped(text).empty() != text.empty()) throw std::logic_error("a text is lost");
  }
}

}  // namespace sprig::fuzz
