// A study: score against density and against cost, one figure a task and training, and the table.
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "host/report/methods.hpp"
#include "host/report/sections.hpp"
#include "host/report/study_curves.hpp"
#include "sprig/formats/markup.hpp"

namespace sprig::report {

namespace {

using svg::Marker;
using svg::Plot;
using svg::Scale;
using svg::Style;

constexpr double kBand = 0.13, kApart = 3;  // opacity of an interval over all densities; units between neighbours

struct Value {
  double mean, half;
};

struct Entry {
  std::string task, training, method, variant, measure;
  double density, gain, seeds, rank;
  Value score, vpt, sops, lambda_task, minus_dense, minus_random, minus_plain;
  bool tie_dense, tie_random, tie_plain;
  std::string series() const {
    return variant.empty() || variant == "default" ? method : method + " (" + variant + ")";
  }
  bool is_level() const { return series() == "dense" || series() == "none"; }  // has no density to be drawn against
};

Value value(const Node& node) { return {node["mean"].number(), node["half_width"].number()}; }

std::vector<Entry> read_summary(const Node& summary) {
  std::vector<Entry> entries;
  for (const Node& e : summary.items())
    entries.push_back({e["task"].text(),
                       e["training"].text(),
                       e["method"].text(),
                       e["variant"].text(),
                       e["measure"].text(),
                       e["density"].number(),
                       e["gain"].number(),
                       e["seeds"].number(),
                       e["rank"].number(),
                       value(e["score"]),
                       value(e["vpt"]),
                       value(e["sops"]),
                       {e["lambda task"].number(), std::nan("")},
                       value(e["minus_dense"]),
                       value(e["minus_random"]),
                       value(e["minus_plain"]),
                       e["minus_dense"]["tie"].flag(),
                       e["minus_random"]["tie"].flag(),
                       e["minus_plain"]["tie"].flag()});
  return entries;
}

// 1: higher is better, -1: lower is, 0: not known.
int direction(const std::string& measure) {
  std::string name = measure;
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const char* low : {"rmse", "error", "loss", "mse"})
    if (name.find(low) != std::string::npos) return -1;
  for (const char* high : {"accuracy", "vpt", "valid"})
    if (name.find(high) != std::string::npos) return 1;
  return 0;
}

std::string measure_name(const std::string& measure) {
  if (measure.empty()) return "score";
  std::string name = measure;
  if (name.find("rmse") != std::string::npos)
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  return name;
}

std::string measure_axis(const std::string& measure) {
  const int better = direction(measure);
  return measure_name(measure) + (better < 0 ? " (lower is better)" : better > 0 ? " (higher is better)" : "");
}

// The entries of one task and training.
struct Panel {
  std::string task, training;
  std::vector<Entry> entries;
  std::string name() const { return training.empty() ? task : task + ", " + training; }
  const std::string& measure() const { return entries.front().measure; }
};

std::vector<Panel> panels_of(const std::vector<Entry>& entries) {
  std::vector<Panel> panels;
  for (const Entry& e : entries) {
    const auto same = [&](const Panel& p) { return p.task == e.task && p.training == e.training; };
    auto found = std::find_if(panels.begin(), panels.end(), same);
    if (found == panels.end()) found = panels.insert(panels.end(), {e.task, e.training, {}});
    found->entries.push_back(e);
  }
  return panels;
}

// In order of appearance.
std::vector<std::string> series_of(const std::vector<Entry>& entries) {
  std::vector<std::string> series;
  for (const Entry& e : entries)
    if (std::find(series.begin(), series.end(), e.series()) == series.end()) series.push_back(e.series());
  return series;
}

using Field = Value Entry::*;

// dense and none, as a line with its interval over all densities.
void draw_levels(Plot& plot, const Panel& panel, Field field, const MethodStyles& styles) {
  for (const Entry& e : panel.entries) {
    const Value v = e.*field;
    if (!e.is_level() || !std::isfinite(v.mean)) continue;
    Style style = styles.of(e.method);
    plot.rule(v.mean, style);
    const double half = std::isfinite(v.half) ? v.half : 0;
    style.opacity = kBand;
    plot.band(v.mean - half, v.mean + half, style);
  }
}

Plot against_density(const Panel& panel, Field field, const std::string& what, const std::string& axis,
                     const MethodStyles& styles) {
  Plot plot(what + ", " + panel.name(), what + " against the synapses kept, with 95\u00A0% intervals.",
            {"synapses kept (fraction)", Scale::log}, {axis});
  const bool difference = field == &Entry::minus_dense || field == &Entry::minus_random || field == &Entry::minus_plain;
  if (!difference) draw_levels(plot, panel, field, styles);
  if (difference || field == &Entry::lambda_task) plot.rule(0, {"muted", Marker::none, svg::Dash::dotted, 1});
  auto series = series_of(panel.entries);
  std::erase_if(series, [](const std::string& name) { return name == "dense" || name == "none"; });
  for (std::size_t k = 0; k < series.size(); ++k) {
    std::vector<std::pair<double, Value>> curve;
    for (const Entry& e : panel.entries)
      if (e.series() == series[k] && e.density > 0) curve.emplace_back(e.density, e.*field);
    std::stable_sort(curve.begin(), curve.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<double> x, y, half;
    for (const auto& [density, v] : curve) x.push_back(density), y.push_back(v.mean), half.push_back(v.half);
    Style style = styles.of(series[k]);
    style.shift = kApart * (static_cast<double>(k) - (static_cast<double>(series.size()) - 1) / 2);
    plot.line(x, y, style);
    plot.intervals(x, y, half, style);
    plot.points(x, y, style);
  }
  return plot;
}

Plot against_cost(const Panel& panel, const MethodStyles& styles) {
  std::vector<double> operations;
  for (const Entry& e : panel.entries)
    if (e.method != "none") operations.push_back(e.sops.mean);
  Plot plot("Score against cost, " + panel.name(), "Score against synaptic operations, with 95\u00A0% intervals.",
            operations_axis(operations), {measure_axis(panel.measure())});
  for (const std::string& name : series_of(panel.entries)) {
    std::vector<double> x, y;
    for (const Entry& e : panel.entries)
      if (e.series() == name && !e.is_level() && e.method != "none")
        x.push_back(e.sops.mean), y.push_back(e.score.mean);
    plot.line(x, y, styles.of(name));
  }
  for (const Entry& e : panel.entries) {
    if (e.method == "none") continue;
    Style style = styles.of(e.series());
    if (e.is_level()) style.marker = Marker::diamond;
    plot.intervals({e.sops.mean}, {e.score.mean}, {e.score.half}, style);
    plot.points({e.sops.mean}, {e.score.mean}, style);
  }
  return plot;
}

bool has(const Panel& panel, Field field, bool levels) {
  return std::any_of(panel.entries.begin(), panel.entries.end(),
                     [&](const Entry& e) { return std::isfinite((e.*field).mean) && (levels || !e.is_level()); });
}

std::string scope(const Panel& panel) {
  double least = panel.entries.front().seeds, most = least;
  for (const Entry& e : panel.entries) least = std::min(least, e.seeds), most = std::max(most, e.seeds);
  return figure(most, 9) + (least < most ? " seeds or fewer (" + figure(least, 9) + " at least)" : " seeds");
}

// Without the variants, unless there is nothing else.
Panel without_variants(Panel panel) {
  const auto varied = [](const Entry& e) { return e.series() != e.method; };
  if (!std::all_of(panel.entries.begin(), panel.entries.end(), varied)) std::erase_if(panel.entries, varied);
  return panel;
}

// Variants have a figure of their own, beside what they vary.
void draw_figures(Page& page, const Panel& all, const MethodStyles& styles) {
  const Panel panel = without_variants(all);
  const std::string intervals = " Means of " + scope(panel) + ", intervals are 95\u00A0%.";
  const std::string measure = measure_name(panel.measure());
  page.figure(measure + " against density",
              {against_density(panel, &Entry::score, "Score", measure_axis(panel.measure()), styles)},
              "Level lines: dense and none (no recurrent synapses), with their intervals." + intervals +
                  " Methods stand a little beside one another, so that intervals can be told apart.");
  const auto difference = [&](Field field, const std::string& other, const std::string& paired) {
    const Panel& shown = field == &Entry::minus_plain ? all : panel;
    if (has(shown, field, false))
      page.figure("Difference to " + other,
                  {against_density(shown, field, "Difference to " + other, measure + " minus " + other + "'s", styles)},
                  "Paired by seed" + paired + ". An interval that holds zero is a tie." + intervals);
  };
  difference(&Entry::minus_random, "random", ", at the same density");
  difference(&Entry::minus_dense, "dense", "");
  difference(&Entry::minus_plain, "plain", ", of each variant to the configuration as it is");
  if (has(panel, &Entry::vpt, true))
    page.figure("Valid prediction time",
                {against_density(panel, &Entry::vpt, "Valid prediction time", "VPT (Lyapunov times)", styles)},
                "How long the closed loop follows the series; longer is better." + intervals);
  if (has(panel, &Entry::lambda_task, false))
    page.figure("Largest exponent",
                {against_density(panel, &Entry::lambda_task, "Largest Lyapunov exponent",
                                 "\u03BB max under the task (1/ms)", styles)},
                "The largest conditional exponent, under the task's own input: means of " + scope(panel) + ".");
  if (has(panel, &Entry::sops, true))
    page.figure(measure + " against cost", {against_cost(panel, styles)},
                "Each point is a method at one density, lines join the densities of a method; dense is the diamond." +
                    intervals);
}

// Two significant digits of the interval, and as many decimals of the mean.
std::string interval(const Value& v) {
  if (!std::isfinite(v.mean)) return "";
  if (!std::isfinite(v.half) || v.half == 0) return figure(v.mean, 3);
  const int decimals = std::clamp(1 - static_cast<int>(std::floor(std::log10(std::abs(v.half)))), 0, 9);
  return figure_fixed(v.mean, decimals) + " \u00B1 " + figure_fixed(v.half, decimals);
}

// "−0.03 ± 0.01 better"
std::string difference(const Value& v, bool tie, const std::string& measure) {
  if (!std::isfinite(v.mean)) return "";
  const double gain = v.mean * direction(measure);
  const std::string word = !std::isfinite(v.half) ? "" : tie ? " tie" : gain > 0 ? " better" : gain < 0 ? " worse" : "";
  return interval(v) + word;
}

void draw_table(Page& page, const Panel& panel) {
  const bool vpt = has(panel, &Entry::vpt, true), plain = has(panel, &Entry::minus_plain, true);
  Table table{{"method", "density", "gain", "seeds", measure_name(panel.measure()), "SOPs", "minus dense",
               "minus random", "rank"},
              {},
              1};
  if (vpt) table.header.push_back("VPT");
  if (plain) table.header.push_back("minus plain");
  for (const Entry& e : panel.entries) {
    table.rows.push_back({e.series(), figure(e.density), figure(e.gain), figure(e.seeds, 9), interval(e.score),
                          interval(e.sops), difference(e.minus_dense, e.tie_dense, e.measure),
                          difference(e.minus_random, e.tie_random, e.measure),
                          std::isfinite(e.rank) ? figure(e.rank, 2) : ""});
    if (vpt) table.rows.back().push_back(interval(e.vpt));
    if (plain) table.rows.back().push_back(difference(e.minus_plain, e.tie_plain, e.measure));
  }
  page.table(table);
  page.paragraph(
      "Means with 95\u00A0% intervals over the seeds; differences are paired by seed, \u201Ctie\u201D where their "
      "interval holds zero. VPT in Lyapunov times; SOPs a sample, without the readout.");
}

// Whether the task measures recurrence, as the study found.
std::string verdict(const Panel& panel, const Node& tasks) {
  for (const Node& task : tasks.items()) {
    const double gain = task["gain"].number();
    if (task["task"].text() != panel.task || task["training"].text() != panel.training || std::isnan(gain)) continue;
    return "Dense is " + figure(100 * std::abs(gain), 3) + "\u00A0% " + (gain >= 0 ? "better" : "worse") +
           " than none, so the task " +
           (task["counts"].flag() ? "counts." : "does not count: it does not measure recurrence.");
  }
  return "";
}

}  // namespace

void draw_study(Page& page, const RunData& run) {
  if (run.manifest()["verb"].text() != "study") return;
  const Node result = run.result();
  const std::vector<Entry> entries = read_summary(result["summary"]);
  if (std::none_of(entries.begin(), entries.end(), [](const Entry& e) { return std::isfinite(e.score.mean); })) {
    page.left_out("scores: result.json has no summary with any");
    return;
  }
  const MethodStyles styles(series_of(entries));
  for (const Panel& panel : panels_of(entries)) {
    std::vector<LegendEntry> legend;
    for (const std::string& name : series_of(panel.entries)) legend.push_back({styles.of(name), name});
    page.section(panel.name(), verdict(panel, result["tasks"]));
    page.legend(legend);
    draw_figures(page, panel, styles);
    draw_curves(page, result["curves"], panel.task, panel.training, measure_axis(panel.measure()), styles);
    draw_forecasts(page, result["kept"], panel.task, panel.training, styles);
    draw_table(page, panel);
  }
  draw_claims(page, result["claims"]);
}

}  // namespace sprig::report
