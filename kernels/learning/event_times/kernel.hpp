// Event times on the device (sprig/learning/event_times/event_times.hpp): the CPU's sums in the CPU's order, so its
// bits.
//
//   images   a block an image: the times of a layer's inputs are sorted in the block's memory, then each thread walks
//            them for its units; layer after layer, then back from the outputs
//   weights  a thread a weight: the sum over the images of a batch, and its step
//
// Bytes an image: a layer's weights once forward and, but for the first, once backward. Bytes a batch and weight: 24 of
// the weight and its averages; the images' times stay in caches, 12 a weight and image.
#pragma once

#include <cstdint>

#include "kernels/core/context.hpp"
#include "sprig/learning/event_times/constants.hpp"
#include "sprig/neuron/event_time.hpp"

namespace sprig::kernel {

struct EventTimeLayerView {
  std::uint32_t inputs = 0, units = 0;
  std::uint32_t input_at = 0, unit_at = 0;  // of the first of them among the nodes
  float *weights = nullptr, *mean = nullptr, *square = nullptr;
};

// Nodes are the pixels and the units of all layers; arrays of them are [image of the batch][node].
struct EventTimeView {
  const EventTimeLayerView* layers = nullptr;
  std::uint32_t layer_count = 0, nodes = 0, pixels = 0;
  std::uint32_t images = 0;                    // of this batch
  std::uint32_t sorted = 0;                    // keys of a block: a power of two, at least the most inputs of a layer
  const std::uint8_t* pixel_values = nullptr;  // [image][pixel]
  const std::uint32_t* labels = nullptr;       // of each image; where it learns
  const float* pixel_times = nullptr;          // 256
  bool learning = false;
  float *times = nullptr, *slopes = nullptr, *factors = nullptr;  // factors: of units, dL/dt / A
  std::uint32_t *ranks = nullptr, *causal = nullptr;              // ranks: of inputs in the order of time
  std::uint32_t* answers = nullptr;                               // of each image
  std::uint64_t* counts = nullptr;                                // events, spikes: added to
  std::uint64_t* keys = nullptr;                                  // of every block, where that is not shared memory
};

inline constexpr std::uint32_t kSilentRank = ~0u;

// Ascending, all threads; `count` is a power of two.
template <ExecutionContext Ctx>
SPRIG_KERNEL void sort_keys(Ctx& ctx, std::uint64_t* keys, std::uint32_t count) {
  for (std::uint32_t run = 2; run <= count; run *= 2)
    for (std::uint32_t apart = run / 2; apart > 0; apart /= 2) {
      ctx.block_barrier();
      for (std::uint32_t k = ctx.thread(); k < count; k += ctx.threads()) {
        const std::uint32_t other = k ^ apart;
        if (other < k) continue;
        const std::uint64_t a = keys[k], b = keys[other];
        if ((a > b) == ((k & run) == 0)) keys[k] = b, keys[other] = a;
      }
    }
  ctx.block_barrier();
}

// One image of a batch, by one block.
template <class Ctx>
class EventTimeImage {
 public:
  SPRIG_KERNEL EventTimeImage(Ctx& ctx, const EventTimeView& view, const EventTimeConstants& constants,
                              std::uint64_t* keys)
      : ctx_(ctx), v_(view), c_(constants), keys_(keys) {}

  SPRIG_KERNEL void run(std::uint32_t image) {
    at_ = std::uint64_t{image} * v_.nodes;
    each(v_.pixels, [&](std::uint32_t p) {
      v_.times[at_ + p] = v_.pixel_times[v_.pixel_values[std::uint64_t{image} * v_.pixels + p]];
    });
    std::uint64_t events = 0, spikes = 0;
    for (std::uint32_t l = 0; l < v_.layer_count; ++l) {
      ctx_.block_barrier();
      forward(v_.layers[l], events, spikes);
    }
    ctx_.block_barrier();
    ctx_.atomic_add(v_.counts, events);
    ctx_.atomic_add(v_.counts + 1, spikes);
    const EventTimeLayerView& last = v_.layers[v_.layer_count - 1];
    const float* const outputs = v_.times + at_ + last.unit_at;
    if (ctx_.thread() == 0) v_.answers[image] = first_output(outputs, c_.t_end);
    if (v_.learning) backward(last, outputs, v_.labels[image]);
    ctx_.block_barrier();  // keys are free
  }

