// The chains on a device. What comes to the host of a sweep is two numbers, and of a block its sums.
#include "sprig/dynamics/cayley_chains.hpp"

#include <utility>
#include <vector>

#include "kernels/core/cuda_context.cuh"
#include "kernels/core/device_buffer.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/dynamics/cayley_kernel.hpp"
#include "sprig/engine/device.hpp"

namespace sprig::cuda {

namespace {

__global__ void __launch_bounds__(kThreads)
    start_chains_kernel(const __grid_constant__ kernel::CayleyView view, std::uint64_t draw, bool deviations) {
  CudaContext ctx;
  kernel::cayley_start(ctx, view, draw, deviations);
}
__global__ void __launch_bounds__(kThreads) begin_step_kernel(const __grid_constant__ kernel::CayleyView view,
                                                              std::uint64_t draw, bool noise, double* midpoint) {
  CudaContext ctx;
  kernel::cayley_begin_step(ctx, view, draw, noise, midpoint);
}
__global__ void __launch_bounds__(kThreads) sweep_kernel(const __grid_constant__ kernel::CayleyView view,
                                                         const double* from, double* to, std::uint64_t* inverted) {
  CudaContext ctx;
  kernel::cayley_sweep(ctx, view, from, to, inverted);
}
__global__ void __launch_bounds__(kThreads)
    end_step_kernel(const __grid_constant__ kernel::CayleyView view, const double* midpoint, std::uint64_t* inverted) {
  CudaContext ctx;
  kernel::cayley_end_step(ctx, view, midpoint, inverted);
}
__global__ void __launch_bounds__(kThreads) add_samples_kernel(const __grid_constant__ kernel::CayleyView view,
                                                               const __grid_constant__ kernel::PairsView pairs) {
  CudaContext ctx;
  kernel::cayley_add_samples(ctx, view, pairs);
}

double largest_of(std::uint64_t inverted) { return __builtin_bit_cast(double, ~inverted); }

class CudaCayleyChains final : public CayleyChains {
 public:
  CudaCayleyChains(const SparseSystem& a, const CayleySteps& steps, const SampleKeys& keys)
      : steps_(steps.neurons, "covariance samples"),
        ids_(keys.neurons, "covariance samples"),
        row_offsets_(a.offsets, "linear system"),
        columns_(a.columns, "linear system"),
        values_(a.values, "linear system"),
        x_(entries(a), "covariance samples"),
        control_(entries(a), "covariance samples"),
        right_(entries(a), "covariance samples"),
        midpoint_(entries(a), "covariance samples"),
        next_(entries(a), "covariance samples"),
        inverted_(2),
        host_inverted_(2),
        grid_(grid_for(entries(a), kThreads, kMostBlocks)) {
    view_.neurons = a.size();
    view_.seed = keys.seed;
    view_.half = steps.half;
    view_.noise = steps.noise;
    view_.steps = steps_.data();
    view_.ids = ids_.data();
    view_.offsets = row_offsets_.data();
    view_.columns = columns_.data();
    view_.values = values_.data();
    view_.x = x_.data();
    view_.control = control_.data();
    view_.right = right_.data();
  }
  // Work may still be queued when an error unwinds; buffers must outlive it.
  ~CudaCayleyChains() override { cudaStreamSynchronize(stream_.get()); }

  void set_moments(PairMoments& moments) override {
    if (moments_ == &moments) return;
    const Csr& graph = moments.graph();
    std::vector<std::int8_t> signs(graph.synapses());
    for (std::uint64_t k = 0; k < signs.size(); ++k) signs[k] = static_cast<std::int8_t>(moments.sign(k));
    offsets_ = DeviceBuffer<std::uint64_t>(graph.offsets, "synapse rows");
    targets_ = DeviceBuffer<std::uint32_t>(graph.targets, "synapses");
    signs_ = DeviceBuffer<std::int8_t>(signs, "synapses");
    of_synapse_ = DeviceBuffer<double>(graph.synapses(), "covariance samples");
    of_neuron_ = DeviceBuffer<double>(graph.rows, "covariance samples");
    clear_sums();
    pairs_ = {offsets_.data(), targets_.data(), signs_.data(), of_synapse_.data(), of_neuron_.data()};
    moments_ = &moments;
  }

