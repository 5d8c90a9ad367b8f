// How much input may hold, where a user wants less than its formats can: asked before anything is allocated for it.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

namespace sprig {

inline constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

struct InputLimits {
  std::uint64_t bytes = kNoLimit;     // --max-input-bytes: of a file, and of what it holds unpacked
  std::uint64_t neurons = kNoLimit;   // --max-neurons: of a network
  std::uint64_t synapses = kNoLimit;  // --max-synapses: of a network, those from its input among them
};

// Is the network that `where`, a file, holds within them? Errors: InputError.
void check_file_limits(const std::string& where, std::uint64_t neurons, std::uint64_t synapses,
                       const InputLimits& limits);
// Of one that is built of the keys `where`; expected numbers. Errors: ConfigError.
void check_built_limits(const std::string& where, double neurons, double synapses, const InputLimits& limits);

}  // namespace sprig
