// The tangent dynamics of a LIF network: how a frame of k tangent vectors moves along a trajectory that the engine has
// already run and recorded. The seam between host and device: host/dynamics implements sprig::cpu, kernels/dynamics
// sprig::cuda (the CPU's bits between renormalisations; these are close, and so exponents, within 1e-9 relative).
//
// A frame is row-major, rows() x columns: rows 0..N-1 are dV_i, rows N..2N-1 dI_i of receptor 0, then of receptor 1
// (no current rows for delta synapses). What is in flight (spikes or dense arrivals still travelling) belongs to the
// tangent vectors too: a renormalisation F = Q R multiplies those rows by R^-1 as well. The norm counts the frame only.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sprig/core/view.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// Receptors with a current of their own: 0 (delta synapses), 1 or 2.
constexpr std::uint32_t current_rows(const LifKind& kind) {
  return kind.synapse == Synapse::delta ? 0 : static_cast<std::uint32_t>(kind.receptors);
}
// States that a perturbation has: potentials and currents. (An adaptive threshold has no row.)
inline std::uint32_t tangent_dimension(const Network& network) {
  return network.size() * (1 + current_rows(network.kind));
}

// The network as its tangent dynamics need it, in double. Weights are the network's floats, which the engine delivers
// up to its fixed-point rounding.
struct TangentNetwork {
  LifKind kind;
  std::uint32_t neurons = 0;
  std::uint32_t current_rows = 1;                       // current_rows()
  std::vector<double> p22, p11_0, p11_1, p21_0, p21_1;  // the engine's propagators, [neuron]; as many as the kind has
  // One arrival of weight w at i, shifted by dt: dV_i += potential_shift_i w dt, dI_i += current_shift_i w dt.
  // Exponential synapses: -R_i/tau_i and 1/tau_s; delta synapses: 1/tau_i, and no current.
  std::vector<double> potential_shift, current_shift_0, current_shift_1;
  // Synapses sorted by (source, delay), else in the network's order. Row = receptor * N + target; receptor 1 for w < 0
  // when there are two, for delta synapses always 0.
  std::vector<std::uint32_t> cells;
  std::vector<double> weights;
  // Runs of equal delay: those of source j are [run_offsets[j], run_offsets[j+1]); run g holds synapses
  // [run_begin[g], run_begin[g+1]), delay run_delay[g] steps. Delays ascend within a source.
  std::vector<std::uint64_t> run_offsets, run_begin;
  std::vector<std::uint32_t> run_delay;
  std::uint32_t max_delay = 1;

  std::uint32_t rows() const { return neurons * (1 + current_rows); }
};

// Synapses by the cell that they end in, for the surrogate's arrivals: in the order in which they are added up, that of
// TangentNetwork.
struct alignas(16) IncomingTangent {
  std::uint32_t source, delay;
  double weight;
};
struct TangentArrivals {
  std::vector<std::uint64_t> offsets;  // [cell], and the end
  std::vector<IncomingTangent> incoming;
};
TangentArrivals tangent_arrivals(const TangentNetwork& network);

// Errors: ConfigError for a kind with an adaptive threshold (theta has no tangent row) and for weights that learn.
TangentNetwork make_tangent_network(const Network& network);

// Bits of a chunk's flags, [step][neuron].
inline constexpr std::uint8_t kFrozen = 1;  // refractory during the step: dV does not flow
inline constexpr std::uint8_t kDeaf = 2;    // refractory when the step's arrivals come: they do not move dV

// A spike, or the end of a refractory period, of one neuron: payload[slot] = -inverse_velocity * dV_neuron (the shift
// of the spike's time), unless slot = kNoSlot; then dV_neuron *= factor.
struct TangentEvent {
  std::uint32_t neuron, slot;
  double inverse_velocity, factor;
};
inline constexpr std::uint32_t kNoSlot = 0xFFFFFFFFu;

// Synapses [begin, end) bring the payload of `slot` to their targets.
struct TangentDelivery {
  std::uint64_t begin, end;
  std::uint32_t slot;
  static void persist(auto& self, auto& archive) { archive(self.begin, self.end, self.slot); }
};

