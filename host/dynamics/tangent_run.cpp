// The CPU's run: record, linearise, move. And the choice of device.
#include "sprig/dynamics/tangent_run.hpp"

#include <algorithm>

#include "sprig/core/refuse.hpp"
#include "sprig/engine/placed.hpp"

namespace sprig {

namespace cpu {

namespace {

class CpuTangentRun final : public TangentRun {
 public:
  CpuTangentRun(PlacedNetwork& placed, PlacedTangent& tangent, const Drive& drive, const TangentRunOptions& what)
      : network_(placed.network()),
        tangent_(tangent.network()),
        what_(what),
        neurons_(linear_neurons(network_)),
        builder_(network_, tangent_, what.velocity_guard, what.velocity_at),
        simulation_(placed.simulate(drive)) {
    if (what.columns > 0) space_ = cpu::make_tangent_space(tangent_, what.columns, placed.options().threads);
  }

  Simulation& simulation() override { return *simulation_; }
  TangentSpace& space() override { return *space_; }
  std::uint64_t most_steps() const override {
    return std::max<std::uint64_t>(1, kRecordedCells / std::max(network_.size(), 1u));
  }
  void start() override { builder_.start(simulation_->state()); }

  std::uint64_t advance(std::uint64_t steps, const Input& input) override {
    RecordOptions record;
    record.trajectory = true;
    Recording recording;
    simulation_->advance(steps, input, record, &recording);
    if (what_.method == LyapunovMethod::saltation) {
      const SaltationChunk chunk = builder_.build(recording);
      if (space_) space_->advance(chunk);
    } else {
      space_->advance(surrogate_chunk(neurons_, network_.kind.reset, what_.surrogate_gain, recording));
    }
    return recording.total_spikes;
  }

  const SaltationCounts& counts() override { return builder_.counts(); }
  void reset_counts() override { builder_.reset_counts(); }

  TangentRunState state() override { return {builder_.state(), space_ ? space_->state() : TangentState{}}; }
  void set_state(const TangentRunState& state) override {
    if (!is_possible(tangent_, state.saltation)) refuse("tangent.state", "spikes in flight", "those of this network");
    builder_.set_state(state.saltation);
    if (space_) space_->set_state(state.tangent);
  }

 private:
  const Network& network_;
  const TangentNetwork& tangent_;
  TangentRunOptions what_;
  std::vector<LinearNeuron> neurons_;
  SaltationBuilder builder_;
  std::unique_ptr<Simulation> simulation_;
  std::unique_ptr<TangentSpace> space_;
};

}  // namespace

std::unique_ptr<TangentRun> make_tangent_run(PlacedNetwork& placed, PlacedTangent& tangent, const Drive& drive,
                                             const TangentRunOptions& what) {
  return std::make_unique<CpuTangentRun>(placed, tangent, drive, what);
}

}  // namespace cpu

namespace {

class RunOnGpu final : public TangentRun {
 public:
  RunOnGpu(PlacedNetwork& placed, PlacedTangent& tangent, const Drive& drive, const TangentRunOptions& what)
      : there_(placed.options().device,
               [&] { return cuda::make_tangent_run(placed.here(), tangent.here(), drive, what); }) {}

  Simulation& simulation() override { return there_->simulation(); }
  TangentSpace& space() override { return there_->space(); }
  std::uint64_t most_steps() const override { return there_->most_steps(); }
  void start() override { there_->start(); }
  std::uint64_t advance(std::uint64_t steps, const Input& input) override { return there_->advance(steps, input); }
  const SaltationCounts& counts() override { return there_->counts(); }
  void reset_counts() override { there_->reset_counts(); }
  TangentRunState state() override { return there_->state(); }
  void set_state(const TangentRunState& state) override { there_->set_state(state); }

 private:
  cuda::Placed<TangentRun> there_;
};

}  // namespace

std::unique_ptr<TangentRun> make_tangent_run(PlacedNetwork& placed, PlacedTangent& tangent, const Drive& drive,
                                             const TangentRunOptions& what) {
  if (!uses_device(placed.options().device)) return cpu::make_tangent_run(placed, tangent, drive, what);
  return std::make_unique<RunOnGpu>(placed, tangent, drive, what);
}

}  // namespace sprig
