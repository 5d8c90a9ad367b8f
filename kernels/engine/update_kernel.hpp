// The fused neuron update (ENGINE, step order 1 and 2): take and clear the arrivals of this step, compose the drive,
// integrate, threshold, and append the spikes to the step's list. Arithmetic is drive.hpp's and lif.hpp's alone.
//
// A warp takes a tile of 32 consecutive cells of [neuron][replica] that never splits a neuron's group of replicas: with
// B <= 32 replicas floor(32 / B) whole neurons, with more one neuron's 32 replicas at a time. So a ballot holds each
// neuron's replica mask, and one atomic a warp reserves room in the list. The list's order is arbitrary; nothing that
// reads it depends on it.
//
// Bytes moved a cell and step (exponential, one receptor, B = 1): 12 of state in and out each, ring 4 in 4 out, 32 of
// constants in.
#pragma once

#include "kernels/engine/step_data.hpp"
#include "sprig/core/quantile.hpp"
#include "sprig/core/random.hpp"
#include "sprig/engine/drive.hpp"
#include "sprig/neuron/lif.hpp"

namespace sprig::kernel {

// Current held over the step: I_dc, injected signal, noise.
SPRIG_KERNEL inline real external_current(const StepData& data, const Control& control, std::uint32_t neuron,
                                          std::uint32_t replica, std::uint64_t step, std::uint64_t sample) {
  const ConstantsView& c = data.constants;
  real external = c.external[neuron];
  if (control.signal != nullptr) {
    const std::uint64_t channels = data.signal_channels;
    external = add_signal(external, c.current_gain + neuron * channels,
                          control.signal + (replica * control.samples + sample) * channels, data.signal_channels);
  }
  if (c.noise_sigma != nullptr) {
    const PhiloxBlock block =
        step_block(data.seed, Stream::gaussian_drive, c.draw_id[neuron], data.first_replica + replica, step);
    const std::uint32_t half[2] = {step & 2 ? block.word[2] : block.word[0], step & 2 ? block.word[3] : block.word[1]};
    external =
        add_noise(external, c.noise_sigma[neuron], quantile_lookup(data.noise_table, step & 1 ? half[1] : half[0]));
  }
  return external;
}

SPRIG_KERNEL inline std::uint32_t poisson_draw(const StepData& data, std::uint32_t neuron, std::uint32_t replica,
                                               std::uint64_t step) {
  const ConstantsView& c = data.constants;
  const PhiloxBlock block =
      step_block(data.seed, Stream::poisson_drive, c.draw_id[neuron], data.first_replica + replica, step);
  const std::uint32_t half[2] = {step & 2 ? block.word[2] : block.word[0], step & 2 ? block.word[3] : block.word[1]};
  return poisson_count(data.poisson_table + std::uint64_t{c.poisson_row[neuron]} * data.poisson_columns,
                       data.poisson_columns, step & 1 ? half[1] : half[0]);
}

// One step of one cell; returns whether it spiked. `k`: step of the chunk.
template <LifKind kKind, ExecutionContext Ctx>
SPRIG_KERNEL inline bool update_cell(Ctx& ctx, const StepData& data, const Control& control, std::uint32_t k,
                                     std::uint64_t sample, std::uint32_t neuron, std::uint32_t replica) {
  constexpr bool kExponential = kKind.synapse == Synapse::exponential;
  constexpr bool kTwo = kKind.receptors == 2;
  const ConstantsView& c = data.constants;
  const std::uint64_t step = control.step + k;
  const std::uint64_t cells = std::uint64_t{data.neurons} * data.replicas;
  const std::uint64_t cell = std::uint64_t{neuron} * data.replicas + replica;

  std::int32_t* ring = data.state.ring + (step & (data.delay_slots - 1)) * cells * (kTwo ? 2 : 1) + cell;
  real arrivals_0 = synaptic_arrival(*ring, c.unit_0[neuron]), arrivals_1 = 0;
  *ring = 0;
  if constexpr (kTwo) {
    arrivals_1 = synaptic_arrival(ring[cells], c.unit_1[neuron]);
    ring[cells] = 0;
  }
  if (c.poisson_row != nullptr) {
    const std::uint32_t count = poisson_draw(data, neuron, replica, step);
    arrivals_0 = add_poisson(arrivals_0, c.poisson_weight_0[neuron], count);
    if constexpr (kTwo) arrivals_1 = add_poisson(arrivals_1, c.poisson_weight_1[neuron], count);
  }
  const real external = external_current(data, control, neuron, replica, step, sample);

  LifConstants<real> constants{};
  LifState<real> s;
  constants.p22 = c.p22[neuron];
  constants.p20 = c.p20[neuron];
  constants.v_th = c.v_th[neuron];
  constants.v_reset = c.v_reset[neuron];
  constants.refractory_steps = c.refractory_steps[neuron];
  s.u = data.state.u[cell];
  s.refractory = data.state.refractory[cell];
  if constexpr (kExponential) {
    constants.p11[0] = c.p11_0[neuron];
    constants.p21[0] = c.p21_0[neuron];
    s.i[0] = data.state.i0[cell];
    if constexpr (kTwo) {
      constants.p11[1] = c.p11_1[neuron];
      constants.p21[1] = c.p21_1[neuron];
      s.i[1] = data.state.i1[cell];
    }
  }
  if constexpr (kKind.adaptive) {
    constants.theta_decay = c.theta_decay[neuron];
    constants.theta_plus = c.theta_plus[neuron];
    s.theta = data.state.theta[cell];
  }
  if (step % kSettleSteps == 0) settle(s);
  const bool held = s.refractory > 0;
  LifProbe<real> probe;
  const bool spike = lif_step<kKind>(s, constants, arrivals_0, arrivals_1, external, &probe);

  data.state.u[cell] = s.u;
  data.state.refractory[cell] = s.refractory;
  if constexpr (kExponential) {
    data.state.i0[cell] = s.i[0];
    if constexpr (kTwo) data.state.i1[cell] = s.i[1];
  }
  if constexpr (kKind.adaptive) data.state.theta[cell] = s.theta;

  if (s.u - s.u != 0) {  // NaN or infinite
    const std::uint64_t offset = control.offset + k, latest = 0xFFFFFFFFu;
    const std::uint64_t key = (offset < latest ? offset : latest) << 32 | neuron;
    ctx.atomic_min(data.failure, key);
  }
  if (control.flags != nullptr) {
    const std::uint64_t row = std::uint64_t{k} * data.neurons + neuron;
    control.u_before[row] = probe.u_before;
    control.current[row] = probe.current;
    control.flags[row] = static_cast<std::uint8_t>((spike ? kSpiked : 0) | (held ? kHeld : 0));
  }
  if (spike && control.counts != nullptr)  // a cell has one owner a step: no atomic
    ++control.counts[count_slot(control, control.offset + k, control.offset) * cells + cell];
  return spike;
}

template <LifKind kKind, ExecutionContext Ctx>
SPRIG_KERNEL inline void update(Ctx& ctx, const StepData& data, const Control* control_memory, std::uint32_t k) {
  const Control control = *control_memory;  // a copy: stores below cannot change it
  const std::uint32_t replicas = data.replicas, lane = lane_of(ctx);
  const bool several = replicas < kWarp;  // neurons a tile
  const std::uint32_t tile_neurons = several ? kWarp / replicas : 1;
  const std::uint32_t lane_neuron = several ? lane / replicas : 0;
  const std::uint32_t lane_replica = lane - lane_neuron * replicas * (several ? 1 : 0);
  const std::uint32_t group_shift = lane_neuron * replicas;
  const std::uint32_t group_mask = several ? (1u << replicas) - 1 : 0xFFFFFFFFu;
  const std::uint32_t tiles = (data.neurons + tile_neurons - 1) / tile_neurons * data.words;
  std::uint64_t sample = 0;
  if (control.signal != nullptr) {
    sample = (control.offset + k) / control.steps_per_sample;
    if (sample >= control.samples) sample = control.samples - 1;
  }

  for (std::uint32_t tile = grid_warp(ctx); tile < tiles; tile += grid_warps(ctx)) {
    const std::uint32_t word = several ? 0 : tile % data.words;
    const std::uint32_t neuron = (several ? tile : tile / data.words) * tile_neurons + lane_neuron;
    const std::uint32_t replica = word * kWarp + lane_replica;
    const bool active = lane_neuron < tile_neurons && neuron < data.neurons && replica < replicas;
    bool spike = false;
    if (active) spike = update_cell<kKind>(ctx, data, control, k, sample, neuron, replica);

    const std::uint32_t spiked = ctx.ballot(spike);
    if (spiked == 0) continue;
    const std::uint32_t group = spiked >> group_shift & group_mask;
    const bool leader = active && lane_replica == 0 && group != 0;
    const std::uint32_t leaders = ctx.ballot(leader);
    std::uint32_t place = 0;
    if (lane == 0) place = ctx.atomic_add(&data.spans[k].end, count_bits(leaders));
    place = ctx.shuffle(place, 0);
    if (leader) {
      control.spikes[place + count_bits(leaders & ((1u << lane) - 1))] = {neuron * data.words + word, group};
      ctx.atomic_add(&data.population_spikes[k * data.populations + data.population_of[neuron]], count_bits(group));
    }
  }
}

}  // namespace sprig::kernel
