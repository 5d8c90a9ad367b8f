#include "host/session/planned_network.hpp"

#include <algorithm>
#include <cmath>

#include "sprig/formats/network_import.hpp"
#include "sprig/network/description.hpp"
#include "sprig/session/network.hpp"

namespace sprig {

namespace {

bool driven(const Config& config) {
  const bool stimulated = std::any_of(config.stimuli.begin(), config.stimuli.end(), [](const StimulusSpec& stimulus) {
    return stimulus.kind != StimulusKind::dc && stimulus.kind != StimulusKind::spikes;
  });
  return config.drive.noise_sigma != 0 || config.drive.poisson_rate_hz != 0 || stimulated;
}

// Of [[population]] and [[projection]]. `work`: all but a run look at the synapses, and so store them.
void plan_description(const Config& config, Work work, PlannedNetwork& planned) {
  const NetworkForecast network = forecast(read_description(config));
  check_built_limits("population", network.neurons, network.synapses, config.limits);
  planned.neurons = network.neurons;
  planned.synapses = network.synapses;
  planned.delay_slots = network.longest_delay + 1;
  planned.stored = network.stored || work != Work::run;
  planned.uniform_delay = network.uniform_delay;
  planned.equal_weights = network.equal_weights;
  planned.step_ms = config.network.step_ms;
  planned.plastic_synapses = network.plastic_synapses;
  if (network.plastic_synapses > 0) {  // at most all neurons have traces
    planned.plasticity.source_count = planned.plasticity.target_count = static_cast<std::uint32_t>(network.neurons);
  }
}

// A delay that is hardly ever exceeded: the ring has a slot for each step of it.
double longest_delay_ms(const Distribution& d) {
  using Kind = Distribution::Kind;
  switch (d.kind) {
    case Kind::constant:
      return d.a;
    case Kind::uniform:
      return d.b;
    case Kind::normal:
      return d.a + 5 * d.b;
    case Kind::lognormal:
      return std::exp(d.a + 5 * d.b);
    case Kind::gamma:
      return d.a * d.b + 10 * d.b * std::max(1.0, std::sqrt(d.a));
  }
  return d.a;
}

void plan_delays(const NetworkSpec& spec, PlannedNetwork& planned) {
  planned.uniform_delay = spec.delay_ms.kind == Distribution::Kind::constant;
  planned.delay_slots = std::min<double>(longest_delay_ms(spec.delay_ms) / spec.step_ms + 1, kMaxDelaySteps);
  planned.step_ms = spec.step_ms;
}

}  // namespace

PlannedNetwork planned_network(const Config& config, Work work) {
  PlannedNetwork planned;
  planned.kind = config.network.kind;
  planned.driven = driven(config);
  if (!config.network_file.empty()) {
    const NetworkFileSizes file = import_sizes(import_request(config));
    planned.neurons = static_cast<double>(file.neurons);
    planned.synapses = static_cast<double>(file.synapses + file.input_synapses);
    NetworkSpec spec = config.network;
    if (file.step_ms > 0) spec.step_ms = file.step_ms;
    plan_delays(spec, planned);
    if (file.has_delays) {
      planned.delay_slots = file.uniform_delay ? 1 : 64;
      planned.uniform_delay = file.uniform_delay;
    }
    return planned;
  }
  if (!config.description.empty()) {
    plan_description(config, work, planned);
    return planned;
  }
  const NetworkSpec& spec = config.network;
  planned.neurons = spec.neurons;
  planned.synapses = spec.neurons * expected_in_degree(spec);
  check_built_limits("network.neurons", planned.neurons, planned.synapses, config.limits);
  plan_delays(spec, planned);
  return planned;
}

}  // namespace sprig
