// A network as backpropagation through time reads it, in the scalar that it computes in.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sprig/engine/simulation.hpp"
#include "sprig/learning/bptt/bptt.hpp"
#include "sprig/learning/synapse_signs.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// Replicas over which a gradient is summed in `real`; then blocks of them, in double. The same on every device.
inline constexpr std::uint32_t kReplicaBlock = 16;

// Rows by source (or input channel). cell = receptor * N + target.
template <class T>
struct BpttSynapses {
  std::vector<std::uint64_t> offsets;
  std::vector<std::uint32_t> cells;
  std::vector<std::uint16_t> delays;
  std::vector<T> weights;

  BpttSynapses(const Csr& csr, const LifKind& kind, std::uint32_t neurons, const std::vector<std::int8_t>& signs)
      : offsets(csr.offsets), cells(csr.targets), weights(csr.weights.begin(), csr.weights.end()) {
    for (std::uint64_t k = 0; k < csr.synapses(); ++k) {
      cells[k] += static_cast<std::uint32_t>(receptor_of(kind, signs[k])) * neurons;
      delays.push_back(csr.delay(k));
    }
  }
};

template <class T>
struct BpttNetwork {
  LifKind kind;
  std::uint32_t neurons, signal_channels, input_channels;
  std::uint32_t slots;  // of rings: the longest delay
  std::vector<LifConstants<T>> constants;
  std::vector<T> external, initial, gain;  // [neuron]: I_dc, u; [neuron][channel]
  BpttSynapses<T> recurrent, input;

  BpttNetwork(const Network& network, const Drive& drive)
      : kind(network.kind),
        neurons(network.size()),
        signal_channels(drive.channels),
        input_channels(network.input.rows),
        slots(std::max(network.recurrent.max_delay(), network.input.max_delay())),
        gain(drive.current_gain.begin(), drive.current_gain.end()),
        recurrent(network.recurrent, kind, neurons, synapse_signs(network)),
        input(network.input, kind, neurons, signs_of(network.input)) {
    const NeuronParameters& p = network.neurons;
    for (std::size_t i = 0; i < neurons; ++i) {
      constants.push_back(rounded<T>(lif_constants(kind, p, i, network.step_ms)));
      external.push_back(rounded<T>(p.i_dc[i] + (drive.current.empty() ? 0.0 : drive.current[i])));
      initial.push_back(rounded<T>(p.v_initial[i] - p.e_l[i]));
    }
  }

  std::uint32_t cells() const { return neurons * kind.currents(); }

 private:
  static std::vector<std::int8_t> signs_of(const Csr& csr) {
    std::vector<std::int8_t> signs;
    for (const float w : csr.weights) signs.push_back(w < 0 ? -1 : 1);
    return signs;
  }
};

}  // namespace sprig
