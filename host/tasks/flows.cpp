// The Lorenz-63 and Roessler series.
#include "host/tasks/flows.hpp"

#include <cmath>

#include "host/tasks/series_time.hpp"
#include "sprig/core/random.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/tasks/series.hpp"

namespace sprig {

namespace {

// Coordinate k of a point drawn in a box.
double random_start(std::uint32_t seed, std::uint64_t k, double low, double high) {
  return low + (high - low) * uniform_open(seed, Stream::task_initial_state, 0, k);
}

// A flow, and the largest substep at which it can be integrated at all.
template <class Derivative>
struct Flow {
  const char* name;
  double exponent, transient, largest_substep;
  Derivative derivative;
};
template <class Derivative>
Flow(const char*, double, double, double, Derivative) -> Flow<Derivative>;  // clang 14 does not find it by itself

template <class Derivative>
Series integrate(const Flow<Derivative>& flow, FlowState state, std::uint64_t samples, double dt,
                 std::uint32_t substeps) {
  const double h = substep(samples, dt, substeps);
  const auto transient = static_cast<std::uint64_t>(std::ceil(flow.transient / h));
  for (std::uint64_t k = 0; k < transient; ++k) state = rk4_step(state, h, flow.derivative);

  Series series{3, samples, dt, flow.exponent, {}};
  series.data.reserve(samples * 3);
  for (std::uint64_t s = 0; s < samples; ++s) {
    series.data.insert(series.data.end(), state.begin(), state.end());
    for (std::uint32_t k = 0; k < substeps; ++k) state = rk4_step(state, h, flow.derivative);
  }
  refuse_divergence(series, flow.name, h, flow.largest_substep);
  return series;
}

}  // namespace

double substep(std::uint64_t samples, double dt, std::uint32_t substeps) {
  if (samples == 0) refuse("task.samples", "0", "at least 1");
  FieldCheck{"task"}("dt", dt, above(0));
  if (substeps == 0) refuse("task.substeps", "0", "at least 1");
  return dt / substeps;
}

void refuse_divergence(const Series& series, const char* name, double h, double largest) {
  for (const double value : series.data)
    if (!std::isfinite(value))
      refuse("task.dt", shown(h) + " a substep, with which the integration of " + name + " diverges",
             "at most about " + shown(largest));
}

Series lorenz63(std::uint64_t samples, double dt, std::uint32_t substeps, std::uint32_t seed) {
  // After 50 time units any point of the box has long reached the attractor.
  const FlowState start{random_start(seed, 0, -15, 15), random_start(seed, 1, -15, 15), random_start(seed, 2, 10, 40)};
  return integrate(Flow{"lorenz63", kLorenzExponent, 50, 0.02, lorenz63_derivative}, start, samples, dt, substeps);
}

Series roessler(std::uint64_t samples, double dt, std::uint32_t substeps, std::uint32_t seed) {
  // The box lies in the basin of the attractor; from its middle a trajectory spirals out at rate a / 2 = 0.1.
  const FlowState start{random_start(seed, 0, -5, 5), random_start(seed, 1, -5, 5), random_start(seed, 2, 0, 1)};
  return integrate(Flow{"roessler", kRoesslerExponent, 500, 0.2, roessler_derivative}, start, samples, dt, substeps);
}

}  // namespace sprig
