#include "host/dynamics/tangent_device.hpp"

#include <utility>

#include "sprig/engine/placed.hpp"

namespace sprig {

namespace {

class OnGpu final : public TangentSpace {
 public:
  OnGpu(const Device& asked, const TangentNetwork& network, std::uint32_t columns)
      : there_(asked, [&] { return cuda::make_tangent_space(network, columns); }) {}

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

}  // namespace

std::unique_ptr<TangentSpace> make_tangent_space(const TangentNetwork& network, std::uint32_t columns,
                                                 const SimulationOptions& simulation) {
  if (!uses_device(simulation.device)) return cpu::make_tangent_space(network, columns, simulation.threads);
  return std::make_unique<OnGpu>(simulation.device, network, columns);
}

}  // namespace sprig
