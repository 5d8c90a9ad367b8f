#include "sprig/instruments/stimulation.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "host/instruments/placed_stimulus.hpp"
#include "host/instruments/poisson_shares.hpp"
#include "host/instruments/stimulus_input.hpp"
#include "host/instruments/varying_drive.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

// All that stimuli are, for one simulation.
struct Stimulation {
  Stimulation(const Network& network, const Drive& base, const std::vector<StimulusSpec>& described,
              const SimulationOptions& options)
      : specs(described),
        placed(place_stimuli(network, specs)),
        shares(share_poisson(network, base, placed)),
        input(network, placed, shares, options),
        drive(input.with_signals(base, network.size()), network.size(), placed, shares) {}
  Stimulation(const Stimulation&) = delete;
  Stimulation& operator=(const Stimulation&) = delete;

  std::vector<StimulusSpec> specs;
  std::vector<PlacedStimulus> placed;
  std::vector<PoissonShare> shares;
  StimulusInput input;
  VaryingDrive drive;
};

// A simulation that is advanced so far as nothing changes, then given what does.
class Stimulated final : public Simulation {
 public:
  Stimulated(std::unique_ptr<Simulation> simulation, std::unique_ptr<Stimulation> stimulation)
      : simulation_(std::move(simulation)), stimulation_(std::move(stimulation)), driven_from_(simulation_->step()) {
    driven_until_ = stimulation_->drive.next_change(driven_from_);
  }

  void advance(std::uint64_t steps, const Input& input, const RecordOptions& what, Recording* recording) override {
    if (!input.signal.empty() || !input.spikes.empty())
      throw ConfigError("stimulus", "cannot be together with other input of a call");
    StimulusInput& given = stimulation_->input;
    for (std::uint64_t left = steps; left > 0;) {
      const std::uint64_t step = simulation_->step();
      drive_for(step);
      const std::uint64_t end = std::min(driven_until_, given.next_change(step));
      const std::uint64_t part = std::min({left, end - step, given.longest()});
      simulation_->advance(part, given.input(step, part), what, recording);
      left -= part;
    }
  }
  void set_drive(const Drive&) override {
    throw ConfigError("drive", "is what the stimuli of this simulation say, and cannot be set");
  }
  std::uint64_t step() const override { return simulation_->step(); }
  SimulationState state() const override { return simulation_->state(); }
  // Neurons that nothing has happened to since an earlier step are brought forward, later, under the drive of the
  // steps until now: that of the step before the state's.
  void set_state(const SimulationState& state) override {
    drive_for(std::max<std::uint64_t>(state.step, 1) - 1);
    simulation_->set_state(state);
  }
  std::string device_name() const override { return simulation_->device_name(); }
  const std::vector<WeightRounding>& weight_rounding() const override { return simulation_->weight_rounding(); }
  int threads() const override { return simulation_->threads(); }
  void serve() override { simulation_->serve(); }

 private:
  void drive_for(std::uint64_t step) {
    if (step >= driven_from_ && step < driven_until_) return;
    simulation_->set_drive(stimulation_->drive.at(step));
    driven_from_ = step;
    driven_until_ = stimulation_->drive.next_change(step);
  }

  std::unique_ptr<Simulation> simulation_;
  std::unique_ptr<Stimulation> stimulation_;
  std::uint64_t driven_from_, driven_until_;  // steps in which the simulation's drive is right
};

// Gives a network other input channels for as long as this is there.
class OtherInput {
 public:
  OtherInput(Network& network, Csr input) : network_(network), own_(std::exchange(network.input, std::move(input))) {}
  OtherInput(const OtherInput&) = delete;
  OtherInput& operator=(const OtherInput&) = delete;
  ~OtherInput() { network_.input = std::move(own_); }

 private:
  Network& network_;
  Csr own_;
};

