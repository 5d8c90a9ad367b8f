// What a configuration's network takes, before there is one.
#pragma once

#include "sprig/session/memory_plan.hpp"

namespace sprig {

// As `work` holds it. Errors: InputError, ConfigError as make_network().
PlannedNetwork planned_network(const Config& config, Work work);

}  // namespace sprig
