// What no number is equal to.
#pragma once

#include <cmath>

namespace sprig::test {

inline const double kNan = std::nan("");

}  // namespace sprig::test
