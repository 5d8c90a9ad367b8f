// The vectorised neuron update. Loops run over [neuron][replica]; with one replica the neuron loop vectorises, with
// many the replica loop does.
#include "host/engine/cpu_update.hpp"

#include <algorithm>

#include "sprig/core/quantile.hpp"
#include "sprig/core/random.hpp"
#include "sprig/engine/drive.hpp"

namespace sprig::cpu {

namespace {

constexpr std::uint32_t kLanes = 16;  // neurons whose draws are computed side by side

// step_block() of kLanes neurons at once: word w of lane l in words[w][l].
void draw_lanes(const UpdateContext& context, Stream stream, const std::uint32_t* ids, std::uint32_t replica,
                std::uint64_t step, std::uint32_t (&words)[4][kLanes]) {
  for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
    const PhiloxBlock counter = step_counter(ids[lane], context.first_replica + replica, step);
    for (int w = 0; w < 4; ++w) words[w][lane] = counter.word[w];
  }
  std::uint32_t key0 = context.seed, key1 = static_cast<std::uint32_t>(stream);
  for (int round = 0; round < kPhiloxRounds; ++round) {
#pragma omp simd
    for (std::uint32_t lane = 0; lane < kLanes; ++lane)
      philox_round(words[0][lane], words[1][lane], words[2][lane], words[3][lane], key0, key1);
    philox_next_key(key0, key1);
  }
}

// poisson_count() of kLanes draws with the same table row.
void count_lanes(const std::uint32_t* row, std::uint32_t columns, const std::uint32_t* words, std::uint32_t* counts) {
#pragma omp simd
  for (std::uint32_t lane = 0; lane < kLanes; ++lane) counts[lane] = poisson_count(row, columns, words[lane]);
}

// Fills the normal variates and Poisson counts of the four steps around `step`.
void draw_drive(SliceState& state, const Slice& slice, const UpdateContext& context, std::uint64_t step) {
  const SlicedNetwork& network = *context.network;
  const SliceConstants& c = slice.constants;
  const std::size_t replicas = context.replicas, cells = slice.count * replicas;
  std::uint32_t ids[kLanes], words[4][kLanes], counts[kLanes];
  for (std::uint32_t base = 0; base < slice.count; base += kLanes) {
    const std::uint32_t lanes = std::min(kLanes, slice.count - base);
    for (std::uint32_t lane = 0; lane < kLanes; ++lane) ids[lane] = c.draw_id[base + std::min(lane, lanes - 1)];
    for (std::uint32_t replica = 0; replica < context.replicas; ++replica) {
      const std::size_t first = base * replicas + replica;
      if (!c.noise_sigma.empty()) {
        draw_lanes(context, Stream::gaussian_drive, ids, replica, step, words);
        for (std::uint32_t w = 0; w < 4; ++w)
          for (std::uint32_t lane = 0; lane < lanes; ++lane)
            state.noise[w * cells + first + lane * replicas] =
                quantile_lookup(network.noise_table.data(), words[w][lane]);
      }
      if (!c.poisson_row.empty()) {
        draw_lanes(context, Stream::poisson_drive, ids, replica, step, words);
        const std::uint32_t* rows = c.poisson_row.data() + base;
        const std::uint32_t columns = network.poisson_columns;
        const std::uint32_t* table = network.poisson_table.data();
        const bool same = std::all_of(rows, rows + lanes, [&](std::uint32_t row) { return row == rows[0]; });
        for (std::uint32_t w = 0; w < 4; ++w) {
          if (same)
            count_lanes(table + std::size_t{rows[0]} * columns, columns, words[w], counts);
          else
            for (std::uint32_t lane = 0; lane < lanes; ++lane)
              counts[lane] = poisson_count(table + std::size_t{rows[lane]} * columns, columns, words[w][lane]);
          for (std::uint32_t lane = 0; lane < lanes; ++lane)
            state.poisson[w * cells + first + lane * replicas] =
                static_cast<real>(static_cast<std::int32_t>(counts[lane]));
        }
      }
    }
  }
  state.drawn_quarter = step >> 2;
}

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
  c.lif.p22 = a.p22[neuron];
  c.lif.p20 = a.p20[neuron];
  c.lif.v_th = a.v_th[neuron];
  c.lif.v_reset = a.v_reset[neuron];
  c.lif.refractory_steps = a.refractory_steps[neuron];
  if constexpr (kKind.synapse == Synapse::exponential) {
    c.lif.p11[0] = a.p11_0[neuron];
    c.lif.p21[0] = a.p21_0[neuron];
    if constexpr (kTwo) {
      c.lif.p11[1] = a.p11_1[neuron];
      c.lif.p21[1] = a.p21_1[neuron];
    }
  }
  if constexpr (kKind.adaptive) {
    c.lif.theta_decay = a.theta_decay[neuron];
    c.lif.theta_plus = a.theta_plus[neuron];
  }
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
void collect_spikes(SliceState& state, const Slice& slice, const NeuronRun& block, std::size_t replicas) {
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
      state.sources.push_back(slice.first + static_cast<std::uint32_t>(block.begin + cell / replicas));
      state.replicas.push_back(static_cast<std::uint32_t>(cell % replicas));
    }
  }
}

