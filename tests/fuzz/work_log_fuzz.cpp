// Logs of finished pieces.
#include "sprig/formats/atomic_file.hpp"
#include "sprig/session/work_log.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const MemoryFolder folder;
  FILE* file = std::fopen((folder.path() + "/cells.jsonl").c_str(), "wb");
  if (file == nullptr) std::abort();
  std::fwrite(bytes.data(), 1, bytes.size(), file);
  std::fclose(file);
  WorkLog log(folder.path(), std::chrono::seconds(0));
  log.open("cells.jsonl");
  WorkLog again(folder.path(), std::chrono::seconds(0));
  again.open("cells.jsonl");
  if (!again.refused().empty()) throw std::logic_error("what was mended is damaged");
}

}  // namespace sprig::fuzz
