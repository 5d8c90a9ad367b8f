// Events, deliveries and gains of recorded steps.
#include "sprig/dynamics/linearise.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

SaltationCounts no_counts(std::size_t neurons) {
  SaltationCounts counts;
  counts.log_velocity_ratio.assign(neurons, 0);
  counts.held_steps.assign(neurons, 0);
  return counts;
}

}  // namespace

std::vector<LinearNeuron> linear_neurons(const Network& network) {
  const NeuronParameters& p = network.neurons;
  std::vector<LinearNeuron> neurons;
  neurons.reserve(p.size());
  for (std::size_t i = 0; i < p.size(); ++i)
    neurons.push_back({lif_constants(network.kind, p, i, network.step_ms), p.tau_m_ms[i], p.resistance[i]});
  return neurons;
}

SaltationState saltation_start(const TangentNetwork& tangent, const SimulationState& state) {
  SaltationState start;
  start.held = state.refractory;
  start.u.assign(state.u.begin(), state.u.end());
  start.due.resize(std::size_t{tangent.max_delay} + 1);
  start.counts = no_counts(tangent.neurons);
  return start;
}

bool is_possible(const TangentNetwork& tangent, const SaltationState& state) {
  const std::size_t n = tangent.neurons;
  if (state.held.size() != n || state.u.size() != n || state.due.size() != std::size_t{tangent.max_delay} + 1 ||
      state.counts.log_velocity_ratio.size() != n || state.counts.held_steps.size() != n)
    return false;
  for (const auto& step : state.due)
    for (const SaltationState::Due& due : step) {
      const TangentDelivery& d = due.delivery;
      if (d.begin > d.end || d.end > tangent.cells.size() || d.slot >= state.slots) return false;
    }
  return std::all_of(state.free_slots.begin(), state.free_slots.end(),
                     [&](std::uint32_t slot) { return slot < state.slots; });
}

std::vector<SpikeInFlight> spikes_in_flight(const TangentNetwork& tangent, const SaltationState& state) {
  std::vector<SpikeInFlight> flights;
  for (std::size_t ahead = 0; ahead < state.due.size(); ++ahead)
    for (const SaltationState::Due& due : state.due[(state.step + ahead) % state.due.size()]) {
      const TangentDelivery& d = due.delivery;
      const auto run = std::upper_bound(tangent.run_begin.begin(), tangent.run_begin.end(), d.begin) - 1;
      const auto g = static_cast<std::uint64_t>(run - tangent.run_begin.begin());
      const bool is_run = g < tangent.run_delay.size() && *run == d.begin && run[1] == d.end;
      if (!is_run || state.step + ahead < tangent.run_delay[g])
        refuse("tangent.due", "synapses " + shown(d.begin) + " to " + shown(d.end), "those of a spike in flight");
      if (!due.last) continue;
      const auto source = std::upper_bound(tangent.run_offsets.begin(), tangent.run_offsets.end(), g) - 1;
      flights.push_back({state.step + ahead - tangent.run_delay[g],
                         static_cast<std::uint32_t>(source - tangent.run_offsets.begin()), d.slot});
    }
  std::sort(flights.begin(), flights.end(), [](const SpikeInFlight& a, const SpikeInFlight& b) {
    return std::pair(a.step, a.neuron) < std::pair(b.step, b.neuron);
  });
  return flights;
}

void set_in_flight(const TangentNetwork& tangent, const std::vector<SpikeInFlight>& flights, SaltationState& state) {
  state.due.assign(std::size_t{tangent.max_delay} + 1, {});
  state.free_slots.clear();
  state.slots = 0;
  for (const SpikeInFlight& flight : flights) {
    state.slots = std::max(state.slots, flight.slot + 1);
    const std::uint64_t last = tangent.run_offsets[flight.neuron + 1];
    for (std::uint64_t run = tangent.run_offsets[flight.neuron]; run < last; ++run) {
      const std::uint64_t step = flight.step + tangent.run_delay[run];
      if (step >= state.step)
        state.due[step % state.due.size()].push_back(
            {{tangent.run_begin[run], tangent.run_begin[run + 1], flight.slot}, run + 1 == last});
    }
  }
}

SaltationBuilder::SaltationBuilder(const Network& network, const TangentNetwork& tangent, double guard,
                                   VelocityAt velocity_at)
    : tangent_(tangent),
      rule_{network.kind.reset, tangent.current_rows == 0, velocity_at, guard},
      neurons_(linear_neurons(network)) {}

