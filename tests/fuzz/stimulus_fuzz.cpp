// Currents and rates from files.
#include "sprig/instruments/stimulation.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const MemoryFile file(100);
  std::vector<StimulusSpec> stimuli(2);
  stimuli[0].kind = StimulusKind::current;
  stimuli[1].kind = StimulusKind::poisson;
  stimuli[0].file = stimuli[1].file = file.holding(bytes);
  read_stimulus_files(stimuli, "", 0.1, kSmall);
}

}  // namespace sprig::fuzz
