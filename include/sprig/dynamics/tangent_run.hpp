// A simulation that is linearised as it runs: "move state and frame by n steps", the seam between host and device. On
// the CPU the trajectory of a piece is recorded, made into events or gains, and the frame follows (linearise.hpp). On a
// GPU all of that stays in its memory: what comes to the host of a piece is how many spikes a step had and the factor
// of each event, 24 bytes a spike or release, and never anything of the size steps x neurons. Both give the same bits
// between renormalisations.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sprig/dynamics/linearise.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/engine/placed_network.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig {

enum class LyapunovMethod { saltation, surrogate };
constexpr auto words_of(LyapunovMethod) { return words<LyapunovMethod>("saltation", "surrogate"); }

struct TangentRunOptions {
  LyapunovMethod method = LyapunovMethod::saltation;
  VelocityAt velocity_at = VelocityAt::overshoot;  // saltation
  double velocity_guard = 1e-3;                    // saltation: SaltationRule::guard
  double surrogate_gain = 10;                      // surrogate: g
  std::uint32_t columns = 0;                       // of the frame; 0: none, saltation's counts are all that is wanted
};

// What follows the simulation, between two pieces, wherever it ran. `surrogate` leaves `saltation` as it started.
struct TangentRunState {
  SaltationState saltation;
  TangentState tangent;  // empty without a frame
};

inline constexpr std::uint64_t kRecordedCells = 1 << 22;  // neuron-steps of a trajectory that the host keeps at a time

class TangentRun {
 public:
  virtual ~TangentRun() = default;
  // The parts. Where they are on a GPU, it is the calling thread's current one from here on: ask anew for each use.
  virtual Simulation& simulation() = 0;
  virtual TangentSpace& space() = 0;  // columns > 0 only

  // The most steps of one advance() for which memory is not to grow beyond what it is there for.
  virtual std::uint64_t most_steps() const = 0;
  // Linearises from the simulation's present state on, with no spike in flight. The frame is set through space().
  virtual void start() = 0;
  // Moves state and frame; returns how many spikes there were. Errors: those of Simulation::advance(); MemoryError.
  virtual std::uint64_t advance(std::uint64_t steps, const Input& input) = 0;
  // Since start() or reset_counts(), or as set_state() had them; of saltation only. Valid until the next call.
  virtual const SaltationCounts& counts() = 0;
  virtual void reset_counts() = 0;

  // Errors of set_state(): ConfigError for a state of another network, or number of columns.
  virtual TangentRunState state() = 0;
  virtual void set_state(const TangentRunState& state) = 0;
};

// The network that is placed, of one replica, and its `tangent`, on the same place, must outlive what is made and stay
// as they are. Without a frame nothing is sent: `tangent` is then of the same neurons without their synapses. Errors:
// as make_simulation(); ConfigError, MemoryError.
std::unique_ptr<TangentRun> make_tangent_run(PlacedNetwork& placed, PlacedTangent& tangent, const Drive& drive,
                                             const TangentRunOptions& what);
namespace cpu {
std::unique_ptr<TangentRun> make_tangent_run(PlacedNetwork& placed, PlacedTangent& tangent, const Drive& drive,
                                             const TangentRunOptions& what);
}  // namespace cpu
namespace cuda {
std::unique_ptr<TangentRun> make_tangent_run(PlacedNetwork& placed, PlacedTangent& tangent, const Drive& drive,
                                             const TangentRunOptions& what);
}  // namespace cuda

}  // namespace sprig
