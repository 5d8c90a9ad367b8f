// Forecasts of the trained networks that a study kept, beside the truth.
#include <algorithm>
#include <map>

#include "host/report/sections.hpp"
#include "host/report/study_curves.hpp"
#include "sprig/formats/markup.hpp"

namespace sprig::report {

namespace {

constexpr std::size_t kMostPlots = 9;  // of a task and training

svg::Style truth_style() {
  svg::Style style;
  style.tone = "muted";
  style.width = 3;
  return style;
}

std::string network_name(const Node& entry) {
  const std::string variant = entry["variant"].text(), method = entry["method"].text();
  const bool whole = method == "dense" || method == "none";
  return method + (variant.empty() ? "" : " (" + variant + ")") +
         (whole ? "" : ", " + figure(entry["density"].number(), 3) + " kept");
}

}  // namespace

void draw_forecasts(Page& page, const Node& kept, const std::string& task, const std::string& training,
                    const MethodStyles& styles) {
  std::size_t drawn = 0;
  for (const Node& entry : kept.items()) {
    if (entry["task"].text() != task || entry["training"].text() != training || !entry["truth"].there()) continue;
    if (++drawn > kMostPlots) break;
    const std::vector<double> truth = entry["truth"].numbers(), predicted = entry["predicted"].numbers();
    const std::string name = network_name(entry);
    svg::Plot plot("Forecast of " + name, "The first target of the test part and its forecast.",
                   {"sample of the test part"}, {"target"});
    svg::Style style = styles.of(entry["method"].text());
    style.marker = svg::Marker::none;
    plot.line(counting(truth.size(), 0), truth, truth_style());
    plot.line(counting(predicted.size(), 0), predicted, style);
    page.figure("Forecast of " + name, {plot},
                "Seed " + figure(entry["seed"].number(), 10) + ", " + entry["measure"].text() + "\u00A0" +
                    figure(entry["score"].number(), 3) + ". In the units of the series; all predictions are in " +
                    entry["folder"].text() + ".",
                {{truth_style(), "truth"}, {style, "forecast"}});
  }
}

}  // namespace sprig::report
