// Event times on the CPU: images side by side, then the weights of some units side by side.
#include <algorithm>
#include <vector>

#include "host/learning/event_times/image.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/learning/event_times/check.hpp"
#include "sprig/learning/event_times/constants.hpp"

namespace sprig::cpu {

namespace {

// One image through all layers.
struct Image {
  std::vector<EventTimePass<float>> passes;
  std::vector<float> pixel_times;
  std::vector<std::vector<float>> gradients;  // dL/dt of the units of each layer

  void forward(View<const std::uint8_t> pixels, const std::array<float, 256>& times, const EventTimeState& state,
               const EventTimeConstants& c) {
    passes.resize(state.layers.size());
    pixel_times.resize(pixels.size);
    for (std::size_t p = 0; p < pixels.size; ++p) pixel_times[p] = times[pixels[p]];
    for (std::size_t l = 0; l < passes.size(); ++l) {
      const EventTimeLayer& layer = state.layers[l];
      passes[l].forward(l == 0 ? pixel_times : passes[l - 1].times, layer.weights.data(), layer.units, c.theta,
                        c.t_end);
    }
  }

  void backward(const EventTimeState& state, const EventTimeConstants& c, std::uint32_t label) {
    gradients.resize(passes.size());
    for (std::size_t l = 0; l < passes.size(); ++l) gradients[l].resize(passes[l].times.size());
    output_gradients(c, passes.back().times.data(), gradients.back().data(), label);
    for (std::size_t l = passes.size(); l-- > 0;) {
      passes[l].set_factors(gradients[l].data(), c.slope_limit, c.t_end);
      if (l > 0) passes[l].input_gradients(state.layers[l].weights.data(), gradients[l - 1]);
    }
  }

  bool silent(std::uint32_t output, float t_end) const { return !(passes.back().times[output] < t_end); }
};

// Some units of one layer.
struct Stripe {
  std::uint32_t layer, first, count;
};
std::vector<Stripe> stripes_of(const EventTimeState& state) {
  std::vector<Stripe> all;
  for (std::uint32_t l = 0; l < state.layers.size(); ++l)
    for (std::uint32_t first = 0; first < state.layers[l].units; first += kEventTimeUnitsAtOnce)
      all.push_back({l, first, std::min(kEventTimeUnitsAtOnce, state.layers[l].units - first)});
  return all;
}

// Which weights of the outputs rise for a batch, and how often: [input][output].
std::vector<std::uint32_t> wakes_of(const std::vector<Image>& batch, std::uint32_t count, const EventTimeImages& work,
                                    std::size_t first, const EventTimeConstants& c) {
  std::vector<std::uint32_t> wakes(std::size_t{work.state->layers.back().inputs} * kEventTimeClasses, 0);
  for (std::uint32_t s = 0; s < count; ++s) {
    const std::uint32_t label = work.labels[work.which[first + s]];
    if (!batch[s].silent(label, c.t_end)) continue;
    for (const std::uint32_t i : batch[s].passes.back().order) ++wakes[std::size_t{i} * kEventTimeClasses + label];
  }
  return wakes;
}

void step_stripe(const Stripe& stripe, const std::vector<Image>& batch, std::uint32_t count,
                 const std::vector<std::uint32_t>& wakes, const EventTimeConstants& c, EventTimeLayer& layer,
                 bool output) {
  std::vector<float> sums(std::size_t{layer.inputs} * stripe.count, 0);
  for (std::uint32_t s = 0; s < count; ++s)
    batch[s].passes[stripe.layer].add_gradients(stripe.first, stripe.count, sums.data());
  for (std::uint32_t i = 0; i < layer.inputs; ++i) {
    const std::size_t at = std::size_t{i} * layer.units + stripe.first;
    const float* const sum = sums.data() + std::size_t{i} * stripe.count;
    float *const w = layer.weights.data() + at, *const mean = layer.mean.data() + at,
                 *const square = layer.square.data() + at;
    if (output) {
      for (std::uint32_t j = 0; j < stripe.count; ++j) step_weight(c, sum[j], wakes[at + j], w[j], mean[j], square[j]);
    } else {
#pragma omp simd
      for (std::uint32_t j = 0; j < stripe.count; ++j) step_weight(c, sum[j], 0, w[j], mean[j], square[j]);
    }
  }
}

}  // namespace

void present_event_times(EventTimeImages& work, int threads) {
  check_event_time_images(work);
  EventTimeState& state = *work.state;
  const std::array<float, 256> times = pixel_times(*work.options);
  const std::vector<Stripe> stripes = stripes_of(state);
  const auto all = static_cast<std::uint32_t>(work.which.size), at_once = work.options->batch;
  const int team = team_size(threads);
  std::vector<Image> batch(std::min(at_once, all));
  work.answers.assign(all, kEventTimeClasses);
  std::uint64_t events = 0, spikes = 0;
  ExceptionTrap trap;
  for (std::uint32_t first = 0; first < all; first += at_once) {
    const std::uint32_t count = std::min(at_once, all - first);
    const EventTimeConstants c(*work.options, work.learning_rate, state.steps[0] + 1, count);
#pragma omp parallel for schedule(dynamic, 1) num_threads(team) reduction(+ : events, spikes)
    for (std::uint32_t s = 0; s < count; ++s)
      trap.run([&] {
        Image& image = batch[s];
        const std::uint32_t number = work.which[first + s];
        image.forward(work.images->image(number), times, state, c);
        work.answers[first + s] = first_output(image.passes.back().times.data(), c.t_end);
        for (const EventTimePass<float>& pass : image.passes)
          for (std::size_t j = 0; j < pass.times.size(); ++j)
            events += pass.causal[j], spikes += pass.times[j] < c.t_end ? 1 : 0;
        if (work.learning) image.backward(state, c, work.labels[number]);
      });
    trap.rethrow();
    if (!work.learning) continue;
    const std::vector<std::uint32_t> wakes = wakes_of(batch, count, work, first, c);
#pragma omp parallel for schedule(dynamic, 1) num_threads(team)
    for (std::size_t k = 0; k < stripes.size(); ++k)
      trap.run([&] {
        const Stripe& stripe = stripes[k];
        const bool output = stripe.layer + 1 == state.layers.size();
        step_stripe(stripe, batch, count, wakes, c, state.layers[stripe.layer], output);
      });
    trap.rethrow();
    ++state.steps[0];
  }
  count_event_times(work, events, spikes);
}

}  // namespace sprig::cpu
