// The state of a simulation, as checkpoints hold it.
#include "sprig/core/persist.hpp"
#include "sprig/engine/simulation.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  std::size_t at = 0;
  Reader reader(
      "state",
      [&](void* to, std::size_t size) {
        bytes.copy(static_cast<char*>(to), size, at);
        at += size;
      },
      bytes.size());
  SimulationState state;
  reader(state);
  reader.finish();
  if (std::vector<char> again = persisted(state); std::string_view(again.data(), again.size()) != bytes)
    throw std::logic_error("a state is written otherwise than it was read");
}

}  // namespace sprig::fuzz
