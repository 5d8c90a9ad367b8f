// How the steps of prunings grow: powers of neurons, synapses and exponents.
#include <algorithm>
#include <utility>

#include "host/app/bench/power_law.hpp"
#include "host/app/bench/prunings.hpp"
#include "host/app/bench/report.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

struct NamedFit {
  std::string name;
  std::vector<const char*> factors;
  PowerLaw law;
};

// Of the cases in which it was done. exponents: whether their number matters to it.
NamedFit fit(const std::string& name, const std::vector<PruningMeasurement>& measured, bool exponents,
             const std::vector<double>& seconds, const std::vector<std::size_t>& cases) {
  using Of = double (*)(const PruningMeasurement&);
  const std::pair<const char*, Of> all[] = {
      {"neurons", [](const PruningMeasurement& m) { return double{m.neurons * 1.0}; }},
      {"synapses", [](const PruningMeasurement& m) { return static_cast<double>(m.synapses); }},
      {"exponents", [](const PruningMeasurement& m) { return double{m.exponents * 1.0}; }}};
  NamedFit result{name, {}, {}};
  std::vector<std::vector<double>> factors;
  for (const auto& [factor, of] : all) {
    if (factor == all[2].first && !exponents) continue;
    std::vector<double> values;
    for (const std::size_t k : cases) values.push_back(of(measured[k]));
    if (std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end()) continue;
    result.factors.push_back(factor);
    factors.push_back(std::move(values));
  }
  result.law = fit_power_law(seconds, factors);
  return result;
}

std::vector<NamedFit> fits_of(const std::vector<PruningMeasurement>& measured) {
  std::vector<NamedFit> fits;
  const auto add = [&](const std::string& name, bool exponents, auto seconds_of) {
    std::vector<double> seconds;
    std::vector<std::size_t> cases;
    for (std::size_t k = 0; k < measured.size(); ++k)
      if (const std::vector<double>* repeats = seconds_of(measured[k])) {
        seconds.push_back(median(*repeats));
        cases.push_back(k);
      }
    if (!cases.empty()) fits.push_back(fit(name, measured, exponents, seconds, cases));
  };
  add("all", true, [](const PruningMeasurement& m) { return &m.wall_s; });
  for (std::size_t s = 0; s < kPruneSteps; ++s) {
    const auto step = static_cast<PruneStep>(s);
    add(std::string(name_of(step)), step == PruneStep::spectra, [&](const PruningMeasurement& m) {
      const auto at = std::find_if(m.steps.begin(), m.steps.end(), [&](const auto& of) { return of.step == step; });
      return at == m.steps.end() ? nullptr : &at->seconds;
    });
  }
  return fits;
}

}  // namespace

std::string prunings_fit_text(const std::vector<PruningMeasurement>& measured) {
  std::string text;
  for (const NamedFit& fit : fits_of(measured)) {
    text += fit.name + ": ";
    if (!fit.law.why_not.empty()) {
      text += "no fit: " + fit.law.why_not + "\n";
      continue;
    }
    text += number_text(fit.law.constant, 3) + " s";
    for (std::size_t k = 0; k < fit.factors.size(); ++k)
      text += std::string(" x ") + fit.factors[k] + "^(" +
              interval_text(fit.law.exponents[k], fit.law.half_widths[k], 2) + ")";
    text += ", to " + number_text(100 * fit.law.relative_error, 2) + " %\n";
  }
  if (!text.empty())
    text +=
        "exponents of the fits: with 95 % intervals over the cases; what all cases have in common is in the constant\n";
  return text;
}

Json prunings_fit_json(const std::vector<PruningMeasurement>& measured) {
  Json list = Json::array();
  for (const NamedFit& fit : fits_of(measured)) {
    Json json{{"step", fit.name}};
    if (!fit.law.why_not.empty()) {
      json["no_fit"] = fit.law.why_not;
    } else {
      json["constant_s"] = fit.law.constant;
      json["exponents"] = Json::object();
      for (std::size_t k = 0; k < fit.factors.size(); ++k)
        json["exponents"][fit.factors[k]] = interval_json({fit.law.exponents[k], fit.law.half_widths[k]});
      json["relative_error"] = fit.law.relative_error;
    }
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace sprig::app