  void draw(std::uint64_t index) override { draw_ = index; }
  void start() override { launch("starting chains", grid_, stream_, start_chains_kernel, view_, draw_, true); }
  void start_from_draw() override { launch("starting chains", grid_, stream_, start_chains_kernel, view_, draw_, false); }
  void begin_step(bool noise) override {
    launch("a step of chains", grid_, stream_, begin_step_kernel, view_, draw_, noise, midpoint_.data());
  }
  SweepChange sweep(const Progress& progress) override {
    progress.report("covariance samples", 0);
    clear_largest();
    launch("a sweep of chains", grid_, stream_, sweep_kernel, view_, static_cast<const double*>(midpoint_.data()),
           next_.data(), inverted_.data());
    std::swap(midpoint_, next_);
    fetch_largest();
    return {largest_of(host_inverted_[0]), largest_of(host_inverted_[1])};
  }
  void end_step() override {
    clear_largest();
    launch("a step of chains", grid_, stream_, end_step_kernel, view_, static_cast<const double*>(midpoint_.data()),
           inverted_.data());
    fetch_largest();
    largest_ = largest_of(host_inverted_[0]);
  }
  double largest() const override { return largest_; }
  void add_samples(const Progress& progress) override {
    progress.report("covariance samples", 0);
    launch("covariance samples", grid_for(std::uint64_t{view_.neurons} * kWarp, kThreads, kMostBlocks), stream_,
           add_samples_kernel, view_, pairs_);
  }
  void end_block() override {
    const std::vector<double> synapses = of_synapse_.to_host(stream_), neurons = of_neuron_.to_host(stream_);
    for (std::uint64_t k = 0; k < synapses.size(); ++k) moments_->of_synapse(k).sum += synapses[k];
    for (std::uint32_t i = 0; i < neurons.size(); ++i) moments_->of_neuron(i).sum += neurons[i];
    clear_sums();
  }

 private:
  static std::size_t entries(const SparseSystem& a) { return std::size_t{a.size()} * kChains; }
  void clear_sums() const {
    of_synapse_.fill_zero(stream_);
    of_neuron_.fill_zero(stream_);
  }
  void clear_largest() const {
    host_inverted_[0] = host_inverted_[1] = ~0ull;
    inverted_.upload(host_inverted_.data(), 2, stream_);
  }
  void fetch_largest() const {
    inverted_.download(host_inverted_.data(), 2, stream_);
    stream_.synchronize();
  }

  Stream stream_;
  DeviceBuffer<CayleyNeuron> steps_;
  DeviceBuffer<std::uint32_t> ids_;
  DeviceBuffer<std::uint64_t> row_offsets_;
  DeviceBuffer<std::uint32_t> columns_;
  DeviceBuffer<double> values_, x_, control_, right_, midpoint_, next_;
  DeviceBuffer<std::uint64_t> inverted_;  // of the largest values: raise_to()
  HostBuffer<std::uint64_t> host_inverted_;
  Grid grid_;
  kernel::CayleyView view_;
  std::uint64_t draw_ = 0;
  double largest_ = 0;

  PairMoments* moments_ = nullptr;
  DeviceBuffer<std::uint64_t> offsets_;
  DeviceBuffer<std::uint32_t> targets_;
  DeviceBuffer<std::int8_t> signs_;
  DeviceBuffer<double> of_synapse_, of_neuron_;
  kernel::PairsView pairs_;
};

}  // namespace

std::unique_ptr<CayleyChains> make_cayley_chains(const SparseSystem& a, const CayleySteps& steps,
                                                 const SampleKeys& keys) {
  check_current();
  return std::make_unique<CudaCayleyChains>(a, steps, keys);
}

}  // namespace sprig::cuda
