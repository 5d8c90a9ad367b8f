// From the configuration to what runs: a network and its drive.
#pragma once

#include <cstdint>

#include "sprig/config/config.hpp"

namespace sprig {

Network make_network(const Config& config, std::uint32_t seed);  // built, or loaded when network.file is set
Drive make_drive(const DriveSection& drive, std::uint32_t neurons);

}  // namespace sprig
