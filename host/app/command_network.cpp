#include "host/app/command_network.hpp"

#include <cstdio>

#include "sprig/session/network.hpp"

namespace sprig::app {

BuiltNetwork command_network(const Command& command) {
  std::vector<std::string> notes;
  BuiltNetwork network = make_network(command.config, command.config.simulation.seed, &notes);
  if (!command.quiet)
    for (const std::string& note : notes) std::fprintf(stderr, "sprig: note: %s\n", note.c_str());
  return network;
}

}  // namespace sprig::app
