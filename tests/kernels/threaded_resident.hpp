// The resident engine's kernel run through the threaded context: what kernels/engine/resident_simulation.cu does, with
// vectors for device memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <vector>

#include "kernels/engine/input_rows.hpp"
#include "kernels/engine/near_rows.hpp"
#include "kernels/engine/resident_kernel.hpp"
#include "kernels/engine/resident_layout.hpp"
#include "kernels/engine/resident_plan.hpp"
#include "kernels/engine/resident_records.hpp"
#include "sprig/engine/recording.hpp"
#include "sprig/engine/simulation.hpp"
#include "tests/support/threaded_context.hpp"

namespace sprig::test {

// A context in which one block's words from some window on are lost.
class MuteContext : public ThreadedContext {
 public:
  MuteContext(const ThreadedContext& context, std::uint32_t silent, std::uint32_t window)
      : ThreadedContext(context), silent_(silent), window_(window) {}
  template <Order kOrder, Scope kScope = Scope::device, class T>
  void store(T* p, T x) {
    if constexpr (sizeof(T) == 8)
      if (block() == silent_ && x >> kernel::kTagShift >= window_) return;
    ThreadedContext::store<kOrder, kScope>(p, x);
  }

 private:
  std::uint32_t silent_, window_;
};

struct ResidentSetup {
  kernel::ResidentWishes wishes{2, 0, 32};
  std::size_t shared_bytes = 64 * 1024, l2_bytes = 1 << 20;
  std::uint32_t segment_steps = 1000;
  std::optional<std::uint32_t> yield_seed = std::nullopt;
  std::optional<std::uint32_t> silent_block = std::nullopt;  // lost from the third window on
};

class ThreadedResident {
 public:
  ThreadedResident(const Network& network, const Drive& drive, const SimulationOptions& options,
                   const ResidentSetup& setup)
      : network_(network), setup_(setup), appender_(network), step_(options.first_step) {
    kernel::ResidentWishes wishes = setup.wishes;
    const kernel::ResidentMachine machine{wishes.blocks, setup.shared_bytes, setup.l2_bytes};
    const std::uint32_t longest = std::max(network.recurrent.max_delay(), network.input.max_delay());
    const kernel::ResidentShape wanted{network.size(),     network.recurrent.rows,
                                       network.input.rows, network.kind.receptors == 2 ? 2u : 1u,
                                       longest + 1,        network.recurrent.min_delay()};
    const kernel::ResidentPlan uncut = kernel::plan_resident(wanted, machine, wishes);
    SlicePolicy policy{uncut.slices, 16, true};
    policy.most_neurons = uncut.most_neurons;
    policy.dealt = uncut.keeps != kernel::Keeps::all;
    sliced_ = slice_network(network, drive, policy);
    wishes.slices = static_cast<std::uint32_t>(sliced_.slices.size());
    SimulationOptions sixteen = options;
    sixteen.weight_bits = 16;
    plan_ = kernel::plan_resident(kernel::resident_shape(sliced_, sixteen, network.step_ms), machine, wishes);
    if (!plan_.possible() || !sliced_.narrow) return;

    set_initial_state(neurons_, network, 0, network.size(), 1);
    rings_.assign(std::size_t{sliced_.delay_slots} * network.kind.currents() * network.size(), 0);
    constants_ = kernel::join_constants(sliced_);
    slice_first_ = kernel::slice_first(sliced_);
    slice_reached_ = kernel::slice_reached(sliced_);
    recurrent_ = kernel::row_table(sliced_, &Slice::recurrent, sliced_.sources, plan_.places);
    input_ = kernel::row_table(sliced_, &Slice::input, sliced_.input_channels);
    kernel::gather_rows(sliced_, &Slice::recurrent, 0, sliced_.sources, recurrent_groups_, holds_places());
    kernel::gather_rows(sliced_, &Slice::input, 0, sliced_.input_channels, input_groups_);
    boxes_.resize(std::size_t{kernel::kMailSets} * plan_.blocks * plan_.box_words);
    overflow_.resize(std::size_t{kernel::kMailSets} * plan_.blocks * plan_.overflow_words);

    data_ = kernel::resident_data(sliced_, options, plan_);
    data_.slice_first = slice_first_.data();
    data_.slice_reached = slice_reached_.data();
    data_.tables.poisson_table = sliced_.poisson_table.data();
    data_.tables.noise_table = sliced_.noise_table.data();
    data_.constants = view_of_constants(constants_);
    data_.state = {view_of_state(neurons_), rings_.data()};
    data_.recurrent = {recurrent_.first.data(), recurrent_.parts.data(), recurrent_groups_.data(),
                       holds_places() ? recurrent_.weights.data() : nullptr};
    data_.input = {input_.first.data(), input_.parts.data(), input_groups_.data()};
    data_.boxes = boxes_.data();
    data_.overflow = overflow_.data();
    data_.stalled = &stalled_;
    data_.failure = &failure_;
    if (data_.near_steps > 0) split_rows();
  }