template <LifKind kKind, bool kTrajectory>
void update(SliceState& state, const Slice& slice, const UpdateContext& context, std::uint64_t step,
            const TrajectoryRow& trajectory) {
  const SliceConstants& c = slice.constants;
  const std::size_t cells = std::size_t{slice.count} * context.replicas;
  const bool noise = !c.noise_sigma.empty(), poisson = !c.poisson_row.empty();
  const std::size_t drawn = (step & 3) * cells;
  const std::size_t receptors = kKind.receptors == 2 ? 2 : 1;
  std::int32_t* ring = state.ring.data() + (step & (context.network->delay_slots - 1)) * cells * receptors;

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
      collect_spikes(state, slice, block, context.replicas);
    }
}

// Calls update with the kind as a template argument.
template <bool kTrajectory, class... Args>
void dispatch(const LifKind& kind, Args&&... args) {
  const auto with_reset = [&]<Synapse kSynapse, int kReceptors>() {
    const bool soft = kind.reset == Reset::soft;
    if (soft && kind.adaptive) return update<LifKind{kSynapse, kReceptors, Reset::soft, true}, kTrajectory>(args...);
    if (soft) return update<LifKind{kSynapse, kReceptors, Reset::soft, false}, kTrajectory>(args...);
    if (kind.adaptive) return update<LifKind{kSynapse, kReceptors, Reset::hard, true}, kTrajectory>(args...);
    return update<LifKind{kSynapse, kReceptors, Reset::hard, false}, kTrajectory>(args...);
  };
  const bool two = kind.receptors == 2;
  if (kind.synapse == Synapse::delta)
    return two ? with_reset.template operator()<Synapse::delta, 2>()
               : with_reset.template operator()<Synapse::delta, 1>();
  return two ? with_reset.template operator()<Synapse::exponential, 2>()
             : with_reset.template operator()<Synapse::exponential, 1>();
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

SliceState initial_state(const Slice& slice, const Network& network, std::uint32_t replicas,
                         std::uint32_t delay_slots) {
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
  state.ring.assign(std::size_t{delay_slots} * (two ? 2 : 1) * cells, 0);
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
                  const TrajectoryRow& trajectory) {
  const bool drawn = !slice.constants.noise_sigma.empty() || !slice.constants.poisson_row.empty();
  if (drawn && state.drawn_quarter != step >> 2) draw_drive(state, slice, context, step);
  if (step % kSettleSteps == 0)
    for (LineVector<real>* values : {&state.u, &state.i0, &state.i1, &state.theta})
      for (real& value : *values) value = settle(value);
  state.sources.clear();
  state.replicas.clear();
  if (trajectory.flags != nullptr)
    dispatch<true>(context.network->kind, state, slice, context, step, trajectory);
  else
    dispatch<false>(context.network->kind, state, slice, context, step, trajectory);
}

}  // namespace sprig::cpu
