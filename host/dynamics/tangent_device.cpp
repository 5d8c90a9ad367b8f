#include "host/dynamics/tangent_device.hpp"

#include <utility>

#include "sprig/engine/placed.hpp"

namespace sprig {

namespace {

class SpaceOnGpu final : public TangentSpace {
 public:
  SpaceOnGpu(const Device& asked, PlacedTangent& placed, std::uint32_t columns)
      : there_(asked, [&] { return cuda::make_tangent_space(placed.here(), columns); }) {}

  std::uint32_t columns() const override { return there_->columns(); }
  void set_frame(const std::vector<double>& frame) override { there_->set_frame(frame); }
  std::vector<double> frame() const override { return there_->frame(); }
  TangentState state() const override { return there_->state(); }
  void set_state(const TangentState& state) override { there_->set_state(state); }
  void advance(const SaltationChunk& chunk) override { there_->advance(chunk); }
  void advance(const SurrogateChunk& chunk) override { there_->advance(chunk); }
  void renormalise(std::vector<double>& diagonal, std::vector<double>& growth, std::vector<double>& mass) override {
    there_->renormalise(diagonal, growth, mass);
  }

 private:
  cuda::Placed<TangentSpace> there_;
};

class PlacedOnGpu final : public PlacedTangent {
 public:
  PlacedOnGpu(TangentNetwork network, const Device& asked)
      : there_(asked, [&] { return cuda::place_tangent(std::move(network)); }) {}

  const TangentNetwork& network() const override { return there_->network(); }
  PlacedTangent& here() override { return *there_.operator->(); }

 private:
  cuda::Placed<PlacedTangent> there_;
};

class OnThreads final : public PlacedTangent {
 public:
  explicit OnThreads(TangentNetwork network) : network_(std::move(network)) {}
  const TangentNetwork& network() const override { return network_; }

 private:
  const TangentNetwork network_;
};

}  // namespace

std::unique_ptr<PlacedTangent> cpu::place_tangent(TangentNetwork network) {
  return std::make_unique<OnThreads>(std::move(network));
}

std::unique_ptr<PlacedTangent> place_tangent(TangentNetwork network, const Device& device) {
  if (!uses_device(device)) return cpu::place_tangent(std::move(network));
  return std::make_unique<PlacedOnGpu>(std::move(network), device);
}

std::unique_ptr<TangentSpace> make_tangent_space(PlacedTangent& placed, std::uint32_t columns,
                                                 const SimulationOptions& simulation) {
  if (!uses_device(simulation.device)) return cpu::make_tangent_space(placed.network(), columns, simulation.threads);
  return std::make_unique<SpaceOnGpu>(simulation.device, placed, columns);
}

}  // namespace sprig
