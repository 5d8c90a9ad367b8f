// Event times as a learning system: one model at a time, on all threads or the whole GPU.
#include <algorithm>
#include <cmath>
#include <utility>

#include "sprig/core/refuse.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/learning/event_times/constants.hpp"
#include "sprig/learning/event_times/event_times.hpp"

namespace sprig {

namespace {

class EventTimeModel final : public LearningModel {
 public:
  EventTimeModel(const EventTimeOptions& options_, std::uint32_t inputs, std::uint32_t seed)
      : options(options_), state(initial_event_times(options_, inputs, seed)) {}

  std::unique_ptr<LearningModel> copy() const override { return std::make_unique<EventTimeModel>(*this); }

  // weights [input][unit] of the first layer, weights_2, ...; means and squares of Adam, and its steps.
  std::vector<LearntArray> arrays() override {
    std::vector<LearntArray> all;
    const auto add = [&](const char* name, std::vector<float> EventTimeLayer::*values, ArrayRole role) {
      for (std::size_t l = 0; l < state.layers.size(); ++l) {
        EventTimeLayer& layer = state.layers[l];
        std::string of_layer = name;
        if (l > 0) of_layer.append("_").append(std::to_string(l + 1));
        all.push_back({std::move(of_layer), &(layer.*values), {layer.inputs, layer.units}, role});
      }
    };
    add("weights", &EventTimeLayer::weights, ArrayRole::result);
    add("mean", &EventTimeLayer::mean, ArrayRole::state);
    add("square", &EventTimeLayer::square, ArrayRole::state);
    all.push_back({"steps", &state.steps, {1}, ArrayRole::state});
    return all;
  }

  // The first weight that is not finite; empty where all are.
  std::string failure(std::uint32_t last_image) const {
    for (std::size_t l = 0; l < state.layers.size(); ++l) {
      const EventTimeLayer& layer = state.layers[l];
      for (std::size_t k = 0; k < layer.weights.size(); ++k)
        if (!std::isfinite(layer.weights[k]))
          return "weight from " + std::to_string(k / layer.units) + " to unit " + std::to_string(k % layer.units) +
                 " of layer " + std::to_string(l) + " is not finite after image " + std::to_string(last_image) +
                 "; a smaller layered.learning_rate or a layered.slope_limit may help";
    }
    return {};
  }

  EventTimeOptions options;
  EventTimeState state;
};

class EventTimeSystem final : public LearningSystem {
 public:
  explicit EventTimeSystem(const EventTimeOptions& options) : options_(options) {}

  std::string name() const override { return "event_times"; }
  std::uint32_t neurons() const override {
    std::uint32_t all = kEventTimeClasses;
    for (const std::uint32_t units : options_.hidden) all += units;
    return all;
  }
  double synapses(std::uint32_t inputs) const override {
    double all = 0, before = inputs;
    for (const std::uint32_t units : options_.hidden) all += before * units, before = units;
    return all + before * kEventTimeClasses;
  }
  std::uint32_t outputs() const override { return kEventTimeClasses; }
  bool supervised() const override { return true; }
  void check() const override { check_event_times(options_); }

  std::vector<ModelBytes> bytes(std::uint32_t inputs, double) const override {
    check_event_times(options_);
    const double all = neurons(), of_image = 12.0 * inputs + 32 * all;
    const double widest = std::max(inputs, *std::max_element(options_.hidden.begin(), options_.hidden.end()));
    return {{"weights", 4 * synapses(inputs), ModelBytes::Of::learnt},
            {"averages of Adam", 2 * 4 * synapses(inputs), ModelBytes::Of::learnt},
            {"times of a batch's images", of_image * options_.batch, ModelBytes::Of::working},
            {"gradients of each thread's units", 4 * widest * kEventTimeUnitsAtOnce * team_size(0),
             ModelBytes::Of::working}};
  }

  // Pieces of whole batches.
  PiecesAtOnce pieces_at_once(std::size_t, bool, int gpu_blocks, int) const override {
    const std::size_t least = gpu_blocks > 0 ? 10000 : 500;
    return {1, (least + options_.batch - 1) / options_.batch * options_.batch};
  }

  std::unique_ptr<LearningModel> make(std::uint32_t inputs, std::uint32_t seed) const override {
    return std::make_unique<EventTimeModel>(options_, inputs, seed);
  }

  void present(View<LearningJob> jobs, Device device, int threads) const override {
    if (uses_device(device)) cuda::select(device);
    for (LearningJob& job : jobs) {
      auto& model = dynamic_cast<EventTimeModel&>(*job.model);
      EventTimeImages work;
      work.options = &model.options, work.state = &model.state;
      work.images = job.images, work.labels = job.labels, work.which = job.which;
      work.learning_rate = model.options.learning_rate * std::pow(model.options.rate_decay, job.pass);
      work.learning = job.learning;
      if (uses_device(device))
        cuda::present_event_times(work);
      else
        cpu::present_event_times(work, threads);
      job.counts.assign(work.which.size * kEventTimeClasses, 0);
      for (std::size_t k = 0; k < work.answers.size(); ++k)
        if (work.answers[k] < kEventTimeClasses) job.counts[k * kEventTimeClasses + work.answers[k]] = 1;
      job.spikes = work.spikes;
      job.operations = work.operations;
      if (job.learning && job.which.size > 0) job.failure = model.failure(job.which[job.which.size - 1]);
    }
  }

 private:
  EventTimeOptions options_;
};

}  // namespace

std::shared_ptr<const LearningSystem> event_time_system(const EventTimeOptions& options) {
  return std::make_shared<EventTimeSystem>(options);
}

}  // namespace sprig
