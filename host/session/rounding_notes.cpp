#include "sprig/session/rounding_notes.hpp"

#include <algorithm>
#include <cmath>

#include "sprig/core/refuse.hpp"
#include "sprig/core/steps.hpp"

namespace sprig {

namespace {

// As decimal numbers have it.
std::string short_text(double value) { return shown(std::round(value * 1e9) / 1e9); }

std::string off_grid(double step_ms) { return "no whole number of steps of " + short_text(step_ms) + " ms"; }

// A time of a key that is taken to the nearest step, to `least` at least.
void note_time(const std::string& key, double ms, double step_ms, double least, std::vector<std::string>& notes) {
  if (!std::isfinite(ms) || on_grid(ms, step_ms)) return;
  const double taken = std::max(std::round(ms / step_ms), least) * step_ms;
  notes.push_back(key + " = " + short_text(ms) + " is " + off_grid(step_ms) + ": " + short_text(taken) + " is taken");
}

void note_delay(const std::string& key, const Distribution& delay_ms, double step_ms, std::vector<std::string>& notes) {
  if (delay_ms.kind == Distribution::Kind::constant) note_time(key, delay_ms.a, step_ms, 1, notes);
}

// How many of `values` are so, with one of them.
struct Some {
  std::size_t count = 0;
  double one = 0;

  template <class Is>
  Some(const std::vector<double>& values, Is is) {
    for (const double value : values)
      if (is(value) && count++ == 0) one = value;
  }
  std::string of(std::size_t all, const std::string& what) const {
    return std::to_string(count) + " of " + std::to_string(all) + " " + what + " (" + short_text(one) +
           (count > 1 ? " ms, for one)" : " ms)");
  }
};

}  // namespace

void note_delays(const Config& config, double step_ms, std::vector<std::string>& notes) {
  // A network of a file has delays in steps, or its reader says what it did.
  if (!config.network_file.empty()) return;
  if (config.description.empty()) return note_delay("network.delay_ms", config.network.delay_ms, step_ms, notes);
  for (std::size_t k = 0; k < config.description.projections.size(); ++k)
    note_delay("projection." + std::to_string(k) + ".delay_ms", config.description.projections[k].delay_ms, step_ms,
               notes);
}

void note_neurons(const Config& config, const Network& network, std::vector<std::string>& notes) {
  const double h = network.step_ms;
  const std::vector<double>&t_ref = network.neurons.t_ref_ms, &tau_m = network.neurons.tau_m_ms;
  const Some none(t_ref, [&](double ms) { return ms > 0 && std::round(ms / h) == 0; });
  if (none.count > 0)
    notes.push_back(none.of(t_ref.size(), "refractory times") + " are shorter than half a step of " + short_text(h) +
                    " ms: these neurons have none");
  const Some moved(t_ref, [&](double ms) { return !on_grid(ms, h) && std::round(ms / h) > 0; });
  if (moved.count > 0)
    notes.push_back(moved.of(t_ref.size(), "refractory times") + " are " + off_grid(h) + ": the nearest is taken");
  if (!config.network_file.empty()) return;
  const double least = config.network.tau_m_min_ms;
  const Some raised(tau_m, [&](double ms) { return ms == least; });
  const auto drawn = [](const Distribution& law) { return law.kind != Distribution::Kind::constant; };
  bool any =
      config.description.empty() && std::any_of(config.network.tau_m_ms.begin(), config.network.tau_m_ms.end(), drawn);
  for (const PopulationSpec& population : config.description.populations)
    any = any || (population.tau_m_ms ? population.tau_m_ms->drawn() && drawn(population.tau_m_ms->law)
                                      : drawn(config.network.tau_m_ms.front()));
  if (any && raised.count > 0)
    notes.push_back(raised.of(tau_m.size(), "membrane time constants") +
                    " are draws that were raised to neuron.tau_m_min_ms");
}

void note_stimuli(const std::vector<StimulusSpec>& stimuli, double step_ms, std::vector<std::string>& notes) {
  for (std::size_t k = 0; k < stimuli.size(); ++k) {
    const StimulusSpec& spec = stimuli[k];
    const std::string where = "stimulus." + std::to_string(k) + ".";
    note_time(where + "from_ms", spec.from_ms, step_ms, 0, notes);
    note_time(where + "until_ms", spec.until_ms, step_ms, 0, notes);
    note_time(where + "delay_ms", spec.delay_ms, step_ms, 1, notes);
    if (!spec.values.empty() && !on_grid(spec.sample_ms, step_ms))
      notes.push_back(where + "sample_ms = " + short_text(spec.sample_ms) + " is " + off_grid(step_ms) +
                      ": each row begins at the step nearest to its time");
    const Some moved(spec.spike_ms, [&](double ms) { return !on_grid(ms, step_ms); });
    if (moved.count > 0)
      notes.push_back(where + "file: " + moved.of(spec.spike_ms.size(), "spike times") + " are " + off_grid(step_ms) +
                      ": the nearest is taken");
  }
}

}  // namespace sprig