void SaltationBuilder::reset_counts() { state_.counts = no_counts(tangent_.neurons); }

std::uint32_t SaltationBuilder::take_slot() {
  if (state_.free_slots.empty()) return state_.slots++;
  const std::uint32_t slot = state_.free_slots.back();
  state_.free_slots.pop_back();
  return slot;
}

std::uint32_t SaltationBuilder::send(std::uint32_t neuron) {
  const std::uint64_t first = tangent_.run_offsets[neuron], last = tangent_.run_offsets[neuron + 1];
  if (first == last) return kNoSlot;
  const std::uint32_t slot = take_slot();
  for (std::uint64_t run = first; run < last; ++run)
    state_.due[(state_.step + tangent_.run_delay[run]) % state_.due.size()].push_back(
        {{tangent_.run_begin[run], tangent_.run_begin[run + 1], slot}, run + 1 == last});
  return slot;
}

void SaltationBuilder::add_event(std::uint32_t neuron, std::uint32_t slot, const EventFactors& factors,
                                 SaltationChunk& chunk) {
  state_.counts.guarded += factors.guarded;
  state_.counts.log_velocity_ratio[neuron] += std::log(std::abs(factors.factor));
  chunk.events.push_back({neuron, slot, factors.inverse_velocity, factors.factor});
}

SaltationChunk SaltationBuilder::build(const Recording& recording) {
  const std::size_t n = neurons_.size();
  SaltationCounts& counts = state_.counts;
  SaltationChunk chunk;
  chunk.steps = static_cast<std::uint32_t>(recording.steps);
  chunk.flags.assign(recording.steps * n, 0);
  chunk.event_offsets.assign(1, 0);
  chunk.delivery_offsets.assign(1, 0);
  for (std::size_t step = 0; step < recording.steps; ++step, ++state_.step) {
    const std::size_t row = step * n;
    for (std::uint32_t i = 0; i < n; ++i) {
      const LinearNeuron& k = neurons_[i];
      const double u = recording.u_before[row + i], current = recording.current[row + i];
      LinearCell cell{state_.held[i], state_.u[i]};
      const LinearStep what = linear_step(rule_, k, cell, recording.flags[row + i], u, current);
      state_.held[i] = cell.held;
      state_.u[i] = cell.u;
      chunk.flags[row + i] = what.flags;
      if ((what.flags & kFrozen) != 0) ++counts.held_steps[i];
      if (what.released) add_event(i, kNoSlot, release_factors(rule_, k, u, current), chunk);
      if (what.spiked) {
        counts.jumps += what.jumped ? 1u : 0u;
        ++counts.spikes;
        add_event(i, send(i), spike_factors(rule_, k, u, current), chunk);
      }
    }
    std::vector<SaltationState::Due>& due = state_.due[state_.step % state_.due.size()];
    for (const SaltationState::Due& entry : due) {
      chunk.deliveries.push_back(entry.delivery);
      if (entry.last) state_.free_slots.push_back(entry.delivery.slot);
    }
    due.clear();
    chunk.event_offsets.push_back(chunk.events.size());
    chunk.delivery_offsets.push_back(chunk.deliveries.size());
  }
  chunk.slots = state_.slots;
  counts.steps += recording.steps;
  return chunk;
}

SurrogateChunk surrogate_chunk(const std::vector<LinearNeuron>& neurons, Reset reset, double gain,
                               const Recording& recording) {
  const std::size_t n = neurons.size();
  SurrogateChunk chunk;
  chunk.steps = static_cast<std::uint32_t>(recording.steps);
  chunk.flags.assign(recording.steps * n, 0);
  chunk.spike_gain.assign(recording.steps * n, 0);
  chunk.reset_gain.assign(recording.steps * n, 1);
  for (std::size_t cell = 0; cell < recording.steps * n; ++cell) {
    if ((recording.flags[cell] & kHeld) != 0) {
      chunk.flags[cell] = kFrozen;
      continue;
    }
    const SurrogateGains gains =
        surrogate_gains(neurons[cell % n], reset, gain, recording.flags[cell], recording.u_before[cell]);
    chunk.spike_gain[cell] = gains.spike;
    chunk.reset_gain[cell] = gains.reset;
  }
  return chunk;
}

}  // namespace sprig
