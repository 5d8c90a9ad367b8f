// One neuron in one replica on the device: where its constants and state lie, and what its random drive is drawn with
// (docs/engine.md, step order 1 and 2), for the plain and the resident engine. The step itself is
// sprig/engine/cell_step.hpp's.
//
// Layouts: per-neuron constants [neuron]; state [neuron][replica]. Bytes in and out a cell (exponential, one receptor):
// 12 of state each way, 32 of constants in.
#pragma once

#include <cstdint>

#include "kernels/core/context.hpp"
#include "sprig/core/hd.hpp"
#include "sprig/core/quantile.hpp"
#include "sprig/core/random.hpp"
#include "sprig/engine/cell_step.hpp"
#include "sprig/engine/neuron_constants.hpp"
#include "sprig/engine/neuron_state.hpp"
#include "sprig/neuron/lif.hpp"

namespace sprig::kernel {

using ConstantsView = NeuronConstants<ConstPointer>;  // null where the network has no such term

struct StateView : NeuronState<Pointer> {
  std::int32_t* ring = nullptr;
};

// What random drive reads besides the neuron's constants.
struct DriveTables {
  std::uint32_t seed = 0, poisson_columns = 0;
  const std::uint32_t* poisson_table = nullptr;
  const real* noise_table = nullptr;
};

// What a neuron's step reads and never changes, and what its drive is drawn with.
struct CellConstants : StepConstants {
  real external;
  std::uint32_t poisson_row, draw_id;
};

SPRIG_KERNEL inline DriveTerms drive_terms(const ConstantsView& c) {
  return {c.noise_sigma != nullptr, c.poisson_row != nullptr};
}

template <LifKind kKind>
SPRIG_KERNEL inline CellConstants cell_constants(const ConstantsView& c, std::uint32_t neuron) {
  CellConstants cell{};
  load_constants<kKind>(cell, c, drive_terms(c), neuron);
  cell.external = c.external[neuron];
  cell.draw_id = c.draw_id[neuron];
  if (c.poisson_row != nullptr) cell.poisson_row = c.poisson_row[neuron];
  return cell;
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
SPRIG_KERNEL inline const std::uint32_t* poisson_row_of(const DriveTables& tables, std::uint32_t poisson_row) {
  return tables.poisson_table + std::uint64_t{poisson_row} * tables.poisson_columns;
}

// The variates of one of these steps, looked up when it comes: for an engine that leaves a cell after a step.
struct StepDraws {
  const CellDraws& words;
  const DriveTables& tables;
  std::uint32_t poisson_row;
  std::uint64_t step;

  SPRIG_KERNEL real count() const {
    return static_cast<real>(
        poisson_count(poisson_row_of(tables, poisson_row), tables.poisson_columns, word_of_step(words.poisson, step)));
  }
  SPRIG_KERNEL real normal() const { return quantile_lookup(tables.noise_table, word_of_step(words.noise, step)); }
};

// The variates of all four, looked up beforehand: for an engine that keeps a cell and has time between two steps.
struct CellVariates {
  std::uint32_t counts[2];  // 16 bits a step: rows of the table are far shorter (kMaxPoissonMean)
  real normal[4];
};

// What poisson_count() counts for each of four words: they share the reads of the row, four thresholds at once, and as
// rows ascend the search ends with the largest word's.
SPRIG_KERNEL inline void count_block(std::uint32_t (&counts)[2], const std::uint32_t* row, std::uint32_t columns,
                                     const PhiloxBlock& words) {
  const std::uint32_t* word = words.word;
  const std::uint32_t larger_0 = word[0] > word[1] ? word[0] : word[1],
                      larger_1 = word[2] > word[3] ? word[2] : word[3],
                      largest = larger_0 > larger_1 ? larger_0 : larger_1;
  std::uint32_t found[4] = {};
  for (std::uint32_t k = 0; k < columns; k += 4) {
    std::uint32_t threshold[4];
    for (std::uint32_t j = 0; j < 4; ++j) threshold[j] = k + j < columns ? row[k + j] : 0xFFFFFFFFu;
    for (int w = 0; w < 4; ++w)
      for (const std::uint32_t x : threshold) found[w] += x < word[w] ? 1u : 0u;
    if (threshold[3] >= largest) break;
  }
  counts[0] = found[0] | found[1] << 16;
  counts[1] = found[2] | found[3] << 16;
}

SPRIG_KERNEL inline void draw_counts(std::uint32_t (&counts)[2], const DriveTables& tables, const ConstantsView& c,
                                     const CellConstants& cell, std::uint32_t replica, std::uint64_t step) {
  if (c.poisson_row == nullptr) return;
  const PhiloxBlock words = step_block(tables.seed, Stream::poisson_drive, cell.draw_id, replica, step);
  count_block(counts, poisson_row_of(tables, cell.poisson_row), tables.poisson_columns, words);
}
// One kind after the other: the words of both would not fit into the registers.
SPRIG_KERNEL inline void draw_variates(CellVariates& variates, const DriveTables& tables, const ConstantsView& c,
                                       const CellConstants& cell, std::uint32_t replica, std::uint64_t step) {
  if (c.noise_sigma != nullptr) {
    const PhiloxBlock words = step_block(tables.seed, Stream::gaussian_drive, cell.draw_id, replica, step);
    for (int w = 0; w < 4; ++w) variates.normal[w] = quantile_lookup(tables.noise_table, words.word[w]);
  }
  draw_counts(variates.counts, tables, c, cell, replica, step);
}

// One step's of them, chosen without indexing, so that they stay in registers.
struct StepVariates {
  const CellVariates& of;
  std::uint32_t step;  // its low bits

  SPRIG_KERNEL real count() const {
    const std::uint32_t pair = step & 2 ? of.counts[1] : of.counts[0];
    return static_cast<real>(step & 1 ? pair >> 16 : pair & 0xFFFFu);
  }
  SPRIG_KERNEL real normal() const {
    const real even = step & 2 ? of.normal[2] : of.normal[0], odd = step & 2 ? of.normal[3] : of.normal[1];
    return step & 1 ? odd : even;
  }
};

// What one step of a cell shows besides its new state.
struct CellStep {
  bool spike, held;  // held: it was refractory during the step
  LifProbe<real> probe;
};

// One step of a cell with the step's variates.
template <LifKind kKind, class Variates>
SPRIG_KERNEL inline CellStep step_drawn_cell(LifState<real>& s, const CellConstants& cell, const StepInput& in,
                                             const ConstantsView& c, const Variates& variates, std::uint64_t step) {
  settle_on_time(s, step);
  CellStep result;
  result.held = s.refractory > 0;
  result.spike = step_cell<kKind>(s, cell, in, drive_terms(c), variates, &result.probe);
  return result;
}

}  // namespace sprig::kernel
