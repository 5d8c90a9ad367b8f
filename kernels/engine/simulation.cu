#include "kernels/engine/failure.hpp"
#include "kernels/engine/simulation.cuh"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "kernels/engine/resident_simulation.hpp"
#include "sprig/core/error.hpp"
#include "sprig/engine/call_check.hpp"
#include "sprig/engine/device.hpp"

namespace sprig::cuda {

namespace {

constexpr std::uint32_t kChunkSteps = 32;            // steps a graph
constexpr std::uint64_t kMostKeptRows = 1ull << 27;  // a chunk's recorded spike list: at most 1 GiB
constexpr std::uint64_t kChunksBetweenChecks = 32;   // of the non-finite sentinel, when nothing is recorded

std::uint32_t steps_a_chunk(const Network& network, std::uint32_t replicas) {
  const std::uint64_t rows = std::uint64_t{network.size()} * ((replicas + kWarp - 1) / kWarp);
  return static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(kMostKeptRows / std::max<std::uint64_t>(rows, 1), 1, kChunkSteps));
}

// Ends a capture that an error cuts short, so that the stream can be used again.
class Capture {
 public:
  explicit Capture(const Stream& stream) : stream_(stream.get()) {
    check(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal), "capturing a graph of steps");
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  ~Capture() {
    if (stream_ == nullptr) return;
    cudaGraph_t graph{};
    if (cudaStreamEndCapture(stream_, &graph) == cudaSuccess) cudaGraphDestroy(graph);
  }
  cudaGraph_t end() {
    cudaGraph_t graph{};
    check(cudaStreamEndCapture(std::exchange(stream_, nullptr), &graph), "capturing a graph of steps");
    return graph;
  }

 private:
  cudaStream_t stream_;
};

}  // namespace

CudaSimulation::CudaSimulation(const Network& network, const Drive& drive, const SlicedNetwork& sliced,
                               const SimulationOptions& options, bool graphs)
    : CudaSimulation(network, drive, sliced, make_synapses(sliced), options, graphs) {}

CudaSimulation::CudaSimulation(const Network& network, const Drive& drive, const SlicedNetwork& sliced,
                               std::shared_ptr<const DeviceSynapses> synapses, const SimulationOptions& options,
                               bool graphs)
    : device_name_("cuda (" + current_device().name + ")"),
      rounding_(sliced.rounding),
      input_channels_(sliced.input_channels),
      chunk_steps_(steps_a_chunk(network, options.replicas)),
      graphs_(graphs),
      kind_(network.kind),
      update_(options.update),
      driven_(network, drive),
      step_(options.first_step),
      network_(sliced, std::move(synapses), network, options, chunk_steps_),
      kernels_(kind_, network_.data(), network_.plastic()),
      recorder_(network_, network, chunk_steps_),
      control_(1),
      host_control_(1),
      host_failure_(1) {
  network_.reset(network, stream_);
  if (network_.can_skip()) begin_events({}, 0);
}

// Work may still be queued when an error unwinds; buffers must outlive it.
CudaSimulation::~CudaSimulation() { cudaStreamSynchronize(stream_.get()); }

void CudaSimulation::set_state(const SimulationState& state) {
  const bool events = state_is_by_events(state, network_.can_skip(), update_);
  network_.set_state(state, stream_);
  step_ = state.step;
  network_.end_events();
  use_network();
  if (!events) return;
  begin_events(state.as_of, state.touched);
  if (needs_clock_) turn_to_clock();
}

void CudaSimulation::set_drive(const Drive& drive) {
  driven_.check(drive);
  if (network_.can_skip()) needs_clock_ = drive_needs_clock(drive, update_);
  const PoissonTable table = driven_.table(drive);
  SliceConstants constants;
  driven_.pack(constants, drive, table, 0, network_.data().neurons);
  if (by_events() && needs_clock_) turn_to_clock();
  if (by_events()) {
    currents_.reserve(constants.external.size(), "neuron constants");
    currents_.upload(constants.external.data(), constants.external.size(), stream_);
    kernels_.change_currents(currents_.data(), step_, stream_);
  }
  if (network_.set_drive(constants, table, stream_)) use_network();
}

// The kernels for what the network is now: by events or by the clock.
void CudaSimulation::use_network() {
  kernels_ = StepKernels(kind_, network_.data(), network_.plastic());
  chunk_graph_ = {};
}

// as_of empty: all cells are as of this step.
void CudaSimulation::begin_events(const std::vector<std::uint64_t>& as_of, std::uint64_t touched) {
  const kernel::StepData& data = network_.data();
  const std::size_t cells = std::size_t{data.neurons} * data.replicas;
  network_.set_events(as_of.empty() ? std::vector<std::uint64_t>(cells, step_) : as_of, touched, stream_);
  use_network();
  kernels_.begin_events(stream_);
}

// At a multiple of kMeasureSteps: when too many neurons are touched, the clock takes over for good.
void CudaSimulation::measure_activity() {
  const kernel::StepData& data = network_.data();
  host_failure_[0] = 0;
  network_.touched.download(host_failure_.data(), 1, stream_);
  stream_.synchronize();
  const bool clock = clock_pays(host_failure_[0], std::uint64_t{data.neurons} * data.replicas);
  network_.touched.fill_zero(stream_);
  if (clock) turn_to_clock();
}

