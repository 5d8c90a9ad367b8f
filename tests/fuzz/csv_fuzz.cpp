// Series in CSV files.
#include "sprig/formats/csv.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const MemoryFile file(100);
  if (bytes.empty()) return;
  const auto header = static_cast<CsvHeader>(static_cast<unsigned char>(bytes[0]) % 3);
  const bool chosen = (static_cast<unsigned char>(bytes[0]) & 4) != 0;
  bytes.remove_prefix(1);
  read_csv(file.holding(bytes), chosen ? std::vector<std::string>{"0", "a"} : std::vector<std::string>{}, header);
}

}  // namespace sprig::fuzz
