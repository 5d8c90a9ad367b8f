#include "host/app/learn/table.hpp"

#include <cmath>
#include <functional>

#include "sprig/session/table.hpp"
#include "sprig/tasks/statistics.hpp"

namespace sprig::app {

namespace {

// A learner that has done all its stages has these.
struct Figures {
  double accuracy = 0;              // at the end, over all classes
  double newest = 0, previous = 0;  // dynamic: means over the tasks (previous: from the second on)
  double spikes = 0, updates = 0;   // an image that is scored: emitted spikes; weight updates an image that is learnt
  double events = 0;                // synaptic, an image that is scored
};

Figures figures_of(const Learner& learner) {
  Figures f;
  const auto n = static_cast<double>(learner.scores.size());
  for (const StageScore& s : learner.scores) {
    f.newest += s.newest / n;
    if (!std::isnan(s.previous)) f.previous += s.previous / (n - 1);
  }
  f.accuracy = learner.scores.back().accuracy;
  f.spikes = learner.scores.back().spikes;
  f.updates = static_cast<double>(learner.learning.weight_updates) / static_cast<double>(learner.learnt);
  f.events = static_cast<double>(learner.scoring.synaptic_events) / static_cast<double>(learner.scored);
  return f;
}

struct Measure {
  const char *name, *title;
  double Figures::*value;
};
constexpr Measure kAccuracy[] = {{"accuracy", "accuracy", &Figures::accuracy},
                                 {"accuracy_newest", "newest", &Figures::newest},
                                 {"accuracy_previous", "previous", &Figures::previous}};

std::string signed_interval(const Interval& d) {
  const char* verdict = !std::isfinite(d.half_width) ? "" : is_tie(d) ? " tie" : d.mean > 0 ? " better" : " worse";
  std::string text = d.mean >= 0 ? "+" : "";
  return text.append(interval_text(d.mean, d.half_width)).append(verdict);
}

}  // namespace

Json learn_rows(const LearnModel& model, const Learner& learner, Protocol protocol) {
  Json rows = Json::array();
  for (std::size_t k = 0; k < learner.scores.size(); ++k) {
    const StageScore& s = learner.scores[k];
    Json row{{"network", model.name}, {"protocol", name_of(protocol)}, {"seed", model.seed}, {"task", k},
             {"samples", s.learnt},   {"accuracy", s.accuracy}};
    row["accuracy_newest"] = s.newest;  // NaN, so null, where there is none
    row["accuracy_previous"] = s.previous;
    row["spikes_an_image"] = s.spikes;
    row["unlabelled_neurons"] = s.unlabelled;
    rows.push_back(std::move(row));
  }
  return rows;
}

LearnSummary learn_summary(const LearnModels& models, const LearnSection& learn) {
  const bool dynamic = learn.protocol.protocol == Protocol::dynamic;
  const std::size_t seeds = learn.seeds, measures = dynamic ? 3 : 1;
  std::vector<std::vector<Figures>> of(models.names.size());
  for (std::size_t k = 0; k < models.learners.size(); ++k)
    if (models.learners[k].scores.size() == models.learners[k].stages.size())
      of[k / seeds].push_back(figures_of(models.learners[k]));
  const auto values = [&](std::size_t v, double Figures::*value) {
    std::vector<double> list;
    for (const Figures& f : of[v]) list.push_back(f.*value);
    return list;
  };
  std::vector<std::string> header{"network", "neurons"};
  for (std::size_t m = 0; m < measures; ++m) header.push_back(kAccuracy[m].title);
  for (const char* title : {"spikes", "events", "updates"}) header.push_back(title);
  if (models.names.size() > 1)
    for (std::size_t m = 0; m < measures; ++m)
      header.push_back(std::string(kAccuracy[m].title) + " - " + models.names[0]);
  TextTable table(header);
  LearnSummary summary;
  summary.json = Json::array();
  for (std::size_t v = 0; v < models.names.size(); ++v) {
    if (of[v].size() < seeds) continue;  // not all of them are done
    std::vector<std::string> row{models.names[v], std::to_string(models.learners[v * seeds].system->neurons())};
    Json json{{"network", models.names[v]}, {"neurons", models.learners[v * seeds].system->neurons()}};
    for (std::size_t m = 0; m < measures; ++m) {
      const Interval mean = mean_interval(values(v, kAccuracy[m].value));
      row.push_back(interval_text(mean.mean, mean.half_width));
      json[kAccuracy[m].name] = interval_json(mean);
    }
    for (const auto& [name, value] : {std::pair{"spikes_an_image", &Figures::spikes},
                                      {"synaptic_events_an_image", &Figures::events},
                                      {"weight_updates_an_image", &Figures::updates}}) {
      const Interval mean = mean_interval(values(v, value));
      row.push_back(number_text(mean.mean, 4));
      json[name] = interval_json(mean);
    }
    for (std::size_t m = 0; v > 0 && of[0].size() == seeds && m < measures; ++m) {
      const Interval d = paired_difference(values(v, kAccuracy[m].value), values(0, kAccuracy[m].value));
      row.push_back(signed_interval(d));
      json["minus_first"][kAccuracy[m].name] = interval_json(d);
    }
    while (row.size() < header.size()) row.push_back("");
    table.add(row);
    summary.json.push_back(std::move(json));
  }
  summary.text =
      table.text() + "mean +- 95 % interval over " + std::to_string(seeds) + (seeds == 1 ? " seed" : " seeds") +
      (dynamic ? "; newest, previous: means over the tasks, of the class learnt last and of those before it" : "") +
      "; spikes and synaptic events an image that is scored, weight updates an image that is learnt\n";
  return summary;
}

}  // namespace sprig::app
