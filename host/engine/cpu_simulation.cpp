#include "host/engine/cpu_simulation.hpp"

#if defined(_OPENMP)
#include <omp.h>
#endif

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "host/engine/cpu_plastic.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/engine/call_check.hpp"
#include "sprig/engine/drive.hpp"

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

}  // namespace

SlicePolicy slice_policy(const Network& network, const SimulationOptions& options, bool by_events) {
  SlicePolicy policy;
  const int threads = usable_threads(options.threads, std::uint64_t{network.size()} * options.replicas);
  policy.slices = options.slices > 0 ? options.slices : static_cast<std::uint32_t>(threads);
  policy.weight_bits = options.weight_bits;
  policy.most_error = weight_error_limit(options.weight_error, options.weight_bits);
  policy.narrow = options.weight_bits == 16;
  policy.skip = by_events;
  policy.by_delay = !policy.skip && options.replicas == 1;
  return policy;
}

CpuSimulation::CpuSimulation(const Network& network, SlicedNetwork sliced, std::shared_ptr<const SlicedRows> rows,
                             const Drive& drive, const SimulationOptions& options, std::unique_ptr<RankSpikes> others)
    : writer_(network, options.replicas),
      replicas_(options.replicas),
      threads_(usable_threads(options.threads, std::uint64_t{network.size()} * options.replicas)),
      network_(std::move(sliced)),
      rows_(std::move(rows)),
      context_{&network_, options.replicas, options.first_replica, options.seed},
      driven_(network, drive),
      window_(std::min(network_.min_delay, kLongestWindow)),
      kept_steps_(network_.by_delay ? network_.delay_slots + window_ : 2 * window_),
      automatic_(options.update == UpdateMode::automatic),
      events_possible_(begins_by_events(network, drive, options.update)),
      step_(options.first_step),
      plastic_(make_plastic_slices(network_, options.first_step)),
      listed_from_(options.first_step),
      others_(std::move(others)) {
  threads_ = std::min(threads_, static_cast<int>(network_.slices.size()));
  for (const Slice& slice : network_.slices) states_.push_back(initial_state(slice, network, replicas_, ring_slots()));
  lists_.resize(end_heard() * kept_steps_);
  if (events_possible_) begin_events(nullptr);
}

// Steps 1 and 2 of a slice, in step `offset` of the call that began with step `first`; its spikes go to the end of
// `list`, its owner's of this step.
void CpuSimulation::update_one(std::size_t s, std::uint64_t first, std::uint64_t offset, const Input& input,
                               CpuRecorder& recorder, std::size_t& input_cursor, SpikeList& list) {
  const Slice& slice = network_.slices[s];
  SliceState& state = states_[s];
  const std::uint64_t step = first + offset;
  const bool driven = !input.signal.empty();
  const std::int64_t sample =
      driven ? static_cast<std::int64_t>(sample_of<std::uint64_t>(offset, input.steps_per_sample, input.samples)) : 0;
  if (state.signal_sample != sample) {
    set_external(state, slice, context_, driven ? input.signal.data : nullptr, input.samples,
                 static_cast<std::uint32_t>(sample));
    state.signal_sample = sample;
    state.undriven = !driven;
  }
  if (network_.by_delay) {
    find_due(step, step, state.due);
    add_due(rows_->recurrent[s], network_.narrow, state.due, ring_of(s, step));
  }
  if (by_events())
    update_events(state, events_[s], slice, context_, step, list);
  else
    update_slice(state, slice, context_, step, recorder.trajectory(offset), list);
  recorder.probe(slice, offset, [&](std::size_t cell) {
    return by_events() ? look_ahead(state, events_[s], slice, context_, cell, step + 1)
                       : load_present(view_of_state(state), cell);
  });
  if ((step + 1) % kFiniteCheckSteps == 0) find_non_finite(s, step);

  // External spikes are known to every owner beforehand: each delivers its own part at once.
  for (; input_cursor < input.spikes.size && input.spikes[input_cursor].step <= offset; ++input_cursor) {
    const Input::Spike& spike = input.spikes[input_cursor];
    if (spike.step == offset) deliver_input(s, step, spike);
  }
}

