// The vectorised neuron update. Loops run over [neuron][replica]; with one replica the neuron loop vectorises, with
// many the replica loop does.
#include "host/engine/cpu_update.hpp"

#include <algorithm>

#include "host/engine/cpu_drive.hpp"
#include "sprig/engine/drive.hpp"
#include "sprig/engine/lif_constants.hpp"

namespace sprig::cpu {

namespace {

// Where the arrays of one slice begin in this step; copied into the loops, so that nothing seems to change under them.
struct Arrays {
  const real *p22, *p20, *p11_0, *p11_1, *p21_0, *p21_1, *v_th, *v_reset, *theta_decay, *theta_plus;
  const real *unit_0, *unit_1, *external, *sigma, *noise, *weight_0, *weight_1, *counts;
  const std::int32_t* refractory_steps;
  real *u, *i0, *i1, *theta;
  std::int32_t *refractory, *ring_0, *ring_1;
  std::int32_t*
      spiked;  // of the block that is swept: cell - block begin; as wide as the state, so that vectors are full
  TrajectoryRow trajectory;
};

// What a neuron's update reads and never changes.
struct CellConstants {
  LifConstants<real> lif;
  real unit_0, unit_1, sigma, weight_0, weight_1;
};

template <LifKind kKind, bool kNoise, bool kPoisson>
inline __attribute__((always_inline)) CellConstants constants_of(const Arrays& a, std::size_t neuron) {
  constexpr bool kTwo = kKind.receptors == 2;
  CellConstants c{};
  c.lif = lif_constants<kKind>(a, neuron);
  c.unit_0 = a.unit_0[neuron];
  if constexpr (kTwo) c.unit_1 = a.unit_1[neuron];
  if constexpr (kNoise) c.sigma = a.sigma[neuron];
  if constexpr (kPoisson) {
    c.weight_0 = a.weight_0[neuron];
    if constexpr (kTwo) c.weight_1 = a.weight_1[neuron];
  }
  return c;
}

// One cell: a neuron in a replica. Drive terms that a network does not have cost nothing, hence the template arguments.
template <LifKind kKind, bool kTrajectory, bool kNoise, bool kPoisson>
inline __attribute__((always_inline)) void update_cell(const Arrays& a, const CellConstants& c, std::size_t cell,
                                                       std::size_t block) {
  constexpr bool kExponential = kKind.synapse == Synapse::exponential;
  constexpr bool kTwo = kKind.receptors == 2;
  real arrivals_0 = synaptic_arrival(a.ring_0[cell], c.unit_0), arrivals_1 = 0;
  a.ring_0[cell] = 0;
  if constexpr (kTwo) {
    arrivals_1 = synaptic_arrival(a.ring_1[cell], c.unit_1);
    a.ring_1[cell] = 0;
  }
  if constexpr (kPoisson) {
    arrivals_0 = add_poisson(arrivals_0, c.weight_0, a.counts[cell]);
    if constexpr (kTwo) arrivals_1 = add_poisson(arrivals_1, c.weight_1, a.counts[cell]);
  }
  real external = a.external[cell];
  if constexpr (kNoise) external = add_noise(external, c.sigma, a.noise[cell]);

  LifState<real> s;
  s.u = a.u[cell];
  s.refractory = a.refractory[cell];
  if constexpr (kExponential) {
    s.i[0] = a.i0[cell];
    if constexpr (kTwo) s.i[1] = a.i1[cell];
  }
  if constexpr (kKind.adaptive) s.theta = a.theta[cell];

  bool spike;
  if constexpr (kTrajectory) {
    const bool held = s.refractory > 0;
    LifProbe<real> probe;
    spike = lif_step<kKind>(s, c.lif, arrivals_0, arrivals_1, external, &probe);
    a.trajectory.u_before[cell] = probe.u_before;
    a.trajectory.current[cell] = probe.current;
    a.trajectory.flags[cell] = static_cast<std::uint8_t>((spike ? kSpiked : 0) | (held ? kHeld : 0));
  } else {
    spike = lif_step<kKind>(s, c.lif, arrivals_0, arrivals_1, external);
  }
  a.u[cell] = s.u;
  a.refractory[cell] = s.refractory;
  if constexpr (kExponential) {
    a.i0[cell] = s.i[0];
    if constexpr (kTwo) a.i1[cell] = s.i[1];
  }
  if constexpr (kKind.adaptive) a.theta[cell] = s.theta;
  a.spiked[cell - block] = spike ? 1 : 0;
}

// A block: neurons [run.begin, run.end). Equal neurons keep their constants in registers; of unequal ones each loads
// its own.
template <LifKind kKind, bool kTrajectory, bool kNoise, bool kPoisson>
inline __attribute__((always_inline)) void sweep_body(const Arrays a, const NeuronRun run, std::size_t replicas) {
  const std::size_t block = run.begin * replicas;
  if (run.equal) {
    const CellConstants c = constants_of<kKind, kNoise, kPoisson>(a, run.begin);
    const std::size_t end = run.end * replicas;
#pragma omp simd
    for (std::size_t cell = block; cell < end; ++cell)
      update_cell<kKind, kTrajectory, kNoise, kPoisson>(a, c, cell, block);
  } else if (replicas == 1) {
#pragma omp simd
    for (std::size_t neuron = run.begin; neuron < run.end; ++neuron)
      update_cell<kKind, kTrajectory, kNoise, kPoisson>(a, constants_of<kKind, kNoise, kPoisson>(a, neuron), neuron,
                                                        block);
  } else {
    for (std::size_t neuron = run.begin; neuron < run.end; ++neuron) {
      const CellConstants c = constants_of<kKind, kNoise, kPoisson>(a, neuron);
      const std::size_t begin = neuron * replicas, end = begin + replicas;
#pragma omp simd
      for (std::size_t cell = begin; cell < end; ++cell)
        update_cell<kKind, kTrajectory, kNoise, kPoisson>(a, c, cell, block);
    }
  }
}

template <LifKind kKind, bool kTrajectory, bool kNoise, bool kPoisson>
void sweep(const Arrays a, const NeuronRun run, std::size_t replicas) {
  sweep_body<kKind, kTrajectory, kNoise, kPoisson>(a, run, replicas);
}

// The same operations sixteen neurons at a time, for processors that can; the same bits, since nothing is contracted.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define SPRIG_WIDE_SWEEP 1
template <LifKind kKind, bool kTrajectory, bool kNoise, bool kPoisson>
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512"))) void wide_sweep(
    const Arrays a, const NeuronRun run, std::size_t replicas) {
  sweep_body<kKind, kTrajectory, kNoise, kPoisson>(a, run, replicas);
}

bool wide_vectors() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

using Sweep = void (*)(const Arrays, const NeuronRun, std::size_t);

template <LifKind kKind, bool kTrajectory, bool kNoise, bool kPoisson>
Sweep choose_sweep() {
#if defined(SPRIG_WIDE_SWEEP)
  if constexpr (!kTrajectory) {
    static const bool wide = wide_vectors();
    if (wide) return wide_sweep<kKind, kTrajectory, kNoise, kPoisson>;
  }
#endif
  return sweep<kKind, kTrajectory, kNoise, kPoisson>;
}

// The network is swept in blocks of about this many cells, so that the list of who spiked stays in the first cache.
constexpr std::size_t kBlockCells = 1024;
constexpr std::size_t kGroup = 32;  // cells that are looked through at once

std::size_t padded(std::size_t cells) { return (cells + kGroup - 1) / kGroup * kGroup; }

// Appends the spikes of the block that was just swept.
void collect_spikes(SliceState& state, const Slice& slice, const NeuronRun& block, std::size_t replicas,
                    SpikeList& spikes) {
  const std::size_t cells = (block.end - block.begin) * replicas;
  std::fill(state.spiked.begin() + static_cast<std::ptrdiff_t>(cells),
            state.spiked.begin() + static_cast<std::ptrdiff_t>(padded(cells)), 0);
  for (std::size_t base = 0; base < cells; base += kGroup) {
    const std::int32_t* spiked = state.spiked.data() + base;
    std::int32_t any = 0;
#pragma omp simd reduction(| : any)
    for (std::size_t k = 0; k < kGroup; ++k) any |= spiked[k];
    if (any == 0) continue;
    for (std::size_t cell = base; cell < base + kGroup; ++cell) {
      if (state.spiked[cell] == 0) continue;
      spikes.sources.push_back(slice.first + static_cast<std::uint32_t>(block.begin + cell / replicas));
      spikes.replicas.push_back(static_cast<std::uint32_t>(cell % replicas));
    }
  }
}

template <LifKind kKind, bool kTrajectory>
void update(SliceState& state, const Slice& slice, const UpdateContext& context, std::uint64_t step,
            const TrajectoryRow& trajectory, SpikeList& spikes) {
  const SliceConstants& c = slice.constants;
  const std::size_t cells = std::size_t{slice.count} * context.replicas;
  const bool noise = !c.noise_sigma.empty(), poisson = !c.poisson_row.empty();
  const std::size_t drawn = (step & 3) * cells;
  const std::size_t receptors = kKind.currents();
  std::int32_t* ring = state.ring.data() + (step % state.slots) * cells * receptors;

  Arrays a{};
  a.p22 = c.p22.data();
  a.p20 = c.p20.data();
  a.p11_0 = c.p11_0.data();
  a.p11_1 = c.p11_1.data();
  a.p21_0 = c.p21_0.data();
  a.p21_1 = c.p21_1.data();
  a.v_th = c.v_th.data();
  a.v_reset = c.v_reset.data();
  a.theta_decay = c.theta_decay.data();
  a.theta_plus = c.theta_plus.data();
  a.refractory_steps = c.refractory_steps.data();
  a.unit_0 = c.unit_0.data();
  a.unit_1 = c.unit_1.data();
  a.external = state.external.data();
  a.sigma = c.noise_sigma.data();
  a.noise = noise ? state.noise.data() + drawn : nullptr;
  a.weight_0 = c.poisson_weight_0.data();
  a.weight_1 = c.poisson_weight_1.data();
  a.counts = poisson ? state.poisson.data() + drawn : nullptr;
  a.u = state.u.data();
  a.i0 = state.i0.data();
  a.i1 = state.i1.data();
  a.theta = state.theta.data();
  a.refractory = state.refractory.data();
  a.ring_0 = ring;
  a.ring_1 = ring + cells;
  a.spiked = state.spiked.data();
  if constexpr (kTrajectory)
    a.trajectory = {trajectory.u_before + slice.first, trajectory.current + slice.first,
                    trajectory.flags + slice.first};

  const Sweep sweep_block = noise ? (poisson ? choose_sweep<kKind, kTrajectory, true, true>()
                                             : choose_sweep<kKind, kTrajectory, true, false>())
                                  : (poisson ? choose_sweep<kKind, kTrajectory, false, true>()
                                             : choose_sweep<kKind, kTrajectory, false, false>());
  const std::size_t neurons = std::max<std::size_t>(kBlockCells / context.replicas, 1);
  for (const NeuronRun& run : state.runs)
    for (std::size_t begin = run.begin; begin < run.end; begin += neurons) {
      const NeuronRun block{begin, std::min(begin + neurons, run.end), run.equal};
      sweep_block(a, block, context.replicas);
      collect_spikes(state, slice, block, context.replicas, spikes);
    }
}

// Stretches of neurons with equal constants; one stretch of unequal neurons when they are short on average.
std::vector<NeuronRun> neuron_runs(const Slice& slice) {
  constexpr std::size_t kShortest = 64;
  const SliceConstants& c = slice.constants;
  const auto equal = [&](std::size_t i, std::size_t j) {
    const auto same = [&](const auto& values) { return values.empty() || values[i] == values[j]; };
    return same(c.p22) && same(c.p20) && same(c.p11_0) && same(c.p11_1) && same(c.p21_0) && same(c.p21_1) &&
           same(c.v_th) && same(c.v_reset) && same(c.theta_decay) && same(c.theta_plus) && same(c.refractory_steps) &&
           same(c.unit_0) && same(c.unit_1) && same(c.noise_sigma) && same(c.poisson_weight_0) &&
           same(c.poisson_weight_1);
  };
  std::vector<NeuronRun> runs;
  for (std::size_t i = 0; i < slice.count; ++i) {
    if (i == 0 || !equal(i, runs.back().begin)) runs.push_back({i, i, true});
    runs.back().end = i + 1;
  }
  if (runs.size() * kShortest > slice.count) runs = {{0, slice.count, false}};
  return runs;
}

}  // namespace

