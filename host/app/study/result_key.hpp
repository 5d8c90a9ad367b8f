// What the result of a cell follows from, for the key by which a later run of the folder finds it.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>

#include "sprig/config/config.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/session/work_key.hpp"

namespace sprig::app {

// contents_key() of several configurations, most of which name the same files: each set of files is read once.
class FileContents {
 public:
  std::uint64_t of(const Config& config);

 private:
  std::map<Inputs, std::uint64_t> known_;
};

// The configuration less what never changes a cell (threads, devices, what else a study or a search looks at, and the
// pruning method and density, which a cell has of its own), the contents of its files, and the program's revision and
// precision. The seed is to be added: of many seeds the configuration is made a text once.
Hash result_key(const Config& config, std::uint64_t contents);

// With its length, so that two texts are not one.
void add_text(Hash& hash, std::string_view text);

}  // namespace sprig::app
