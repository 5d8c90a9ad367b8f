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
  CpuTangentRun(const Network& network, const TangentNetwork& tangent, const Drive& drive,
                const SimulationOptions& options, const TangentRunOptions& what)
      : network_(network),
        tangent_(tangent),
        what_(what),
        neurons_(linear_neurons(network)),
        builder_(network, tangent, what.velocity_guard, what.velocity_at),
        simulation_(cpu::make_simulation(network, drive, options)) {
    if (what.columns > 0) space_ = cpu::make_tangent_space(tangent, what.columns, options.threads);
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

std::unique_ptr<TangentRun> make_tangent_run(const Network& network, const TangentNetwork& tangent, const Drive& drive,
                                             const SimulationOptions& options, const TangentRunOptions& what) {
  return std::make_unique<CpuTangentRun>(network, tangent, drive, options, what);
}

}  // namespace cpu

namespace {

class OnGpu final : public TangentRun {
 public:
  OnGpu(const Network& network, const TangentNetwork& tangent, const Drive& drive, const SimulationOptions& options,
        const TangentRunOptions& what)
      : there_(options.device, [&] { return cuda::make_tangent_run(network, tangent, drive, options, what); }) {}

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

std::unique_ptr<TangentRun> make_tangent_run(const Network& network, const TangentNetwork& tangent, const Drive& drive,
                                             const SimulationOptions& options, const TangentRunOptions& what) {
  check_fields("run", options);
  if (!uses_device(options.device)) return cpu::make_tangent_run(network, tangent, drive, options, what);
  return std::make_unique<OnGpu>(network, tangent, drive, options, what);
}

}  // namespace sprig
