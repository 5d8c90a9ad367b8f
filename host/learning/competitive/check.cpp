#include "sprig/learning/competitive/check.hpp"

#include <algorithm>
#include <string>

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/steps.hpp"
#include "sprig/learning/competitive/constants.hpp"
#include "sprig/learning/competitive/weights.hpp"

namespace sprig {

namespace {

void require(bool fine, const char* key, auto found, const std::string& allowed) {
  if (!fine) refuse(std::string("learn.") + key, shown(found), allowed);
}

void check_bits(const CompetitiveOptions& o) {
  constexpr std::uint32_t kBits[] = {4, 5, 6, 8, 16, 32};
  require(std::find(std::begin(kBits), std::end(kBits), o.weight_bits) != std::end(kBits), "weight_bits", o.weight_bits,
          "4, 5, 6, 8, 16 or 32");
  require(o.weight_bits < 32 || o.weight_rounding != CodeRounding::stochastic, "weight_rounding", o.weight_rounding,
          "\"trunc\" or \"nearest\" with learn.weight_bits = 32, which are not rounded");
}

// What presentations shorter than reference_steps do.
void check_shortened(const CompetitiveOptions& o) {
  if (o.reference_steps == 0) return;
  for (const bool learning : {true, false}) {
    const char* key = learning ? "steps" : "answer_steps";
    const std::uint32_t steps = shown_steps(o, learning);
    require(steps <= o.reference_steps, key, steps, "at most learn.reference_steps = " + shown(o.reference_steps));
    const double refractory_ms = o.refractory_ms * shortened(o, steps, o.scale_refractory);
    require(steps * o.step_ms >= refractory_ms && refractory_ms / o.step_ms <= 1e6, key, steps,
            "at least the refractory time, " + shown(refractory_ms) + " ms");
    const double by = shortened(o, steps, o.scale_threshold);
    require(static_cast<float>((o.threshold_mv - o.rest_mv) * by) > static_cast<float>((o.reset_mv - o.rest_mv) * by),
            "scale_threshold", o.scale_threshold, "one that leaves the threshold above the reset");
  }
}

}  // namespace

void check_competitive(const CompetitiveOptions& o) {
  check_fields("learn", o);
  check_bits(o);
  require(o.rate_hz * o.step_ms <= 1000, "rate_hz", o.rate_hz, "at most 1000 / learn.step_ms: one spike a step");
  require(o.threshold_mv > o.rest_mv, "threshold_mv", o.threshold_mv, "above learn.rest_mv = " + shown(o.rest_mv));
  require(o.reset_mv < o.threshold_mv, "reset_mv", o.reset_mv, "below learn.threshold_mv = " + shown(o.threshold_mv));
  require(o.refractory_ms / o.step_ms <= 1e6, "refractory_ms", o.refractory_ms, "at most 1000000 steps");
  require(on_grid(o.refractory_ms, o.step_ms), "refractory_ms", o.refractory_ms,
          "a whole number of steps, of learn.step_ms = " + shown(o.step_ms));
  require(o.initial_weight <= o.weight_max, "initial_weight", o.initial_weight,
          "at most learn.weight_max = " + shown(o.weight_max));
  check_shortened(o);
  if (!o.depression) {
    require(o.rule == CompetitiveRule::spikedyn, "depression", o.depression, "true but with learn.rule = \"spikedyn\"");
    require(o.norm > 0, "depression", o.depression, "true with learn.norm = 0: nothing else lowers a weight");
  }
  if (o.rule == CompetitiveRule::spikedyn)
    require(o.update_steps <= o.steps, "update_steps", o.update_steps, "at most learn.steps = " + shown(o.steps));
}

void check_weights(const CompetitiveOptions& o, std::uint32_t inputs) {
  if (o.weight_bits == 32) return;
  const double unit = weight_codes(o).unit;
  const std::string codes = ", codes of " + shown(o.weight_bits) + " bits being all 0 below it";
  require(o.initial_weight > unit, "initial_weight", o.initial_weight,
          "above the unit of a weight, " + shown(unit) + codes);
  require(o.norm == 0 || o.norm / inputs >= unit, "norm", o.norm,
          "0, or at least the unit of a weight times the inputs, " + shown(unit) + " x " + shown(inputs) + " = " +
              shown(unit * inputs) + codes);
  const std::uint64_t groups =
      std::max(std::uint64_t{inputs} * groups_of(o.neurons), std::uint64_t{groups_of(inputs)} * o.neurons);
  require(groups < std::uint64_t{1} << 32, "neurons", o.neurons,
          "fewer with learn.weight_bits below 32: draws are of 2^32 groups of eight synapses");
}

void check_presentations(View<const Presentations> models) {
  for (const Presentations& job : models) {
    check_competitive(*job.options);
    const std::uint64_t neurons = job.options->neurons, inputs = job.images->pixels;
    check_weights(*job.options, job.images->pixels);
    const bool numbers = job.options->weight_bits == 32;
    const std::uint64_t codes = numbers ? 0 : inputs * words_of_row(job.options->weight_bits, job.options->neurons);
    if (job.state->weights.size() != (numbers ? neurons * inputs : 0) || job.state->codes.size() != codes ||
        job.state->theta.size() != neurons || job.state->spikes.size() != neurons || job.state->slow.size() != neurons)
      refuse("learn.neurons", shown(neurons) + " neurons of " + shown(inputs) + " pixels",
             "as many as the state has, " + shown(job.state->weights.size()) + " weights of 32 bits and " +
                 shown(job.state->codes.size()) + " words of codes");
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
