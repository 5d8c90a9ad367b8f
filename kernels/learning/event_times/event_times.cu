#include <algorithm>
#include <vector>

#include "kernels/core/cuda_context.cuh"
#include "kernels/core/device_buffer.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/learning/event_times/kernel.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/learning/event_times/check.hpp"

namespace sprig::cuda {

namespace {

template <class Body>
__global__ void __launch_bounds__(kThreads) event_time_kernel(const __grid_constant__ Body body) {
  CudaContext ctx;
  body(ctx);
}

std::uint64_t most_shared() {
  int device = 0, bytes = 0;
  check(cudaGetDevice(&device), "asking for the current device");
  check(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device), "asking for shared memory");
  return static_cast<std::uint64_t>(bytes);
}

// A state in the device's memory.
class DeviceLayers {
 public:
  explicit DeviceLayers(const EventTimeState& state) {
    std::uint32_t at = 0;
    for (const EventTimeLayer& layer : state.layers) {
      weights_.emplace_back(layer.weights), means_.emplace_back(layer.mean), squares_.emplace_back(layer.square);
      views.push_back({layer.inputs, layer.units, at, at + layer.inputs, weights_.back().data(), means_.back().data(),
                       squares_.back().data()});
      at += layer.inputs;
    }
    nodes = at + state.layers.back().units;
    on_device_ = DeviceBuffer<kernel::EventTimeLayerView>(views);
  }
  const kernel::EventTimeLayerView* data() const { return on_device_.data(); }

  void download(EventTimeState& state, const Stream& stream) const {
    for (std::size_t l = 0; l < state.layers.size(); ++l) {
      EventTimeLayer& layer = state.layers[l];
      weights_[l].download(layer.weights.data(), layer.weights.size(), stream);
      means_[l].download(layer.mean.data(), layer.mean.size(), stream);
      squares_[l].download(layer.square.data(), layer.square.size(), stream);
    }
    stream.synchronize();
  }

  std::vector<kernel::EventTimeLayerView> views;
  std::uint32_t nodes = 0;

 private:
  std::vector<DeviceBuffer<float>> weights_, means_, squares_;
  DeviceBuffer<kernel::EventTimeLayerView> on_device_;
};

}  // namespace

void present_event_times(EventTimeImages& work) {
  check_event_time_images(work);
  check_current();
  const auto all = static_cast<std::uint32_t>(work.which.size), at_once = std::min(work.options->batch, all);
  work.answers.assign(all, kEventTimeClasses);
  if (all == 0) return count_event_times(work, 0, 0);
  EventTimeState& state = *work.state;
  const Stream stream;
  const DeviceLayers layers(state);
  std::vector<std::uint8_t> values;
  std::vector<std::uint32_t> labels;
  for (const std::uint32_t image : work.which) {
    const View<const std::uint8_t> pixels = work.images->image(image);
    values.insert(values.end(), pixels.begin(), pixels.end());
    labels.push_back(work.learning ? work.labels[image] : 0);
  }
  const std::array<float, 256> times_of_values = pixel_times(*work.options);
  const DeviceBuffer<std::uint8_t> pixel_values(values);
  const DeviceBuffer<std::uint32_t> of_images(labels), answers(work.answers);
  const DeviceBuffer<float> times_table(std::vector<float>(times_of_values.begin(), times_of_values.end()));
  const DeviceBuffer<std::uint64_t> counts(std::vector<std::uint64_t>(2, 0));
  const std::size_t cells = std::size_t{at_once} * layers.nodes;
  const DeviceBuffer<float> times(cells), slopes(cells), factors(cells);
  const DeviceBuffer<std::uint32_t> ranks(cells), causal(cells);

  kernel::EventTimeView view;
  view.layers = layers.data();
  view.layer_count = static_cast<std::uint32_t>(layers.views.size());
  view.nodes = layers.nodes;
  view.pixels = work.images->pixels;
  for (view.sorted = 1; const kernel::EventTimeLayerView& layer : layers.views)
    while (view.sorted < layer.inputs) view.sorted *= 2;
  view.pixel_times = times_table.data();
  view.learning = work.learning;
  view.times = times.data(), view.slopes = slopes.data(), view.factors = factors.data();
  view.ranks = ranks.data(), view.causal = causal.data();
  view.counts = counts.data();
  const std::uint32_t blocks = std::min(at_once, resident_blocks(4));
  const std::uint64_t key_bytes = sizeof(std::uint64_t) * std::uint64_t{view.sorted};
  const bool shared = key_bytes <= most_shared();
  const DeviceBuffer<std::uint64_t> keys(shared ? 0 : std::size_t{view.sorted} * blocks);
  view.keys = keys.data();
  if (shared)
    check(cudaFuncSetAttribute(event_time_kernel<kernel::EventTimeImagesBody>,
                               cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(key_bytes)),
          "asking for shared memory");

  for (std::uint32_t first = 0; first < all; first += at_once) {
    view.images = std::min(at_once, all - first);
    view.pixel_values = pixel_values.data() + std::size_t{first} * view.pixels;
    view.labels = of_images.data() + first;
    view.answers = answers.data() + first;
    const EventTimeConstants c(*work.options, work.learning_rate, state.steps[0] + 1, view.images);
    launch("event times of images", Grid{std::min(blocks, view.images), kThreads, shared ? key_bytes : 0}, stream,
           event_time_kernel<kernel::EventTimeImagesBody>, kernel::EventTimeImagesBody{view, c});
    if (!work.learning) continue;
    for (const kernel::EventTimeLayerView& layer : layers.views)
      launch("weights of event times",
             grid_for(std::uint64_t{layer.inputs} * layer.units, kThreads, resident_blocks(8)), stream,
             event_time_kernel<kernel::EventTimeWeightsBody>,
             kernel::EventTimeWeightsBody{view, c, layer, &layer == &layers.views.back()});
    ++state.steps[0];
  }
  answers.download(work.answers.data(), all, stream);
  std::vector<std::uint64_t> counted(2);
  counts.download(counted.data(), counted.size(), stream);
  stream.synchronize();
  count_event_times(work, counted[0], counted[1]);
  if (work.learning) layers.download(state, stream);
}

}  // namespace sprig::cuda
