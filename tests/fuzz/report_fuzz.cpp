// The pages and the figures of run folders.
#include "sprig/formats/atomic_file.hpp"
#include "sprig/report/report.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const MemoryFolder folder;
  const auto put = [&](const char* name, std::string_view text) {
    FILE* file = std::fopen((folder.path() + "/" + name).c_str(), "wb");
    if (file == nullptr) std::abort();
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
  };
  put("config.resolved.toml", "[run]\n");
  put("manifest.json", part(bytes));
  put("observation.json", part(bytes));
  put("result.json", bytes);
  write_report(folder.path());
  write_figures(folder.path(), folder.path() + "/figures");
}

}  // namespace sprig::fuzz
