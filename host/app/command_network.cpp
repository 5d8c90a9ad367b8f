#include "host/app/command_network.hpp"

#include <algorithm>
#include <cstdio>

#include "host/app/stop_at_once.hpp"
#include "sprig/session/network.hpp"
#include "sprig/session/rounding_notes.hpp"

namespace sprig::app {

namespace {

void tell(const Command& command, const std::vector<std::string>& notes) {
  if (command.quiet) return;
  for (const std::string& note : notes) std::fprintf(stderr, "sprig: note: %s\n", note.c_str());
}

// What came of the network's times.
void note_times(const Config& config, const Network& network, std::vector<std::string>& notes) {
  note_delays(config, network.step_ms, notes);
  note_neurons(config, network, notes);
}

}  // namespace

BuiltNetwork command_network(const Command& command, std::vector<std::string>& notes) {
  const StopAtOnce making;
  BuiltNetwork network = make_network(command.config, command.config.simulation.seed, &notes);
  note_times(command.config, network_of(network), notes);
  tell(command, notes);
  return network;
}

std::vector<StimulusSpec> command_stimuli(const Command& command, double step_ms, std::vector<std::string>& notes) {
  std::vector<StimulusSpec> stimuli = make_stimuli(command.config, step_ms);
  std::vector<std::string> of_stimuli;
  note_stimuli(stimuli, step_ms, of_stimuli);
  tell(command, of_stimuli);
  notes.insert(notes.end(), of_stimuli.begin(), of_stimuli.end());
  return stimuli;
}

std::vector<std::string> tell_once(const Command& command, std::vector<std::string> notes) {
  std::vector<std::string> once;
  for (const std::string& note : notes)
    if (std::find(once.begin(), once.end(), note) == once.end()) once.push_back(note);
  tell(command, once);
  return once;
}

Network constant_command_network(const Command& command, std::vector<std::string>& notes) {
  const StopAtOnce making;
  Network network = make_constant_network(command.config, command.config.simulation.seed, &notes);
  note_times(command.config, network, notes);
  tell(command, notes);
  return network;
}

}  // namespace sprig::app
