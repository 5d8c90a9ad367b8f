#include "host/app/bench/report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/app/bench/hardware.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

// The share of the bandwidth that reading the synapses takes. NaN for a batch, whose replicas share what is read.
double bandwidth_share(const BenchFigures& figures, const Measurement& measured, const Bandwidth& bandwidth) {
  if (bandwidth.bytes_per_s == 0 || measured.replicas > 1) return kNotMeasured;
  return figures.events_per_s * figures.bytes_per_event / bandwidth.bytes_per_s;
}

std::string range_text(double middle, double least, double most) {
  return number_text(middle, 4) + "  (" + number_text(least, 4) + " to " + number_text(most, 4) + ")";
}

std::string synapses_text(const Measurement& m) { return m.synapses ? std::to_string(*m.synapses) : "n/a"; }

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) return kNotMeasured;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

BenchFigures figures_of(const BenchCase& one, const Measurement& m) {
  BenchFigures f;
  f.bytes_per_event = synapse_bytes(one.planned, one.simulation);
  f.wall_s = median(m.wall_s);
  const double model_s = static_cast<double>(m.counted_steps) * m.step_ms * 1e-3;
  f.rtf = f.wall_s / model_s;
  const auto [least, most] = std::minmax_element(m.wall_s.begin(), m.wall_s.end());
  f.rtf_least = m.wall_s.empty() ? kNotMeasured : *least / model_s;
  f.rtf_most = m.wall_s.empty() ? kNotMeasured : *most / model_s;
  f.steps_per_s = static_cast<double>(m.counted_steps) / f.wall_s;
  f.events_per_s = static_cast<double>(m.events) / f.wall_s;
  return f;
}

Bandwidth bandwidth(const Config& config) {
  if (config.simulation.device.names_gpu()) {
    const double bytes_per_s = cuda::use_device(config.simulation.device).bytes_per_s;
    if (bytes_per_s == 0) return {0, "not known"};
    return {bytes_per_s, "the driver's memory clock and bus width"};
  }
  if (available_memory().bytes < 2 * kTriadBytes) return {0, "not measured: too little memory is free"};
  const int threads = team_size(config.simulation.threads);
  return {triad_bandwidth(threads), "triad over " + bytes_text(kTriadBytes) + ", " + std::to_string(threads) +
                                        (threads == 1 ? " thread" : " threads")};
}

Json case_json(const BenchCase& one, const Measurement& m, const Bandwidth& memory) {
  const BenchFigures f = figures_of(one, m);
  Json rates = Json::object();
  if (m.counted_steps == 0) rates = nullptr;
  for (std::size_t p = 0; p < m.population_spikes.size(); ++p) rates[m.populations[p].name] = m.rate_hz(p);
  Json json{{"neurons", m.neurons},
            {"synapses", m.synapses ? Json(*m.synapses) : Json()},
            {"rates_hz", rates},
            {"rtf", f.rtf},
            {"steps_per_s", f.steps_per_s},
            {"events_per_s", f.events_per_s},
            {"bytes_per_event", f.bytes_per_event},
            {"construct_s", m.construct_s},
            {"hash", m.hash.empty() ? Json() : Json(m.hash)},
            {"settings", one.settings},
            {"rtf_least", f.rtf_least},
            {"rtf_most", f.rtf_most},
            {"mean_rate_hz", m.mean_rate_hz()},
            {"wall_s_of_repeats", m.wall_s},
            {"steps", m.counted_steps},
            {"step_ms", m.step_ms},
            {"replicas", m.replicas},
            {"threads", m.threads},
            {"spikes", m.spikes},
            {"synaptic_events", m.events},
            {"bandwidth_share", bandwidth_share(f, m, memory)},
            {"update", name_of(one.simulation.update)}};
  if (m.prune_s > 0) json["prune_s"] = m.prune_s;
  if (!m.note.empty()) json["note"] = m.note;
  return json;
}

std::string case_text(const BenchCase& one, const Measurement& m, const Bandwidth& memory) {
  const BenchFigures f = figures_of(one, m);
  const double model_s = static_cast<double>(m.counted_steps) * m.step_ms * 1e-3;
  std::string text = std::to_string(m.neurons) + " neurons, " + synapses_text(m) + " synapses";
  if (m.replicas > 1) text += ", " + std::to_string(m.replicas) + " replicas";
  text += "; " + number_text(model_s, 6) + " s of model time, " + std::to_string(m.wall_s.size()) + " repeats on " +
          m.device + ", weights of " + std::to_string(one.simulation.weight_bits) + " bits, seed " +
          std::to_string(one.simulation.seed) + "\n";
  if (!m.note.empty()) text += m.note + "\n";
  const auto line = [&](const char* name, const std::string& value) {
    std::string label = name;
    label.resize(26, ' ');
    text += label + value + "\n";
  };
  line("construction", number_text(m.construct_s, 4) + " s");
  line("real-time factor", range_text(f.rtf, f.rtf_least, f.rtf_most));
  line("steps/s", number_text(f.steps_per_s, 4));
  line("synaptic events/s", number_text(f.events_per_s, 4));
  line("bytes an event", number_text(f.bytes_per_event, 3));
  if (const double share = bandwidth_share(f, m, memory); !std::isnan(share))
    line("share of the bandwidth", number_text(100 * share, 3) + " % of " + number_text(memory.bytes_per_s / 1e9, 4) +
                                       " GB/s (" + memory.source + ")");
  std::string rates;
  for (std::size_t p = 0; p < m.population_spikes.size(); ++p)
    rates += (rates.empty() ? "" : "  ") + m.populations[p].name + " " + number_text(m.rate_hz(p));
  line("rates (Hz)", rates.empty() ? "n/a" : rates);
  return text;
}

std::string cases_text(const std::vector<BenchCase>& cases, const std::vector<Measurement>& measured) {
  std::vector<std::string> header{"case", "synapses", "rate (Hz)", "construct (s)", "RTF", "least", "most", "events/s"};
  TextTable table(header);
  std::string notes;
  for (std::size_t k = 0; k < measured.size(); ++k) {
    const Measurement& m = measured[k];
    const BenchFigures f = figures_of(cases[k], m);
    table.add({cases[k].label(), synapses_text(m), number_text(m.mean_rate_hz()), number_text(m.construct_s, 3),
               number_text(f.rtf), number_text(f.rtf_least), number_text(f.rtf_most), number_text(f.events_per_s)});
    std::string note = m.note;
    if (m.prune_s > 0) note += "; pruning took " + number_text(m.prune_s, 3) + " s, which is not construction";
    if (!note.empty() && notes.find(note) == std::string::npos) notes += note + "\n";
  }
  return table.text() + "RTF: median and spread over the repeats, of one batch\n" + notes;
}

std::size_t headline(const std::vector<Measurement>& measured) {
  std::size_t best = 0;
  for (std::size_t k = 0; k < measured.size(); ++k)
    if (measured[k].events > measured[best].events) best = k;
  return best;
}

SweepRow sweep_row(const BenchCase& one, const Measurement& m) {
  return {static_cast<double>(m.neurons),
          one.settings["synapses_a_neuron"].get<double>(),
          m.mean_rate_hz(),
          static_cast<double>(m.replicas),
          one.settings["update"].get<std::string>(),
          figures_of(one, m).wall_s,
          static_cast<double>(m.events),
          static_cast<double>(m.counted_steps) * m.neurons * m.replicas};
}

}  // namespace sprig::app
