// The Mackey-Glass series.
#include "host/tasks/mackey_glass.hpp"

#include <cmath>

#include "host/tasks/series_time.hpp"
#include "sprig/core/random.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

constexpr double kTransient = 2000;                        // time units: a dozen Lyapunov times
constexpr double kLowestStart = 0.4, kHighestStart = 1.3;  // of the constant history; the attractor's range

}  // namespace

MackeyGlass::MackeyGlass(double h, double start) : h_(h), back_(kMackeyGlassDelay / h) {
  // Nodes t, t - h, ..., to the first one at or before t - delay.
  line.assign(static_cast<std::size_t>(std::ceil(back_)) + 1, {start, 0});
}

double MackeyGlass::delayed(double part) const {
  const double steps = back_ - part;  // before the newest node
  const double whole = std::ceil(steps);
  const auto older = static_cast<std::size_t>(whole);
  const double s = whole - steps;  // from the older node on, in [0, 1)
  const Node& a = line[(newest_ + line.size() - older) % line.size()];
  if (s == 0) return a.x;
  const Node& b = line[(newest_ + line.size() - older + 1) % line.size()];
  const double r = 1 - s;
  return (1 + 2 * s) * r * r * a.x + s * r * r * h_ * a.slope + s * s * (3 - 2 * s) * b.x - s * s * r * h_ * b.slope;
}

void MackeyGlass::step() {
  const double x0 = x(), begin = delayed(0), middle = delayed(0.5), end = delayed(1);
  const double k1 = mackey_glass_derivative(x0, begin);
  const double k2 = mackey_glass_derivative(x0 + h_ / 2 * k1, middle);
  const double k3 = mackey_glass_derivative(x0 + h_ / 2 * k2, middle);
  const double k4 = mackey_glass_derivative(x0 + h_ * k3, end);
  const double next = x0 + h_ / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
  newest_ = (newest_ + 1) % line.size();
  line[newest_] = {next, mackey_glass_derivative(next, end)};
}

Series mackey_glass(std::uint64_t samples, double dt, std::uint32_t substeps, std::uint32_t seed) {
  const double h = substep(samples, dt, substeps);
  if (h > kMackeyGlassDelay) refuse("task.dt", shown(h) + " a substep", "at most the delay, 17");
  const double draw = uniform_open(seed, Stream::task_initial_state, 0, 0);
  MackeyGlass system(h, kLowestStart + (kHighestStart - kLowestStart) * draw);
  const auto transient = static_cast<std::uint64_t>(std::ceil(kTransient / h));
  for (std::uint64_t k = 0; k < transient; ++k) system.step();

  Series series{1, samples, dt, kMackeyGlassExponent, {}};
  series.data.reserve(samples);
  for (std::uint64_t s = 0; s < samples; ++s) {
    series.data.push_back(system.x());
    for (std::uint32_t k = 0; k < substeps; ++k) system.step();
  }
  refuse_divergence(series, "mackey_glass", h, 1);
  return series;
}

}  // namespace sprig
