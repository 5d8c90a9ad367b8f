// What competitive learning refuses, before anything is computed: one place for all backends.
#pragma once

#include <cstdint>
#include <string>

#include "sprig/learning/competitive/competitive.hpp"

namespace sprig {

// Errors: ConfigError (learn.*).
void check_competitive(const CompetitiveOptions& options);
void check_presentations(View<const Presentations> models);  // and that sizes fit
// Presentations::failure of a state that is not finite.
std::string failure_text(std::uint32_t neuron, std::uint32_t image);

}  // namespace sprig
