// Whether the arguments of a Simulation's calls fit the network; both backends ask here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/engine/simulation.hpp"

namespace sprig {

struct CallLimits {
  std::uint32_t neurons, replicas, signal_channels, input_channels;
};

// Checks the arguments of advance(steps, ...). Errors: ConfigError naming the field; NumericalError for a signal that
// is not finite.
void check_call(const CallLimits& limits, std::uint64_t steps, const Input& input, const RecordOptions& what,
                const Recording* recording);

// Why this network with this drive cannot be updated by events (UpdateMode::event); empty: it can.
std::string why_not_event(const Network& network, const Drive& drive);
std::string why_not_event(const Drive& drive);  // as far as it is the drive's

// Whether the clock must take over from a simulation by events that is given this drive. Errors: ConfigError when it
// may not (UpdateMode::event).
bool drive_needs_clock(const Drive& drive, UpdateMode mode);

// Does a simulation begin by events? Errors: ConfigError when it must (UpdateMode::event) but cannot.
bool begins_by_events(const Network& network, const Drive& drive, UpdateMode mode);

// Whether a state given to set_state() was left by events; `possible`: the simulation can go on so. Errors: ConfigError
// when it was but the simulation cannot.
bool state_is_by_events(const SimulationState& state, bool possible, UpdateMode mode);

// Whether so many cells were touched in kMeasureSteps steps that the clock is to take over (UpdateMode::automatic).
bool clock_pays(std::uint64_t touched, std::uint64_t cells);

// Refuses what advance() by events cannot record. Errors: ConfigError for a trajectory.
void refuse_trajectory(const RecordOptions& what, const Recording* recording);

// Before anything is made of a network. Errors: ConfigError for several replicas of one that learns.
void check_replicas(const Network& network, std::uint32_t replicas);

struct StateLimits {
  std::uint32_t neurons, replicas, delay_slots;
  LifKind kind;
  const std::vector<int>& exponents;
  bool learns = false;
};

// Checks the state that set_state() is given. Errors: ConfigError saying what differs.
void check_state(const StateLimits& limits, const SimulationState& state);

}  // namespace sprig