void CudaSimulation::turn_to_clock() {
  kernels_.end_events(step_, stream_);
  network_.end_events();
  use_network();
}

// A full chunk is one graph launch; shorter ones, at a call's end, are queued kernel by kernel.
void CudaSimulation::run_chunk(std::uint32_t steps) {
  if (!graphs_ || steps < chunk_steps_ || chunk_steps_ == 1) {
    kernels_.enqueue_chunk(steps, control_.data(), stream_);
  } else {
    if (!chunk_graph_) {
      Capture capture(stream_);
      kernels_.enqueue_chunk(steps, control_.data(), stream_);
      const Owned<cudaGraph_t, cudaGraphDestroy> graph(capture.end());
      cudaGraphExec_t executable{};
      check(cudaGraphInstantiate(&executable, graph.get(), 0), "making a graph of steps");
      chunk_graph_ = GraphExec(executable);
    }
    check(cudaGraphLaunch(chunk_graph_.get(), stream_.get()), "launching a graph of steps");
  }
  step_ += steps;
}

void CudaSimulation::check_failure() {
  network_.failure.download(host_failure_.data(), 1, stream_);
  stream_.synchronize();
  const std::uint64_t failure = host_failure_[0];
  if (failure == ~0ull) return;
  const std::uint64_t first_step = host_control_[0].next_step;
  host_failure_[0] = ~0ull;
  network_.failure.upload(host_failure_.data(), 1, stream_);
  stream_.synchronize();
  kernel::throw_not_finite(failure, first_step);
}

void CudaSimulation::run(std::uint64_t steps, const Input& input, const RecordOptions& what, Recording* recording,
                         const std::function<void(const TracedSteps&)>& use) {
  const kernel::StepData& data = network_.data();
  check_call({data.neurons, data.replicas, data.signal_channels, input_channels_}, steps, input, what, recording);
  if (steps == 0) return;
  if (by_events()) refuse_trajectory(what, recording);
  kernel::Control control;
  control.next_step = step_;
  input_.upload(steps, input, network_.data().words, stream_, control);
  recorder_.begin(step_, steps, what, recording, control, stream_);
  if (use) recorder_.trace(control);
  host_control_[0] = control;
  control_.upload(host_control_.data(), 1, stream_);

  std::uint64_t chunks = 0;
  for (std::uint64_t done = 0; done < steps;) {
    const bool measured = update_ == UpdateMode::automatic && by_events();
    auto chunk = static_cast<std::uint32_t>(std::min<std::uint64_t>(chunk_steps_, steps - done));
    if (measured)
      chunk = static_cast<std::uint32_t>(std::min(std::uint64_t{chunk}, kMeasureSteps - step_ % kMeasureSteps));
    run_chunk(chunk);
    if (measured && step_ % kMeasureSteps == 0) measure_activity();
    done += chunk;
    recorder_.append();
    recorder_.fetch(chunk, stream_);
    if (done == steps || recording != nullptr || use || ++chunks % kChunksBetweenChecks == 0) check_failure();
    if (use) use(recorder_.traced(chunk));
  }
  recorder_.finish(stream_);
}

namespace {

// Before the work of packing.
void check_options(const Network& network, const SimulationOptions& options) {
  check_current();
  check_replicas(network, options.replicas);
}

// One slice of wide synapses.
SlicePolicy plain_policy(const Network& network, const Drive& drive, const SimulationOptions& options) {
  SlicePolicy policy{1, options.weight_bits, false, begins_by_events(network, drive, options.update)};
  policy.most_error = weight_error_limit(options.weight_error, options.weight_bits);
  return policy;
}

// The resident engine, when it is asked for, or possible and not declined; else null.
template <class Description>
std::unique_ptr<Simulation> resident(const Description& network, const Drive& drive, const SimulationOptions& options) {
  switch (options.cuda_engine) {
    case CudaEngine::plain:
      return nullptr;
    case CudaEngine::resident:
      return make_resident_simulation(network, drive, options);
    case CudaEngine::automatic:
      break;
  }
  return try_resident_simulation(network, drive, options);
}

}  // namespace

std::unique_ptr<Simulation> make_simulation(const Network& network, const Drive& drive,
                                            const SimulationOptions& options) {
  check_options(network, options);
  if (auto simulation = resident(network, drive, options)) return simulation;
  const SlicePolicy policy = plain_policy(network, drive, options);
  return std::make_unique<CudaSimulation>(network, drive, slice_network(network, drive, policy), options);
}

std::unique_ptr<Simulation> make_simulation(const ProceduralNetwork& procedural, const Drive& drive,
                                            const SimulationOptions& options) {
  check_options(procedural.network, options);
  const Network& network = procedural.network;
  if (auto simulation = resident(procedural, drive, options)) return simulation;
  const SlicePolicy policy = plain_policy(network, drive, options);
  return std::make_unique<CudaSimulation>(network, drive, slice_network(procedural, drive, policy), options);
}

}  // namespace sprig::cuda
