// The CUDA engine's kernel bodies run step by step through the threaded context: what kernels/engine/simulation.cu
// does, with vectors for device memory and a grid barrier for the end of a kernel.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/engine/deliver_kernel.hpp"
#include "kernels/engine/input_rows.hpp"
#include "kernels/engine/plastic_kernel.hpp"
#include "kernels/engine/row_segments.hpp"
#include "kernels/engine/update_kernel.hpp"
#include "sprig/engine/plastic.hpp"
#include "sprig/engine/simulation.hpp"
#include "tests/kernels/engine_cases.hpp"
#include "tests/support/threaded_context.hpp"

namespace sprig::test {

class ThreadedEngine {
 public:
  ThreadedEngine(const Network& network, const Drive& drive, const SimulationOptions& options)
      : network_(network),
        sliced_(slice_network(network, drive, {1, options.weight_bits, false, options.update == UpdateMode::event})),
        step_(options.first_step) {
    const std::size_t cells = std::size_t{network.size()} * options.replicas;
    set_initial_state(neurons_, network, 0, network.size(), options.replicas);
    ring_.assign(std::size_t{sliced_.delay_slots} * network.kind.currents() * cells, 0);
    for (std::uint32_t p = 0; p < network.populations.size(); ++p)
      population_of_.insert(population_of_.end(), network.populations[p].count, p);
    data_.neurons = network.size();
    data_.replicas = options.replicas;
    data_.words = (options.replicas + kWarp - 1) / kWarp;
    data_.first_replica = options.first_replica;
    data_.delay_slots = sliced_.delay_slots;
    data_.receptors = network.kind.currents();
    data_.signal_channels = sliced_.signal_channels;
    data_.populations = static_cast<std::uint32_t>(network.populations.size());
    data_.tables = {options.seed, sliced_.poisson_columns, sliced_.poisson_table.data(), sliced_.noise_table.data()};
    data_.population_of = population_of_.data();
    const Slice& slice = sliced_.slices.at(0);
    data_.constants = view_of_constants(slice.constants);
    data_.state = {view_of_state(neurons_), ring_.data()};
    data_.recurrent = rows_of(slice.recurrent);
    data_.input = rows_of(slice.input);
    data_.failure = &failure_;
    if (sliced_.plastic) set_plastic();
    if (options.update != UpdateMode::event) return;
    as_of_.assign(cells, step_);
    active_.assign(cells, 2);
    data_.events = {slice.skip.data(), slice.skip_row.data(), as_of_.data(), active_.data(), &touched_};
    with_kind([&]<LifKind kKind>() {
      launch_threads({2, 32}, [&](ThreadedContext& ctx) { kernel::begin_events<kKind>(ctx, data_); });
    });
  }

  // Runs `steps` steps as one chunk; records spikes, counts (windows since this call's first step), population spikes,
  // raw probes and the trajectory as `what` says.
  Recording advance(const LaunchShape& shape, std::uint32_t steps, const Input& input, const RecordOptions& what) {
    const std::size_t cells = std::size_t{data_.neurons} * data_.replicas;
    std::vector<kernel::Span> spans(steps + 1);
    std::vector<std::uint32_t> population_spikes(std::size_t{steps} * data_.populations, 77);
    std::vector<kernel::SpikeRow> list(std::size_t{data_.neurons} * data_.words * (what.spikes ? steps : 1));
    std::vector<real> probe_state(3 * what.probe.size() * data_.replicas * steps);
    data_.spans = spans.data();
    data_.population_spikes = population_spikes.data();
    const kernel::InputRows rows = kernel::input_rows(input.spikes, steps, data_.words);
    Recording recording;
    kernel::Control control;
    control.next_step = step_;
    if (!input.signal.empty()) {
      control.signal = input.signal.data;
      control.samples = input.samples;
      control.steps_per_sample = input.steps_per_sample;
    }
    if (!input.spikes.empty()) {
      control.input_spans = rows.spans.data();
      control.input_spikes = rows.rows.data();
    }
    control.spikes = list.data();
    control.keep_spikes = what.spikes;
    control.probes = static_cast<std::uint32_t>(what.probe.size());
    control.probe = what.probe.data();
    control.probe_state = probe_state.data();
    if (what.trajectory) {
      recording.u_before.resize(steps * cells);
      recording.current.resize(steps * cells);
      recording.flags.resize(steps * cells);
      control.u_before = recording.u_before.data();
      control.current = recording.current.data();
      control.flags = recording.flags.data();
    }
    if (what.count_window_steps > 0) {
      recording.counts.assign((steps + what.count_window_steps - 1) / what.count_window_steps * cells, 0);
      control.counts = recording.counts.data();
      control.count_window = what.count_window_steps;
    }
    run(shape, steps, control);
    step_ += steps;
    collect(steps, what, spans, list, population_spikes, probe_state, recording);
    return recording;
  }

  SimulationState state() const {
    SimulationState state{neurons_};
    state.step = step_;
    state.delay_slots = data_.delay_slots;
    state.exponents = sliced_.exponents;
    state.as_of = as_of_;
    if (!as_of_.empty()) state.touched = touched_;
    const std::size_t slot_size = ring_.size() / data_.delay_slots;
    for (std::size_t slot = 0; slot < data_.delay_slots; ++slot) {
      const auto from = ring_.begin() + (step_ + slot) % data_.delay_slots * slot_size;
      state.pending.insert(state.pending.end(), from, from + slot_size);
    }
    if (sliced_.plastic) {
      std::vector<PlasticSlice> now = plastic_slices_;
      now[0].known = catch_up_[(step_ + 1) & 1].known;
      state.plastic = plastic_state(sliced_, now, step_);
    }
    return state;
  }
  std::uint64_t failure() const { return failure_; }
  std::vector<real>& potentials() { return neurons_.u; }

