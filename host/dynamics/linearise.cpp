// Events, deliveries and gains of recorded steps.
#include "sprig/dynamics/linearise.hpp"

#include <algorithm>
#include <cmath>

#include "sprig/neuron/surrogate.hpp"

namespace sprig {

std::vector<LinearNeuron> linear_neurons(const Network& network) {
  const NeuronParameters& p = network.neurons;
  std::vector<LinearNeuron> neurons;
  neurons.reserve(p.size());
  for (std::size_t i = 0; i < p.size(); ++i)
    neurons.push_back({lif_constants(network.kind, p, i, network.step_ms), p.tau_m_ms[i], p.resistance[i]});
  return neurons;
}

SaltationBuilder::SaltationBuilder(const Network& network, const TangentNetwork& tangent, double guard,
                                   VelocityAt velocity_at)
    : tangent_(tangent),
      reset_(network.kind.reset),
      neurons_(linear_neurons(network)),
      guard_(guard),
      velocity_at_(velocity_at),
      due_(std::size_t{tangent.max_delay} + 1) {}

void SaltationBuilder::start(const SimulationState& state) {
  held_ = state.refractory;
  u_.assign(state.u.begin(), state.u.end());
  for (auto& step : due_) step.clear();
  step_ = 0;
  slots_ = 0;
  free_slots_.clear();
  reset_counts();
}

// Whether what was read can be indices into this network.
bool SaltationBuilder::is_possible() const {
  const std::size_t n = neurons_.size();
  if (held_.size() != n || u_.size() != n || due_.size() != std::size_t{tangent_.max_delay} + 1 ||
      counts_.log_velocity_ratio.size() != n || counts_.held_steps.size() != n)
    return false;
  for (const auto& step : due_)
    for (const Due& due : step) {
      const TangentDelivery& d = due.delivery;
      if (d.begin > d.end || d.end > tangent_.cells.size() || d.slot >= slots_) return false;
    }
  return std::all_of(free_slots_.begin(), free_slots_.end(), [&](std::uint32_t slot) { return slot < slots_; });
}

void SaltationBuilder::reset_counts() {
  counts_ = {};
  counts_.log_velocity_ratio.assign(neurons_.size(), 0);
  counts_.held_steps.assign(neurons_.size(), 0);
}

// A velocity of zero would send time shifts to infinity (before) or make the frame collapse (after): f- happens to
// vanish where grid spikes come late, f+ where a neuron rests at its reset potential.
double SaltationBuilder::guarded(double velocity, const LinearNeuron& neuron) {
  const double least = guard_ * (neuron.v_th - neuron.v_reset) / neuron.tau_m;
  if (std::abs(velocity) >= least) return velocity;
  ++counts_.guarded;
  return std::copysign(least, velocity);
}

std::uint32_t SaltationBuilder::take_slot() {
  if (free_slots_.empty()) return slots_++;
  const std::uint32_t slot = free_slots_.back();
  free_slots_.pop_back();
  return slot;
}

void SaltationBuilder::spike(std::uint32_t neuron, double u, double current, SaltationChunk& chunk) {
  const LinearNeuron& k = neurons_[neuron];
  if (velocity_at_ == VelocityAt::threshold) u = k.v_th;
  const double before = guarded(lif_velocity(u, current, k.tau_m, k.resistance), k);
  double after = (k.v_th - k.v_reset) / k.tau_m;  // f_ref
  if (k.refractory_steps == 0)
    after = guarded(
        lif_velocity(reset_ == Reset::hard ? k.v_reset : u - (k.v_th - k.v_reset), current, k.tau_m, k.resistance), k);
  held_[neuron] = k.refractory_steps;
  ++counts_.spikes;
  counts_.log_velocity_ratio[neuron] += std::log(std::abs(after / before));

  std::uint32_t slot = kNoSlot;
  const std::uint64_t first = tangent_.run_offsets[neuron], last = tangent_.run_offsets[neuron + 1];
  if (first < last) {
    slot = take_slot();
    for (std::uint64_t run = first; run < last; ++run)
      due_[(step_ + tangent_.run_delay[run]) % due_.size()].push_back(
          {{tangent_.run_begin[run], tangent_.run_begin[run + 1], slot}, run + 1 == last});
  }
  chunk.events.push_back({neuron, slot, 1 / before, after / before});
}

void SaltationBuilder::release(std::uint32_t neuron, double u, double current, SaltationChunk& chunk) {
  const LinearNeuron& k = neurons_[neuron];
  const double factor = guarded(lif_velocity(u, current, k.tau_m, k.resistance), k) / ((k.v_th - k.v_reset) / k.tau_m);
  counts_.log_velocity_ratio[neuron] += std::log(std::abs(factor));
  chunk.events.push_back({neuron, kNoSlot, 0, factor});
}

SaltationChunk SaltationBuilder::build(const Recording& recording) {
  const std::size_t n = neurons_.size();
  const bool delta = tangent_.current_rows == 0;
  SaltationChunk chunk;
  chunk.steps = static_cast<std::uint32_t>(recording.steps);
  chunk.flags.assign(recording.steps * n, 0);
  chunk.event_offsets.assign(1, 0);
  chunk.delivery_offsets.assign(1, 0);
  for (std::size_t step = 0; step < recording.steps; ++step, ++step_) {
    const std::size_t row = step * n;
    for (std::uint32_t i = 0; i < n; ++i) {
      const std::uint8_t recorded = recording.flags[row + i];
      const double u = recording.u_before[row + i], current = recording.current[row + i];
      std::uint8_t& flags = chunk.flags[row + i];
      if ((recorded & kHeld) != 0) {
        flags = kFrozen;
        ++counts_.held_steps[i];
        if (--held_[i] == 0) release(i, u, current, chunk);
      }
      if ((recorded & kSpiked) != 0) {
        if (delta && neurons_[i].p22 * u_[i] + neurons_[i].p20 * current < neurons_[i].v_th) ++counts_.jumps;
        spike(i, u, current, chunk);
      }
      // An arrival finds dV frozen if the neuron was held while it came (delta synapses) or is held from now on.
      if (delta ? flags == kFrozen : held_[i] > 0) flags |= kDeaf;
      if (delta)
        u_[i] = (recorded & kSpiked) == 0 ? u
                : reset_ == Reset::hard   ? neurons_[i].v_reset
                                          : u - (neurons_[i].v_th - neurons_[i].v_reset);
    }
    std::vector<Due>& due = due_[step_ % due_.size()];
    for (const Due& entry : due) {
      chunk.deliveries.push_back(entry.delivery);
      if (entry.last) free_slots_.push_back(entry.delivery.slot);
    }
    due.clear();
    chunk.event_offsets.push_back(chunk.events.size());
    chunk.delivery_offsets.push_back(chunk.deliveries.size());
  }
  chunk.slots = slots_;
  counts_.steps += recording.steps;
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
    const LinearNeuron& k = neurons[cell % n];
    const double unit = k.v_th - k.v_reset, u = recording.u_before[cell];
    const double x = (u - k.v_th) / unit;
    const double slope = surrogate_slope(x, gain);
    const double spiked = (recording.flags[cell] & kSpiked) != 0 ? 1 : 0;
    chunk.spike_gain[cell] = slope / unit;
    chunk.reset_gain[cell] = reset == Reset::hard ? 1 - spiked - slope * (u - k.v_reset) / unit : 1 - slope;
  }
  return chunk;
}

}  // namespace sprig
