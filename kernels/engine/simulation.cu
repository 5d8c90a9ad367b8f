#include "kernels/engine/simulation.cuh"

#include <algorithm>
#include <string>
#include <vector>

#include "kernels/engine/input_rows.hpp"
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

std::string usable_device() {
  const std::vector<DeviceInfo> found = devices();
  if (found.empty()) throw DeviceError("device", why_no_device());
  int current = 0;
  check(cudaGetDevice(&current), "asking for the current device");
  return "cuda (" + found.at(static_cast<std::size_t>(current)).name + ")";
}

}  // namespace

CudaSimulation::CudaSimulation(const Network& network, const Drive& drive, const SimulationOptions& options)
    : CudaSimulation(network, slice_network(network, drive, 1), options, steps_a_chunk(network, options.replicas)) {}

CudaSimulation::CudaSimulation(const Network& network, const SlicedNetwork& sliced, const SimulationOptions& options,
                               std::uint32_t chunk_steps)
    : device_name_(usable_device()),
      input_channels_(sliced.input_channels),
      chunk_steps_(chunk_steps),
      step_(options.first_step),
      network_(sliced, network, options, chunk_steps),
      kernels_(network.kind, network_.data()),
      recorder_(network_, network, chunk_steps),
      control_(1),
      host_control_(1),
      host_failure_(1) {
  network_.reset(network, stream_);
}

// Work may still be queued when an error unwinds; buffers must outlive it.
CudaSimulation::~CudaSimulation() { cudaStreamSynchronize(stream_.get()); }

void CudaSimulation::set_state(const SimulationState& state) {
  network_.set_state(state, stream_);
  step_ = state.step;
}

void CudaSimulation::upload_input(std::uint64_t steps, const Input& input, kernel::Control& control) {
  if (!input.signal.empty()) {
    signal_.reserve(input.signal.size, "input signal");
    signal_.upload(input.signal.data, input.signal.size, stream_);
    control.signal = signal_.data();
    control.samples = input.samples;
    control.steps_per_sample = input.steps_per_sample;
  }
  if (!input.spikes.empty()) {
    const kernel::InputRows rows = kernel::input_rows(input.spikes, steps, network_.data().words);
    input_spans_.reserve(rows.spans.size(), "input spikes");
    input_spikes_.reserve(rows.rows.size(), "input spikes");
    input_spans_.upload(rows.spans.data(), rows.spans.size(), stream_);
    input_spikes_.upload(rows.rows.data(), rows.rows.size(), stream_);
    stream_.synchronize();  // before `rows` goes
    control.input_spans = input_spans_.data();
    control.input_spikes = input_spikes_.data();
  }
}

// A full chunk is one graph launch; shorter ones, at a call's end, are queued kernel by kernel.
void CudaSimulation::run_chunk(std::uint32_t steps) {
  if (steps < chunk_steps_ || chunk_steps_ == 1) {
    kernels_.enqueue_chunk(steps, control_.data(), stream_);
  } else {
    if (!chunk_graph_) {
      cudaGraph_t graph{};
      check(cudaStreamBeginCapture(stream_.get(), cudaStreamCaptureModeThreadLocal), "capturing a graph of steps");
      kernels_.enqueue_chunk(steps, control_.data(), stream_);
      check(cudaStreamEndCapture(stream_.get(), &graph), "capturing a graph of steps");
      const Owned<cudaGraph_t, cudaGraphDestroy> owner(graph);
      cudaGraphExec_t executable{};
      check(cudaGraphInstantiate(&executable, graph, 0), "making a graph of steps");
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
  throw NumericalError("membrane potential of neuron " + std::to_string(failure & 0xFFFFFFFFu),
                       "is not finite at step " + std::to_string(first_step + (failure >> 32)));
}

void CudaSimulation::advance(std::uint64_t steps, const Input& input, const RecordOptions& what, Recording* recording) {
  const kernel::StepData& data = network_.data();
  check_call({data.neurons, data.replicas, data.signal_channels, input_channels_}, steps, input, what, recording);
  if (steps == 0) return;
  kernel::Control control;
  control.next_step = step_;
  upload_input(steps, input, control);
  recorder_.begin(step_, steps, what, recording, control, stream_);
  host_control_[0] = control;
  control_.upload(host_control_.data(), 1, stream_);

  std::uint64_t chunks = 0;
  for (std::uint64_t done = 0; done < steps;) {
    const auto chunk = static_cast<std::uint32_t>(std::min<std::uint64_t>(chunk_steps_, steps - done));
    run_chunk(chunk);
    done += chunk;
    recorder_.append();
    recorder_.fetch(chunk, stream_);
    if (done == steps || recording != nullptr || ++chunks % kChunksBetweenChecks == 0) check_failure();
  }
  recorder_.finish(stream_);
}

std::unique_ptr<Simulation> make_simulation(const Network& network, const Drive& drive,
                                            const SimulationOptions& options) {
  if (options.replicas == 0) throw ConfigError("run.replicas", "0, must be at least 1");
  return std::make_unique<CudaSimulation>(network, drive, options);
}

}  // namespace sprig::cuda
