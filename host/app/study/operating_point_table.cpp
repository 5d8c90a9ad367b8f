#include "host/app/study/operating_point_table.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sprig/core/error.hpp"
#include "sprig/session/columns.hpp"
#include "sprig/tasks/score.hpp"

namespace sprig::app {

void require_finite(const Outcome& o) {
  if (!std::isfinite(o.dense) || !std::isfinite(o.none) || !std::isfinite(o.dense / o.none))
    throw NumericalError("operating_point",
                         "the scores are not finite: dense " + number_text(o.dense) + ", none " + number_text(o.none));
}

const Cell* Cells::failed(std::size_t candidate) const {
  for (std::size_t s = 0; s < seeds; ++s)
    if (const Cell& cell = list[candidate * seeds + s]; cell.failure) return &cell;
  return nullptr;
}

std::size_t Cells::done() const {
  return static_cast<std::size_t>(
      std::count_if(list.begin(), list.end(), [](const Cell& c) { return c.outcome || c.failure; }));
}

std::vector<Score> rank(const Cells& cells, std::size_t candidates) {
  std::vector<Score> scores;
  for (std::size_t c = 0; c < candidates; ++c) {
    if (cells.failed(c)) continue;
    std::vector<double> dense, none, gain;
    Score score;
    score.candidate = c;
    for (std::size_t s = 0; s < cells.seeds; ++s) {
      const auto& o = cells.list[c * cells.seeds + s].outcome;
      if (!o) continue;
      dense.push_back(o->dense);
      none.push_back(o->none);
      gain.push_back(1 - o->dense / o->none);
      score.rate_hz += o->rate_hz;
      score.silent += o->silent;
    }
    if (dense.empty()) continue;
    score.seeds = dense.size();
    score.rate_hz /= static_cast<double>(dense.size());
    score.silent /= static_cast<double>(dense.size());
    score.dense = mean_interval(dense);
    score.none = mean_interval(none);
    score.gain = mean_interval(gain);
    score.qualifies = score.gain.mean >= kNeedsRecurrence;
    scores.push_back(score);
  }
  std::stable_sort(scores.begin(), scores.end(), [](const Score& a, const Score& b) {
    if (a.qualifies != b.qualifies) return a.qualifies;
    return a.dense.mean < b.dense.mean;
  });
  return scores;
}

namespace {

constexpr std::size_t kMostShown = 20;

// The ranks, from 0.
Columns<std::size_t> columns_of(const std::vector<Score>& scores, const std::vector<Candidate>& candidates) {
  const auto of = [&](auto get) { return [&scores, get](std::size_t i) -> TableValue { return get(scores[i]); }; };
  const auto assignments = [&](std::size_t i) -> const auto& { return candidates[scores[i].candidate].assignments; };
  std::vector<Column<std::size_t>> list{
      {"rank", "rank", [](std::size_t i) -> TableValue { return std::uint64_t{i + 1}; }},
      {.name = "set",
       .title = "set",
       .value = [](std::size_t) -> TableValue { return true; },
       .json = [=](std::size_t i) { return Json(assignments(i)); }},
      {"dense", "dense", of([](const Score& s) { return s.dense; }), 3},
      {"none", "none", of([](const Score& s) { return s.none; }), 3},
      {.name = "gain",
       .title = "gain %",
       .value = of([](const Score& s) { return s.gain; }),
       .text =
           [&](std::size_t i) { return interval_text(100 * scores[i].gain.mean, 100 * scores[i].gain.half_width, 1); }},
      {"rate", "rate Hz", of([](const Score& s) { return s.rate_hz; }), 3},
      {.name = "silent_fraction",
       .title = "silent %",
       .value = of([](const Score& s) { return s.silent; }),
       .text = [&](std::size_t i) { return number_text(100 * scores[i].silent, 3); }},
      {"seeds", "seeds", of([](const Score& s) { return std::uint64_t{s.seeds}; })},
      {"qualifies", "qualifies", of([](const Score& s) { return s.qualifies; })}};
  for (std::size_t k = 0; k < candidates.front().assignments.size(); ++k) {
    const std::string& first = candidates.front().assignments[k];
    const std::string key = first.substr(0, first.find('='));
    list.push_back({key, key, [=](std::size_t i) -> TableValue {
                      const std::string& a = assignments(i)[k];
                      return a.substr(a.find('=') + 1);
                    }});
  }
  return Columns<std::size_t>(std::move(list));
}

}  // namespace

Json ranked_json(const std::vector<Score>& scores, const std::vector<Candidate>& candidates) {
  const Columns<std::size_t> columns = columns_of(scores, candidates);
  Json list = Json::array();
  for (std::size_t i = 0; i < scores.size(); ++i)
    list.push_back(columns.json(i, {"set", "dense", "none", "gain", "rate", "silent_fraction", "seeds", "qualifies"}));
  return list;
}

std::string ranked_table(const std::vector<Score>& scores, const std::vector<Candidate>& candidates) {
  ColumnNames names{"rank"};
  for (const std::string& a : candidates.front().assignments) names.push_back(a.substr(0, a.find('=')));
  for (const char* name : {"dense", "none", "gain", "rate", "silent_fraction", "qualifies"}) names.emplace_back(name);
  std::vector<std::size_t> shown(std::min(scores.size(), kMostShown));
  std::iota(shown.begin(), shown.end(), std::size_t{0});
  return columns_of(scores, candidates).text(shown, names);
}

Json cell_json(const Cell& cell, const Candidate& candidate, std::uint32_t seed) {
  Json json{{"set", candidate.assignments}, {"seed", seed}};
  if (cell.failure)
    json["failed"] = cell.failure->what();
  else
    json.update({{"dense", cell.outcome->dense},
                 {"none", cell.outcome->none},
                 {"rate", cell.outcome->rate_hz},
                 {"silent_fraction", cell.outcome->silent}});
  return json;
}

Json cell_line(const Cell& cell, const Candidate& candidate, std::uint32_t seed) {
  Json line = cell_json(cell, candidate, seed);
  if (cell.failure) line["failure_code"] = static_cast<int>(cell.failure->code());
  return line;
}

Cell cell_of(const Json& line) {
  const auto number = [&](const char* key) { return line.at(key).get<double>(); };
  if (line.contains("failed"))
    return {{}, Error(static_cast<Exit>(line.at("failure_code").get<int>()), "", line["failed"].get<std::string>())};
  return {Outcome{number("dense"), number("none"), number("rate"), number("silent_fraction")}, {}};
}

Json failures_json(const Cells& cells, const std::vector<Candidate>& candidates, std::uint32_t first_seed) {
  Json list = Json::array();
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    const Cell* cell = cells.failed(c);
    if (!cell) continue;
    const auto s = static_cast<std::size_t>(cell - cells.list.data()) % cells.seeds;
    list.push_back(cell_json(*cell, candidates[c], static_cast<std::uint32_t>(first_seed + s)));
  }
  return list;
}

std::string operating_point_footer(const Cells& cells, const Json& failures, std::size_t candidates, bool one_network) {
  std::string text = "validation NRMSE, mean +- 95 % interval " +
                     interval_scope({cells.seeds, cells.done(), cells.list.size(), one_network}) +
                     "; gain: how much less error dense has than none; 20 % qualifies\n";
  if (failures.empty()) return text;
  text += std::to_string(failures.size()) + " of " + std::to_string(candidates) +
          " candidates failed and are not ranked (result.json), the first:";
  for (const Json& assignment : failures[0]["set"]) text.append(" ").append(assignment.get<std::string>());
  return text + ": " + failures[0]["failed"].get<std::string>() + "\n";
}

}  // namespace sprig::app