void CpuSimulation::deliver_input(std::size_t s, std::uint64_t step, const Input::Spike& spike) {
  const PackedRows& rows = rows_->input[s];
  if (!network_.by_delay) return deliver_to(s, rows, step, &spike.channel, &spike.replica, 1);
  for (std::uint32_t delay = 1; delay < network_.delay_slots; ++delay)
    add_due(rows, network_.narrow, {spike.channel * network_.delay_slots + delay}, ring_of(s, step + delay));
}

// Rows by source and delay: those whose synapses are due in `step`, of spikes that were emitted before a step.
void CpuSimulation::find_due(std::uint64_t step, std::uint64_t emitted_before, std::vector<std::uint32_t>& rows) const {
  rows.clear();
  for (std::uint32_t delay = network_.min_delay; delay < network_.delay_slots; ++delay) {
    if (step - listed_from_ < delay) return;  // nothing is known of earlier steps
    const std::uint64_t emitted = step - delay;
    if (emitted >= emitted_before) continue;
    for (std::size_t owner = first_heard(); owner < end_heard(); ++owner)
      for (const std::uint32_t source : list(owner, emitted).sources)
        rows.push_back(source * network_.delay_slots + delay);
  }
}

// Adds the rows of spikes that were emitted in `step`.
void CpuSimulation::deliver_to(std::size_t s, const PackedRows& rows, std::uint64_t step, const std::uint32_t* sources,
                               const std::uint32_t* spike_replicas, std::size_t spikes) {
  NoMark none;
  if (by_events())
    deliver(rows, network_.narrow, sources, spike_replicas, spikes, replicas_, ring_of(s, step), events_[s].due);
  else
    deliver(rows, network_.narrow, sources, spike_replicas, spikes, replicas_, ring_of(s, step), none);
}

// Plastic rows of what fired in `step`.
void CpuSimulation::deliver_plastic_to(std::size_t s, std::uint64_t step, const SpikeList& list) {
  PackedRows& rows = network_.slices[s].plastic;
  NoMark none;
  const auto with = [&](auto& mark) {
    deliver_plastic(rows, network_.narrow, plastic_[s], *network_.plastic, list.sources.data(), list.sources.size(),
                    step, ring_of(s, step), mark);
  };
  if (by_events())
    with(events_[s].due);
  else
    with(none);
}

// Steps 3 and 4 of a slice, whose owner is `owner`.
void CpuSimulation::deliver_all(std::size_t owner, std::size_t s, std::uint64_t step) {
  Slice& slice = network_.slices[s];
  for (std::size_t from = first_heard(); from < end_heard(); ++from) {
    const SpikeList& spikes = list(from, step);
    deliver_to(s, rows_->recurrent[s], step, spikes.sources.data(), spikes.replicas.data(), spikes.sources.size());
    if (!plastic_.empty()) deliver_plastic_to(s, step, spikes);
  }
  if (plastic_.empty()) return;
  const SpikeList& own = list(owner, step);
  list_spikes(slice.plastic, network_.narrow, plastic_[s], *network_.plastic, slice.first, own.sources.data(),
              own.sources.size(), step);
}

// as_of: [neuron][replica]; null: all are as of this step.
void CpuSimulation::begin_events(const std::uint64_t* as_of) {
  events_.clear();
  for (std::size_t s = 0; s < states_.size(); ++s) {
    const Slice& slice = network_.slices[s];
    set_external(states_[s], slice, context_, nullptr, 0, 0);
    std::vector<std::uint64_t> own(states_[s].u.size(), step_);
    if (as_of != nullptr) std::copy_n(as_of + std::size_t{slice.first} * replicas_, own.size(), own.begin());
    events_.push_back(make_events(states_[s], slice, context_, std::move(own)));
  }
}

