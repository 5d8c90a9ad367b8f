// A GPU's place. The plain engine's simulations share their synapses; the resident engine lays them out for each of its
// simulations.
#include "sprig/engine/placed_network.hpp"

#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "kernels/engine/device_rows.cuh"
#include "kernels/engine/keep_kernel.hpp"
#include "kernels/engine/resident_simulation.hpp"
#include "kernels/engine/simulation.cuh"
#include "sprig/engine/call_check.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/engine/sliced_rows.hpp"

namespace sprig::cuda {

namespace {

class CudaPlacedNetwork final : public PlacedNetwork {
 public:
  CudaPlacedNetwork(const Network& network, const SimulationOptions& options) : network_(network), options_(options) {
    options_.device = Device::cuda_at(current_device().index);
    options_.update = UpdateMode::clock;
    note_sizes();
  }

  const Network& network() const override { return network_; }
  const SimulationOptions& options() const override { return options_; }

  std::unique_ptr<Simulation> simulate(const Drive& drive) override {
    check_replicas(network_, options_.replicas);
    if (options_.cuda_engine == CudaEngine::resident) return make_resident_simulation(network_, drive, options_);
    if (options_.cuda_engine == CudaEngine::automatic)
      if (auto simulation = try_resident_simulation(network_, drive, options_)) return simulation;
    check_drive(network_, drive);
    if (!synapses_) {
      slices_ = slice_synapses(network_, policy());
      synapses_ = make_synapses(*slices_);
      take_rows(*slices_);
    }
    SlicedNetwork sliced = *slices_;
    set_neurons(sliced, network_, drive, false);
    return std::make_unique<CudaSimulation>(network_, drive, sliced, synapses_, options_);
  }

  void keep(const std::vector<std::uint8_t>& synapses, const std::vector<std::uint8_t>& neurons) override {
    check_kept(network_, synapses_before_, neurons_before_, synapses, neurons);
    std::vector<std::uint32_t> moved;
    std::uint32_t next = 0;
    for (const std::uint8_t kept : neurons) moved.push_back(kept != 0 ? next++ : kernel::kGone);
    follow(moved, synapses);
  }
  void set_weights() override {
    std::vector<std::uint32_t> all(neurons_before_);
    std::iota(all.begin(), all.end(), 0u);
    follow(all, {});
  }
  void forget() override {
    synapses_.reset();
    slices_.reset();
    note_sizes();
  }

 private:
  SlicePolicy policy() const {
    SlicePolicy policy{1, options_.weight_bits};
    policy.most_error = weight_error_limit(options_.weight_error, options_.weight_bits);
    return policy;
  }
  // Synapses that learn lie in rows of their own, which masks do not speak of. An error leaves nothing in place.
  void follow(const std::vector<std::uint32_t>& moved, const std::vector<std::uint8_t>& synapses) {
    const std::shared_ptr<const DeviceSynapses> before = std::exchange(synapses_, nullptr);
    forget();
    if (!before || network_.plasticity) return;
    SlicedNetwork now = weigh_synapses(network_, policy());
    synapses_ = keep_synapses(*before, network_, now, moved, synapses);
    take_rows(now);
    slices_ = std::move(now);
  }
  void note_sizes() {
    synapses_before_ = network_.recurrent.synapses();
    neurons_before_ = network_.size();
  }

  const Network& network_;
  SimulationOptions options_;
  std::uint64_t synapses_before_ = 0;  // of the network as it was last told of
  std::uint32_t neurons_before_ = 0;
  std::optional<SlicedNetwork> slices_;  // without rows and constants
  std::shared_ptr<const DeviceSynapses> synapses_;
};

}  // namespace

std::unique_ptr<PlacedNetwork> place_network(const Network& network, const SimulationOptions& options) {
  check_current();
  return std::make_unique<CudaPlacedNetwork>(network, options);
}

}  // namespace sprig::cuda
