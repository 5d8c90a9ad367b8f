// The CUDA backend, stage 1 (docs/engine.md): one update and one delivery kernel a step, captured into a graph of
// many steps that advances a step counter in device memory, so that steps need no host.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernels/core/device_buffer.cuh"
#include "kernels/engine/call_input.cuh"
#include "kernels/engine/chunk_recorder.cuh"
#include "kernels/engine/device_network.cuh"
#include "kernels/engine/step_kernels.cuh"
#include "sprig/engine/drive_constants.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig::cuda {

class CudaSimulation final : public TracedSimulation {
 public:
  // `sliced` holds `network` as one slice of wide synapses. graphs = false: each kernel is launched by the host.
  CudaSimulation(const Network& network, const Drive& drive, const SlicedNetwork& sliced,
                 const SimulationOptions& options, bool graphs = true);
  // The same with its synapses, which others may read too.
  CudaSimulation(const Network& network, const Drive& drive, const SlicedNetwork& sliced,
                 std::shared_ptr<const DeviceSynapses> synapses, const SimulationOptions& options, bool graphs = true);
  ~CudaSimulation() override;

  void advance(std::uint64_t steps, const Input& input, const RecordOptions& what, Recording* recording) override {
    run(steps, input, what, recording, {});
  }
  void follow(std::uint64_t steps, const Input& input, const std::function<void(const TracedSteps&)>& use) override {
    run(steps, input, {}, nullptr, use);
  }
  void set_drive(const Drive& drive) override;
  std::uint64_t step() const override { return step_; }
  SimulationState state() const override { return network_.state(step_, stream_); }
  void set_state(const SimulationState& state) override;
  std::string device_name() const override { return device_name_; }
  const std::vector<WeightRounding>& weight_rounding() const override { return rounding_; }

 private:
  void run(std::uint64_t steps, const Input& input, const RecordOptions& what, Recording* recording,
           const std::function<void(const TracedSteps&)>& use);
  void run_chunk(std::uint32_t steps);
  void check_failure();
  bool by_events() const { return network_.data().events.skip != nullptr; }
  void begin_events(const std::vector<std::uint64_t>& as_of, std::uint64_t touched);
  void use_network();
  void measure_activity();
  void turn_to_clock();

  std::string device_name_;
  std::vector<WeightRounding> rounding_;
  std::uint32_t input_channels_, chunk_steps_;
  bool graphs_;
  LifKind kind_;
  UpdateMode update_;
  DrivenNeurons driven_;
  bool needs_clock_ = false;  // the drive that it was given since
  std::uint64_t step_;
  Stream stream_;
  DeviceNetwork network_;
  StepKernels kernels_;
  ChunkRecorder recorder_;
  DeviceBuffer<kernel::Control> control_;
  HostBuffer<kernel::Control> host_control_;
  HostBuffer<std::uint64_t> host_failure_;
  CallInput input_;
  DeviceBuffer<real> currents_;  // of events, while they change
  GraphExec chunk_graph_;        // made at the first full chunk
};

}  // namespace sprig::cuda
