// The CPU backend: an OpenMP thread owns slices; spike lists are exchanged once every minimum delay (ENGINE section 3).
#if defined(_OPENMP)
#include <omp.h>
#endif

#include <algorithm>
#include <cmath>
#include <tuple>

#include "host/engine/cpu_update.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/engine/call_check.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig::cpu {

namespace {

constexpr std::uint32_t kCellsPerThread = 1024;  // fewer neurons than this are not worth a second thread's barriers
constexpr std::uint64_t kFiniteCheckSteps = 1024;
constexpr std::uint32_t kLongestWindow = 64;  // steps between exchanges when delays would allow more

int usable_threads(int asked, std::uint64_t cells) {
#if defined(_OPENMP)
  const int most = asked > 0 ? asked : omp_get_max_threads();
#else
  const int most = 1;
  (void)asked;
#endif
  const auto worth = static_cast<int>(std::min<std::uint64_t>(cells / kCellsPerThread + 1, 1024));
  return std::max(1, std::min(most, worth));
}

// The spikes one slice emitted in one step, in the window that is exchanged.
struct SpikeList {
  std::vector<std::uint32_t> sources, replicas;
};

// What one slice recorded during an advance() call.
struct SliceLog {
  std::vector<std::uint32_t> sources, replicas;  // all spikes, in order
  std::vector<std::uint64_t> step_end;           // end of each step's spikes in them
};

// Adds the rows of `spikes` to the ring; the only writer of this slice's ring.
void deliver(const PackedRows& rows, std::uint64_t step, std::uint32_t slots, std::size_t cells, std::uint32_t replicas,
             const std::uint32_t* sources, const std::uint32_t* spike_replicas, std::size_t spikes,
             std::int32_t* ring) {
  const std::uint64_t mask = slots - 1;
  const std::size_t slot_size = cells * replicas;
  const PackedSynapse* synapses = rows.synapses.data();
  const bool uniform = rows.delays.empty();
  std::int32_t* due = ring + ((step + rows.uniform_delay) & mask) * slot_size;
  for (std::size_t s = 0; s < spikes;) {
    const std::uint32_t source = sources[s];
    const std::uint64_t begin = rows.offsets[source], end = rows.offsets[source + 1];
    if (replicas == 1) {
      if (s + 1 < spikes) __builtin_prefetch(synapses + rows.offsets[sources[s + 1]]);
      if (uniform) {
        for (std::uint64_t k = begin; k < end; ++k) due[synapses[k].cell] += synapses[k].weight;
      } else {
        for (std::uint64_t k = begin; k < end; ++k)
          ring[((step + rows.delays[k]) & mask) * slot_size + synapses[k].cell] += synapses[k].weight;
      }
      ++s;
      continue;
    }
    // One pass over the row serves every replica that this source fired in.
    std::size_t last = s + 1;
    while (last < spikes && sources[last] == source) ++last;
    for (std::uint64_t k = begin; k < end; ++k) {
      std::int32_t* row = uniform ? due : ring + ((step + rows.delays[k]) & mask) * slot_size;
      row += std::size_t{synapses[k].cell} * replicas;
      for (std::size_t r = s; r < last; ++r) row[spike_replicas[r]] += synapses[k].weight;
    }
    s = last;
  }
}

class CpuSimulation final : public Simulation {
 public:
  CpuSimulation(const Network& network, const Drive& drive, const SimulationOptions& options)
      : populations_(network.populations),
        e_l_(network.neurons.e_l),
        replicas_(options.replicas),
        threads_(usable_threads(options.threads, std::uint64_t{network.size()} * options.replicas)),
        network_(
            slice_network(network, drive, options.slices > 0 ? options.slices : static_cast<std::uint32_t>(threads_))),
        context_{&network_, options.replicas, options.first_replica, options.seed},
        window_(std::min(network_.min_delay, kLongestWindow)),
        step_(options.first_step) {
    threads_ = std::min(threads_, static_cast<int>(network_.slices.size()));
    for (const Slice& slice : network_.slices)
      states_.push_back(initial_state(slice, network, replicas_, network_.delay_slots));
    for (auto& window : exchange_) window.resize(network_.slices.size() * window_);
  }