SliceState initial_state(const Slice& slice, const Network& network, std::uint32_t replicas, std::uint32_t slots) {
  SliceState state;
  state.runs = neuron_runs(slice);
  const std::size_t cells = std::size_t{slice.count} * replicas;
  const bool two = network.kind.receptors == 2;
  state.u.reserve(cells);
  for (std::uint32_t local = 0; local < slice.count; ++local) {
    const std::size_t i = slice.first + local;
    const auto u = static_cast<real>(network.neurons.v_initial[i] - network.neurons.e_l[i]);
    state.u.insert(state.u.end(), replicas, u);
  }
  if (network.kind.synapse == Synapse::exponential) {
    state.i0.assign(cells, 0);
    if (two) state.i1.assign(cells, 0);
  }
  if (network.kind.adaptive) state.theta.assign(cells, 0);
  state.refractory.assign(cells, 0);
  state.slots = slots;
  state.ring.assign(std::size_t{slots} * (two ? 2 : 1) * cells, 0);
  state.external.assign(cells, 0);
  if (!slice.constants.noise_sigma.empty()) state.noise.assign(4 * cells, 0);
  if (!slice.constants.poisson_row.empty()) state.poisson.assign(4 * cells, 0);
  state.spiked.assign(padded(std::max<std::size_t>(kBlockCells, replicas)), 0);
  return state;
}

