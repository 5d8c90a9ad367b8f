// The vectorised neuron update. Loops run over [neuron][replica]; with one replica the neuron loop vectorises, with
// many the replica loop does.
#include "host/engine/cpu_update.hpp"

#include <algorithm>
#include <type_traits>

#include "host/engine/cpu_drive.hpp"
#include "sprig/core/wide_vectors.hpp"
#include "sprig/engine/cell_step.hpp"

namespace sprig::cpu {

namespace {

// Where the arrays of one slice begin in this step; copied into the loops, so that nothing seems to change under them.
struct Arrays {
  NeuronConstants<ConstPointer> constants;
  NeuronState<Pointer> state;
  const real *external, *normals, *counts;  // [cell]
  std::int32_t *ring_0, *ring_1;
  std::int32_t*
      spiked;  // of the block that is swept: cell - block begin; as wide as the state, so that vectors are full
  TrajectoryRow trajectory;
};

// The variates of a cell's step, drawn beforehand (cpu_drive.hpp).
struct StoredDraws {
  const real *normals, *counts;
  std::size_t cell;
  real normal() const { return normals[cell]; }
  real count() const { return counts[cell]; }
};

// One cell. Drive terms that a network does not have cost nothing, hence the template arguments.
template <LifKind kKind, bool kTrajectory, class Terms>
inline __attribute__((always_inline)) void update_cell(const Arrays& a, const StepConstants& c, std::size_t cell,
                                                       std::size_t block) {
  constexpr bool kTwo = kKind.receptors == 2;
  const StepInput in{a.ring_0[cell], kTwo ? a.ring_1[cell] : 0, a.external[cell]};
  a.ring_0[cell] = 0;
  if constexpr (kTwo) a.ring_1[cell] = 0;
  LifState<real> s = load_state<kKind>(a.state, cell);
  const StoredDraws draws{a.normals, a.counts, cell};
  bool spike;
  if constexpr (kTrajectory) {
    const bool held = s.refractory > 0;
    LifProbe<real> probe;
    spike = step_cell<kKind>(s, c, in, Terms{}, draws, &probe);
    a.trajectory.u_before[cell] = probe.u_before;
    a.trajectory.current[cell] = probe.current;
    a.trajectory.flags[cell] = step_flags(spike, held);
  } else {
    spike = step_cell<kKind>(s, c, in, Terms{}, draws);
  }
  store_state<kKind>(a.state, cell, s);
  a.spiked[cell - block] = spike ? 1 : 0;
}

// The one cell of a neuron that has constants of its own. A function, since what a loop body declares the compiler
// keeps as an array over lanes.
template <LifKind kKind, bool kTrajectory, class Terms>
inline __attribute__((always_inline)) void update_neuron(const Arrays& a, std::size_t neuron, std::size_t block) {
  StepConstants c;
  load_constants<kKind>(c, a.constants, Terms{}, neuron);
  update_cell<kKind, kTrajectory, Terms>(a, c, neuron, block);
}

// A block: neurons [run.begin, run.end). Equal neurons keep their constants in registers; of unequal ones each loads
// its own.
template <LifKind kKind, bool kTrajectory, class Terms>
inline __attribute__((always_inline)) void sweep_body(const Arrays a, const NeuronRun run, std::size_t replicas) {
  const std::size_t block = run.begin * replicas;
  if (run.equal) {
    StepConstants c;
    load_constants<kKind>(c, a.constants, Terms{}, run.begin);
    const std::size_t end = run.end * replicas;
#pragma omp simd
    for (std::size_t cell = block; cell < end; ++cell) update_cell<kKind, kTrajectory, Terms>(a, c, cell, block);
  } else if (replicas == 1) {
#pragma omp simd
    for (std::size_t neuron = run.begin; neuron < run.end; ++neuron)
      update_neuron<kKind, kTrajectory, Terms>(a, neuron, block);
  } else {
    for (std::size_t neuron = run.begin; neuron < run.end; ++neuron) {
      StepConstants c;
      load_constants<kKind>(c, a.constants, Terms{}, neuron);
      const std::size_t begin = neuron * replicas, end = begin + replicas;
#pragma omp simd
      for (std::size_t cell = begin; cell < end; ++cell) update_cell<kKind, kTrajectory, Terms>(a, c, cell, block);
    }
  }
}

template <LifKind kKind, bool kTrajectory, class Terms>
void sweep(const Arrays a, const NeuronRun run, std::size_t replicas) {
  sweep_body<kKind, kTrajectory, Terms>(a, run, replicas);
}

// The same operations sixteen neurons at a time, for processors that can; the same bits, since nothing is contracted.
#if defined(SPRIG_WIDE_TARGET)
template <LifKind kKind, bool kTrajectory, class Terms>
SPRIG_WIDE_TARGET void wide_sweep(const Arrays a, const NeuronRun run, std::size_t replicas) {
  sweep_body<kKind, kTrajectory, Terms>(a, run, replicas);
}
#endif

using Sweep = void (*)(const Arrays, const NeuronRun, std::size_t);

template <LifKind kKind, bool kTrajectory, class Terms>
Sweep choose_sweep() {
#if defined(SPRIG_WIDE_TARGET)
  if constexpr (!kTrajectory) {
    static const bool wide = wide_vectors();
    if (wide) return wide_sweep<kKind, kTrajectory, Terms>;
  }
#endif
  return sweep<kKind, kTrajectory, Terms>;
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
  a.constants = view_of_constants(c);
  a.state = view_of_state(state);
  a.external = state.external.data();
  a.normals = noise ? state.noise.data() + drawn : nullptr;
  a.counts = poisson ? state.poisson.data() + drawn : nullptr;
  a.ring_0 = ring;
  a.ring_1 = ring + cells;
  a.spiked = state.spiked.data();
  if constexpr (kTrajectory)
    a.trajectory = {trajectory.u_before + slice.first, trajectory.current + slice.first,
                    trajectory.flags + slice.first};

  const Sweep sweep_block = noise ? (poisson ? choose_sweep<kKind, kTrajectory, FixedTerms<true, true>>()
                                             : choose_sweep<kKind, kTrajectory, FixedTerms<true, false>>())
                                  : (poisson ? choose_sweep<kKind, kTrajectory, FixedTerms<false, true>>()
                                             : choose_sweep<kKind, kTrajectory, FixedTerms<false, false>>());
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
    bool all = true;
    each_step_constant([&](const auto& values) { all = all && (values.empty() || values[i] == values[j]); }, c);
    return all;
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
  set_initial_state(state, network, slice.first, slice.count, replicas);
  state.slots = slots;
  state.ring.assign(std::size_t{slots} * network.kind.currents() * cells, 0);
  state.external.assign(cells, 0);
  if (!slice.constants.noise_sigma.empty()) state.noise.assign(4 * cells, 0);
  if (!slice.constants.poisson_row.empty()) state.poisson.assign(4 * cells, 0);
  state.spiked.assign(padded(std::max<std::size_t>(kBlockCells, replicas)), 0);
  return state;
}

void set_runs(SliceState& state, const Slice& slice) { state.runs = neuron_runs(slice); }

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
    each_state(
        []<class T>(PageVector<T>& values) {
          if constexpr (std::is_same_v<T, real>)
            for (real& value : values) value = settle(value);
        },
        state);
  with_lif_kind(context.network->kind, [&]<LifKind kKind>() {
    if (trajectory.flags != nullptr)
      update<kKind, true>(state, slice, context, step, trajectory, spikes);
    else
      update<kKind, false>(state, slice, context, step, trajectory, spikes);
  });
}

}  // namespace sprig::cpu