  void advance(std::uint64_t steps, const Input& input, const RecordOptions& what, Recording* recording) override;
  std::uint64_t step() const override { return step_; }
  SimulationState state() const override;
  void set_state(const SimulationState& state) override;
  std::string device_name() const override {
    return "cpu (" + std::to_string(threads_) + (threads_ == 1 ? " thread)" : " threads)");
  }

 private:
  std::size_t receptors() const { return network_.kind.receptors == 2 ? 2 : 1; }
  void prepare(std::uint64_t steps, const RecordOptions& what, Recording& recording) const;
  void update_one(std::size_t s, std::uint64_t offset, const Input& input, const RecordOptions& what,
                  Recording* recording, std::size_t& input_cursor);
  void record(std::size_t s, std::uint64_t row, const RecordOptions& what, Recording& recording);
  void gather(std::uint64_t steps, const RecordOptions& what, Recording& recording) const;
  void find_non_finite(std::size_t s, std::uint64_t step);

  std::vector<Population> populations_;
  std::vector<double> e_l_;
  std::uint32_t replicas_;
  int threads_;
  SlicedNetwork network_;
  UpdateContext context_;
  std::uint32_t window_;  // steps between exchanges
  std::uint64_t step_;
  std::vector<SliceState> states_;
  // Two windows of spike lists, [slice * window_ + step in window]: one is read while the next is written, so one
  // barrier a window is enough.
  std::vector<SpikeList> exchange_[2];
  std::vector<SliceLog> logs_;
  struct Failure {
    std::uint64_t step = ~0ull;  // at which it was noticed
    std::uint32_t neuron = 0;
  };
  std::vector<Failure> failures_;  // the first of each slice
};

// Makes room for the call's records; slices then write their own parts.
void CpuSimulation::prepare(std::uint64_t steps, const RecordOptions& what, Recording& recording) const {
  if (recording.steps == 0) recording.first_step = step_;
  const std::uint64_t total = recording.steps + steps;
  const std::size_t n = network_.neurons;
  if (what.count_window_steps > 0)
    recording.counts.resize((total + what.count_window_steps - 1) / what.count_window_steps * n * replicas_, 0);
  recording.population_spikes.resize(total * populations_.size(), 0);
  const std::size_t probes = what.probe.size() * replicas_;
  for (auto* probe : {&recording.probe_v, &recording.probe_i, &recording.probe_theta}) probe->resize(total * probes, 0);
  if (what.trajectory) {
    recording.u_before.resize(total * n);
    recording.current.resize(total * n);
    recording.flags.resize(total * n);
  }
}

void CpuSimulation::record(std::size_t s, std::uint64_t row, const RecordOptions& what, Recording& recording) {
  const Slice& slice = network_.slices[s];
  const SliceState& state = states_[s];
  SliceLog& log = logs_[s];
  log.sources.insert(log.sources.end(), state.sources.begin(), state.sources.end());
  log.replicas.insert(log.replicas.end(), state.replicas.begin(), state.replicas.end());
  log.step_end.push_back(log.sources.size());
  if (what.count_window_steps > 0) {
    std::uint32_t* window =
        recording.counts.data() + row / what.count_window_steps * std::size_t{network_.neurons} * replicas_;
    for (std::size_t k = 0; k < state.sources.size(); ++k)
      ++window[std::size_t{state.sources[k]} * replicas_ + state.replicas[k]];
  }
  for (std::size_t p = 0; p < what.probe.size(); ++p) {
    const std::uint32_t neuron = what.probe[p];
    if (neuron < slice.first || neuron >= slice.first + slice.count) continue;
    for (std::size_t b = 0; b < replicas_; ++b) {
      const std::size_t cell = std::size_t{neuron - slice.first} * replicas_ + b;
      const std::size_t out = (row * what.probe.size() + p) * replicas_ + b;
      recording.probe_v[out] = state.u[cell] + static_cast<real>(e_l_[neuron]);
      recording.probe_i[out] = (state.i0.empty() ? 0 : state.i0[cell]) + (state.i1.empty() ? 0 : state.i1[cell]);
      recording.probe_theta[out] = state.theta.empty() ? 0 : state.theta[cell];
    }
  }
}

void CpuSimulation::gather(std::uint64_t steps, const RecordOptions& what, Recording& recording) const {
  std::vector<std::size_t> cursor(logs_.size(), 0);
  for (std::uint64_t offset = 0; offset < steps; ++offset) {
    std::uint64_t* per_population =
        recording.population_spikes.data() + (recording.steps + offset) * populations_.size();
    std::size_t population = 0;
    for (std::size_t s = 0; s < logs_.size(); ++s) {
      const SliceLog& log = logs_[s];
      for (; cursor[s] < log.step_end[offset]; ++cursor[s]) {
        const std::uint32_t neuron = log.sources[cursor[s]];
        while (neuron >= populations_[population].first + populations_[population].count) ++population;
        ++per_population[population];
        if (what.spikes) recording.spikes.push_back({step_ + offset, neuron, log.replicas[cursor[s]]});
      }
    }
  }
  for (const SliceLog& log : logs_) recording.total_spikes += log.sources.size();
  recording.steps += steps;
}

void CpuSimulation::update_one(std::size_t s, std::uint64_t offset, const Input& input, const RecordOptions& what,
                               Recording* recording, std::size_t& input_cursor) {
  const Slice& slice = network_.slices[s];
  SliceState& state = states_[s];
  const std::uint64_t step = step_ + offset;
  const bool driven = !input.signal.empty();
  const std::int64_t sample =
      driven ? static_cast<std::int64_t>(std::min<std::uint64_t>(offset / input.steps_per_sample, input.samples - 1))
             : 0;
  if (state.signal_sample != sample) {
    set_external(state, slice, context_, driven ? input.signal.data : nullptr, input.samples,
                 static_cast<std::uint32_t>(sample));
    state.signal_sample = sample;
  }
  TrajectoryRow trajectory;
  if (recording != nullptr && what.trajectory) {
    const std::size_t row = (recording->steps + offset) * network_.neurons;
    trajectory = {recording->u_before.data() + row, recording->current.data() + row, recording->flags.data() + row};
  }
  update_slice(state, slice, context_, step, trajectory);
  if (recording != nullptr) record(s, recording->steps + offset, what, *recording);
  if ((step + 1) % kFiniteCheckSteps == 0) find_non_finite(s, step);

  // External spikes are known to every owner beforehand: each delivers its own part at once.
  const std::size_t cells = receptors() * slice.count;
  for (; input_cursor < input.spikes.size && input.spikes[input_cursor].step <= offset; ++input_cursor) {
    const Input::Spike& spike = input.spikes[input_cursor];
    if (spike.step == offset)
      deliver(slice.input, step, network_.delay_slots, cells, replicas_, &spike.channel, &spike.replica, 1,
              state.ring.data());
  }
}

void CpuSimulation::find_non_finite(std::size_t s, std::uint64_t step) {
  const SliceState& state = states_[s];
  if (failures_[s].step != ~0ull) return;
  const auto bad = std::find_if(state.u.begin(), state.u.end(), [](real u) { return !std::isfinite(u); });
  if (bad != state.u.end())
    failures_[s] = {step, network_.slices[s].first + static_cast<std::uint32_t>((bad - state.u.begin()) / replicas_)};
}

void CpuSimulation::advance(std::uint64_t steps, const Input& input, const RecordOptions& what, Recording* recording) {
  check_call({network_.neurons, replicas_, network_.signal_channels, network_.input_channels}, steps, input, what,
             recording);
  if (steps == 0) return;
  if (recording != nullptr) prepare(steps, what, *recording);
  logs_.assign(recording != nullptr ? network_.slices.size() : 0, {});
  failures_.assign(network_.slices.size(), {});
  ExceptionTrap trap;
  for (SliceState& state : states_) state.signal_sample = -1;

#pragma omp parallel num_threads(threads_)
  {
#if defined(_OPENMP)
    const auto thread = static_cast<std::size_t>(omp_get_thread_num());
    const auto team = static_cast<std::size_t>(omp_get_num_threads());
#else
    const std::size_t thread = 0, team = 1;
#endif
    const std::size_t slices = network_.slices.size();
    std::vector<std::size_t> input_cursor;
    trap.run([&] { input_cursor.assign(slices, 0); });
    int parity = 0;
    for (std::uint64_t done = 0; done < steps; parity ^= 1) {
      const std::uint64_t window = std::min<std::uint64_t>(window_, steps - done);
      std::vector<SpikeList>& lists = exchange_[parity];
      for (std::size_t s = thread; s < slices; s += team)
        trap.run([&] {
          for (std::uint64_t w = 0; w < window; ++w) {
            update_one(s, done + w, input, what, recording, input_cursor[s]);
            SpikeList& list = lists[s * window_ + w];
            list.sources.swap(states_[s].sources);
            list.replicas.swap(states_[s].replicas);
          }
        });
      if (team > 1) {
#pragma omp barrier
      }
      for (std::size_t s = thread; s < slices; s += team) {
        const Slice& slice = network_.slices[s];
        for (std::uint64_t w = 0; w < window; ++w)
          for (std::size_t from = 0; from < slices; ++from) {
            const SpikeList& list = lists[from * window_ + w];
            deliver(slice.recurrent, step_ + done + w, network_.delay_slots, receptors() * slice.count, replicas_,
                    list.sources.data(), list.replicas.data(), list.sources.size(), states_[s].ring.data());
          }
      }
      done += window;
    }
    // All threads leave together: the exchanged lists may still be read. After an exception they go on to every
    // barrier.
  }
  trap.rethrow();
  for (std::size_t s = 0; s < states_.size(); ++s) find_non_finite(s, step_ + steps - 1);
  if (recording != nullptr) gather(steps, what, *recording);
  step_ += steps;
  const auto first = std::min_element(failures_.begin(), failures_.end(), [](const Failure& a, const Failure& b) {
    return std::tie(a.step, a.neuron) < std::tie(b.step, b.neuron);
  });
  if (first->step != ~0ull)
    throw NumericalError("membrane potential of neuron " + std::to_string(first->neuron),
                         "is not finite at step " + std::to_string(first->step));
}

SimulationState CpuSimulation::state() const {
  SimulationState result;
  result.step = step_;
  result.delay_slots = network_.delay_slots;
  const std::size_t total = std::size_t{network_.neurons} * replicas_;
  result.pending.resize(std::size_t{network_.delay_slots} * receptors() * total);
  for (std::size_t s = 0; s < states_.size(); ++s) {
    const SliceState& from = states_[s];
    const auto append = [](auto& to, const auto& part) { to.insert(to.end(), part.begin(), part.end()); };
    append(result.u, from.u);
    append(result.i0, from.i0);
    append(result.i1, from.i1);
    append(result.theta, from.theta);
    append(result.refractory, from.refractory);
    const std::size_t cells = from.u.size();
    for (std::size_t slot = 0; slot < network_.delay_slots; ++slot)
      for (std::size_t r = 0; r < receptors(); ++r) {
        const std::size_t ring_slot = (step_ + slot) & (network_.delay_slots - 1);
        const std::int32_t* source = from.ring.data() + (ring_slot * receptors() + r) * cells;
        std::copy(
            source, source + cells,
            result.pending.begin() + static_cast<std::ptrdiff_t>((slot * receptors() + r) * total +
                                                                 std::size_t{network_.slices[s].first} * replicas_));
      }
  }
  return result;
}

void CpuSimulation::set_state(const SimulationState& state) {
  const std::size_t total = std::size_t{network_.neurons} * replicas_;
  check_state({network_.neurons, replicas_, network_.delay_slots, network_.kind}, state);
  step_ = state.step;
  for (std::size_t s = 0; s < states_.size(); ++s) {
    SliceState& to = states_[s];
    const std::size_t first = std::size_t{network_.slices[s].first} * replicas_, cells = to.u.size();
    const auto take = [&](const auto& from, auto& part) {
      if (!part.empty()) std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(first), cells, part.begin());
    };
    take(state.u, to.u);
    take(state.i0, to.i0);
    take(state.i1, to.i1);
    take(state.theta, to.theta);
    take(state.refractory, to.refractory);
    to.drawn_quarter = ~0ull;
    for (std::size_t slot = 0; slot < network_.delay_slots; ++slot)
      for (std::size_t r = 0; r < receptors(); ++r) {
        const std::size_t ring_slot = (step_ + slot) & (network_.delay_slots - 1);
        std::copy_n(state.pending.begin() + static_cast<std::ptrdiff_t>((slot * receptors() + r) * total + first),
                    cells, to.ring.begin() + static_cast<std::ptrdiff_t>((ring_slot * receptors() + r) * cells));
      }
  }
}

}  // namespace

std::unique_ptr<Simulation> make_simulation(const Network& network, const Drive& drive,
                                            const SimulationOptions& options) {
  return std::make_unique<CpuSimulation>(network, drive, options);
}

}  // namespace sprig::cpu
