// What stimuli may be, and where and when they are.
#include "host/instruments/placed_stimulus.hpp"

#include <algorithm>
#include <cmath>

#include "host/instruments/selection.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/instruments/stimulation.hpp"

namespace sprig {

namespace {

// Rows that hold for fewer steps than this cost less as a signal, which is looked at in every step, than as drives that
// are set anew.
constexpr double kSignalSteps = 16;

constexpr std::size_t kMostStimuli = 65535;  // numbers of 16 bits key their draws

// Checks one stimulus by its kind.
class KindCheck {
 public:
  KindCheck(const StimulusSpec& spec, std::size_t number, std::size_t neurons, double step_ms)
      : spec_(spec), number_(number), neurons_(neurons), step_ms_(step_ms) {}

  void operator()() const {
    using enum StimulusKind;
    unused("amplitude", spec_.amplitude, has(dc) || has(ramp), "dc and ramp");
    unused("amplitude_end", spec_.amplitude_end, has(ramp), "ramp");
    unused("sigma", spec_.sigma, has(noise), "noise");
    unused("rate_hz", spec_.rate_hz, has(poisson), "poisson");
    unused("weight", spec_.weight, has(poisson) || has(spikes), "poisson and spikes");
    unused("delay_ms", spec_.delay_ms, has(spikes), "spikes");
    if (!spec_.file.empty() && (has(dc) || has(ramp) || has(noise)))
      refuse(key("file"), shown(spec_.file) + " with kind = " + shown(spec_.kind),
             "a file with current, poisson and spikes alone");
    times();
    if (has(poisson) || has(spikes)) weight();
    if (has(current) || has(poisson)) values();
    if (has(poisson)) rates();
    if (has(spikes)) spike_times();
  }

 private:
  std::string key(const char* name) const { return PlacedStimulus::stimulus_key(number_, name); }
  bool has(StimulusKind kind) const { return spec_.kind == kind; }

  void unused(const char* name, double value, bool used, const char* kinds) const {
    if (value != 0 && !used)
      refuse(key(name), shown(value) + " with kind = " + shown(spec_.kind), "with " + std::string(kinds) + " alone");
  }

  void times() const {
    const std::uint64_t first = step_at(spec_.from_ms, step_ms_, key("from_ms").c_str());
    const std::uint64_t end = step_at(spec_.until_ms, step_ms_, key("until_ms").c_str());
    if (end <= first)
      refuse(key("until_ms"), shown(spec_.until_ms) + ", from_ms = " + shown(spec_.from_ms),
             "at least a step after from_ms");
    if (has(StimulusKind::ramp) && end == kNever)
      refuse(key("until_ms"), "none", "when the ramp reaches amplitude_end");
  }

  void weight() const {
    if (spec_.weight == 0) refuse(key("weight"), "0", "above or below 0: what a spike adds");
    if (!std::isfinite(static_cast<float>(spec_.weight)))
      refuse(key("weight"), shown(spec_.weight), "at most 3.4e38, as synapses hold it");
  }

  void values() const {
    const bool given = !spec_.values.empty();
    if (has(StimulusKind::current) && !given) refuse(key("file"), "none", "the file with the current over time");
    if (!given && !spec_.file.empty())
      refuse(key("file"), shown(spec_.file) + ", which was not read", "a file's values");
    if (!given) return;
    if (spec_.columns == 0 || spec_.values.size() % spec_.columns != 0)
      refuse(key("file"), shown(spec_.values.size()) + " values in rows of " + shown(spec_.columns), "whole rows");
    if (spec_.columns != 1 && spec_.columns != neurons_)
      refuse(key("file"), shown(spec_.columns) + " columns",
             "1, or one for each of the " + shown(neurons_) + " neurons that are chosen");
    require_step(spec_.sample_ms, step_ms_, key("sample_ms").c_str());
    for (std::size_t k = 0; k < spec_.values.size(); ++k)
      if (!std::isfinite(spec_.values[k])) refuse_value(k, "a finite number");
  }

