// How a network runs: one interface, two backends (cpu, cuda) that give the same bits.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sprig/core/fields.hpp"
#include "sprig/core/persist.hpp"
#include "sprig/core/view.hpp"
#include "sprig/core/words.hpp"
#include "sprig/engine/device_choice.hpp"
#include "sprig/engine/neuron_state.hpp"
#include "sprig/engine/weight_rounding.hpp"
#include "sprig/network/network.hpp"
#include "sprig/network/projection.hpp"

namespace sprig {

// Whether that comes to a GPU here: asked for, or automatic and there is one that can be used.
bool uses_device(Device asked);

// How the GPU runs a network (docs/engine.md). plain: two kernels a step. resident: one kernel for many steps; needs
// weight_bits = 16 and delays that fit a synapse of 4 bytes, replicas = 1, updates by the clock and no plasticity.
// automatic: resident where it can. Both give the same bits.
enum class CudaEngine { automatic, plain, resident };
constexpr auto words_of(CudaEngine) { return words<CudaEngine>("auto", "plain", "resident"); }

// What drives the neurons besides the constant current of NeuronParameters. Empty vectors mean "none". A simulation's
// drive may change between two calls (Simulation::set_drive).
struct Drive {
  // Poisson spike trains: per neuron, `poisson_rate_hz` (aggregated over its sources), each spike of weight
  // `poisson_weight` (pA or mV; >= 0 goes to receptor 0, < 0 to receptor 1). At most kMaxPoissonMean expected a step.
  std::vector<double> poisson_rate_hz, poisson_weight;
  // White noise: a current N(0, sigma^2) drawn anew each step and held over it, per neuron.
  std::vector<double> noise_sigma;
  // Injected signals: I_i(t) = sum_k current_gain[i * channels + k] * signal[k](t); see Input::signal.
  std::uint32_t channels = 0;
  std::vector<double> current_gain;
  // A constant current on top of NeuronParameters::i_dc, per neuron, pA.
  std::vector<double> current;

