// Pictures with labels, and models of event times that learn them.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/core/random.hpp"
#include "sprig/learning/event_times/event_times.hpp"

namespace sprig::test {

// Noise of `pixels` pixels; the class is where an image is brightest.
struct LabelledPictures {
  std::vector<std::uint8_t> data, labels;
  std::vector<std::uint32_t> which;
  PixelImages images;

  LabelledPictures(std::uint32_t count, std::uint32_t pixels) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto label = static_cast<std::uint8_t>(i * 7 % kEventTimeClasses);
      for (std::uint32_t p = 0; p < pixels; ++p) {
        const double draw = uniform_open(5, Stream::test, i, p);
        const bool bright = p % kEventTimeClasses == label;
        data.push_back(static_cast<std::uint8_t>(255 * (bright ? 0.6 + 0.4 * draw : 0.6 * draw)));
      }
      labels.push_back(label);
      which.push_back(count - 1 - i);
    }
    images = {data, pixels, 0};
  }
  LabelledPictures(const LabelledPictures&) = delete;
  LabelledPictures& operator=(const LabelledPictures&) = delete;

  EventTimeImages work(const EventTimeOptions& options, EventTimeState& state, bool learning = true) const {
    EventTimeImages work;
    work.options = &options, work.state = &state;
    work.images = &images, work.labels = labels, work.which = which;
    work.learning_rate = options.learning_rate;
    work.learning = learning;
    return work;
  }
};

inline EventTimeOptions small_event_times(std::vector<std::uint32_t> hidden, std::uint32_t batch) {
  EventTimeOptions options;
  options.hidden = std::move(hidden);
  options.batch = batch;
  options.learning_rate = 0.003;
  return options;
}

// Every number of a state, as bits.
inline std::vector<std::vector<float>> numbers_of(const EventTimeState& state) {
  std::vector<std::vector<float>> all;
  for (const EventTimeLayer& layer : state.layers) all.insert(all.end(), {layer.weights, layer.mean, layer.square});
  return all;
}

}  // namespace sprig::test
