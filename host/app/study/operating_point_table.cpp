#include "host/app/study/operating_point_table.hpp"

#include <algorithm>
#include <cmath>

#include "sprig/core/error.hpp"
#include "sprig/session/table.hpp"
#include "sprig/tasks/score.hpp"

namespace sprig::app {

void require_finite(const Outcome& o) {
  if (!std::isfinite(o.dense) || !std::isfinite(o.none) || !std::isfinite(o.dense / o.none))
    throw NumericalError("search",
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

Json score_json(const Score& s, const Candidate& c) {
  return {{"set", c.assignments},
          {"dense", interval_json(s.dense)},
          {"none", interval_json(s.none)},
          {"gain", interval_json(s.gain)},
          {"rate", s.rate_hz},
          {"silent_fraction", s.silent},
          {"seeds", s.seeds},
          {"qualifies", s.qualifies}};
}

std::string ranked_table(const std::vector<Score>& scores, const std::vector<Candidate>& candidates) {
  std::vector<std::string> header{"rank"};
  for (const std::string& a : candidates.front().assignments) header.push_back(a.substr(0, a.find('=')));
  for (const char* name : {"dense", "none", "gain %", "rate Hz", "silent %", "qualifies"}) header.push_back(name);
  TextTable table(header);
  for (std::size_t i = 0; i < std::min<std::size_t>(scores.size(), 20); ++i) {
    const Score& s = scores[i];
    std::vector<std::string> row{std::to_string(i + 1)};
    for (const std::string& a : candidates[s.candidate].assignments) row.push_back(a.substr(a.find('=') + 1));
    row.push_back(interval_text(s.dense.mean, s.dense.half_width));
    row.push_back(interval_text(s.none.mean, s.none.half_width));
    row.push_back(interval_text(100 * s.gain.mean, 100 * s.gain.half_width, 1));
    row.push_back(number_text(s.rate_hz, 3));
    row.push_back(number_text(100 * s.silent, 3));
    row.push_back(s.qualifies ? "yes" : "no");
    table.add(row);
  }
  return table.text();
}

Json cell_json(const Cell& cell, const Candidate& candidate, std::uint32_t seed) {
  Json json{{"set", candidate.assignments}, {"seed", seed}};
  if (cell.failure)
    json["failed"] = cell.why;
  else
    json.update({{"dense", cell.outcome->dense},
                 {"none", cell.outcome->none},
                 {"rate", cell.outcome->rate_hz},
                 {"silent_fraction", cell.outcome->silent}});
  return json;
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

std::string search_footer(const Cells& cells, const Json& failures, std::size_t candidates, bool one_network) {
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
