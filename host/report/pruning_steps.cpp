// Steps III and IV of LNP: the edges that delocalise, and the search of time constants.
#include <algorithm>
#include <cmath>
#include <limits>

#include "host/report/sections.hpp"
#include "sprig/formats/markup.hpp"

namespace sprig::report {

namespace {

using svg::Dash;
using svg::Marker;
using svg::Plot;
using svg::Style;

std::string words(std::string key) {
  std::replace(key.begin(), key.end(), '_', ' ');
  return key;
}

std::string cell(const Node& value) {
  if (!value.there()) return "n/a";
  if (value.json().is_number()) return figure(value.number(), value.json().is_number_integer() ? 9 : 4);
  if (value.json().is_boolean()) return value.flag() ? "yes" : "no";
  if (value.json().is_string()) return value.text();
  std::string list;
  for (const Node& item : value.items()) list += (list.empty() ? "" : ", ") + cell(item);
  return list;
}

// Whatever plain figures there are, in order.
void draw_delocalisation(Page& page, const Node& step) {
  if (!step.there()) return;
  page.section("Delocalisation", "Edges added where the eigenvectors of the sparse matrix were localised.");
  Table table{{"", ""}, {}, 1};
  table.header.clear();
  for (const auto& [key, value] : step.members()) {
    const bool of_lists = value.json().is_array() && !value.json().empty() && value.json().front().is_structured();
    if (!value.json().is_object() && !of_lists) table.rows.push_back({words(key), cell(value)});
  }
  if (!table.rows.empty()) page.table(table);
}

struct Trace {
  std::vector<double> objective, best, lambda_max, wasserstein, rate;
  std::vector<std::vector<double>> shape, scale;  // [cluster][evaluation]
  std::size_t best_at = 0, failed = 0;
};

Trace read_trace(const Node& evaluations) {
  Trace trace;
  double best = std::numeric_limits<double>::infinity();
  for (const Node& e : evaluations.items()) {
    const bool failed = e["failed"].flag();
    const auto term = [&](const char* key) { return failed ? std::nan("") : e[key].number(); };
    const double objective = term("objective");
    trace.failed += failed ? 1 : 0;
    if (objective < best) best = objective, trace.best_at = trace.objective.size();
    trace.objective.push_back(objective);
    trace.best.push_back(best);
    trace.lambda_max.push_back(term("lambda_max"));
    trace.wasserstein.push_back(term("wasserstein"));
    trace.rate.push_back(term("mean_rate_hz"));
    const auto shape = e["shape"].numbers(), scale = e["scale_ms"].numbers();
    trace.shape.resize(std::max(trace.shape.size(), shape.size()));
    trace.scale.resize(std::max(trace.scale.size(), scale.size()));
    for (auto* all : {&trace.shape, &trace.scale})
      for (std::size_t c = 0; c < all->size(); ++c) {
        const auto& here = all == &trace.shape ? shape : scale;
        (*all)[c].resize(trace.objective.size(), std::nan(""));
        if (c < here.size()) (*all)[c].back() = here[c];
      }
  }
  return trace;
}

Style cluster_style(std::size_t c) {
  constexpr Marker kMarkers[] = {Marker::circle, Marker::square, Marker::diamond, Marker::triangle, Marker::wedge};
  return {svg::series_tone(c), kMarkers[c % 5], Dash::solid, 0};
}

void draw_terms(Page& page, const Trace& trace) {
  std::vector<Plot> plots;
  const auto number = counting(trace.objective.size(), 1);
  for (const auto& [name, axis, values] : {std::tuple{"Largest exponent", "\u03BB max (1/ms)", &trace.lambda_max},
                                           std::tuple{"Spectral distance", "distance to dense", &trace.wasserstein},
                                           std::tuple{"Mean rate", "mean rate (Hz)", &trace.rate}}) {
    Plot plot(name, std::string(name) + " of every evaluation.", {"evaluation"}, {axis}, {360, 150});
    plot.upright(number[trace.best_at], {"muted", Marker::none, Dash::dotted, 1});
    plot.points(number, *values, {"s0", Marker::circle});
    if (!plot.empty()) plots.push_back(std::move(plot));
  }
  if (!plots.empty())
    page.figure("Terms of the objective", plots, "What the objective is made of; the upright line is at the best.");
}

void draw_timescales(Page& page, const Node& step) {
  if (!step.there()) return;
  const Trace trace = read_trace(step["trace"]);
  if (trace.objective.empty() || !std::isfinite(trace.best.back())) {
    page.left_out("the search of time constants: no evaluation succeeded");
    return;
  }
  page.section("Search of time constants",
               "Bayesian optimisation of the Gamma distribution that membrane time constants are drawn from.");
  const auto number = counting(trace.objective.size(), 1);
  Plot course("Objective", "Objective of every evaluation, and the best so far.", {"evaluation"},
              {"objective (lower is better)"});
  const Style best{"s1", Marker::none, Dash::solid, 1.6}, each{"s0", Marker::circle, Dash::solid, 0};
  std::vector<double> x, y;  // a staircase: the best stays until there is a better one
  for (std::size_t i = 0; i < number.size(); ++i) {
    if (i > 0) x.push_back(number[i]), y.push_back(trace.best[i - 1]);
    x.push_back(number[i]), y.push_back(trace.best[i]);
  }
  const double start = step["start"]["objective"].number();
  const Style before{"before", Marker::none, Dash::dashed, 1.4};
  std::vector<LegendEntry> course_legend{{each, "evaluation"}, {best, "best so far"}};
  if (std::isfinite(start)) {
    course.rule(start, before);
    course_legend.push_back({before, "before the search"});
  }
  course.line(x, y, best);
  course.points(number, trace.objective, each);
  page.figure("Objective", {course},
              std::to_string(number.size()) + " evaluations; the best, " + figure(trace.best.back()) + ", is number " +
                  std::to_string(trace.best_at + 1) + "." +
                  (trace.failed > 0 ? ' ' + std::to_string(trace.failed) + " failed and have no point." : "") +
                  (step["chosen"].there() ? "" : " None was better than what the network had, which it keeps."),
              course_legend);
  Plot plane("Gamma distributions", "Shape and scale of every evaluation.", {"shape"}, {"scale (ms)"});
  std::vector<LegendEntry> legend;
  for (std::size_t c = 0; c < std::min(trace.shape.size(), trace.scale.size()); ++c) {
    plane.points(trace.shape[c], trace.scale[c], cluster_style(c));
    plane.points({trace.shape[c][trace.best_at]}, {trace.scale[c][trace.best_at]},
                 {"ink", Marker::cross, Dash::solid, 0});
    if (trace.shape.size() > 1) legend.push_back({cluster_style(c), "cluster " + std::to_string(c + 1)});
  }
  legend.push_back({{"ink", Marker::cross, Dash::solid, 0}, "best"});
  if (!plane.empty())
    page.figure("Where it looked", {plane}, "Shape and scale that were tried. The mean time constant is their product.",
                legend);
  draw_terms(page, trace);
}

// A column a step, so that seconds, which differ from run to run, have a row of their own.
void draw_costs(Page& page, const Node& steps) {
  if (!steps.there()) return;
  Table table{{""}, {{"seconds"}, {"working memory (MB)"}, {"bound by"}}, 1};
  for (const Node& step : steps.items()) {
    constexpr double kMegabyte = 1e6;
    table.header.push_back(step["name"].text());
    table.rows[0].push_back(figure(step["seconds"].number(), 3));
    table.rows[1].push_back(figure(step["bytes"].number() / kMegabyte, 3));
    table.rows[2].push_back(step["bound"].text());
  }
  if (table.header.size() == 1) return;
  page.section("Costs", "What each step took in all rounds, and the largest working memory of one thread.");
  page.table(table);
}

}  // namespace

void draw_search(Page& page, const RunData& run) {
  if (run.manifest()["verb"].text() != "prune") return;
  const Node result = run.result();
  draw_costs(page, result["steps"]);
  const Node edges = result["delocalisation"], timescales = result["timescales"];
  if (!edges.there()) page.left_out("delocalisation: result.json has none");
  if (!timescales.there()) page.left_out("the search of time constants: result.json has none");
  draw_delocalisation(page, edges);
  draw_timescales(page, timescales);
}

}  // namespace sprig::report
