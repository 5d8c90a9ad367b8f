#include "sprig/engine/call_check.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

void check_signal(const CallLimits& limits, const Input& input) {
  if (input.signal.empty()) return;
  const std::size_t expected = std::size_t{limits.replicas} * input.samples * limits.signal_channels;
  if (input.signal.size != expected || input.samples == 0 || input.steps_per_sample == 0)
    refuse("input.signal", shown(input.signal.size) + " values",
           "replicas x samples x channels = " + shown(expected) + " with at least one step a sample");
  for (std::size_t k = 0; k < input.signal.size; ++k)
    if (!std::isfinite(input.signal[k]))
      throw NumericalError("input.signal[" + std::to_string(k) + "]", "is not finite");
}

void check_spikes(const CallLimits& limits, std::uint64_t steps, const Input& input) {
  for (std::size_t k = 0; k < input.spikes.size; ++k) {
    const Input::Spike& spike = input.spikes[k];
    // Strictly: the fixed-point scale counts on a synapse delivering at most once a step.
    const auto key = [](const Input::Spike& s) { return std::tie(s.step, s.channel, s.replica); };
    const bool ordered = k == 0 || key(input.spikes[k - 1]) < key(spike);
    if (spike.channel >= limits.input_channels || spike.replica >= limits.replicas || spike.step >= steps || !ordered)
      throw ConfigError("input.spikes[" + std::to_string(k) + "]",
                        "must ascend in (step, channel, replica) without repeats, with step < " +
                            std::to_string(steps) + ", channel < " + std::to_string(limits.input_channels) +
                            " and replica < " + std::to_string(limits.replicas));
  }
}

}  // namespace

void check_call(const CallLimits& limits, std::uint64_t steps, const Input& input, const RecordOptions& what,
                const Recording* recording) {
  check_signal(limits, input);
  check_spikes(limits, steps, input);
  if (recording != nullptr && what.trajectory && limits.replicas != 1)
    refuse("record.trajectory", shown(limits.replicas) + " replicas", "one replica");
  for (const std::uint32_t neuron : what.probe)
    if (neuron >= limits.neurons) refuse("record.probe", "neuron " + shown(neuron), "below " + shown(limits.neurons));
}

std::string why_not_event(const Drive& drive) {
  const auto some = [](const std::vector<double>& values) {
    return std::any_of(values.begin(), values.end(), [](double x) { return x != 0; });
  };
  if (drive.channels > 0) return "injected signals drive neurons in every step";
  if (some(drive.noise_sigma)) return "noise drives neurons in every step";
  if (some(drive.poisson_rate_hz)) return "a Poisson drive may reach neurons in every step";
  return "";
}

std::string why_not_event(const Network& network, const Drive& drive) {
  if (const std::string why_not = why_not_event(drive); !why_not.empty()) return why_not;
  const std::vector<double>& theta_plus = network.neurons.theta_plus;
  if (network.kind.adaptive && std::any_of(theta_plus.begin(), theta_plus.end(), [](double x) { return x < 0; }))
    return "a threshold that falls below V_th (theta_plus < 0) may be crossed between events";
  return "";
}

namespace {

[[noreturn]] void refuse_events(const std::string& why_not) {
  throw ConfigError("run.update", "event needs a network driven by spikes alone: " + why_not);
}

}  // namespace

bool drive_needs_clock(const Drive& drive, UpdateMode mode) {
  const std::string why_not = why_not_event(drive);
  if (mode == UpdateMode::event && !why_not.empty()) refuse_events(why_not);
  return !why_not.empty();
}

bool begins_by_events(const Network& network, const Drive& drive, UpdateMode mode) {
  if (mode == UpdateMode::clock) return false;
  const std::string why_not = why_not_event(network, drive);
  if (mode == UpdateMode::event && !why_not.empty()) refuse_events(why_not);
  return why_not.empty();
}

bool state_is_by_events(const SimulationState& state, bool possible, UpdateMode mode) {
  if (!state.as_of.empty() && !possible)
    throw ConfigError("state", "is of an event-driven simulation, this one is driven by the clock");
  return possible && !(mode == UpdateMode::automatic && state.as_of.empty());
}

bool clock_pays(std::uint64_t touched, std::uint64_t cells) {
  return static_cast<double>(touched) > kEventShare * static_cast<double>(cells) * static_cast<double>(kMeasureSteps);
}

void refuse_trajectory(const RecordOptions& what, const Recording* recording) {
  if (recording != nullptr && what.trajectory)
    throw ConfigError("record.trajectory",
                      "needs the clock-driven update: by events, not every neuron has a state in every step");
}

void check_replicas(const Network& network, std::uint32_t replicas) {
  if (network.plasticity && replicas != 1)
    refuse("run.replicas", shown(replicas), "1 with a network that learns, for replicas would share its weights");
}

void check_state(const StateLimits& limits, const SimulationState& state) {
  const std::size_t cells = std::size_t{limits.neurons} * limits.replicas;
  const auto must = [](const char* what, std::size_t found, std::size_t expected) {
    if (found != expected) refuse("state", shown(found) + " " + what + ", of another network", shown(expected));
  };
  each_state_of(
      limits.kind, [&](const char* what, bool has, const auto& array) { must(what, array.size(), has ? cells : 0); },
      state);
  must("delay slots", state.delay_slots, limits.delay_slots);
  must("last events", state.as_of.size(), state.as_of.empty() ? 0 : cells);
  for (const std::uint64_t as_of : state.as_of)
    if (as_of > state.step) throw ConfigError("state", "has a last event after its step");
  if (!limits.learns) must("plastic weights", state.plastic.weights.size(), 0);
  must("arrivals in flight", state.pending.size(), std::size_t{limits.delay_slots} * limits.kind.currents() * cells);
  if (state.exponents != limits.exponents)
    throw ConfigError("state", "has arrivals in flight in units of other weights (another network or run.weight_bits)");
}

}  // namespace sprig
