// A tile of columns along steps of a saltation chunk.
#pragma once

#include <cstdint>

#include "host/dynamics/step_arrivals.hpp"
#include "host/dynamics/tile.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/dynamics/tangent_step.hpp"

namespace sprig::cpu {

// The steps that `arrivals` has. width: that of tile_width(). The tile must have room for the chunk's payloads.
void sweep_tile(const TangentView& network, const SaltationChunk& chunk, const StepArrivals& arrivals, Tile& tile,
                std::uint32_t width);

}  // namespace sprig::cpu
