// Lyapunov spectra: before and after, of one network, and over the rounds of pruning.
#include <algorithm>
#include <cmath>

#include "host/report/sections.hpp"
#include "sprig/formats/markup.hpp"

namespace sprig::report {

namespace {

using svg::Dash;
using svg::Marker;
using svg::Plot;
using svg::Style;

constexpr double kSpread = 1.96;  // standard errors on either side of a 95 % interval
const svg::Style kZero{"muted", Marker::none, Dash::dotted, 1};

std::string exponents_axis() { return "exponent (1/ms)"; }

void draw_one(Page& page, const Node& result, const std::vector<double>& exponents) {
  Plot plot("Lyapunov spectrum", "Lyapunov exponents in 1/ms, the largest first, with 95\u00A0% intervals.",
            {"number k"}, {exponents_axis(), svg::Scale::linear, {0}});
  const Style style = state_style("network");
  const auto numbers = counting(exponents.size(), 1);
  std::vector<double> half = result["standard_errors"].numbers();
  half.resize(exponents.size(), std::nan(""));
  for (double& h : half) h *= kSpread;
  plot.rule(0, kZero);
  plot.line(numbers, exponents, style);
  plot.intervals(numbers, exponents, half, style);
  plot.points(numbers, exponents, {style.tone, Marker::dot});
  page.figure("Lyapunov spectrum", {plot},
              std::to_string(exponents.size()) + " exponents by the method " + result["method"].text() +
                  ", averaged over " + figure(result["averaged_ms"].number()) +
                  " ms. Intervals are 95\u00A0%, from block averages.");
}

void draw_per_neuron(Page& page, std::vector<double> values) {
  if (values.empty()) return;
  std::sort(values.begin(), values.end());
  std::vector<double> share = counting(values.size(), 1);
  for (double& s : share) s /= static_cast<double>(values.size());
  Plot plot("Exponents of neurons", "Share of neurons whose exponent is at most the value on the axis.",
            {"exponent of a neuron (1/ms)"}, {"share of neurons", svg::Scale::linear, {0, 1}});
  plot.upright(0, kZero);
  plot.line(values, share, state_style("network"));
  page.figure("Exponents of neurons", {plot},
              "How each neuron takes part in the spectrum: the distribution of the exponents per neuron over all " +
                  std::to_string(values.size()) + ".");
}

bool draw_before_after(Page& page, const Node& result) {
  const auto before = result["spectrum_before"].numbers(), after = result["spectrum_after"].numbers();
  if (before.empty() && after.empty()) return false;
  Plot plot("Lyapunov spectra before and after", "Lyapunov exponents in 1/ms, the largest first, of both networks.",
            {"number k"}, {exponents_axis(), svg::Scale::linear, {0}});
  plot.rule(0, kZero);
  plot.line(counting(before.size(), 1), before, state_style("before"));
  plot.line(counting(after.size(), 1), after, state_style("after"));
  page.figure("Lyapunov spectra", {plot},
              "The largest " + std::to_string(std::max(before.size(), after.size())) +
                  " exponents of the network that was given and of what is left of it, seed " +
                  figure(result["seed"].number(), 9) + ". Above zero, small differences grow.",
              state_legend({"before", "after"}, 1));
  return true;
}

// What each round started from, and the network that is left at the end.
void draw_rounds(Page& page, const Node& result) {
  std::vector<double> lambda, rate;
  std::string synapses = figure(result["synapses_before"].number(), 9);
  for (const Node& round : result["rounds_detail"].items()) {
    lambda.push_back(round["lambda_max"].number());
    rate.push_back(round["mean_rate_hz"].number());
    synapses += " \u2192 " + figure(round["synapses"].number(), 9);
  }
  if (lambda.empty()) return;
  lambda.push_back(result["lambda_max_after"].number());
  rate.push_back(result["mean_rate_after"].number());
  const auto draw = [&](const std::string& what, const std::string& axis, const std::vector<double>& values) {
    Plot plot(what, what + " after each round of pruning.", {"rounds done"}, {axis, svg::Scale::linear, {0}});
    const auto done = counting(values.size(), 0);
    const Style style = state_style("after");
    plot.rule(0, kZero);
    plot.line(done, values, style);
    plot.points(done, values, {style.tone, Marker::circle});
    if (!plot.empty())
      page.figure(what, {plot},
                  "After each of " + std::to_string(values.size() - 1) + " rounds, with " + synapses +
                      " synapses. A round that needed no spectrum has no point.");
  };
  draw("Largest exponent over the rounds", "\u03BB max (1/ms)", lambda);
  draw("Mean rate over the rounds", "mean rate (Hz)", rate);
}

}  // namespace

svg::Style state_style(const std::string& state) {
  if (state == "before") return {"before", Marker::none, Dash::dashed, 1.6};
  return {"after", Marker::none, Dash::solid, 1.8};
}

std::vector<LegendEntry> state_legend(const std::vector<std::string>& states, double opacity) {
  std::vector<LegendEntry> entries;
  for (const std::string& state : states) {
    Style style = state_style(state);
    style.opacity = opacity;
    entries.push_back({style, state});
  }
  return entries.size() > 1 ? entries : std::vector<LegendEntry>{};
}

std::vector<double> counting(std::size_t count, double from) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = from + static_cast<double>(i);
  return values;
}

void draw_spectra(Page& page, const RunData& run) {
  const Node result = run.result();
  const auto exponents = result["exponents"].numbers();
  const bool pruned = result["spectrum_before"].there();
  if (exponents.empty() && !pruned) {
    page.left_out("Lyapunov spectra: result.json has none");
    return;
  }
  page.section("Lyapunov exponents");
  if (!exponents.empty()) {
    draw_one(page, result, exponents);
    draw_per_neuron(page, result["per_neuron"].numbers());
    return;
  }
  if (!draw_before_after(page, result)) page.left_out("Lyapunov spectra before and after: none was finished");
  const std::string failure = result["after_failure"].text();
  if (!failure.empty()) page.left_out("the spectrum after pruning: " + failure);
  draw_rounds(page, result);
}

}  // namespace sprig::report