  // The rows that belong to kept neurons (indices before a compaction), for a pruned network.
  Drive subset(const std::vector<std::uint32_t>& kept) const;
};

inline constexpr double kMaxPoissonMean = 200;

// Errors: ConfigError naming the entry of `drive` that does not fit the network.
void check_drive(const Network& network, const Drive& drive);
void check_drive(std::size_t neurons, double step_ms, const Drive& drive);

// `drive` with white noise added to every neuron that alone would give its potential, without threshold, the standard
// deviation `deviation` * (v_th - v_reset) around its mean: sigma R sqrt(h / 2 tau_m) of it, to first order in h/tau_m,
// so that the deviation does not depend on the step. Independent of the noise that the drive has.
Drive with_potential_noise(Drive drive, const Network& network, double deviation);

// How neurons are brought forward (docs/engine.md). clock: every neuron every step. event: only those at which
// something arrives, or which may fire by themselves; the others are skipped and caught up with in one map, so spike
// times agree with clock's up to rounding. Needs a network that is driven by spikes and constant currents alone, and
// records no trajectory. Within a mode bits are the same everywhere.
enum class UpdateMode {
  clock,
  event,
  automatic,  // event where it is possible, and clock from the first kMeasureSteps steps on in which too many neurons
              // were touched for it to pay
};
constexpr auto words_of(UpdateMode) { return words<UpdateMode>("clock", "event", "auto"); }
inline constexpr std::uint64_t kMeasureSteps = 1024;
inline constexpr double kEventShare = 0.005;  // of neurons touched a step: about where the two modes cost the same

inline constexpr Allowed kWeightBits = either(16, 32);

class Exchange;

// Where one network is simulated by several ranks (engine/exchange.hpp). Never changes a result.
struct RankOptions {
  Exchange* exchange = nullptr;  // of this rank, which outlives the simulation; null, or of one rank: no others
  std::vector<std::uint32_t> first = {};  // neuron of each rank, and the number of neurons; empty: equal work
};

struct SimulationOptions {
  Device device = Device::automatic;
  CudaEngine cuda_engine = CudaEngine::automatic;
  std::uint32_t seed = 1;
  std::uint32_t replicas = 1;       // batch size B: same connectivity, own state, input and random stream
  std::uint32_t first_replica = 0;  // replica r draws from stream first_replica + r: a batch of B equals B single runs
  int threads = 0;                  // 0: all that OpenMP offers. Never changes a result
  std::uint32_t slices = 0;         // of the CPU, at least; 0: one a thread. Never changes a result
  UpdateMode update = UpdateMode::clock;
  int weight_bits = 32;          // 32 or 16: storage of a weight, and with it the rounding of weights
  double weight_error = 0;       // that rounding may be, in typical weights; 0: weight_error_limit()
  std::uint64_t first_step = 0;  // absolute number of the first step (time-wrap tests, resumed runs)
  RankOptions ranks = {};
};
void fields(IsOptions<SimulationOptions> auto& o, auto&& visit) {
  visit("seed", o.seed, between(0, kMost32Bits), "of every random draw");
  visit(
      "device", o.device, kAnything,
      "where to run; cuda:N: on that GPU; cuda:all: cells of a study, models of learn over all; auto: cuda if usable");
  visit("threads", o.threads, between(0, 4096), "CPU threads, 0: all; never changes a result");
  visit("replicas", o.replicas, between(1, 65536), "run: independent copies of the network in one batch");
  visit("slices", o.slices, between(0, 65536),
        "the network is cut into at least so many, 0: one a thread; never changes a result");
  visit("update", o.update, kAnything,
        "clock: every neuron every step; event: only where something arrives; auto: as activity suggests");
  visit("cuda_engine", o.cuda_engine, kAnything,
        "plain: two kernels a step; resident: one for many steps (weight_bits = 16, replicas = 1); same bits");
  visit("weight_bits", o.weight_bits, kWeightBits, "16 or 32: how finely weights are stored");
  visit("weight_error", o.weight_error, at_least(0),
        "refused above: how far a weight is rounded, in typical weights onto its population and receptor; 0: 0.001, "
        "with weight_bits = 16 0.02");
}

// Input of one advance() call. All times are relative to the call's first step.
struct Input {
  // Injected signal [replica][sample][channel]; sample s is held over steps [s * steps_per_sample, (s+1) * ...). The
  // last sample is held on if the call is longer. Empty: zero.
  View<const real> signal;
  std::uint32_t samples = 0;
  std::uint32_t steps_per_sample = 1;
  // External spikes: channel `channel` of network.input fires in `step` in `replica`. Ascending in (step, channel,
  // replica) without repeats, every step within the call.
  struct Spike {
    std::uint32_t step, channel, replica;
  };
  View<const Spike> spikes;
};

// Input of a run that is advanced piece by piece: called with (first step, absolute; steps) before each advance(), in
// order; what it returns must stay valid until the next call. May be empty.
using InputSource = std::function<Input(std::uint64_t first_step, std::uint64_t steps)>;

// What to record during advance(). Recording never changes a trajectory.
struct RecordOptions {
  bool spikes = false;
  std::uint32_t count_window_steps = 0;   // > 0: spike counts per neuron and window of this many steps
  std::vector<std::uint32_t> probe = {};  // neurons whose V, I (total synaptic) and theta are kept each step
  bool trajectory = false;                // every neuron's LifProbe and flags each step; needs replicas = 1
};

struct SpikeEvent {
  std::uint64_t step;    // absolute
  std::uint32_t neuron;  // current index (not original id)
  std::uint32_t replica;
  friend bool operator==(const SpikeEvent&, const SpikeEvent&) = default;
};

// What one or several advance() calls recorded, appended in order.
struct Recording {
  std::uint64_t first_step = 0, steps = 0;
  std::vector<SpikeEvent> spikes;                   // ascending in (step, neuron, replica)
  std::vector<std::uint32_t> counts;                // [window][neuron][replica]; a last partial window is kept
  std::vector<std::uint64_t> population_spikes;     // [step][population], summed over replicas; always recorded
  std::vector<real> probe_v, probe_i, probe_theta;  // [step][probe][replica]; after the step; V absolute
  // trajectory = true: [step][neuron]
  std::vector<real> u_before, current;  // LifProbe, u relative to E_L
  std::vector<std::uint8_t> flags;      // kSpiked | kHeld (was refractory during the step) per neuron
  std::uint64_t total_spikes = 0;
  void clear();
};
inline constexpr std::uint8_t kSpiked = 1, kHeld = 2;

// What learns of a network (Network::plasticity), every weight brought up to date. Empty without plasticity.
struct PlasticState {
  std::vector<std::int32_t> weights;  // of the plastic synapses in the order of Network::recurrent (for a procedural
                                      // network, as realise() orders them), in units
  double unit = 0;                    // a weight in pA, mV or what Csr::weights are in = its integer * unit
  // [neuron]: stamp (step and one) of the latest spike, 0: none; and the traces x and y (neuron/stdp.hpp) just before
  // it, -1 where there are none.
  std::vector<std::uint64_t> last_spike;
  std::vector<real> pre, post;
  static void persist(auto& self, auto& archive) {
    archive(self.weights, self.unit, self.last_spike, self.pre, self.post);
  }
};

// Complete dynamic state in logical order (independent of device, threads, slices).
struct SimulationState : NeuronState<Vector> {
  std::uint64_t step = 0;
  std::vector<std::int32_t> pending;  // in flight: [delay slot 0..D-1, relative to step][receptor][neuron][replica]
  std::uint32_t delay_slots = 0;      // D
  std::vector<int> exponents;         // of the units of `pending`: 2^exponent are 1; [population * 2 + receptor]
  // Event mode: the NeuronState of [neuron][replica] is as it was before this step, and nothing has happened since.
  // Empty: all are as before `step`.
  std::vector<std::uint64_t> as_of;
  std::uint64_t touched = 0;  // UpdateMode::automatic: neurons since the last multiple of kMeasureSteps
  PlasticState plastic;
  std::uint64_t hash() const;
  static void persist(auto& self, auto& archive) {
    each_state([&](auto& array) { archive(array); }, self);
    archive(self.step, self.pending, self.delay_slots, self.exponents, self.as_of, self.touched, self.plastic);
  }
};

class Simulation {
 public:
  virtual ~Simulation() = default;
  // Runs `steps` steps. `recording` may be null. Errors: NumericalError at a non-finite state (neuron, and the
  // step at which it was noticed); ConfigError for input that does not fit.
  virtual void advance(std::uint64_t steps, const Input& input, const RecordOptions& what, Recording* recording) = 0;
  void advance(std::uint64_t steps) { advance(steps, {}, {}, nullptr); }
  // From the next step on the network is driven so. Random draws are keyed by the step, so that a drive that is set
  // anew and is the same changes no bit. Takes a time that grows with the neurons alone. Errors: ConfigError for a
  // drive that does not fit, or has a term (Poisson spikes, noise, channels of signals) that the first one had not (a
  // term of zeros is one); for one that needs the clock under UpdateMode::event (under `automatic`, the clock takes
  // over for good).
  virtual void set_drive(const Drive& drive) = 0;
  virtual std::uint64_t step() const = 0;
  virtual SimulationState state() const = 0;
  virtual void set_state(const SimulationState& state) = 0;
  virtual std::string device_name() const = 0;
  virtual const std::vector<WeightRounding>& weight_rounding() const = 0;  // how finely it holds the network's weights
  virtual int threads() const { return 1; }                                // of the CPU that advance() runs on
  // On every rank but 0, in place of all other calls: does its part of what is called on rank 0, until the simulation
  // there is no more. Errors: RankError; NumericalError, on all ranks.
  virtual void serve() {}
};

// Copies what it needs of `network` (which must be valid: see validate()). A simulation on a GPU stays on it whichever
// thread calls it, and each call leaves that GPU the calling thread's current one. Errors: DeviceError when the device
// asked for cannot be used; ConfigError for Device::cuda_all (a simulation runs on one), for a drive that does not fit,
// for several replicas of a network that learns (weights are not shared between replicas), or for weights that would
// be rounded by more than `weight_error` allows; MemoryError. Over ranks (SimulationOptions::ranks) every rank makes
// it, of the same arguments, and keeps what is its own of them; on the CPU, of weights that are constant.
std::unique_ptr<Simulation> make_simulation(const Network& network, const Drive& drive,
                                            const SimulationOptions& options);
std::unique_ptr<Simulation> make_simulation(const ProceduralNetwork& network, const Drive& drive,
                                            const SimulationOptions& options);

namespace cpu {
std::unique_ptr<Simulation> make_simulation(const Network& network, const Drive& drive,
                                            const SimulationOptions& options);
std::unique_ptr<Simulation> make_simulation(const ProceduralNetwork& network, const Drive& drive,
                                            const SimulationOptions& options);
}  // namespace cpu
// On the calling thread's current GPU, which must be it in every later call too: make_simulation() above sees to that.
namespace cuda {
std::unique_ptr<Simulation> make_simulation(const Network& network, const Drive& drive,
                                            const SimulationOptions& options);
std::unique_ptr<Simulation> make_simulation(const ProceduralNetwork& network, const Drive& drive,
                                            const SimulationOptions& options);
}  // namespace cuda

}  // namespace sprig