// Refused when the simulation is made, not in the middle of a run.
void check_update(const Stimulation& stimulation, UpdateMode update) {
  if (update != UpdateMode::event) return;
  for (const PlacedStimulus& stimulus : stimulation.placed) {
    const bool drawn =
        std::any_of(stimulation.shares.begin(), stimulation.shares.end(), [&](const PoissonShare& share) {
          return share.stimulus == &stimulus && !share.engine.empty() && share.peak_hz > 0;
        });
    if (stimulus.is_signal() || drawn || (stimulus.has(StimulusKind::noise) && stimulus.spec->sigma > 0))
      throw ConfigError("run.update", "event needs a network driven by spikes and constant currents alone, and " +
                                          stimulus.key("kind") + " = " + shown(stimulus.spec->kind) +
                                          " acts in every step");
  }
}

template <class Description>
std::unique_ptr<Simulation> make(Description& described, Network& network, const Drive& drive,
                                 const std::vector<StimulusSpec>& stimuli, const SimulationOptions& options) {
  if (stimuli.empty()) return make_simulation(std::as_const(described), drive, options);
  check_fields("run", options);
  auto stimulation = std::make_unique<Stimulation>(network, drive, stimuli, options);
  check_update(*stimulation, options.update);
  const Drive& initial = stimulation->drive.at(options.first_step);
  std::unique_ptr<Simulation> simulation;
  if (stimulation->input.has_spikes()) {
    const OtherInput other(network, stimulation->input.with_channels(network.input, network.size()));
    simulation = make_simulation(std::as_const(described), initial, options);
  } else {
    simulation = make_simulation(std::as_const(described), initial, options);
  }
  if (stimulation->input.empty() && stimulation->drive.varying() == nullptr) return simulation;
  return std::make_unique<Stimulated>(std::move(simulation), std::move(stimulation));
}

}  // namespace

std::unique_ptr<Simulation> make_simulation(Network& network, const Drive& drive,
                                            const std::vector<StimulusSpec>& stimuli,
                                            const SimulationOptions& options) {
  return make(network, network, drive, stimuli, options);
}

std::unique_ptr<Simulation> make_simulation(ProceduralNetwork& network, const Drive& drive,
                                            const std::vector<StimulusSpec>& stimuli,
                                            const SimulationOptions& options) {
  return make(network, network.network, drive, stimuli, options);
}

std::unique_ptr<Simulation> make_simulation(BuiltNetwork& network, const Drive& drive,
                                            const std::vector<StimulusSpec>& stimuli,
                                            const SimulationOptions& options) {
  return std::visit([&](auto& built) { return make_simulation(built, drive, stimuli, options); }, network);
}

Drive constant_drive(const Network& network, const Drive& drive, const std::vector<StimulusSpec>& stimuli) {
  if (stimuli.empty()) return drive;
  Stimulation stimulation(network, drive, stimuli, {});
  for (const PlacedStimulus& stimulus : stimulation.placed) {
    const StimulusSpec& spec = *stimulus.spec;
    const auto refuse_varying = [&](const char* key, const std::string& found) {
      refuse(stimulus.key(key), found + ", which varies in time", "stimuli that are the same in all steps here");
    };
    if (!spec.values.empty() || stimulus.has(StimulusKind::spikes)) refuse_varying("file", shown(spec.file));
    if (stimulus.has(StimulusKind::ramp)) refuse_varying("kind", shown(spec.kind));
    if (stimulus.when.first() > 0) refuse_varying("from_ms", shown(spec.from_ms));
    if (stimulus.when.end() != kNever) refuse_varying("until_ms", shown(spec.until_ms));
  }
  for (const PoissonShare& share : stimulation.shares)
    if (!share.outside.empty())
      refuse(share.stimulus->key("weight"), shown(share.stimulus->spec->weight) + ", a second weight onto a neuron",
             "Poisson spikes of one weight onto each neuron here");
  return stimulation.drive.at(0);
}

}  // namespace sprig
