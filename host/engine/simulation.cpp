// The facade: choice of backend, and the parts of the interface that no backend owns.
#include "sprig/engine/simulation.hpp"

#include <utility>

#include "host/engine/on_gpu.hpp"
#include "host/engine/ranked_simulation.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/engine/placed.hpp"

namespace sprig {

std::uint64_t SimulationState::hash() const {
  Hash hash;
  hash.add(step);
  each_state([&](const auto& array) { hash.add(array); }, *this);
  hash.add(delay_slots).add(pending);
  if (!as_of.empty()) hash.add(as_of).add(touched);
  if (plastic.unit != 0)
    hash.add(plastic.weights).add(plastic.unit).add(plastic.last_spike).add(plastic.pre).add(plastic.post);
  return hash.value();
}

bool uses_device(Device asked) {
  return asked.names_gpu() || (asked == Device::automatic && cuda::why_no_device().empty());
}

namespace {

// A simulation on one GPU.
class SimulationOnGpu final : public Simulation {
 public:
  SimulationOnGpu(const Device& asked, const MakeSimulation& make) : there_(asked, make) {}

  void advance(std::uint64_t steps, const Input& input, const RecordOptions& what, Recording* recording) override {
    there_->advance(steps, input, what, recording);
  }
  void set_drive(const Drive& drive) override { there_->set_drive(drive); }
  std::uint64_t step() const override { return there_->step(); }
  SimulationState state() const override { return there_->state(); }
  void set_state(const SimulationState& state) override { there_->set_state(state); }
  std::string device_name() const override { return there_->device_name(); }
  const std::vector<WeightRounding>& weight_rounding() const override { return there_->weight_rounding(); }
  int threads() const override { return there_->threads(); }

 private:
  cuda::Placed<Simulation> there_;
};

WholeNetwork whole_of(const Network& network) { return {network}; }
WholeNetwork whole_of(const ProceduralNetwork& procedural) { return {procedural.network, &procedural}; }

template <class Description>
std::unique_ptr<Simulation> make(const Description& network, const Drive& drive, const SimulationOptions& options) {
  check_fields("run", options);
  if (options.ranks.exchange != nullptr && options.ranks.exchange->ranks() > 1)
    return cpu::make_ranked(whole_of(network), drive, options);
  if (!uses_device(options.device)) return cpu::make_simulation(network, drive, options);
  return on_gpu(options.device, [&] { return cuda::make_simulation(network, drive, options); });
}

}  // namespace

std::unique_ptr<Simulation> on_gpu(const Device& asked, const MakeSimulation& make) {
  return std::make_unique<SimulationOnGpu>(asked, make);
}

std::unique_ptr<Simulation> make_simulation(const Network& network, const Drive& drive,
                                            const SimulationOptions& options) {
  return make(network, drive, options);
}

std::unique_ptr<Simulation> make_simulation(const ProceduralNetwork& network, const Drive& drive,
                                            const SimulationOptions& options) {
  return make(network, drive, options);
}

}  // namespace sprig
