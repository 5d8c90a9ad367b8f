// The one layout of the engine (docs/engine.md). The network is cut into slices of consecutive neurons; a slice's
// owner (a CPU thread, the GPU) holds their state, their delay ring and every synapse onto them, sorted by source, so
// every add is local. Owners exchange spike lists every minimum delay. Results do not depend on the number of slices.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "sprig/core/hd.hpp"
#include "sprig/core/page_vector.hpp"
#include "sprig/core/view.hpp"
#include "sprig/engine/neuron_constants.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/engine/weight_rounding.hpp"
#include "sprig/neuron/lif.hpp"
#include "sprig/neuron/lif_skip.hpp"
#include "sprig/neuron/stdp.hpp"

namespace sprig {

// A synapse as its target's owner stores it. place = delay * stride + cell, with cell = receptor * slice neurons +
// local target and stride = receptors * slice neurons: added to where the ring stands, it is where the weight is due
// (ring_place). Weights are fixed point, in units of the target population's receptor. Both kinds are aligned to their
// size, so that a device reads one with one load.
struct alignas(8) WideSynapse {  // 8 bytes
  std::uint32_t place;
  std::int32_t weight;
};
struct alignas(4) NarrowSynapse {  // 4 bytes: slots * stride <= 2^16, weights of at most 16 bits
  std::uint16_t place;
  std::int16_t weight;
};
static_assert(sizeof(WideSynapse) == 8 && sizeof(NarrowSynapse) == 4);

// Ring entry of `place` when the ring stands at `base` = (step mod slots) * stride; size = slots * stride < 2^31.
SPRIG_HD inline std::uint32_t ring_place(std::uint32_t base, std::uint32_t place, std::uint32_t size) {
  const std::uint32_t unwrapped = base + place, wrapped = unwrapped - size;  // wraps below 0 to a large number
  return wrapped < unwrapped ? wrapped : unwrapped;
}

// The synapses of one projection (recurrent or input) onto one slice; within a row, by target. Two layouts
// (SlicedNetwork::by_delay):
//   by source            row = source; read when the source fires, into the ring slots of the synapses' delays
//   by source and delay  row = source * delay_slots + delay, and place = cell alone; read when the spikes arrive, so
//                        that a step adds to one slot only. For rows long enough to be worth a part for each delay
struct PackedRows {
  PageVector<std::uint64_t> offsets;  // rows + 1
  PageVector<WideSynapse> wide;       // one of the two, as SlicedNetwork::narrow says
  PageVector<NarrowSynapse> narrow;
  bool uniform_delay = false;  // all synapses have the same delay
  std::uint64_t synapses() const { return offsets.empty() ? 0 : offsets.back(); }
};

// What the scale of weights must hold: the sum of |w| into one neuron, over its synapses, and the largest |w|. Sums of
// floats in double are exact, whatever their order, unless a neuron's weights differ by more than 2^15 or it has more
// than 2^14 of them; then the order could matter to a sum within a last bit of a power of two.
struct WeightLoad {
  double sum = 0, weight = 0;
  std::uint32_t terms = 0;
  std::uint32_t unused = 0;  // named, so that a device writes all that the host fetches

