#include "host/app/command_network.hpp"

#include <cstdio>

#include "host/app/stop_at_once.hpp"
#include "sprig/session/network.hpp"

namespace sprig::app {

namespace {

void tell(const Command& command, const std::vector<std::string>& notes) {
  if (command.quiet) return;
  for (const std::string& note : notes) std::fprintf(stderr, "sprig: note: %s\n", note.c_str());
}

}  // namespace

BuiltNetwork command_network(const Command& command) {
  const StopAtOnce making;
  std::vector<std::string> notes;
  BuiltNetwork network = make_network(command.config, command.config.simulation.seed, &notes);
  tell(command, notes);
  return network;
}

Network constant_command_network(const Command& command) {
  const StopAtOnce making;
  std::vector<std::string> notes;
  Network network = make_constant_network(command.config, command.config.simulation.seed, &notes);
  tell(command, notes);
  return network;
}

}  // namespace sprig::app
