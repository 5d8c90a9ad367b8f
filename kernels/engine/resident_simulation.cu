#include "kernels/engine/failure.hpp"
#include "kernels/engine/resident_simulation.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "kernels/engine/call_input.cuh"
#include "kernels/engine/resident_kernels.cuh"
#include "kernels/engine/resident_network.cuh"
#include "kernels/engine/resident_recorder.cuh"
#include "sprig/core/error.hpp"
#include "sprig/engine/call_check.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/engine/drive_constants.hpp"
#include "sprig/engine/gpu_plan.hpp"
#include "sprig/network/projection_draws.hpp"

namespace sprig::cuda {

namespace {

class ResidentSimulation final : public TracedSimulation {
 public:
  // synapses: a SlicedNetwork or DrawnRows.
  template <class Synapses>
  ResidentSimulation(const Network& network, const Drive& drive, Synapses synapses,
                     std::vector<WeightRounding> rounding, const SimulationOptions& options,
                     const kernel::ResidentPlan& plan, const std::string& device)
      : device_name_("cuda (" + device + ", resident)"),
        rounding_(std::move(rounding)),
        input_channels_(network.input.rows),
        step_(options.first_step),
        driven_(network, drive),
        network_(std::move(synapses), options, plan),
        kernel_(network.kind, plan.blocks, plan.threads, network_.shared_bytes(), plan.keeps),
        recorder_(network, plan),
        host_words_(2) {
    network_.reset(network, stream_);
    if (plan.keep_near) network_.near().keep_in_cache(stream_);
  }
  // Work may still be queued when an error unwinds; buffers must outlive it.
  ~ResidentSimulation() override { cudaStreamSynchronize(stream_.get()); }

  void advance(std::uint64_t steps, const Input& input, const RecordOptions& what, Recording* recording) override {
    run(steps, input, what, recording, {});
  }
  void follow(std::uint64_t steps, const Input& input, const std::function<void(const TracedSteps&)>& use) override {
    run(steps, input, {}, nullptr, use);
  }
  void set_drive(const Drive& drive) override;
  std::uint64_t step() const override { return step_; }
  SimulationState state() const override {
    refuse_broken();
    return network_.state(step_, stream_);
  }
  void set_state(const SimulationState& state) override {
    network_.set_state(state, stream_);
    step_ = state.step;
    broken_ = false;
  }
  std::string device_name() const override { return device_name_; }
  const std::vector<WeightRounding>& weight_rounding() const override { return rounding_; }

 private:
  void refuse_broken() const {
    if (broken_) throw DeviceError("resident engine", "an earlier call failed and left no state; set one first");
  }
  void run(std::uint64_t steps, const Input& input, const RecordOptions& what, Recording* recording,
           const std::function<void(const TracedSteps&)>& use);
  void check_segment(const kernel::ResidentSegment& segment, std::uint64_t first_step);

