// What competitive learning refuses, before anything is computed: one place for all backends.
#pragma once

#include <cstdint>
#include <string>

#include "sprig/learning/competitive/competitive.hpp"

namespace sprig {

// Errors: ConfigError (learn.*).
void check_competitive(const CompetitiveOptions& options);
// That codes of a model of so many inputs can be other than 0.
void check_weights(const CompetitiveOptions& options, std::uint32_t inputs);
void check_presentations(View<const Presentations> models);  // and that sizes fit
// Presentations::failure of a state that is not finite.
std::string failure_text(std::uint32_t neuron, std::uint32_t image);

}  // namespace sprig
