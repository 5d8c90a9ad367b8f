// The CPU's place, and the choice of device.
#include "sprig/engine/placed_network.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "host/engine/cpu_simulation.hpp"
#include "host/engine/on_gpu.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/engine/call_check.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/engine/placed.hpp"

namespace sprig {

void check_kept(const Network& network, std::uint64_t synapses_before, std::uint32_t neurons_before,
                const std::vector<std::uint8_t>& synapses, const std::vector<std::uint8_t>& neurons) {
  const auto check = [](const char* what, std::uint64_t before, const std::vector<std::uint8_t>& mask,
                        std::uint64_t left) {
    if (mask.size() != before)
      refuse("placed_network.keep", shown(mask.size()) + " " + what, "all " + shown(before) + " that there were");
    const auto kept = mask.size() - static_cast<std::uint64_t>(std::count(mask.begin(), mask.end(), 0));
    if (kept != left) refuse("placed_network.keep", shown(kept) + " " + what, shown(left) + ", which the network has");
  };
  check("synapses", synapses_before, synapses, network.recurrent.synapses());
  check("neurons", neurons_before, neurons, network.size());
}

namespace cpu {

namespace {

class CpuPlacedNetwork final : public PlacedNetwork {
 public:
  CpuPlacedNetwork(const Network& network, const SimulationOptions& options) : network_(network), options_(options) {
    options_.device = Device::cpu;
    options_.update = UpdateMode::clock;
    note_sizes();
  }

  const Network& network() const override { return network_; }
  const SimulationOptions& options() const override { return options_; }

  std::unique_ptr<Simulation> simulate(const Drive& drive) override {
    check_replicas(network_, options_.replicas);
    check_drive(network_, drive);
    if (!slices_) {
      slices_ = slice_synapses(network_, slice_policy(network_, options_, false));
      rows_ = std::make_shared<const SlicedRows>(take_rows(*slices_));
    }
    SlicedNetwork sliced = *slices_;
    set_neurons(sliced, network_, drive, false);
    return std::make_unique<CpuSimulation>(network_, std::move(sliced), rows_, drive, options_);
  }

  void keep(const std::vector<std::uint8_t>& synapses, const std::vector<std::uint8_t>& neurons) override {
    check_kept(network_, synapses_, neurons_, synapses, neurons);
    forget();
  }
  void set_weights() override { forget(); }
  void forget() override {
    slices_.reset();
    rows_.reset();
    note_sizes();
  }

 private:
  void note_sizes() {
    synapses_ = network_.recurrent.synapses();
    neurons_ = network_.size();
  }

  const Network& network_;
  SimulationOptions options_;
  std::uint64_t synapses_ = 0;  // of the network as it was last told of
  std::uint32_t neurons_ = 0;
  std::optional<SlicedNetwork> slices_;  // without their rows, and without constants; none: not needed so far
  std::shared_ptr<const SlicedRows> rows_;
};

}  // namespace

std::unique_ptr<PlacedNetwork> place_network(const Network& network, const SimulationOptions& options) {
  return std::make_unique<CpuPlacedNetwork>(network, options);
}

}  // namespace cpu

namespace {

class NetworkOnGpu final : public PlacedNetwork {
 public:
  NetworkOnGpu(const Network& network, const SimulationOptions& options)
      : there_(options.device, [&] { return cuda::place_network(network, options); }) {}

  const Network& network() const override { return there_->network(); }
  const SimulationOptions& options() const override { return there_->options(); }
  std::unique_ptr<Simulation> simulate(const Drive& drive) override {
    return on_gpu(options().device, [&] { return there_->simulate(drive); });
  }
  void keep(const std::vector<std::uint8_t>& synapses, const std::vector<std::uint8_t>& neurons) override {
    there_->keep(synapses, neurons);
  }
  void set_weights() override { there_->set_weights(); }
  void forget() override { there_->forget(); }
  PlacedNetwork& here() override { return *there_.operator->(); }

 private:
  cuda::Placed<PlacedNetwork> there_;
};

}  // namespace

std::unique_ptr<PlacedNetwork> place_network(const Network& network, const SimulationOptions& options) {
  check_fields("run", options);
  if (!uses_device(options.device)) return cpu::place_network(network, options);
  return std::make_unique<NetworkOnGpu>(network, options);
}

}  // namespace sprig