  void rates() const {
    if (!spec_.values.empty() && spec_.rate_hz != 0)
      refuse(key("rate_hz"), shown(spec_.rate_hz) + " with a file of rates", "one of both");
    const double most = kMaxPoissonMean / step_ms_ * 1e3;
    if (spec_.rate_hz > most) refuse(key("rate_hz"), shown(spec_.rate_hz), "at most " + shown(most) + " at this step");
    for (std::size_t k = 0; k < spec_.values.size(); ++k)
      if (!(spec_.values[k] >= 0 && spec_.values[k] <= most))
        refuse_value(k, "a rate from 0 to " + shown(most) + " Hz");
  }

  void spike_times() const {
    if (spec_.spike_ms.size() != spec_.spike_neuron.size())
      refuse(key("file"), shown(spec_.spike_ms.size()) + " times, " + shown(spec_.spike_neuron.size()) + " neurons",
             "one neuron a time");
    if (spec_.spike_ms.empty() && spec_.file.empty()) refuse(key("file"), "none", "the file with the spikes");
    for (std::size_t k = 0; k < spec_.spike_ms.size(); ++k) {
      const std::string spike = "spike " + shown(k);
      if (!(spec_.spike_ms[k] >= 0 && spec_.spike_ms[k] / step_ms_ <= kMostSteps))
        refuse(key("file"), spike + " at " + shown(spec_.spike_ms[k]) + " ms", "times from 0 to 1e15 steps");
      if (spec_.spike_neuron[k] >= neurons_)
        refuse(key("file"), spike + " of neuron " + shown(spec_.spike_neuron[k]),
               "below " + shown(neurons_) + ", counted among the neurons that are chosen");
    }
    if (spec_.delay_ms / step_ms_ > kMaxDelaySteps)
      refuse(key("delay_ms"), shown(spec_.delay_ms), "at most " + shown(kMaxDelaySteps) + " steps");
  }

  [[noreturn]] void refuse_value(std::size_t k, const std::string& allowed) const {
    refuse(key("file"),
           shown(spec_.values[k]) + " in row " + shown(k / spec_.columns) + ", column " + shown(k % spec_.columns),
           allowed);
  }

  const StimulusSpec& spec_;
  std::size_t number_, neurons_;
  double step_ms_;
};

}  // namespace

bool PlacedStimulus::is_signal() const {
  return has(StimulusKind::ramp) || (has(StimulusKind::current) && spec->columns == 1 && when.is_short(kSignalSteps));
}

double PlacedStimulus::signal(std::uint64_t step) const {
  const std::int64_t row = when.at(step);
  if (row == StepRows::kNone) return 0;
  if (!has(StimulusKind::ramp)) return value(row, 0);
  const double part = static_cast<double>(step - when.first()) / static_cast<double>(when.end() - when.first());
  return spec->amplitude + (spec->amplitude_end - spec->amplitude) * part;
}

std::vector<PlacedStimulus> place_stimuli(const Network& network, const std::vector<StimulusSpec>& stimuli) {
  if (stimuli.size() > kMostStimuli) refuse("stimulus", shown(stimuli.size()) + " of them", "at most 65535");
  std::vector<PlacedStimulus> placed;
  for (std::size_t number = 0; number < stimuli.size(); ++number) {
    const StimulusSpec& spec = stimuli[number];
    const auto key = [&](const char* name) { return PlacedStimulus::stimulus_key(number, name); };
    check_fields(("stimulus." + std::to_string(number)).c_str(), spec);
    std::vector<std::uint32_t> neurons =
        select_neurons(network.populations, spec.to, spec.neurons, key("to"), key("neurons"));
    KindCheck(spec, number, neurons.size(), network.step_ms)();
    const std::uint64_t rows = spec.columns == 0 ? 0 : spec.values.size() / spec.columns;
    placed.push_back({&spec, static_cast<std::uint32_t>(number), std::move(neurons), {spec, rows, network.step_ms}});
  }
  return placed;
}

void check_stimuli(const Network& network, const std::vector<StimulusSpec>& stimuli) {
  place_stimuli(network, stimuli);
}

}  // namespace sprig