  void advance(std::uint32_t steps, const Input& input, const RecordOptions& what, Recording* recording) {
    if (recording != nullptr)
      make_room(*recording, step_, steps, what, {network_.size(), 1, network_.populations.size()});
    const kernel::InputRows rows = kernel::input_rows(input.spikes, steps, 1);
    for (std::uint32_t done = 0; done < steps;) {
      kernel::ResidentSegment segment;
      segment.step = step_;
      segment.offset = done;
      segment.steps = std::min(setup_.segment_steps, steps - done);
      if (!input.signal.empty()) {
        segment.signal = input.signal.data;
        segment.samples = input.samples;
        segment.steps_per_sample = input.steps_per_sample;
      }
      if (!input.spikes.empty()) {
        segment.input_spans = rows.spans.data();
        segment.input_spikes = rows.rows.data();
      }
      run_recorded(segment, done, what, recording);
      done += segment.steps;
      step_ += segment.steps;
    }
    if (recording != nullptr) recording->steps += steps;
  }

  SimulationState state() const {
    SimulationState state{neurons_};
    state.step = step_;
    state.delay_slots = sliced_.delay_slots;
    state.exponents = sliced_.exponents;
    state.pending = kernel::pending_of_rings(sliced_, step_, rings_);
    return state;
  }
  const kernel::ResidentPlan& plan() const { return plan_; }
  const SlicedNetwork& sliced() const { return sliced_; }
  bool holds_places() const { return !recurrent_.weights.empty(); }
  bool splits() const { return data_.near_steps > 0; }
  std::uint64_t failure() const { return failure_; }
  std::uint64_t stalled() const { return stalled_; }
  std::vector<real>& potentials() { return neurons_.u; }

 private:
  void split_rows() {
    const LaunchShape shape{2, 64};
    const std::uint32_t sources = sliced_.sources;
    std::vector<std::uint32_t> totals(std::size_t{kernel::near_groups(sources)} * data_.slices),
        most(kernel::near_groups(sources));
    launch_threads(shape,
                   [&](ThreadedContext& ctx) { kernel::count_near(ctx, data_, sources, totals.data(), most.data()); });
    const kernel::NearShape near{sources, *std::max_element(most.begin(), most.end()),
                                 std::accumulate(totals.begin(), totals.end(), std::uint64_t{0})};
    if (!plan_.pays_to_split(near, recurrent_groups_.size() * kGroup)) {
      data_.near_steps = 0;
      return;
    }
    near_ = kernel::near_table(totals, data_.slices);
    near_synapses_.resize(near.synapses);
    data_.near = {near_.first.data(), near_.directory.data(), near.groups(), near_synapses_.data()};
    launch_threads(shape, [&](ThreadedContext& ctx) {
      kernel::copy_near(ctx, data_, sources, data_.near, near_.directory.data(), near_synapses_.data());
    });
    data_.shared_directory = plan_.shared_directory(near);
    plan_.shared_bytes = plan_.shared_bytes_with(near);
  }