  SPRIG_HD void add_weight(double w) {
    const double magnitude = w < 0 ? -w : w;
    sum += magnitude;
    weight = magnitude > weight ? magnitude : weight;
    ++terms;
  }
  // The largest of each, of two neurons.
  void raise(const WeightLoad& other) {
    sum = sum < other.sum ? other.sum : sum;
    weight = weight < other.weight ? other.weight : weight;
    terms = terms < other.terms ? other.terms : terms;
  }
};

using SliceConstants = NeuronConstants<Vector>;

struct Slice {
  std::uint32_t first = 0, count = 0;  // global neuron range
  bool reached = true;                 // whether recurrent synapses lie onto it, here or elsewhere
  SliceConstants constants;
  std::vector<LifSkip<real>> skip;      // event mode: of the distinct kinds of neurons
  std::vector<std::uint32_t> skip_row;  // [local]: which of them
  PackedRows recurrent, input;
  PackedRows plastic;  // rows by source always; not among `recurrent`. No offsets in a network that does not learn
};

// What the plastic synapses of all slices have in common. The populations with plastic targets share one scale.
struct PlasticRule {
  Plasticity what;
  StdpTables tables;
  double unit = 1;  // value of a unit of a weight
};

struct SlicedNetwork {
  LifKind kind;
  std::uint32_t neurons = 0, sources = 0, input_channels = 0, signal_channels = 0;
  std::uint32_t min_delay = 1;    // steps between exchanges
  std::uint32_t delay_slots = 2;  // ring length: the longest delay and one
  bool narrow = false;            // which synapses the rows hold
  bool by_delay = false;          // which rows there are
  std::vector<Slice> slices;
  std::optional<PlasticRule> plastic;
  // Inverse CDFs of the distinct Poisson means, a row each (drive.hpp, poisson_count).
  std::uint32_t poisson_columns = 0;
  std::vector<std::uint32_t> poisson_table;
  std::vector<real> noise_table;         // normal quantiles, when there is noise
  std::vector<int> exponents;            // of the weights' scales: 2^exponent units are 1; [population * 2 + receptor]
  std::vector<WeightRounding> rounding;  // how finely they are held
};

struct SlicePolicy {
  std::uint32_t slices = 1;  // at least; more are made when narrow synapses need them, fewer when there are few neurons
  int weight_bits = 32;      // 32 or 16: the scale of the weights, and so the results, depend on it
  bool narrow = false;       // 4-byte synapses; needs weight_bits = 16
  bool skip = false;         // tables for the event-driven update
  bool by_delay = false;     // rows by source and delay, where they pay; never in a network that learns
  std::uint32_t most_neurons = 0;  // of a slice; 0: as many as its synapses reach
  bool dealt = false;  // an owner has every slices-th slice: of neurons with and without synapses onto them a part each
  double most_error = std::numeric_limits<double>::infinity();  // of weights, in typical ones; weight_error_limit()
};

// Most neurons of a slice whose synapses are narrow; 0: delays too long for any.
constexpr std::uint32_t narrow_neurons(std::uint32_t delay_slots, std::uint32_t receptors) {
  return 65536 / (delay_slots * receptors);
}

// What follows from the policy and the size of a network.
struct SliceLayout {
  LifKind kind;
  bool narrow = false, by_delay = false;
  std::uint32_t delay_slots = 2, slices = 1;
  std::vector<std::uint32_t> first;  // neuron of each slice; the number of neurons last

  std::uint64_t rows(std::uint32_t sources) const { return std::uint64_t{sources} * (by_delay ? delay_slots : 1); }
  std::uint64_t row(std::uint32_t source, std::uint32_t delay) const {
    return by_delay ? std::uint64_t{source} * delay_slots + delay : source;
  }
};

// Delays in steps; max_delay also of the input's synapses. in_degree: [neuron], of the recurrent synapses, so that
// slices have equal work; empty: not known, all alike. sources: of the synapses; 0: the neurons themselves. Errors:
// ConfigError for weight_bits.
SliceLayout choose_layout(const LifKind& kind, std::uint32_t neurons, std::uint64_t synapses, std::uint32_t min_delay,
                          std::uint32_t max_delay, const SlicePolicy& policy, View<const std::uint32_t> in_degree,
                          std::uint32_t sources = 0);

// Cuts and packs. Errors: ConfigError (also for plastic weights outside [0, w_max], for updates of less than
// kFewestUnits units, and for weights coarser than SlicePolicy::most_error), MemoryError.
inline constexpr double kFewestUnits = 16;  // rounding then takes about 0.35 / 16 of what a pair's window has in all
SlicedNetwork slice_network(const Network& network, const Drive& drive, const SlicePolicy& policy);
SlicedNetwork slice_network(const ProceduralNetwork& network, const Drive& drive, const SlicePolicy& policy);

// The slices of a network whose recurrent synapses are drawn elsewhere, without them: their rows are empty.
struct SynapseLoads {
  SliceLayout layout;
  std::uint32_t min_delay = 1;
  std::vector<WeightLoad> cells;  // of the recurrent synapses: [neuron * 2 + receptor]
};
SlicedNetwork slice_neurons(const Network& network, const Drive& drive, const SlicePolicy& policy,
                            const SynapseLoads& loads, const DrawnWeights& drawn);

}  // namespace sprig
