// Whether a network does what networks are simulated for: one that is silent, or fires as often as it can, is said to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/core/words.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

struct ActivityShares {
  double fired = 0;        // of the neurons, at least once
  double saturated = 0;    // of the neurons, at least kSaturation of the spikes that t_ref leaves room for
  double observed_ms = 0;  // infinite: long enough
};
inline constexpr double kSaturation = 0.9;
inline constexpr double kFewFired = 0.01, kMostSaturated = 0.9;  // of the neurons
inline constexpr double kLongEnoughMs = 100;                     // less may be too short for a neuron to fire

// spikes_of: per neuron over all replicas, in so many steps.
ActivityShares activity_shares(const Network& network, const std::vector<std::uint64_t>& spikes_of, std::uint64_t steps,
                               std::uint32_t replicas);
// Spikes a second of a neuron that fires as often as it can.
double highest_rate_hz(double t_ref_ms, double step_ms);

// Where the network comes from, and so which keys would change what it does. file: sprig's own, that keys do not
// change; foreign_file: one that they complete and scale.
enum class NetworkOrigin { keys, description, file, foreign_file };

// What becomes of a network of which there is something to say.
enum class ActivityPolicy { warn, refuse, ignore };
constexpr auto words_of(ActivityPolicy) { return words<ActivityPolicy>("warn", "refuse", "ignore"); }

// The sentences that are to be said: all of them, or none under `ignore`. Errors: NumericalError with the first, under
// `refuse`.
std::vector<std::string> judged(std::vector<std::string> warnings, ActivityPolicy policy);

// One sentence, with what to change; empty where there is nothing to say. who: "the network", "the pruned network".
std::string activity_warning(const ActivityShares& shares, NetworkOrigin origin, const std::string& who);

}  // namespace sprig
