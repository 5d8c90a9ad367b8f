// The page of a model search: what each candidate takes, and which was chosen.
#include <cmath>

#include "host/report/sections.hpp"
#include "sprig/formats/markup.hpp"
#include "sprig/learning/competitive/model_memory.hpp"

namespace sprig::report {

namespace {

using svg::Style;

const Style kTrain{svg::series_tone(0), svg::Marker::circle}, kInfer{svg::series_tone(1), svg::Marker::square};

std::string kilobytes(const Node& bytes) { return figure(bytes.number() / kKilobyte, 6); }

Table candidates_table(const std::vector<Node>& candidates) {
  Table table{
      {"neurons", "KB", "J an image, learning", "J an image, answering", "J learning", "J answering", "within limits"},
      {},
      0};
  for (const Node& c : candidates) {
    const std::string refused = c["refused"].text();
    table.rows.push_back({figure(c["neurons"].number(), 9), kilobytes(c["memory_bytes"]),
                          figure(c["train"]["joules_an_image"].number(), 3),
                          figure(c["infer"]["joules_an_image"].number(), 3), figure(c["train_energy_j"].number(), 4),
                          figure(c["infer_energy_j"].number(), 4), refused.empty() ? "yes" : "no: " + refused});
  }
  return table;
}

svg::Plot energy_plot(const std::vector<Node>& candidates) {
  std::vector<double> neurons, train, infer;
  for (const Node& c : candidates) {
    neurons.push_back(c["neurons"].number());
    train.push_back(c["train"]["joules_an_image"].number());
    infer.push_back(c["infer"]["joules_an_image"].number());
  }
  svg::Plot plot("Energy of an image", "Joules an image against the number of neurons.", {"neurons"},
                 {"J an image", svg::Scale::linear, {0}});
  for (const auto& [energy, style] : {std::pair{&train, kTrain}, {&infer, kInfer}}) {
    plot.line(neurons, *energy, style);
    plot.points(neurons, *energy, style);
  }
  return plot;
}

svg::Plot memory_plot(const std::vector<Node>& candidates) {
  std::vector<double> neurons, memory;
  for (const Node& c : candidates) {
    neurons.push_back(c["neurons"].number());
    memory.push_back(c["memory_bytes"].number() / kKilobyte);
  }
  svg::Plot plot("Memory", "Kilobytes against the number of neurons.", {"neurons"},
                 {"KB of 1000 bytes", svg::Scale::linear, {0}});
  plot.line(neurons, memory, kTrain);
  plot.points(neurons, memory, kTrain);
  return plot;
}

}  // namespace

void draw_model_search(Page& page, const RunData& run) {
  if (run.manifest()["verb"].text() != "search") return;
  const Node result = run.result();
  if (result["learners"].there()) return draw_learner_search(page, result);
  const std::vector<Node> candidates = result["candidates"].items();
  if (candidates.empty()) {
    page.left_out("candidates: none was measured");
    return;
  }
  page.section("Candidates", "Energy by " + result["energy_source"].text() + ".");
  page.figure("Memory", {memory_plot(candidates)}, "Of weights, inhibition that is stored, and the state of neurons.");
  page.figure("Energy", {energy_plot(candidates)}, "Of one image, from the few by which each candidate was measured.",
              {{kTrain, "learning"}, {kInfer, "answering"}});
  page.table(candidates_table(candidates));
  if (result["chosen"].there())
    page.paragraph("Chosen: " + figure(result["chosen"].number(), 9) + " neurons, the most within all limits.");
  if (const Node full = result["verification"]; full.there())
    page.paragraph("A full run of " + figure(full["images"].number(), 9) + " images took " +
                   figure(full["train_energy_j"].number(), 4) + " J to learn; " +
                   figure(full["predicted_train_energy_j"].number(), 4) + " J were predicted.");
}

}  // namespace sprig::report
