// Largest Lyapunov exponents of flows, by two runs that are kept close (Benettin et al. 1976).
#pragma once

#include <cmath>

#include "host/tasks/flows.hpp"

namespace sprig::test {

inline double distance(const FlowState& a, const FlowState& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

// advance(state, step, steps) integrates. The separation is renormalised every `steps` steps, so many times.
template <class Advance>
double largest_exponent(Advance advance, FlowState state, double step, int steps, int renormalisations) {
  constexpr double kSeparation = 1e-8;
  FlowState other = state;
  other[0] += kSeparation;
  double growth = 0;
  for (int k = 0; k < renormalisations; ++k) {
    state = advance(state, step, steps);
    other = advance(other, step, steps);
    const double stretched = distance(state, other);
    growth += std::log(stretched / kSeparation);
    for (int i = 0; i < 3; ++i) other[i] = state[i] + (other[i] - state[i]) * kSeparation / stretched;
  }
  return growth / (step * steps * renormalisations);
}

}  // namespace sprig::test
