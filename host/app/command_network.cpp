#include "host/app/command_network.hpp"

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "sprig/core/error.hpp"
#include "sprig/session/network.hpp"

namespace sprig::app {

namespace {

void tell(const Command& command, const std::vector<std::string>& notes) {
  if (command.quiet) return;
  for (const std::string& note : notes) std::fprintf(stderr, "sprig: note: %s\n", note.c_str());
}

// A run folder is emptied when a run begins; what the run reads must not be in it.
void keep_input(const Command& command) {
  if (command.out.empty() || command.config.network_file.empty()) return;
  std::error_code ignored;
  const std::filesystem::path folder = std::filesystem::path(command.config.network_file).parent_path();
  if (std::filesystem::is_directory(command.out, ignored) && std::filesystem::equivalent(command.out, folder, ignored))
    throw UsageError("--out", command.out +
                                  " is the folder of network.file, and files in it are replaced; allowed: "
                                  "another folder");
}

}  // namespace

BuiltNetwork command_network(const Command& command) {
  keep_input(command);
  std::vector<std::string> notes;
  BuiltNetwork network = make_network(command.config, command.config.simulation.seed, &notes);
  tell(command, notes);
  return network;
}

Network constant_command_network(const Command& command) {
  keep_input(command);
  std::vector<std::string> notes;
  Network network = make_constant_network(command.config, command.config.simulation.seed, &notes);
  tell(command, notes);
  return network;
}

}  // namespace sprig::app
