// What a network is: populations of LIF neurons with per-neuron parameters, a sparse matrix of synapses among them, and
// one of synapses from external input channels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sprig/network/neuron_parameters.hpp"
#include "sprig/network/plasticity.hpp"
#include "sprig/neuron/lif.hpp"

namespace sprig {

// Synapses as compressed sparse rows: row = source, column = target. 64-bit offsets; columns ascend within a row, and
// parallel synapses (multapses) keep their order.
struct Csr {
  std::uint32_t rows = 0, cols = 0;
  std::vector<std::uint64_t> offsets{0};  // rows + 1
  std::vector<std::uint32_t> targets;     // column of each synapse
  std::vector<float> weights;             // pA, mV (delta synapses) or dimensionless
  std::vector<std::uint16_t> delays;      // steps, >= 1; empty: every delay is uniform_delay
  std::uint16_t uniform_delay = 1;
  std::vector<std::uint64_t> original_id;  // index of the synapse before any pruning; empty: identity

  std::uint64_t synapses() const { return targets.size(); }
  std::uint16_t delay(std::uint64_t k) const { return delays.empty() ? uniform_delay : delays[k]; }
  std::uint64_t id(std::uint64_t k) const { return original_id.empty() ? k : original_id[k]; }
  std::uint16_t min_delay() const;  // of the synapses there are; uniform_delay when there is none
  std::uint16_t max_delay() const;
};

// A contiguous range of neurons that share a name and a sign.
struct Population {
  std::string name;
  std::uint32_t first = 0, count = 0;
  bool inhibitory = false;
};

struct Network {
  double step_ms = 0.1;  // the grid h; delays are multiples of it
  LifKind kind;
  std::vector<Population> populations;  // cover 0..N-1 in order
  NeuronParameters neurons;
  Csr recurrent;                           // N x N
  Csr input;                               // channels x N; rows = 0 when there are no external spike channels
  std::vector<std::uint32_t> original_id;  // neuron's index before any pruning: keys of all its random draws
  std::vector<std::uint32_t> cluster;      // that each neuron belongs to, from 0; empty: there is only one
  std::vector<std::string> names;          // of the neurons, as a file had them; empty: they have none
  std::optional<Plasticity> plasticity;    // none: weights are constant

  std::uint32_t size() const { return static_cast<std::uint32_t>(neurons.size()); }
  std::vector<std::uint32_t> population_of() const;  // [neuron]: index of its population
};

// The network's fingerprint: structure, parameters, weights, delays and original ids. The same whether equal delays and
// identical ids are stored or left empty.
std::uint64_t network_hash(const Network& network);

// Throws ConfigError (where = the field, e.g. "network.tau_m_ms[17]") at the first thing that is wrong: sizes that
// disagree, no neurons, offsets not monotone, columns out of range or out of order, NaN or Inf anywhere, time constants
// or resistances <= 0, t_ref < 0, v_reset >= v_th, delays below one step or beyond kMaxDelaySteps, populations that do
// not tile the neurons, original neuron ids that are not different and below kMaxNeurons, plasticity that is out of
// range (but its synapses' weights are looked at when they are packed for a simulation).
void validate(const Network& network);

inline constexpr std::uint32_t kMaxDelaySteps = 32767;
inline constexpr std::uint32_t kMaxNeurons = 2147483647;

}  // namespace sprig