 private:
  SPRIG_KERNEL void forward(const EventTimeLayerView& layer, std::uint64_t& events, std::uint64_t& spikes) {
    const float* const in = v_.times + at_ + layer.input_at;
    std::uint32_t* const ranks = v_.ranks + at_ + layer.input_at;
    std::uint32_t sorted = 1;
    while (sorted < layer.inputs) sorted *= 2;
    each(sorted, [&](std::uint32_t i) {
      const bool fires = i < layer.inputs && in[i] < c_.t_end;
      keys_[i] = fires ? std::uint64_t{float_bits(in[i])} << 32 | i : ~std::uint64_t{0};
      if (i < layer.inputs && !fires) ranks[i] = kSilentRank;
    });
    sort_keys(ctx_, keys_, sorted);
    each(sorted, [&](std::uint32_t k) {
      if (keys_[k] != ~std::uint64_t{0}) ranks[static_cast<std::uint32_t>(keys_[k])] = k;
    });
    each(layer.units, [&](std::uint32_t j) {
      std::uint32_t k = 0;
      float potential = 0, slope = 0, at = sorted_time(0);
      for (; k < sorted && keys_[k] != ~std::uint64_t{0}; ++k) {
        const float next = sorted_time(k), gap = next - at;
        if (fires_within(potential, slope, gap, c_.theta)) break;
        potential = potential_after(potential, slope, gap);
        slope += layer.weights[std::uint64_t{static_cast<std::uint32_t>(keys_[k])} * layer.units + j];
        at = next;
      }
      const float time = k == 0 ? c_.t_end : firing_time(potential, slope, at, c_.theta, c_.t_end);
      const std::uint64_t node = at_ + layer.unit_at + j;
      v_.times[node] = time;
      v_.slopes[node] = slope;
      v_.causal[node] = k;
      events += k;
      spikes += time < c_.t_end ? 1 : 0;
    });
  }

  SPRIG_KERNEL float sorted_time(std::uint32_t k) const {
    return float_from_bits(static_cast<std::uint32_t>(keys_[k] >> 32));
  }

  // The gradients of the outputs, and from there those of each layer's units by the layer after it.
  SPRIG_KERNEL void backward(const EventTimeLayerView& last, const float* outputs, std::uint32_t label) {
    each(kEventTimeClasses, [&](std::uint32_t j) {
      float gradients[kEventTimeClasses];
      output_gradients(c_, outputs, gradients, label);
      float gradient = 0;
      for (std::uint32_t o = 0; o < kEventTimeClasses; ++o) gradient = o == j ? gradients[o] : gradient;
      set_factor(at_ + last.unit_at + j, gradient);
    });
    for (std::uint32_t l = v_.layer_count - 1; l > 0; --l) {
      ctx_.block_barrier();
      const EventTimeLayerView& layer = v_.layers[l];
      const std::uint64_t in = at_ + layer.input_at, units = at_ + layer.unit_at;
      each(layer.inputs, [&](std::uint32_t i) {
        const float* const row = layer.weights + std::uint64_t{i} * layer.units;
        float sum = 0;
        for (std::uint32_t j = 0; j < layer.units; ++j)
          if (v_.ranks[in + i] < v_.causal[units + j]) sum = time_gradient(sum, v_.factors[units + j], row[j]);
        set_factor(in + i, sum);
      });
    }
  }

  SPRIG_KERNEL void set_factor(std::uint64_t node, float gradient) const {
    v_.factors[node] = v_.times[node] < c_.t_end ? gradient * inverse_slope(v_.slopes[node], c_.slope_limit) : 0.0f;
  }

  template <class Body>
  SPRIG_KERNEL void each(std::uint32_t count, Body body) const {
    for (std::uint32_t k = ctx_.thread(); k < count; k += ctx_.threads()) body(k);
  }

  Ctx& ctx_;
  const EventTimeView& v_;
  const EventTimeConstants& c_;
  std::uint64_t* keys_;
  std::uint64_t at_ = 0;  // of the image's nodes
};

struct EventTimeImagesBody {
  EventTimeView view;
  EventTimeConstants constants;

  template <ExecutionContext Ctx>
  SPRIG_KERNEL void operator()(Ctx& ctx) const {
    std::uint64_t* const keys = view.keys == nullptr ? ctx.template shared<std::uint64_t>(view.sorted)
                                                     : view.keys + std::uint64_t{ctx.block()} * view.sorted;
    EventTimeImage<Ctx> image(ctx, view, constants, keys);
    for (std::uint32_t s = ctx.block(); s < view.images; s += ctx.blocks()) image.run(s);
  }
};

// The weights of one layer, after a batch.
struct EventTimeWeightsBody {
  EventTimeView view;
  EventTimeConstants constants;
  EventTimeLayerView layer;
  bool output = false;

  template <ExecutionContext Ctx>
  SPRIG_KERNEL void operator()(Ctx& ctx) const {
    const std::uint64_t weights = std::uint64_t{layer.inputs} * layer.units;
    for (std::uint64_t w = grid_thread(ctx); w < weights; w += grid_threads(ctx)) {
      const auto i = static_cast<std::uint32_t>(w / layer.units), j = static_cast<std::uint32_t>(w % layer.units);
      float sum = 0;
      std::uint32_t wakes = 0;
      for (std::uint32_t s = 0; s < view.images; ++s) {
        const std::uint64_t in = std::uint64_t{s} * view.nodes + layer.input_at + i,
                            unit = std::uint64_t{s} * view.nodes + layer.unit_at + j;
        const std::uint32_t rank = view.ranks[in];
        if (rank < view.causal[unit]) sum = weight_gradient(sum, view.factors[unit], view.times[in], view.times[unit]);
        const bool silent = output && view.labels[s] == j && !(view.times[unit] < constants.t_end);
        wakes += silent && rank != kSilentRank ? 1 : 0;
      }
      step_weight(constants, sum, wakes, layer.weights[w], layer.mean[w], layer.square[w]);
    }
  }
};

}  // namespace sprig::kernel