// Some steps of the event-driven system. Each step: (1) flow: free neurons dV = p22 dV + p21 dI (dI before its decay),
// all dI = p11 dI; (2) exponential synapses: events, then deliveries; delta synapses: deliveries, then events.
// Deliveries do not move dV of a neuron flagged kDeaf. Within a step, order as listed; events ascend in neuron, none
// twice, and a payload is delivered in a later step than its event.
struct SaltationChunk {
  std::uint32_t steps = 0;
  std::uint32_t slots = 0;          // payload rows in use; those of earlier chunks keep their content
  std::vector<std::uint8_t> flags;  // [step][neuron]
  std::vector<std::uint64_t> event_offsets, delivery_offsets;  // steps + 1
  std::vector<TangentEvent> events;
  std::vector<TangentDelivery> deliveries;
};

// Some steps of the engine's own map, with dS/du = spike_gain in place of the spike's zero derivative. Each step n:
// (1) flow as above; (2) arrivals A = sum_d W_d^T S(n-d), with W_d the weights of delay d: exponential synapses dI +=
// A; delta synapses dV += A unless kFrozen; where the order matters, delta synapses take A before (3); (3) S(n) =
// spike_gain o dV, dV = reset_gain o dV.
struct SurrogateChunk {
  std::uint32_t steps = 0;
  std::vector<std::uint8_t> flags;             // [step][neuron], kFrozen only
  std::vector<double> spike_gain, reset_gain;  // [step][neuron]; 0 and 1 where frozen
};

// A frame and what is in flight with it, wherever it was moved.
struct TangentState {
  std::vector<double> frame;         // [row][column]
  std::vector<double> payload;       // [slot][column]
  std::vector<double> history;       // [age - 1][neuron][column]: S of so many steps ago, as far as delays reach back
  std::uint64_t surrogate_step = 0;  // since set_frame()
  static void persist(auto& self, auto& archive) {
    archive(self.frame, self.payload, self.history, self.surrogate_step);
  }
};

// A frame and what is in flight with it, on one device.
class TangentSpace {
 public:
  virtual ~TangentSpace() = default;
  virtual std::uint32_t columns() const = 0;
  // Sets the frame (rows() x columns(), row-major) and forgets what is in flight.
  virtual void set_frame(const std::vector<double>& frame) = 0;
  virtual std::vector<double> frame() const = 0;
  virtual TangentState state() const = 0;
  // Errors: ConfigError for one of another network or number of columns.
  virtual void set_state(const TangentState& state) = 0;
  virtual void advance(const SaltationChunk& chunk) = 0;
  virtual void advance(const SurrogateChunk& chunk) = 0;
  // F = Q R with diag(R) > 0; the frame becomes Q and what is in flight is multiplied by R^-1. diagonal: r_kk [column];
  // growth: sum_k Q_ik^2 ln r_kk, mass: sum_k Q_ik^2 [row]. Errors: NumericalError when a column has collapsed (r_kk
  // next to 0 or not finite).
  virtual void renormalise(std::vector<double>& diagonal, std::vector<double>& growth, std::vector<double>& mass) = 0;
};

// A tangent network on the place where frames move along it: all tangent spaces of it share what is there.
class PlacedTangent {
 public:
  virtual ~PlacedTangent() = default;
  virtual const TangentNetwork& network() const = 0;
  // As PlacedNetwork::here().
  virtual PlacedTangent& here() { return *this; }
};

// The network must outlive what is made.
namespace cpu {
std::unique_ptr<PlacedTangent> place_tangent(TangentNetwork network);
// threads = 0: all that OpenMP offers; never changes a result.
std::unique_ptr<TangentSpace> make_tangent_space(const TangentNetwork& network, std::uint32_t columns, int threads);
}  // namespace cpu
namespace cuda {
std::unique_ptr<PlacedTangent> place_tangent(TangentNetwork network);
// placed: of cuda::.
std::unique_ptr<TangentSpace> make_tangent_space(PlacedTangent& placed, std::uint32_t columns);
std::unique_ptr<TangentSpace> make_tangent_space(const TangentNetwork& network, std::uint32_t columns);
}  // namespace cuda

// Checks what set_state() is given, for both. The steps that its history reaches back. Errors: ConfigError.
std::uint32_t check_tangent_state(const TangentNetwork& network, std::uint32_t columns, const TangentState& state);

}  // namespace sprig
