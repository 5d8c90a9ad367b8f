// What every place must do: simulations of a placed network have the bits of simulations that are made of it, whatever
// became of it before. The tests of the engine run this on threads, those of kernels on a GPU.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/engine/placed_network.hpp"
#include "sprig/network/compaction.hpp"
#include "tests/kernels/engine_cases.hpp"

namespace sprig::test {

using Place = std::function<std::unique_ptr<PlacedNetwork>(const Network&, const SimulationOptions&)>;

inline SimulationState after(Simulation& simulation, const EngineCase& c, std::uint32_t steps) {
  const CallInput call(c, steps);
  simulation.advance(steps, call.input, {}, nullptr);
  return simulation.state();
}

struct Masks {
  std::vector<std::uint8_t> synapses, neurons;
};

// Half of the synapses go, and every sixth neuron; the weights of what is left become up to `most` times as large, so
// that their scales are others.
inline Masks shrink(Network& network, std::uint32_t seed, double most) {
  const Csr before = network.recurrent;
  Masks masks;
  for (std::uint32_t i = 0; i < network.size(); ++i) masks.neurons.push_back(i % 6 != seed % 6);
  for (std::uint32_t i = 0; i < before.rows; ++i)
    for (std::uint64_t k = before.offsets[i]; k < before.offsets[i + 1]; ++k)
      masks.synapses.push_back(test_uniform(seed, k, 1) < 0.5 && masks.neurons[i] && masks.neurons[before.targets[k]]);
  keep_synapses(network, masks.synapses);
  keep_neurons(network, masks.neurons);
  Csr& csr = network.recurrent;
  for (std::uint64_t k = 0; k < csr.synapses(); ++k)
    csr.weights[k] *= static_cast<float>(1 + (most - 1) * test_uniform(seed, k, 2));
  return masks;
}

inline Drive drive_left(const Drive& drive, const Masks& masks) {
  std::vector<std::uint32_t> kept;
  for (std::uint32_t i = 0; i < masks.neurons.size(); ++i)
    if (masks.neurons[i]) kept.push_back(i);
  return drive.subset(kept);
}

// A place is asked for a simulation after each change of its network.
inline void expect_follows(const EngineCase& c, const SimulationOptions& options, const Place& place) {
  Network network = network_of(c);
  Drive drive = drive_of(c);
  const auto placed = place(network, options);
  const auto fresh = [&](const Drive& of) { return after(*cpu::make_simulation(network, of, options), c, 40).hash(); };

  const auto old = placed->simulate(drive), expected_old = cpu::make_simulation(network, drive, options);
  ASSERT_EQ(after(*old, c, 40).hash(), after(*expected_old, c, 40).hash());
  Drive other = drive;
  other.current.assign(network.size(), 0.2);
  EXPECT_EQ(after(*placed->simulate(other), c, 40).hash(), fresh(other)) << "another drive";
  EXPECT_NE(fresh(other), fresh(drive));

  for (const auto& [seed, most] : {std::pair(1u, 1.0), std::pair(2u, 40.0)}) {
    const Masks masks = shrink(network, seed, most);
    drive = drive_left(drive, masks);
    placed->keep(masks.synapses, masks.neurons);
    EXPECT_EQ(after(*placed->simulate(drive), c, 40).hash(), fresh(drive)) << "kept, " << seed;
  }
  for (std::uint64_t k = 0; k < network.recurrent.synapses(); ++k)  // the receptor too
    network.recurrent.weights[k] *= k % 3 == 0 ? -0.25f : 0.5f;
  placed->set_weights();
  EXPECT_EQ(after(*placed->simulate(drive), c, 40).hash(), fresh(drive)) << "other weights";
  network.neurons.tau_m_ms.assign(network.size(), 17.0);
  EXPECT_EQ(after(*placed->simulate(drive), c, 40).hash(), fresh(drive)) << "other time constants";

  EXPECT_EQ(after(*old, c, 40).hash(), after(*expected_old, c, 40).hash()) << "of the network as it was";
  EXPECT_GT(network.recurrent.synapses(), 10u);
}

inline void expect_refusals(const Place& place) {
  Network network = network_of({33});
  SimulationOptions options;
  const auto placed = place(network, options);
  placed->simulate(drive_of({33}));
  const Masks masks = shrink(network, 1, 2);
  Masks wrong = masks;
  wrong.synapses.pop_back();
  EXPECT_THROW(placed->keep(wrong.synapses, wrong.neurons), ConfigError);
  wrong = masks;
  wrong.neurons[0] = !wrong.neurons[0];
  EXPECT_THROW(placed->keep(wrong.synapses, wrong.neurons), ConfigError);
  wrong = masks;
  wrong.synapses[0] = !wrong.synapses[0];
  EXPECT_THROW(placed->keep(wrong.synapses, wrong.neurons), ConfigError);
}

}  // namespace sprig::test
