#include "sprig/learning/competitive/check.hpp"

#include <string>

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/steps.hpp"

namespace sprig {

void check_competitive(const CompetitiveOptions& o) {
  check_fields("learn", o);
  const auto require = [](bool fine, const char* key, auto found, const std::string& allowed) {
    if (!fine) refuse(std::string("learn.") + key, shown(found), allowed);
  };
  require(o.rate_hz * o.step_ms <= 1000, "rate_hz", o.rate_hz, "at most 1000 / learn.step_ms: one spike a step");
  require(o.threshold_mv > o.rest_mv, "threshold_mv", o.threshold_mv, "above learn.rest_mv = " + shown(o.rest_mv));
  require(o.reset_mv < o.threshold_mv, "reset_mv", o.reset_mv, "below learn.threshold_mv = " + shown(o.threshold_mv));
  require(o.refractory_ms / o.step_ms <= 1e6, "refractory_ms", o.refractory_ms, "at most 1000000 steps");
  require(on_grid(o.refractory_ms, o.step_ms), "refractory_ms", o.refractory_ms,
          "a whole number of steps, of learn.step_ms = " + shown(o.step_ms));
  require(o.initial_weight <= o.weight_max, "initial_weight", o.initial_weight,
          "at most learn.weight_max = " + shown(o.weight_max));
  if (o.rule == CompetitiveRule::spikedyn)
    require(o.update_steps <= o.steps, "update_steps", o.update_steps, "at most learn.steps = " + shown(o.steps));
}

void check_presentations(View<const Presentations> models) {
  for (const Presentations& job : models) {
    check_competitive(*job.options);
    const std::uint64_t neurons = job.options->neurons, inputs = job.images->pixels;
    if (job.state->weights.size() != neurons * inputs || job.state->theta.size() != neurons ||
        job.state->spikes.size() != neurons || job.state->slow.size() != neurons)
      refuse("learn.neurons", shown(neurons) + " neurons of " + shown(inputs) + " pixels",
             "as many as the state has, " + shown(job.state->weights.size()) + " weights");
    for (const std::uint32_t image : job.which)
      if ((std::uint64_t{image} + 1) * inputs > job.images->data.size)
        refuse("learn.images", "image " + shown(image), "below " + shown(job.images->data.size / inputs));
  }
}

std::string failure_text(std::uint32_t neuron, std::uint32_t image) {
  return "potential or threshold of neuron " + std::to_string(neuron) + " is not finite after image " +
         std::to_string(image);
}

}  // namespace sprig
