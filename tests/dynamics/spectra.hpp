// What tests ask of spectra of exponents.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "sprig/dynamics/lyapunov.hpp"

namespace sprig::test {

inline LyapunovOptions full_frame(double duration_ms = 2000) {
  LyapunovOptions options;
  options.exponents = 0;
  options.duration_ms = duration_ms;
  return options;
}

inline double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

// The exponent that a flow's neutral direction gives, in magnitude.
inline double nearest_zero(const LyapunovResult& result) {
  double nearest = 1e9;
  for (const double x : result.exponents) nearest = std::min(nearest, std::abs(x));
  return nearest;
}

}  // namespace sprig::test
