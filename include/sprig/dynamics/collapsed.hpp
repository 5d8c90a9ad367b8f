// When a tangent vector is too short, or too long, for its length to be known: one rule for host and device.
#pragma once

#include <cmath>

namespace sprig {

// Below this length squares of a vector's entries are no normal doubles, and what is computed of it is wrong.
inline constexpr double kCollapsedLength = 1e-150;

inline bool is_collapsed(double length) { return !(length >= kCollapsedLength) || !std::isfinite(length); }

}  // namespace sprig