 private:
  static kernel::RowsView rows_of(const PackedRows& rows) {
    return kernel::cut_rows(rows, rows.offsets.data(), rows.wide.data());
  }

  void set_plastic() {
    plastic_slices_ = make_plastic_slices(sliced_, step_);
    PlasticSlice& slice = plastic_slices_[0];
    PackedRows& rows = sliced_.slices[0].plastic;
    const Plasticity& what = sliced_.plastic->what;
    visits_.resize(sliced_.neurons);
    catch_up_.assign(2, {slice.known, 0, 0});
    plastic_.rows = rows_of(rows);
    plastic_.synapses = rows.wide.data();
    plastic_.rule = sliced_.plastic->tables.rule();
    plastic_.source_first = what.source_first, plastic_.source_count = what.source_count;
    plastic_.target_first = what.target_first, plastic_.target_count = what.target_count;
    plastic_.target_of = slice.target_of;
    plastic_.sources = slice.sources.data();
    plastic_.targets = slice.targets.data();
    plastic_.visits = visits_.data();
    plastic_.catch_up = catch_up_.data();
  }

  // Instantiated for the kinds that the tests use.
  template <class Use>
  void with_kind(Use use) const {
    const auto with = [&]<LifKind kKind>() {
      if (network_.kind == kKind) use.template operator()<kKind>();
    };
    with.template operator()<kKinds[0]>();
    with.template operator()<kKinds[1]>();
    with.template operator()<kKinds[2]>();
    with.template operator()<kKinds[3]>();
    with.template operator()<kKinds[4]>();
  }

  template <LifKind kKind>
  void update(ThreadedContext& ctx, const kernel::Control& control, std::uint32_t k) const {
    const auto with = [&]<bool kEvents, bool kLearns>() {
      if ((data_.events.skip != nullptr) == kEvents && (plastic_.sources != nullptr) == kLearns)
        kernel::update<kKind, kEvents, kLearns>(ctx, data_, plastic_, &control, k);
    };
    with.template operator()<false, false>();
    with.template operator()<false, true>();
    with.template operator()<true, false>();
    with.template operator()<true, true>();
  }

  void run(const LaunchShape& shape, std::uint32_t steps, kernel::Control& control) {
    with_kind([&]<LifKind kKind>() {
      launch_threads(shape, [&](ThreadedContext& ctx) {
        if (ctx.block() == 0) kernel::start_chunk(ctx, data_, &control, steps);
        ctx.grid_barrier();
        for (std::uint32_t k = 0; k < steps; ++k) {
          update<kKind>(ctx, control, k);
          ctx.grid_barrier();
          if (control.probes > 0) kernel::record_probes(ctx, data_, &control, k);
          const kernel::DeliveryCall call = kernel::delivery_call(data_, &control, k);
          kernel::deliver(ctx, data_, call, k);
          if (plastic_.sources != nullptr) kernel::deliver_plastic(ctx, data_, plastic_, call, k);
          ctx.grid_barrier();
        }
      });
    });
  }

  void collect(std::uint32_t steps, const RecordOptions& what, const std::vector<kernel::Span>& spans,
               const std::vector<kernel::SpikeRow>& list, const std::vector<std::uint32_t>& population_spikes,
               const std::vector<real>& probe_state, Recording& recording) const {
    recording.first_step = step_ - steps;
    recording.steps = steps;
    recording.population_spikes.assign(population_spikes.begin(), population_spikes.end());
    for (const std::uint32_t count : population_spikes) recording.total_spikes += count;
    if (what.spikes)
      for (std::uint32_t k = 0; k < steps; ++k) {
        const auto first = recording.spikes.size();
        for (std::uint32_t s = spans[k].begin; s < spans[k].end; ++s)
          for (std::uint32_t bit = 0; bit < kWarp; ++bit)
            if (list[s].replicas >> bit & 1)
              recording.spikes.push_back(
                  {recording.first_step + k, list[s].row / data_.words, list[s].row % data_.words * kWarp + bit});
        std::sort(recording.spikes.begin() + first, recording.spikes.end(),
                  [](const SpikeEvent& a, const SpikeEvent& b) {
                    return a.neuron != b.neuron ? a.neuron < b.neuron : a.replica < b.replica;
                  });
      }
    const std::size_t values = what.probe.size() * data_.replicas;
    for (std::size_t k = 0; k < steps; ++k)
      for (std::size_t j = 0; j < values; ++j) {
        const real* from = probe_state.data() + 3 * k * values + j;
        recording.probe_v.push_back(from[0] + static_cast<real>(network_.neurons.e_l[what.probe[j / data_.replicas]]));
        recording.probe_i.push_back(from[values]);
        recording.probe_theta.push_back(from[2 * values]);
      }
  }

  Network network_;
  SlicedNetwork sliced_;
  std::uint64_t step_;
  NeuronState<Vector> neurons_;
  std::vector<std::int32_t> ring_;
  std::vector<std::uint32_t> population_of_;
  std::uint64_t failure_ = ~0ull, touched_ = 0;
  std::vector<std::uint64_t> as_of_;
  std::vector<std::uint8_t> active_;
  kernel::StepData data_;
  std::vector<PlasticSlice> plastic_slices_;
  std::vector<StdpVisit> visits_;
  std::vector<kernel::CatchUp> catch_up_;
  kernel::PlasticView plastic_;
};

}  // namespace sprig::test
