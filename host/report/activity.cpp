// What the network does: rasters, the rate of the population and of its neurons, and what they do with their inputs.
#include <cmath>
#include <numeric>

#include "host/report/sections.hpp"
#include "sprig/formats/markup.hpp"

namespace sprig::report {

namespace {

using svg::Dash;
using svg::Marker;
using svg::Plot;
using svg::Style;

constexpr double kFill = 0.22;
const Style kExcitatory{"ink", Marker::none, Dash::solid, 2.5}, kInhibitory{"s1", Marker::none, Dash::solid, 2.5};
const Style kGone{"muted", Marker::none, Dash::solid, 1, 0, 1};

// Rasters of all states have the same rows, and the same scale of rates.
struct Rows {
  std::vector<double> inhibitory;
  double step_ms = 1, observed_ms = 0, bin_ms = 1, highest_rate = 0;
};

Plot raster(const Node& activity, const Rows& rows, bool& gone) {
  const auto count = static_cast<double>(rows.inhibitory.size());
  Plot plot("Raster", "One row a neuron, one stroke a spike.", {"time (ms)", svg::Scale::linear, {0, rows.observed_ms}},
            {"neuron (row)", svg::Scale::linear, {0, count}}, {360, 230});
  const auto there = activity["row_there"].numbers();
  std::vector<double> removed;
  for (std::size_t r = 0; r < there.size(); ++r)
    if (there[r] == 0) removed.push_back(static_cast<double>(r) + 0.5);
  gone |= !removed.empty();
  Style shade = kGone;
  shade.tone = "shade";
  if (!removed.empty()) plot.rules(removed, shade);
  const auto steps = activity["raster_step"].numbers(), row = activity["raster_row"].numbers();
  for (const bool inhibitory : {false, true}) {
    std::vector<double> x, y;
    for (std::size_t i = 0; i < std::min(steps.size(), row.size()); ++i) {
      if (!(row[i] >= 0 && row[i] < count) || (rows.inhibitory[static_cast<std::size_t>(row[i])] != 0) != inhibitory)
        continue;
      x.push_back(steps[i] * rows.step_ms);
      y.push_back(row[i] + 0.5);
    }
    if (!x.empty()) plot.raster(std::move(x), std::move(y), inhibitory ? kInhibitory : kExcitatory);
  }
  return plot;
}

Plot population(const Node& activity, const Rows& rows, const std::string& state) {
  const auto rate = activity["rate_hz"].numbers();
  std::vector<double> middle = counting(rate.size(), 0.5);
  for (double& t : middle) t *= rows.bin_ms;
  Plot plot("Population rate", "Mean firing rate of all neurons over time.",
            {"time (ms)", svg::Scale::linear, {0, rows.observed_ms}},
            {"rate (Hz)", svg::Scale::linear, {0, rows.highest_rate}}, {360, 130});
  plot.line(middle, rate, {state_style(state).tone, Marker::none, Dash::solid, 1.2});
  return plot;
}

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

std::string told_rate(const Node& activity) {
  return "Mean rate " + figure(activity["mean_rate_hz"].number(), 3) + "\u00A0Hz; " +
         figure(activity["silent"].number(), 9) + " neurons did not fire.";
}

Plot rates(const std::vector<Node>& networks) {
  Plot plot("Rates of neurons", "Histogram of the mean firing rates of neurons.", {"mean rate (Hz)"},
            {"number of neurons", svg::Scale::linear, {0}}, {360, 165});
  for (const Node& network : networks) {
    const Histogram h = histogram(network["activity"]["rates_hz"]);
    Style style = state_style(network["name"].text());
    style.width = 1.3;
    style.opacity = kFill;
    plot.histogram(h.edges, h.counts, style);
  }
  return plot;
}

// Receptive use: how much a neuron makes of the synapses that it receives. [ours]
Plot receptive_use(const std::vector<Node>& networks) {
  Plot plot("Receptive use", "Mean rate of neurons against the number of synapses onto them.",
            {"synapses onto the neuron", svg::Scale::linear, {0}}, {"mean rate (Hz)", svg::Scale::linear, {0}},
            {360, 195});
  for (const Node& network : networks) {
    const Node sample = network["activity"]["sample"];
    const auto degree = sample["in_degree"].numbers(), rate = sample["rate_hz"].numbers();
    if (degree.empty() || degree.size() != rate.size()) continue;
    plot.points(degree, rate, {state_style(network["name"].text()).tone, Marker::dot, Dash::solid, 0, 0, 0.7});
  }
  return plot;
}

void draw_use(Page& page, const std::vector<Node>& networks) {
  std::vector<Plot> plots{rates(networks), receptive_use(networks)};
  std::erase_if(plots, [](const Plot& plot) { return plot.empty(); });
  std::vector<std::string> names;
  for (const Node& network : networks) names.push_back(network["name"].text());
  if (!plots.empty())
    page.figure(
        "Rates and receptive use of neurons", plots,
        "Above, every neuron's mean rate. Below, what neurons make of their inputs: their rate against the "
        "recurrent synapses that they receive, for up to 1000 of them; on the floor are those that do not fire.",
        state_legend(names, kFill));
}

}  // namespace

void draw_activity(Page& page, const RunData& run) {
  const Node observation = run.observation();
  std::vector<Node> networks;
  for (const Node& network : observation["networks"].items())
    if (network["activity"].there()) networks.push_back(network);
  if (networks.empty()) {
    page.left_out("activity (raster, rates, receptive use): " +
                  (observation["no_activity"].there() ? observation["no_activity"].text()
                                                      : std::string("the folder has no observation.json")));
    return;
  }
  Rows rows{observation["row_inhibitory"].numbers(), observation["step_ms"].number(),
            observation["observed_ms"].number(), observation["bin_ms"].number(), 0};
  for (const Node& network : networks)
    for (const double rate : network["activity"]["rate_hz"].numbers())
      if (rate > rows.highest_rate) rows.highest_rate = rate;
  page.section("Activity", observation["how"].text());
  bool any_inhibitory = false;
  for (const double inhibitory : rows.inhibitory) any_inhibitory |= inhibitory != 0;
  for (const Node& network : networks) {
    const std::string name = network["name"].text();
    const Node activity = network["activity"];
    bool gone = false;
    std::vector<Plot> plots{raster(activity, rows, gone), population(activity, rows, name)};
    std::vector<LegendEntry> legend;
    if (any_inhibitory) legend = {{kExcitatory, "excitatory"}, {kInhibitory, "inhibitory"}};
    if (gone) legend.push_back({{"shade", Marker::none, Dash::solid, 4}, "removed by pruning"});
    page.figure(
        networks.size() > 1 ? "Spikes " + name : "Spikes", plots,
        (name == "after"
             ? "The same rows, of which " + figure(sum(activity["row_there"].numbers()), 9) + " are left"
             : std::to_string(rows.inhibitory.size()) + " of " + figure(network["neurons"].number(), 9) + " neurons") +
            "; below, the mean rate of all in bins of " + figure(rows.bin_ms) + " ms. " + told_rate(activity),
        legend);
  }
  draw_use(page, networks);
}

}  // namespace sprig::report
