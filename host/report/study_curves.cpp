#include "host/report/study_curves.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "sprig/formats/markup.hpp"

namespace sprig::report {

namespace {

using svg::Marker;
using svg::Plot;
using svg::Scale;
using svg::Style;

struct Point {
  double gain, score, half, sops, lambda;
  bool chosen;
};

// The points of a series, by its gains.
using Curves = std::map<std::string, std::vector<Point>>;

// dense belongs to every density; none has no gains.
std::map<double, Curves> read_curves(const Node& curves, const std::string& task, const std::string& training) {
  std::map<double, Curves> of_density;
  Curves everywhere;
  for (const Node& e : curves.items()) {
    if (e["task"].text() != task || e["training"].text() != training || !e["variant"].text().empty()) continue;
    const std::string method = e["method"].text();
    const double score = e["score"]["mean"].number();
    if (method == "none" || !std::isfinite(score)) continue;
    Curves& to = method == "dense" ? everywhere : of_density[e["density"].number()];
    to[method].push_back({e["gain"].number(), score, e["score"]["half_width"].number(), e["sops"]["mean"].number(),
                          e["lambda_task"]["mean"].number(), e["chosen"].flag()});
  }
  for (auto& [density, here] : of_density) here.insert(everywhere.begin(), everywhere.end());
  for (auto& [density, here] : of_density)
    for (auto& [method, points] : here)
      std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.gain < b.gain; });
  return of_density;
}

bool has_gains(const Curves& curves) {
  return std::any_of(curves.begin(), curves.end(), [](const auto& entry) { return entry.second.size() > 1; });
}

void draw(Plot& plot, const Curves& curves, double Point::*x, const MethodStyles& styles) {
  for (const auto& [method, points] : curves) {
    std::vector<double> at, score, half, chosen_at, chosen_score;
    for (const Point& p : points) {
      at.push_back(p.*x);
      score.push_back(p.score);
      half.push_back(p.half);
      if (p.chosen) chosen_at.push_back(p.*x), chosen_score.push_back(p.score);
    }
    Style style = styles.of(method);
    plot.line(at, score, style);
    plot.intervals(at, score, half, style);
    style.marker = style.marker == Marker::none ? Marker::diamond : style.marker;
    plot.points(chosen_at, chosen_score, style);
  }
}

}  // namespace

svg::Axis operations_axis(const std::vector<double>& operations) {
  bool any = false, all_positive = true;
  for (const double value : operations)
    if (std::isfinite(value)) any = true, all_positive &= value > 0;
  return {"synaptic operations a sample", any && all_positive ? Scale::log : Scale::linear};
}

void draw_curves(Page& page, const Node& curves, const std::string& task, const std::string& training,
                 const std::string& axis, const MethodStyles& styles) {
  for (const auto& [density, here] : read_curves(curves, task, training)) {
    if (!has_gains(here)) continue;
    const std::string kept = "synapses kept: " + figure(density, 3);
    std::vector<double> operations;
    for (const auto& [method, points] : here)
      for (const Point& p : points) operations.push_back(p.sops);
    Plot cost("Error against operations, " + kept, "Score against synaptic operations, over the gains.",
              operations_axis(operations), {axis});
    draw(cost, here, &Point::sops, styles);
    Plot stability("Error against stability, " + kept,
                   "Score against the largest conditional exponent, over the gains.",
                   {"\u03BB max under the task (1/ms)"}, {axis});
    draw(stability, here, &Point::lambda, styles);
    page.figure("Over the gains, " + kept, {cost, stability},
                "Each line joins the gains of a method, the factors on its weights after pruning; intervals are "
                "95\u00A0%. The marked gain is the one that validation data prefer, whose row the table has. dense is "
                "drawn at every density. The exponent is conditional: of a perturbation under the task's own input.");
  }
}

void draw_claims(Page& page, const Node& claims) {
  Table table{
      {"task", "kept", "lnp", "minus", "difference", "p", "p (Holm)", "verdict", "\u03BB max difference"}, {}, 1};
  for (const Node& c : claims.items()) {
    const double half = c["difference"]["half_width"].number();
    const std::string variant = c["variant"].text();
    const std::string training = c["training"].text();
    const bool plain = training.empty() || training == "ridge";
    table.rows.push_back({c["task"].text() + (plain ? "" : ", " + training), figure(c["density"].number()),
                          variant.empty() ? "plain" : variant, c["control"].text(),
                          figure_fixed(c["difference"]["mean"].number(), 3) + " \u00B1 " + figure_fixed(half, 3),
                          figure(c["p"].number(), 2), figure(c["p_holm"].number(), 2), c["verdict"].text(),
                          figure(c["lambda_task_difference"]["mean"].number(), 2)});
  }
  if (table.rows.empty()) return;
  page.section("lnp against its controls",
               "Differences of test scores paired by seed, each line at the gain that validation data prefer. The " +
                   figure(static_cast<double>(table.rows.size()), 9) +
                   " comparisons are corrected together (Holm); what stays above 0.05 is a tie.");
  page.table(table);
}

}  // namespace sprig::report
