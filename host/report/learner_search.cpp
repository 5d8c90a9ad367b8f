// The page of a search among learners: accuracy against what each candidate takes, and which were chosen.
#include <cmath>

#include "host/report/sections.hpp"
#include "sprig/formats/markup.hpp"

namespace sprig::report {

namespace {

using svg::Style;

const Style kCandidate{svg::series_tone(0), svg::Marker::circle}, kChosen{svg::series_tone(1), svg::Marker::square};

double accuracy(const Node& row) { return row["accuracy"]["mean"].number(); }
double energy_mj(const Node& row) { return 1e3 * (row["train_j"].number() + row["infer_j"].number()); }

// Accuracy against a quantity of each row.
template <class Quantity>
svg::Plot trade_off(const std::vector<Node>& rows, const std::string& title, const std::string& axis,
                    Quantity quantity) {
  svg::Plot plot(title, "Accuracy against " + axis + ", a mark a candidate.", {axis},
                 {"accuracy", svg::Scale::linear, {0, 1}});
  for (const bool chosen : {false, true}) {
    std::vector<double> x, y;
    for (const Node& row : rows)
      if (row["chosen"].text().empty() != chosen) x.push_back(quantity(row)), y.push_back(accuracy(row));
    plot.points(x, y, chosen ? kChosen : kCandidate);
  }
  return plot;
}

Table rows_table(const std::vector<Node>& rows) {
  Table table{{"network", "bits", "steps", "accuracy", "KB", "mJ an image", "of it memory", "chosen for"}, {}, 0};
  for (const Node& row : rows) {
    const double half = row["accuracy"]["half_width"].number();
    table.rows.push_back({row["network"].text(), figure(row["bits"].number(), 3), figure(row["steps"].number(), 6),
                          figure(accuracy(row), 3) + (std::isfinite(half) ? " \u00B1 " + figure(half, 2) : ""),
                          figure(row["weight_bytes"].number() / 1000, 6), figure(energy_mj(row), 3),
                          figure(row["memory_part"].number(), 2), row["chosen"].text()});
  }
  return table;
}

}  // namespace

void draw_learner_search(Page& page, const Node& result) {
  const std::vector<Node> rows = result["learners"].items();
  if (rows.empty()) {
    page.left_out("candidates: none has learnt");
    return;
  }
  page.section("Candidates", "Scored by validation images; the first is the configuration. Energy: " +
                                 result["energy_source"].text() + ", an image learnt and one answered.");
  page.figure("Accuracy against memory",
              {trade_off(rows, "Memory", "KB of 1000 bytes",
                         [](const Node& row) { return row["weight_bytes"].number() / 1000; })},
              "Of weights, and of inhibition that is stored.", {{kCandidate, "candidate"}, {kChosen, "chosen"}});
  page.figure("Accuracy against energy", {trade_off(rows, "Energy", "mJ an image", energy_mj)}, "Counted.");
  page.figure("Accuracy against latency",
              {trade_off(rows, "Latency", "steps", [](const Node& row) { return row["steps"].number(); })},
              "Steps of a presentation.");
  page.table(rows_table(rows));
  if (const Node verified = result["verification"]; verified.there()) {
    page.section("Verification",
                 "The configuration and what was chosen, learnt on other seeds, scored by test images.");
    page.table(rows_table(verified.items()));
  }
}

}  // namespace sprig::report