void set_external(SliceState& state, const Slice& slice, const UpdateContext& context, const real* signal,
                  std::uint32_t samples, std::uint32_t sample) {
  const SliceConstants& c = slice.constants;
  const std::uint32_t channels = context.network->signal_channels;
  for (std::size_t neuron = 0; neuron < slice.count; ++neuron)
    for (std::size_t b = 0; b < context.replicas; ++b) {
      real current = c.external[neuron];
      if (signal != nullptr)
        current = add_signal(current, c.current_gain.data() + neuron * channels,
                             signal + (b * samples + sample) * channels, channels);
      state.external[neuron * context.replicas + b] = current;
    }
}

void update_slice(SliceState& state, const Slice& slice, const UpdateContext& context, std::uint64_t step,
                  const TrajectoryRow& trajectory, SpikeList& spikes) {
  const bool drawn = !slice.constants.noise_sigma.empty() || !slice.constants.poisson_row.empty();
  if (drawn && state.drawn_quarter != step >> 2) draw_drive(state, slice, context, step);
  if (step % kSettleSteps == 0)
    for (PageVector<real>* values : {&state.u, &state.i0, &state.i1, &state.theta})
      for (real& value : *values) value = settle(value);
  with_lif_kind(context.network->kind, [&]<LifKind kKind>() {
    if (trajectory.flags != nullptr)
      update<kKind, true>(state, slice, context, step, trajectory, spikes);
    else
      update<kKind, false>(state, slice, context, step, trajectory, spikes);
  });
}

}  // namespace sprig::cpu
