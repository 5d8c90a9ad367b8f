// Networks of which some rules are stored.
#pragma once

#include "host/network/described.hpp"

namespace sprig {

// Draws every projection: those of `procedural` (one a pair; a stored pair's draws nothing) and the stored ones.
Network draw_stored(const NetworkDescription& description, const Described& described, ProceduralNetwork procedural);

}  // namespace sprig
