// The drive with what stimuli add to it: currents, noise, and the Poisson spikes that the engine draws.
#pragma once

#include <cstdint>
#include <vector>

#include "host/instruments/placed_stimulus.hpp"
#include "host/instruments/poisson_shares.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig {

class VaryingDrive {
 public:
  // `base`: what there is without stimuli, with the gains of signals. What the stimuli and shares are of must outlive
  // this.
  VaryingDrive(const Drive& base, std::uint32_t neurons, const std::vector<PlacedStimulus>& stimuli,
               const std::vector<PoissonShare>& shares);

  // The drive in `step`; as long as no other step is asked for.
  const Drive& at(std::uint64_t step);
  // The first step after `step` in which it is another.
  std::uint64_t next_change(std::uint64_t step) const;
  // The first stimulus that does not act alike in all steps; null: it never changes.
  const PlacedStimulus* varying() const;

 private:
  // A stimulus that is part of the drive.
  struct Part {
    const PlacedStimulus* stimulus;
    const std::vector<std::uint32_t>* shared;  // Poisson: positions that are the engine's
    std::int64_t row = StepRows::kNone;
    bool stretch = false;  // Poisson: those are neurons one after the other
  };
  bool move(std::vector<Part>& parts, std::uint64_t step);
  void add_currents();
  void add_noise();
  void add_poisson();

  Drive base_, drive_;
  std::vector<Part> currents_, noise_, poisson_;
  bool several_weights_ = false;  // of Poisson spikes
  bool first_ = true;
};

}  // namespace sprig
