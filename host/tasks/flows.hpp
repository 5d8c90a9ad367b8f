// Chaotic flows of three variables, and the classical Runge-Kutta step that integrates them.
#pragma once

#include <array>
#include <cstddef>

namespace sprig {

// One step of length h of y' = f(y), fourth order.
template <std::size_t kSize, class Derivative>
std::array<double, kSize> rk4_step(const std::array<double, kSize>& y, double h, Derivative f) {
  const auto along = [&](const std::array<double, kSize>& slope, double length) {
    std::array<double, kSize> moved = y;
    for (std::size_t i = 0; i < kSize; ++i) moved[i] += length * slope[i];
    return moved;
  };
  const auto k1 = f(y);
  const auto k2 = f(along(k1, h / 2));
  const auto k3 = f(along(k2, h / 2));
  const auto k4 = f(along(k3, h));
  std::array<double, kSize> next = y;
  for (std::size_t i = 0; i < kSize; ++i) next[i] += h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
  return next;
}

using FlowState = std::array<double, 3>;

inline constexpr double kLorenzSigma = 10, kLorenzRho = 28, kLorenzBeta = 8.0 / 3.0;
inline constexpr double kLorenzExponent = 0.9056;  // largest Lyapunov exponent per unit of time

// Lorenz, J. Atmos. Sci. 20, 130 (1963).
inline FlowState lorenz63_derivative(const FlowState& s) {
  return {kLorenzSigma * (s[1] - s[0]), s[0] * (kLorenzRho - s[2]) - s[1], s[0] * s[1] - kLorenzBeta * s[2]};
}

inline constexpr double kRoesslerA = 0.2, kRoesslerB = 0.2, kRoesslerC = 5.7;
inline constexpr double kRoesslerExponent = 0.0714;

// Roessler, Phys. Lett. A 57, 397 (1976).
inline FlowState roessler_derivative(const FlowState& s) {
  return {-s[1] - s[2], s[0] + kRoesslerA * s[1], kRoesslerB + s[2] * (s[0] - kRoesslerC)};
}

}  // namespace sprig
