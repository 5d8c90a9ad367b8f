// One neuron in one replica on the device: where its constants and state lie, and its step (docs/engine.md, step order
// 1 and 2), written once for the plain and the resident engine. Arithmetic is drive.hpp's and lif.hpp's alone; here is only
// what is read from where.
//
// Layouts: per-neuron constants [neuron]; state [neuron][replica]. Bytes in and out a cell (exponential, one receptor):
// 12 of state each way, 32 of constants in.
#pragma once

#include <cstdint>

#include "kernels/core/context.hpp"
#include "sprig/core/hd.hpp"
#include "sprig/core/quantile.hpp"
#include "sprig/core/random.hpp"
#include "sprig/engine/drive.hpp"
#include "sprig/engine/lif_constants.hpp"
#include "sprig/neuron/lif.hpp"

namespace sprig::kernel {

// SliceConstants; null where the network has no such term.
struct ConstantsView {
  const real *p22 = nullptr, *p20 = nullptr, *p11_0 = nullptr, *p11_1 = nullptr, *p21_0 = nullptr, *p21_1 = nullptr;
  const real *v_th = nullptr, *v_reset = nullptr, *theta_decay = nullptr, *theta_plus = nullptr;
  const std::int32_t* refractory_steps = nullptr;
  const real *unit_0 = nullptr, *unit_1 = nullptr, *external = nullptr, *noise_sigma = nullptr, *current_gain = nullptr;
  const real *poisson_weight_0 = nullptr, *poisson_weight_1 = nullptr;
  const std::uint32_t *poisson_row = nullptr, *draw_id = nullptr;
};

struct StateView {
  real *u = nullptr, *i0 = nullptr, *i1 = nullptr, *theta = nullptr;
  std::int32_t *refractory = nullptr, *ring = nullptr;
};

// What random drive reads besides the neuron's constants.
struct DriveTables {
  std::uint32_t seed = 0, poisson_columns = 0;
  const std::uint32_t* poisson_table = nullptr;
  const real* noise_table = nullptr;
};

// What a neuron's step reads and never changes.
struct CellConstants {
  LifConstants<real> lif;
  real unit_0, unit_1, external;
  real sigma, poisson_weight_0, poisson_weight_1;  // of terms that the network has
  std::uint32_t poisson_row, draw_id;
};

template <LifKind kKind>
SPRIG_KERNEL inline CellConstants load_constants(const ConstantsView& c, std::uint32_t neuron) {
  constexpr bool kTwo = kKind.receptors == 2;
  CellConstants cell{};
  cell.lif = lif_constants<kKind>(c, neuron);
  cell.unit_0 = c.unit_0[neuron];
  if constexpr (kTwo) cell.unit_1 = c.unit_1[neuron];
  cell.external = c.external[neuron];
  cell.draw_id = c.draw_id[neuron];
  if (c.noise_sigma != nullptr) cell.sigma = c.noise_sigma[neuron];
  if (c.poisson_row != nullptr) {
    cell.poisson_row = c.poisson_row[neuron];
    cell.poisson_weight_0 = c.poisson_weight_0[neuron];
    if constexpr (kTwo) cell.poisson_weight_1 = c.poisson_weight_1[neuron];
  }
  return cell;
}

template <LifKind kKind>
SPRIG_KERNEL inline LifState<real> load_state(const StateView& state, std::uint64_t cell) {
  LifState<real> s;
  s.u = state.u[cell];
  s.refractory = state.refractory[cell];
  if constexpr (kKind.synapse == Synapse::exponential) {
    s.i[0] = state.i0[cell];
    if constexpr (kKind.receptors == 2) s.i[1] = state.i1[cell];
  }
  if constexpr (kKind.adaptive) s.theta = state.theta[cell];
  return s;
}

template <LifKind kKind>
SPRIG_KERNEL inline void store_state(const StateView& state, std::uint64_t cell, const LifState<real>& s) {
  state.u[cell] = s.u;
  state.refractory[cell] = s.refractory;
  if constexpr (kKind.synapse == Synapse::exponential) {
    state.i0[cell] = s.i[0];
    if constexpr (kKind.receptors == 2) state.i1[cell] = s.i[1];
  }
  if constexpr (kKind.adaptive) state.theta[cell] = s.theta;
}

// The random words of four steps of one cell; only those that the network's drive needs are drawn.
struct CellDraws {
  PhiloxBlock noise, poisson;
};
SPRIG_KERNEL inline void draw_cell(CellDraws& draws, const DriveTables& tables, const ConstantsView& c,
                                   std::uint32_t draw_id, std::uint32_t replica, std::uint64_t step) {
  if (c.noise_sigma != nullptr) draws.noise = step_block(tables.seed, Stream::gaussian_drive, draw_id, replica, step);
  if (c.poisson_row != nullptr) draws.poisson = step_block(tables.seed, Stream::poisson_drive, draw_id, replica, step);
}

// What one step of a cell shows besides its new state.
struct CellStep {
  bool spike, held;  // held: it was refractory during the step
  LifProbe<real> probe;
};

// One step: arrivals and drive composed, integrated, thresholded. ring_0, ring_1: the step's arrivals per receptor;
// external: I_dc and injected signal.
template <LifKind kKind>
SPRIG_KERNEL inline CellStep step_cell(LifState<real>& s, const CellConstants& cell, const DriveTables& tables,
                                       const ConstantsView& c, const CellDraws& draws, std::uint64_t step,
                                       std::int32_t ring_0, std::int32_t ring_1, real external) {
  constexpr bool kTwo = kKind.receptors == 2;
  real arrivals_0 = synaptic_arrival(ring_0, cell.unit_0), arrivals_1 = 0;
  if constexpr (kTwo) arrivals_1 = synaptic_arrival(ring_1, cell.unit_1);
  if (c.poisson_row != nullptr) {
    const std::uint32_t* row = tables.poisson_table + std::uint64_t{cell.poisson_row} * tables.poisson_columns;
    const std::uint32_t count = poisson_count(row, tables.poisson_columns, word_of_step(draws.poisson, step));
    arrivals_0 = add_poisson(arrivals_0, cell.poisson_weight_0, static_cast<real>(count));
    if constexpr (kTwo) arrivals_1 = add_poisson(arrivals_1, cell.poisson_weight_1, static_cast<real>(count));
  }
  if (c.noise_sigma != nullptr)
    external = add_noise(external, cell.sigma, quantile_lookup(tables.noise_table, word_of_step(draws.noise, step)));
  if (step % kSettleSteps == 0) settle(s);
  CellStep result;
  result.held = s.refractory > 0;
  result.spike = lif_step<kKind>(s, cell.lif, arrivals_0, arrivals_1, external, &result.probe);
  return result;
}

}  // namespace sprig::kernel
