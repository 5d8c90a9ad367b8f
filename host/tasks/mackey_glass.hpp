// The Mackey-Glass delay equation and its Runge-Kutta step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sprig {

inline constexpr double kMackeyGlassDelay = 17, kMackeyGlassBeta = 0.2, kMackeyGlassGamma = 0.1;
// Largest Lyapunov exponent per unit of time [measured, over 10^6 units, by two perturbed runs of this integrator at
// three steps and by Heun's method with its tangent: 0.0051 to 0.0053; the literature has values up to 0.006].
inline constexpr double kMackeyGlassExponent = 0.0052;

// Mackey & Glass, Science 197, 287 (1977), exponent n = 10.
inline double mackey_glass_derivative(double x, double delayed) {
  const double p2 = delayed * delayed, p4 = p2 * p2;
  return kMackeyGlassBeta * delayed / (1 + p4 * p4 * p2) - kMackeyGlassGamma * x;
}

// The state is the solution on [t - delay, t]: its values and slopes on the grid of steps. RK4 asks for the delayed
// value at the beginning, the middle and the end of a step, which the grid need not have: each is the cubic Hermite
// interpolant of the two grid points around it, of fourth order, so that the whole is.
class MackeyGlass {
 public:
  // `h` is at most the delay; x = start on [-delay, 0].
  MackeyGlass(double h, double start);
  double x() const { return line[newest_].x; }
  void step();

  struct Node {
    double x, slope;
  };
  std::vector<Node> line;  // a ring over more than a delay; nodes are one step apart

 private:
  double delayed(double part) const;  // x(t + part h - delay), 0 <= part <= 1
  double h_, back_;                   // step; delay in steps
  std::size_t newest_ = 0;
};

}  // namespace sprig
