// The one layout of the engine (ENGINE section 2). The network is cut into slices of consecutive neurons; a slice's
// owner (a CPU thread, the GPU) holds their state, their delay ring and every synapse onto them, sorted by source, so
// every add is local. Owners exchange spike lists every minimum delay. Results do not depend on the number of slices.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/core/view.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/neuron/lif.hpp"

namespace sprig {

// A synapse as its target's owner stores it: 8 bytes. `cell` = receptor * slice neurons + local target.
struct PackedSynapse {
  std::uint32_t cell;
  std::int32_t weight;  // fixed point, in units of the target population's receptor
};

// The synapses of one projection (recurrent or input) onto one slice, rows by source.
struct PackedRows {
  std::vector<std::uint64_t> offsets;  // sources + 1
  std::vector<PackedSynapse> synapses;
  std::vector<std::uint16_t> delays;  // steps; empty: all equal uniform_delay
  std::uint16_t uniform_delay = 1;
};

// Step constants of a slice's neurons as structure of arrays (what LifConstants is for one), and the drive's constants.
struct SliceConstants {
  std::vector<real> p22, p20, p11_0, p11_1, p21_0, p21_1, v_th, v_reset, theta_decay, theta_plus;
  std::vector<std::int32_t> refractory_steps;
  std::vector<real> unit_0, unit_1;                      // value of one unit of an integer arrival, per receptor
  std::vector<real> external;                            // I_dc
  std::vector<real> noise_sigma;                         // empty: no noise
  std::vector<real> current_gain;                        // [neuron][channel]; empty: no injected signal
  std::vector<real> poisson_weight_0, poisson_weight_1;  // by receptor; empty: no Poisson drive
  std::vector<std::uint32_t> poisson_row;                // row of poisson_table
  std::vector<std::uint32_t> draw_id;                    // original neuron id: key of the neuron's draws
};

struct Slice {
  std::uint32_t first = 0, count = 0;  // global neuron range
  SliceConstants constants;
  PackedRows recurrent, input;
};

struct SlicedNetwork {
  LifKind kind;
  std::uint32_t neurons = 0, sources = 0, input_channels = 0, signal_channels = 0;
  std::uint32_t min_delay = 1;    // steps between exchanges
  std::uint32_t delay_slots = 2;  // ring length, a power of two > max delay
  std::vector<Slice> slices;
  // Inverse CDFs of the distinct Poisson means, a row each (drive.hpp, poisson_count).
  std::uint32_t poisson_columns = 0;
  std::vector<std::uint32_t> poisson_table;
  std::vector<real> noise_table;  // normal quantiles, when there is noise
  double weight_error = 0;        // largest rounding error of a weight, relative to the largest |w| of the network
};

// Cuts and packs. `slices` >= 1 (fewer are made when there are fewer neurons). Errors: ConfigError, MemoryError.
SlicedNetwork slice_network(const Network& network, const Drive& drive, std::uint32_t slices);

}  // namespace sprig
