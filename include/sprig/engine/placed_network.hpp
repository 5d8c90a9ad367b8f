// A network on a place, the threads of this host or one GPU. Its synapses are cut and packed there when they are first
// needed, and all its simulations read the same ones; of its own a simulation has its neurons' constants, which its
// drive is part of, and its state. When the network loses synapses and neurons, or has other weights, what is on the
// place follows: a GPU is sent the masks and weights and moves its synapses itself, a host packs anew.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

class PlacedNetwork {
 public:
  virtual ~PlacedNetwork() = default;

  virtual const Network& network() const = 0;
  // By the clock; `device` is where it is: cpu or cuda:N.
  virtual const SimulationOptions& options() const = 0;

  // Has the bits of make_simulation(network(), drive, options()), and those of the network as it is now: it may outlive
  // this, and does not follow what comes after. Neurons' parameters are read anew each time. Errors: those of
  // make_simulation().
  virtual std::unique_ptr<Simulation> simulate(const Drive& drive) = 0;

  // network() has been made smaller: of the synapses and neurons that it had, those with synapses[k] and neurons[i] !=
  // 0 are left, among them no synapse of a neuron that has gone (network/compaction.hpp). Their weights may be others.
  // Errors: ConfigError (placed_network.keep) for masks of other sizes, or that do not give network(); MemoryError.
  // After one, forget() or the next simulation begins anew.
  virtual void keep(const std::vector<std::uint8_t>& synapses, const std::vector<std::uint8_t>& neurons) = 0;
  // The weights of network() are others. Errors: MemoryError.
  virtual void set_weights() = 0;
  // network() is another in some other way: what is on the place goes, and comes again when it is needed.
  virtual void forget() = 0;

  // Of a place on a GPU: itself without the care for which GPU is current, which is its own from here on.
  virtual PlacedNetwork& here() { return *this; }
};

// `network` must be valid, outlive what is made, and change only as it is told. Runs by the clock, whatever
// options.update. One thread at a time may call. Errors: DeviceError, ConfigError as make_simulation().
std::unique_ptr<PlacedNetwork> place_network(const Network& network, const SimulationOptions& options);
namespace cpu {
std::unique_ptr<PlacedNetwork> place_network(const Network& network, const SimulationOptions& options);
}  // namespace cpu
// On the calling thread's current GPU, which must be it in every later call too.
namespace cuda {
std::unique_ptr<PlacedNetwork> place_network(const Network& network, const SimulationOptions& options);
}  // namespace cuda

// For every place: ConfigError unless the masks, of a network that had so many synapses and neurons, leave as many as
// `network` has.
void check_kept(const Network& network, std::uint64_t synapses_before, std::uint32_t neurons_before,
                const std::vector<std::uint8_t>& synapses, const std::vector<std::uint8_t>& neurons);

}  // namespace sprig
