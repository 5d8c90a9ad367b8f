#include "sprig/core/input_limits.hpp"

#include <cmath>

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

// What of a network is too much, in words; empty: nothing.
std::string excess(const std::string& neurons, bool many_neurons, const std::string& synapses, bool many_synapses,
                   const InputLimits& limits) {
  if (many_neurons)
    return "found " + neurons + " neurons; allowed: up to " + std::to_string(limits.neurons) + " (--max-neurons)";
  if (many_synapses)
    return "found " + synapses + " synapses; allowed: up to " + std::to_string(limits.synapses) + " (--max-synapses)";
  return "";
}

}  // namespace

void check_file_limits(const std::string& where, std::uint64_t neurons, std::uint64_t synapses,
                       const InputLimits& limits) {
  const std::string what = excess(std::to_string(neurons), neurons > limits.neurons, std::to_string(synapses),
                                  synapses > limits.synapses, limits);
  if (!what.empty()) throw InputError(where, what);
}

void check_built_limits(const std::string& where, double neurons, double synapses, const InputLimits& limits) {
  const auto more = [](double found, std::uint64_t most) {
    return most != kNoLimit && std::round(found) > static_cast<double>(most);
  };
  const std::string what = excess(shown_real(std::round(neurons)), more(neurons, limits.neurons),
                                  shown_real(std::round(synapses)), more(synapses, limits.synapses), limits);
  if (!what.empty()) throw ConfigError(where, what);
}

}  // namespace sprig
