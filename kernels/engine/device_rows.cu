#include "kernels/engine/device_rows.cuh"

#include <string>
#include <utility>

#include "kernels/core/cuda_context.cuh"
#include "kernels/core/exclusive_sum.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/engine/keep_kernel.hpp"
#include "kernels/engine/row_segments.hpp"
#include "sprig/core/error.hpp"

namespace sprig::cuda {

namespace {

__global__ void __launch_bounds__(kThreads) count_kept_kernel(const __grid_constant__ kernel::KeepData data) {
  CudaContext ctx;
  kernel::count_kept(ctx, data);
}
__global__ void __launch_bounds__(kThreads) move_kept_kernel(const __grid_constant__ kernel::KeepData data) {
  CudaContext ctx;
  kernel::move_kept(ctx, data);
}

}  // namespace

DeviceRows::DeviceRows(const PackedRows& rows)
    : offsets(rows.offsets, "synapse rows"),
      synapses(rows.wide, "synapses"),
      view(kernel::cut_rows(rows.offsets, offsets.data(), synapses.data())) {}

DeviceRows::DeviceRows(const std::vector<std::uint64_t>& host_offsets, DeviceBuffer<std::uint64_t> device_offsets,
                       DeviceBuffer<WideSynapse> device_synapses)
    : offsets(std::move(device_offsets)),
      synapses(std::move(device_synapses)),
      view(kernel::cut_rows(host_offsets, offsets.data(), synapses.data())) {}

std::shared_ptr<const DeviceSynapses> make_synapses(const SlicedNetwork& sliced) {
  if (sliced.slices.size() != 1)
    throw MemoryError("delay ring", std::to_string(sliced.neurons) + " neurons x " +
                                        std::to_string(sliced.delay_slots) +
                                        " delay slots on one device, must be below 2147483648");
  const Slice& slice = sliced.slices.front();
  auto synapses = std::make_shared<DeviceSynapses>();
  synapses->recurrent = DeviceRows(slice.recurrent);
  synapses->input = DeviceRows(slice.input);
  return synapses;
}

std::shared_ptr<const DeviceSynapses> keep_synapses(const DeviceSynapses& before, const Network& network,
                                                    const SlicedNetwork& now, const std::vector<std::uint32_t>& moved,
                                                    const std::vector<std::uint8_t>& synapses) {
  const Csr& csr = network.recurrent;
  const Stream stream;
  Scratch scratch;
  const DeviceBuffer<std::uint8_t> mask(synapses, "synapses left");
  const DeviceBuffer<std::uint32_t> device_moved(moved, "neurons left");
  const DeviceBuffer<float> weights(csr.weights, "weights");
  const DeviceBuffer<std::uint32_t> population_of(network.population_of(), "populations");
  std::vector<double> scales;
  for (const int exponent : now.exponents) scales.push_back(fixed_scale(exponent));
  const DeviceBuffer<double> scale(scales, "scales");
  DeviceBuffer<std::uint64_t> begins(std::size_t{network.size()} + 1, "synapse rows");
  DeviceBuffer<WideSynapse> to(csr.synapses(), "synapses");

  kernel::KeepData data;
  data.kind = network.kind;
  data.neurons_before = static_cast<std::uint32_t>(moved.size());
  data.neurons = network.size();
  data.offsets = before.recurrent.offsets.data();
  data.synapses = before.recurrent.synapses.data();
  data.mask = synapses.empty() ? nullptr : mask.data();
  data.moved = device_moved.data();
  data.begins = begins.data();
  data.weights = weights.data();
  data.population_of = population_of.data();
  data.scale = scale.data();
  data.to = to.data();

  const Grid grid = grid_for(std::uint64_t{data.neurons_before} * kWarp, kThreads, kMostBlocks);
  begins.fill_zero(stream);
  launch("counting synapses that are left", grid, stream, count_kept_kernel, data);
  exclusive_sum(scratch, "summing up rows", begins, begins.size(), stream);
  if (begins.to_host(stream) != csr.offsets)
    throw ConfigError("placed_network.keep",
                      "found masks that leave other rows than those of the network as it is now");
  launch("moving synapses that are left", grid, stream, move_kept_kernel, data);
  stream.synchronize();
  auto left = std::make_shared<DeviceSynapses>();
  left->recurrent = DeviceRows(csr.offsets, std::move(begins), std::move(to));
  left->input = DeviceRows(now.slices.front().input);
  return left;
}

}  // namespace sprig::cuda
