// Words of the command line, one a line: parsed, never run.
#include "host/app/command_tree.hpp"
#include "host/app/command_words.hpp"
#include "host/app/gpu_flags.hpp"
#include "host/app/limit_flags.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  std::vector<std::string> words{"sprig"};
  while (!bytes.empty() && words.size() < 64) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    words.emplace_back(bytes.substr(0, end));
    words.back().resize(std::char_traits<char>::length(words.back().c_str()));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  const int argc = static_cast<int>(argv.size());
  app::typed(argc, argv.data());
  app::refuse_unknown_verb(argc, argv.data());
  static app::CommandTree tree;
  app::Flags& flags = tree.flags;
  flags = {};
  try {
    tree.app.parse(argc, argv.data());
  } catch (const CLI::ParseError&) {  // the program's own door catches these
    const auto chosen = tree.app.get_subcommands();
    app::option_meant(chosen.empty() ? tree.app : *chosen.front(), argc, argv.data());
    return;
  }
  app::limits_of_flags(flags.max_input_bytes, flags.max_neurons, flags.max_synapses);
  if (!flags.device_model.empty() || !flags.device_memory.empty())
    app::gpu_of_flags(flags.device_model, flags.device_memory);
}

}  // namespace sprig::fuzz
