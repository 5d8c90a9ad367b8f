// Closed-loop runs as replicas of one simulation.
#include "host/tasks/closed_loop.hpp"

#include <algorithm>
#include <cmath>

namespace sprig {

namespace {

// A loop that has left the attractor (about +-3 sd) is fed no more than this, so that it cannot overflow anything.
constexpr double kLargestFeedback = 10;

double feedback(double value) {
  return std::isfinite(value) ? std::clamp(value, -kLargestFeedback, kLargestFeedback) : 0.0;
}

}  // namespace

std::vector<std::uint64_t> spread_starts(std::uint64_t first, std::uint64_t last, std::uint32_t count) {
  std::vector<std::uint64_t> starts(count);
  for (std::uint32_t i = 0; i < count; ++i) starts[i] = first + (count == 1 ? 0 : i * (last - first) / (count - 1));
  return starts;
}

std::vector<double> ClosedLoop::valid_times(const std::vector<std::uint64_t>& starts, std::uint32_t offset,
                                            const Progress& progress) const {
  const auto replicas = static_cast<std::uint32_t>(starts.size());
  const auto inputs = static_cast<std::uint32_t>(observed.size());
  Reservoir reservoir(setup, replicas, offset);

  std::vector<double> values(std::size_t{replicas} * warm_up * inputs);
  for (std::uint32_t r = 0; r < replicas; ++r)
    for (std::uint32_t s = 0; s < warm_up; ++s)
      for (std::uint32_t c = 0; c < inputs; ++c)
        values[(std::size_t{r} * warm_up + s) * inputs + c] = series.at(starts[r] - warm_up + s, observed[c]);
  reservoir.advance(values, warm_up, [](std::uint32_t, View<const SpikeEvent>) {});

  std::vector<std::uint32_t> valid(replicas, samples);  // samples predicted before the error passed the threshold
  std::vector<bool> ended(replicas, false);
  Eigen::MatrixXd features(replicas, setup.features());
  values.resize(std::size_t{replicas} * inputs);
  for (std::uint32_t v = 0; v < samples; ++v) {
    for (std::uint32_t r = 0; r < replicas; ++r) reservoir.write_features(r, features.row(r));
    const Eigen::MatrixXd predicted = one_step.predict(features);
    for (std::uint32_t r = 0; r < replicas; ++r) {
      double squares = 0;
      for (std::uint32_t d = 0; d < series.channels; ++d) {
        const double error = predicted(r, d) - series.at(starts[r] + v, d);
        squares += error * error;
      }
      // A comparison that a NaN fails ends the run too.
      if (!ended[r] && !(std::sqrt(squares / series.channels) <= threshold)) {
        ended[r] = true;
        valid[r] = v;
      }
      for (std::uint32_t c = 0; c < inputs; ++c)
        values[std::size_t{r} * inputs + c] = feedback(predicted(r, observed[c]));
    }
    if (std::all_of(ended.begin(), ended.end(), [](bool e) { return e; })) break;
    if (v + 1 < samples) reservoir.advance(values, 1, [](std::uint32_t, View<const SpikeEvent>) {});
    progress.report("task", static_cast<double>(v + 1) / samples);
  }

  std::vector<double> times(replicas);
  for (std::uint32_t r = 0; r < replicas; ++r) times[r] = valid[r] * series.sample_in_valid_time();
  return times;
}

}  // namespace sprig
