// What event times refuse, and what they count: for all backends.
#pragma once

#include <cstdint>

#include "sprig/learning/event_times/event_times.hpp"

namespace sprig {

// Errors: ConfigError (layered.*, learn.images) where sizes do not fit.
void check_event_time_images(const EventTimeImages& work);

// Sets what was counted. events: weights added to the slopes of units that had not fired.
void count_event_times(EventTimeImages& work, std::uint64_t events, std::uint64_t spikes);

}  // namespace sprig