  void run_recorded(kernel::ResidentSegment& segment, std::uint32_t done, const RecordOptions& what,
                    Recording* recording) {
    const std::size_t n = network_.size(), steps = segment.steps, probes = what.probe.size();
    std::vector<std::uint64_t> spikes, counts(plan_.blocks);
    std::vector<real> probe_state(3 * probes * steps), u_before, current;
    std::vector<std::uint8_t> flags;
    const kernel::ProbeChains chains = kernel::probe_chains(what.probe, network_.size());
    if (recording != nullptr) {
      segment.spike_capacity = std::uint64_t{steps} * n;
      spikes.resize(plan_.blocks * segment.spike_capacity);
      segment.spikes = spikes.data();
      segment.spike_counts = counts.data();
      segment.probes = static_cast<std::uint32_t>(probes);
      segment.probe_of = chains.of.data();
      segment.probe_next = chains.next.data();
      segment.probe_state = probe_state.data();
      if (what.trajectory) {
        u_before.resize(steps * n), current.resize(steps * n), flags.resize(steps * n);
        segment.u_before = u_before.data(), segment.current = current.data(), segment.flags = flags.data();
      }
    }
    std::fill(boxes_.begin(), boxes_.end(), 0);
    std::fill(overflow_.begin(), overflow_.end(), 0);
    run(segment);
    if (recording == nullptr) return;
    kernel::SegmentRecords records;
    for (std::uint32_t b = 0; b < plan_.blocks; ++b) {
      const auto first = spikes.begin() + static_cast<std::ptrdiff_t>(b * segment.spike_capacity);
      records.spikes.insert(records.spikes.end(), first, first + static_cast<std::ptrdiff_t>(counts[b]));
    }
    records.probe_state = probe_state.data();
    records.u_before = u_before.data(), records.current = current.data(), records.flags = flags.data();
    appender_.append(records, step_, recording->steps + done, segment.steps, what, *recording);
  }

  void run(const kernel::ResidentSegment& segment) {
    with_lif_kind(network_.kind, [&]<LifKind kKind>() {
      switch (plan_.keeps) {
        case kernel::Keeps::all:
          return run<kKind, kernel::Keeps::all>(segment);
        case kernel::Keeps::rings:
          return run<kKind, kernel::Keeps::rings>(segment);
        case kernel::Keeps::nothing:
          return run<kKind, kernel::Keeps::nothing>(segment);
      }
    });
  }
  template <LifKind kKind, kernel::Keeps kKept>
  void run(const kernel::ResidentSegment& segment) {
    const LaunchShape shape{plan_.blocks, plan_.threads, plan_.shared_bytes, setup_.yield_seed};
    launch_threads(shape, [&](ThreadedContext& ctx) {
      if (!setup_.silent_block) return kernel::run_segment<kKind, kKept>(ctx, data_, segment);
      if constexpr (kKind == LifKind{} && kKept == kernel::Keeps::all) {
        MuteContext mute(ctx, *setup_.silent_block, 3);
        kernel::run_segment<kKind, kKept>(mute, data_, segment);
      }
    });
  }

  Network network_;
  ResidentSetup setup_;
  kernel::SegmentAppender appender_;
  std::uint64_t step_;
  SlicedNetwork sliced_;
  kernel::ResidentPlan plan_;
  SliceConstants constants_;
  std::vector<std::uint32_t> slice_first_;
  std::vector<std::uint8_t> slice_reached_;
  kernel::RowTable recurrent_, input_;
  std::vector<SynapseGroup> recurrent_groups_, input_groups_;
  std::vector<NarrowSynapse> near_synapses_;
  kernel::NearTable near_;
  NeuronState<Vector> neurons_;
  std::vector<std::int32_t> rings_;
  std::vector<std::uint64_t> boxes_, overflow_;
  std::uint64_t stalled_ = ~0ull, failure_ = ~0ull;
  kernel::ResidentData data_;
};

}  // namespace sprig::test