// At a multiple of kMeasureSteps: when too many neurons are touched, the clock takes over for good.
void CpuSimulation::measure_activity() {
  std::uint64_t touched = 0;
  for (EventState& events : events_) touched += std::exchange(events.touched, 0);
  if (others_) touched = others_->sum(touched);
  const std::uint64_t neurons = others_ ? others_->part().neurons : network_.neurons;
  if (clock_pays(touched, neurons * replicas_)) turn_to_clock();
}

void CpuSimulation::turn_to_clock() {
  for (std::size_t s = 0; s < states_.size(); ++s)
    catch_up(states_[s], events_[s], network_.slices[s], context_, step_);
  events_.clear();
}

void CpuSimulation::set_drive(const Drive& drive) {
  driven_.check(drive);
  if (events_possible_) needs_clock_ = drive_needs_clock(drive, event_mode());
  if (events_possible_ && others_) needs_clock_ = others_->any(needs_clock_);
  PoissonTable table = driven_.table(drive);
  if (by_events() && needs_clock_) turn_to_clock();
  const bool other_table = network_.poisson_columns != table.columns || network_.poisson_table != table.thresholds;
  network_.poisson_columns = table.columns;
  network_.poisson_table = std::move(table.thresholds);
  const auto slices = static_cast<std::int64_t>(network_.slices.size());
  ExceptionTrap trap;
#pragma omp parallel for num_threads(threads_) schedule(static)
  for (std::int64_t k = 0; k < slices; ++k)
    trap.run([&] {
      const auto s = static_cast<std::size_t>(k);
      Slice& slice = network_.slices[s];
      const DriveChange change = driven_.pack(slice.constants, drive, table, slice.first, slice.count);
      if (change.constants) set_runs(states_[s], slice);
      if (change.rows || other_table) states_[s].drawn_quarter = ~0ull;
      states_[s].undriven = false;
      if (by_events()) set_currents(states_[s], events_[s], slice, context_, step_);
    });
  trap.rethrow();
}

void CpuSimulation::find_non_finite(std::size_t s, std::uint64_t step) {
  const SliceState& state = states_[s];
  if (failures_[s].step != ~0ull) return;
  const auto bad = std::find_if(state.u.begin(), state.u.end(), [](real u) { return !std::isfinite(u); });
  if (bad != state.u.end())
    failures_[s] = {step, network_.slices[s].first + static_cast<std::uint32_t>((bad - state.u.begin()) / replicas_)};
}

void CpuSimulation::throw_first_failure() {
  Failure first = *std::min_element(failures_.begin(), failures_.end(), [](const Failure& a, const Failure& b) {
    return std::tie(a.step, a.neuron) < std::tie(b.step, b.neuron);
  });
  if (others_) std::tie(first.step, first.neuron) = others_->least({first.step, others_->part().first + first.neuron});
  if (first.step != ~0ull)
    throw NumericalError("membrane potential of neuron " + std::to_string(first.neuron),
                         "is not finite at step " + std::to_string(first.step));
}

// What all ranks fired in the window from `step` on.
void CpuSimulation::exchange(std::uint64_t step, std::uint64_t window) {
  const auto owners = static_cast<std::size_t>(threads_);
  others_->begin(window);
  for (std::uint64_t w = 0; w < window; ++w)
    for (std::size_t owner = 0; owner < owners; ++owner) others_->add(w, list(owner, step + w));
  others_->exchange();
  for (std::uint64_t w = 0; w < window; ++w) others_->take(w, list(owners, step + w));
}

