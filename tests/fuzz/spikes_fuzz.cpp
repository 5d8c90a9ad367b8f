// Spikes from files: .npy of records, .npz, .csv.
#include "sprig/instruments/stimulation.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const MemoryFile file(100);
  std::vector<StimulusSpec> stimuli(1);
  stimuli[0].kind = StimulusKind::spikes;
  stimuli[0].file = file.holding(!bytes.empty() && bytes[0] == 1 ? zip_of(bytes.substr(1)) : std::string(bytes));
  read_stimulus_files(stimuli, "", 0.1, kSmall);
}

}  // namespace sprig::fuzz