  std::string device_name_;
  std::vector<WeightRounding> rounding_;
  std::uint32_t input_channels_;
  std::uint64_t step_;
  DrivenNeurons driven_;
  bool broken_ = false;  // a segment ended early: the state is of no step
  Stream stream_;
  ResidentNetwork network_;
  ResidentKernel kernel_;
  ResidentRecorder recorder_;
  HostBuffer<std::uint64_t> host_words_;  // stalled, failure
  CallInput input_;
};

// Waits for the segment and throws what went wrong in it.
void ResidentSimulation::check_segment(const kernel::ResidentSegment& segment, std::uint64_t first_step) {
  network_.stalled.download(host_words_.data(), 1, stream_);
  network_.failure.download(host_words_.data() + 1, 1, stream_);
  stream_.synchronize();
  const std::uint64_t stalled = host_words_[0], failure = host_words_[1];
  if (stalled == ~0ull && failure == ~0ull) return;
  host_words_[0] = host_words_[1] = ~0ull;
  network_.stalled.upload(host_words_.data(), 1, stream_);
  network_.failure.upload(host_words_.data() + 1, 1, stream_);
  stream_.synchronize();
  if (stalled != ~0ull) {
    broken_ = true;
    const std::uint64_t window = ((stalled >> 32) - 1) * network_.data().window;
    throw DeviceError("resident engine", "block " + std::to_string(stalled >> 16 & 0xFFFF) +
                                             " waited in vain for the spikes of block " +
                                             std::to_string(stalled & 0xFFFF) + " in the steps from " +
                                             std::to_string(segment.step + window));
  }
  kernel::throw_not_finite(failure, first_step);
}

void ResidentSimulation::run(std::uint64_t steps, const Input& input, const RecordOptions& what, Recording* recording,
                             const std::function<void(const TracedSteps&)>& use) {
  const kernel::ResidentData& data = network_.data();
  check_call({data.neurons, 1, data.signal_channels, input_channels_}, steps, input, what, recording);
  refuse_broken();
  if (steps == 0) return;
  const std::uint64_t first_step = step_;
  kernel::ResidentSegment segment;
  input_.upload(steps, input, 1, stream_, segment);
  recorder_.begin(first_step, steps, what, recording, stream_);
  if (use) recorder_.trace(steps);
  for (std::uint64_t done = 0; done < steps; done += segment.steps) {
    segment.step = step_;
    segment.offset = done;
    segment.steps = static_cast<std::uint32_t>(std::min<std::uint64_t>(recorder_.segment_steps(), steps - done));
    recorder_.prepare(segment);
    network_.clear_mail(stream_);
    kernel_.enqueue(data, segment, stream_);
    step_ += segment.steps;
    recorder_.append();  // the segment before this one, which runs meanwhile
    check_segment(segment, first_step);
    recorder_.fetch(segment, stream_);
    if (use) use(recorder_.traced(segment.steps));
  }
  recorder_.finish();
}

void ResidentSimulation::set_drive(const Drive& drive) {
  driven_.check(drive);
  const PoissonTable table = driven_.table(drive);
  SliceConstants constants;
  driven_.pack(constants, drive, table, 0, network_.data().neurons);
  network_.set_drive(constants, table, stream_);
}

// Why not, or a simulation.
struct Attempt {
  std::string refusal;
  std::unique_ptr<Simulation> simulation;
};

const Network& description(const Network& network) { return network; }
const Network& description(const ProceduralNetwork& procedural) { return procedural.network; }

// A network's synapses are cut on the host; those that are rules are drawn on the device.
SlicedNetwork synapses_of(const Network& network, const Drive& drive, const SlicePolicy& policy, bool) {
  return slice_network(network, drive, policy);
}
DrawnRows synapses_of(const ProceduralNetwork& network, const Drive& drive, const SlicePolicy& policy, bool places) {
  return draw_rows(network, drive, policy, places);
}
bool holds_places(const SlicedNetwork&) { return false; }  // not ordered yet
bool holds_places(const DrawnRows& drawn) { return drawn.weights.size() > 0; }
const SlicedNetwork& slices_of(const SlicedNetwork& sliced) { return sliced; }
const SlicedNetwork& slices_of(const DrawnRows& drawn) { return drawn.sliced; }

// What is known of a network before it is cut. Of one that is still rules, the delays that may occur.
void describe(const Network& network, kernel::ResidentShape& shape) {
  shape.receptors = network.kind.currents();
  shape.min_delay = network.recurrent.min_delay();
  shape.delay_slots = std::max(network.recurrent.max_delay(), network.input.max_delay()) + 1u;
}
void describe(const ProceduralNetwork& procedural, kernel::ResidentShape& shape) {
  const ProjectionTables tables(procedural);
  const DelayBounds bounds = delay_bounds(tables, std::vector<std::uint64_t>(tables.projections.size(), 1));
  shape.receptors = procedural.network.kind.currents();
  shape.min_delay = bounds.least;
  shape.delay_slots = std::max(bounds.largest, procedural.network.input.max_delay()) + 1u;
}

// The plan is made twice: the first decides on the slices, the second on what depends on their delays.
template <class Description>
Attempt attempt(const Description& described, const Drive& drive, const SimulationOptions& options,
                kernel::ResidentWishes wishes) {
  const Network& network = description(described);
  if (const std::string why =
          why_not_resident(network.plasticity.has_value(), begins_by_events(network, drive, options.update));
      !why.empty())
    return {why, nullptr};
  const DeviceInfo device = current_device();
  const kernel::ResidentMachine machine{static_cast<std::uint32_t>(device.multiprocessors),
                                        device.shared_per_block_bytes, device.l2_bytes};
  kernel::ResidentShape shape;
  shape.neurons = shape.sources = network.size();
  shape.step_ms = network.step_ms;
  shape.replicas = options.replicas;
  shape.weight_bits = options.weight_bits;
  describe(described, shape);
  kernel::ResidentPlan plan = kernel::plan_resident(shape, machine, wishes);
  if (!plan.possible()) return {plan.refusal, nullptr};
  SlicePolicy policy{plan.slices, options.weight_bits, true};
  policy.most_neurons = plan.most_neurons;
  policy.most_error = weight_error_limit(options.weight_error, options.weight_bits);
  // A second slice a block would send the state of its neurons out of registers.
  policy.dealt = plan.keeps != kernel::Keeps::all;
  auto synapses = synapses_of(described, drive, policy, plan.places);
  const SlicedNetwork& sliced = slices_of(synapses);
  if (!sliced.narrow)
    return {"delays of " + std::to_string(sliced.delay_slots - 1) + " steps do not fit synapses of 4 bytes", nullptr};
  wishes.slices = static_cast<std::uint32_t>(sliced.slices.size());
  kernel::ResidentShape cut = kernel::resident_shape(sliced, options, network.step_ms);
  cut.places = holds_places(synapses);
  plan = kernel::plan_resident(cut, machine, wishes);
  if (!plan.possible()) return {plan.refusal, nullptr};
  std::vector<WeightRounding> rounding = sliced.rounding;
  return {"", std::make_unique<ResidentSimulation>(network, drive, std::move(synapses), std::move(rounding), options,
                                                   plan, device.name)};
}

template <class Description>
std::unique_ptr<Simulation> insist(const Description& described, const Drive& drive, const SimulationOptions& options,
                                   const kernel::ResidentWishes& wishes) {
  Attempt result = attempt(described, drive, options, wishes);
  if (!result.simulation) throw ConfigError("run.cuda_engine", "resident: " + result.refusal);
  return std::move(result.simulation);
}

}  // namespace

std::unique_ptr<Simulation> make_resident_simulation(const Network& network, const Drive& drive,
                                                     const SimulationOptions& options,
                                                     const kernel::ResidentWishes& wishes) {
  return insist(network, drive, options, wishes);
}
std::unique_ptr<Simulation> make_resident_simulation(const ProceduralNetwork& network, const Drive& drive,
                                                     const SimulationOptions& options,
                                                     const kernel::ResidentWishes& wishes) {
  return insist(network, drive, options, wishes);
}

std::unique_ptr<Simulation> try_resident_simulation(const Network& network, const Drive& drive,
                                                    const SimulationOptions& options) {
  return attempt(network, drive, options, {}).simulation;
}
std::unique_ptr<Simulation> try_resident_simulation(const ProceduralNetwork& network, const Drive& drive,
                                                    const SimulationOptions& options) {
  return attempt(network, drive, options, {}).simulation;
}

}  // namespace sprig::cuda