void CpuSimulation::advance(std::uint64_t steps, const Input& input, const RecordOptions& what, Recording* recording) {
  check_call({network_.neurons, replicas_, network_.signal_channels, network_.input_channels}, steps, input, what,
             recording);
  if (steps == 0) return;
  if (by_events()) refuse_trajectory(what, recording);
  writer_.begin(step_, steps, what, recording);
  CpuRecorder recorder(writer_, static_cast<std::size_t>(threads_));
  failures_.assign(network_.slices.size(), {});
  for (SliceState& state : states_) state.signal_sample = input.signal.empty() && state.undriven ? 0 : -1;
  std::vector<std::size_t> input_cursor(network_.slices.size(), 0);
  const std::uint64_t first = step_;
  while (step_ - first < steps) {
    std::uint64_t part = steps - (step_ - first);
    const bool measured = automatic_ && by_events();
    if (measured) part = std::min(part, kMeasureSteps - step_ % kMeasureSteps);
    run(first, part, input, recorder, input_cursor);
    if (measured && step_ % kMeasureSteps == 0) measure_activity();
  }
  for (std::size_t s = 0; s < states_.size(); ++s) find_non_finite(s, step_ - 1);
  recorder.gather();
  throw_first_failure();
}

// `steps` steps of the call that began with step `first`.
void CpuSimulation::run(std::uint64_t first, std::uint64_t steps, const Input& input, CpuRecorder& recorder,
                        std::vector<std::size_t>& input_cursor) {
  const auto owners = static_cast<std::size_t>(threads_);
  const std::uint64_t begin = step_ - first, end = begin + steps;  // of the call
  ExceptionTrap trap;
#pragma omp parallel num_threads(threads_)
  {
#if defined(_OPENMP)
    const auto thread = static_cast<std::size_t>(omp_get_thread_num());
    const auto team = static_cast<std::size_t>(omp_get_num_threads());
#else
    const std::size_t thread = 0, team = 1;
#endif
    for (std::uint64_t done = begin; done < end;) {
      const std::uint64_t window = std::min<std::uint64_t>(window_, end - done);
      // A team may be smaller than the number of owners: then a thread stands in for several.
      for (std::size_t owner = thread; owner < owners; owner += team)
        trap.run([&] {
          for (std::uint64_t w = 0; w < window; ++w) list(owner, first + done + w).clear();
          for (std::size_t s = first_slice(owner); s < first_slice(owner + 1); ++s)
            for (std::uint64_t w = 0; w < window; ++w)
              update_one(s, first, done + w, input, recorder, input_cursor[s], list(owner, first + done + w));
          for (std::uint64_t w = 0; w < window; ++w) recorder.spikes(owner, done + w, list(owner, first + done + w));
        });
      if (team > 1) {
#pragma omp barrier
      }
      if (others_) {
        if (thread == 0) trap.run([&] { exchange(first + done, window); });
        if (team > 1) {
#pragma omp barrier
        }
      }
      for (std::size_t owner = thread; owner < owners && !network_.by_delay; owner += team)
        for (std::size_t s = first_slice(owner); s < first_slice(owner + 1); ++s)
          for (std::uint64_t w = 0; w < window; ++w) deliver_all(owner, s, first + done + w);
      done += window;
    }
    // All threads leave together: the exchanged lists may still be read. After an exception they go on to every
    // barrier.
  }
  trap.rethrow();
  step_ += steps;
}

namespace {

// description: what the slices are cut from, `network` itself or the procedural network around it.
template <class Description>
std::unique_ptr<Simulation> make(const Network& network, const Description& description, const Drive& drive,
                                 const SimulationOptions& options) {
  check_replicas(network, options.replicas);
  SlicedNetwork sliced = slice_network(
      description, drive, slice_policy(network, options, begins_by_events(network, drive, options.update)));
  auto rows = std::make_shared<const SlicedRows>(take_rows(sliced));
  return std::make_unique<CpuSimulation>(network, std::move(sliced), std::move(rows), drive, options);
}

}  // namespace

std::unique_ptr<Simulation> make_simulation(const Network& network, const Drive& drive,
                                            const SimulationOptions& options) {
  return make(network, network, drive, options);
}

std::unique_ptr<Simulation> make_simulation(const ProceduralNetwork& procedural, const Drive& drive,
                                            const SimulationOptions& options) {
  return make(procedural.network, procedural, drive, options);
}

}  // namespace sprig::cpu
