// The search for an operating point (LNP, Traps): where does the dense network need its recurrence? Every candidate is
// scored on validation data, dense against none; LNP's own result is never looked at.
#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>
#include <optional>
#include <set>

#include "sprig/app/command.hpp"
#include "sprig/app/memory_plan.hpp"
#include "sprig/app/progress.hpp"
#include "sprig/app/session.hpp"
#include "sprig/app/setup.hpp"
#include "sprig/app/table.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/random.hpp"
#include "sprig/network/compaction.hpp"
#include "sprig/tasks/forecast.hpp"
#include "sprig/tasks/statistics.hpp"

namespace sprig::app {

namespace {

constexpr double kLeastGain = 0.2;  // dense must have so much less error than none

struct Candidate {
  std::vector<std::string> assignments;
  Config config;
};

struct Outcome {
  double dense = 0, none = 0, rate_hz = 0, silent = 0;
};

struct Score {
  std::size_t candidate = 0, seeds = 0;
  Interval dense, none, gain;  // gain: 1 - dense / none, seed by seed
  double rate_hz = 0, silent = 0;
  bool qualifies = false;
};

std::vector<Candidate> candidates_of(const Config& config) {
  std::vector<std::vector<std::string>> axes;
  std::size_t product = 1;
  for (const std::string& axis : config.search.axes) {
    axes.push_back(search_axis(axis));
    if (product > 100000000 / axes.back().size())
      throw ConfigError("search.axes", "give more than 1e8 candidates; allowed: fewer values");
    product *= axes.back().size();
  }
  std::set<std::size_t> chosen;
  const std::size_t budget = config.search.budget;
  if (budget == 0 || budget >= product) {
    for (std::size_t i = 0; i < product; ++i) chosen.insert(chosen.end(), i);
  } else {
    for (std::uint64_t draw = 0; chosen.size() < budget; ++draw) {
      const double u = uniform_open(config.simulation.seed, Stream::search_candidate, 0, draw);
      chosen.insert(static_cast<std::size_t>(u * static_cast<double>(product)));
    }
  }
  std::vector<Candidate> candidates;
  for (std::size_t index : chosen) {
    Candidate c{{}, config};
    for (const auto& axis : axes) {
      c.assignments.push_back(axis[index % axis.size()]);
      index /= axis.size();
      set_config(c.config, c.assignments.back());
    }
    finish_config(c.config);
    candidates.push_back(std::move(c));
  }
  return candidates;
}

Outcome evaluate(const Config& config, std::uint32_t seed, int threads, const Progress& progress) {
  SimulationOptions simulation = config.simulation;
  simulation.seed = seed;
  simulation.replicas = 1;
  simulation.threads = threads;
  ForecastOptions task = config.task;
  task.vpt_starts = 0;
  Network network = make_network(config, seed);
  const Drive drive = make_drive(config.drive, network.size());
  task.progress = [&](double fraction) { return progress(fraction / 2); };
  const ForecastScore dense = evaluate_forecast(network, drive, simulation, task, seed);
  keep_synapses(network, std::vector<std::uint8_t>(network.recurrent.synapses(), 0));
  task.progress = [&](double fraction) { return progress(0.5 + fraction / 2); };
  const ForecastScore none = evaluate_forecast(network, drive, simulation, task, seed);
  return {dense.validation_nrmse, none.validation_nrmse, dense.rate_hz, dense.silent_fraction};
}

// Those that qualify first, then by the dense network's error.
std::vector<Score> rank(const std::vector<std::optional<Outcome>>& outcomes, std::size_t candidates,
                        std::size_t seeds) {
  std::vector<Score> scores;
  for (std::size_t c = 0; c < candidates; ++c) {
    std::vector<double> dense, none, gain;
    Score score;
    score.candidate = c;
    for (std::size_t s = 0; s < seeds; ++s) {
      const auto& o = outcomes[c * seeds + s];
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
    score.qualifies = score.gain.mean >= kLeastGain;
    scores.push_back(score);
  }
  std::stable_sort(scores.begin(), scores.end(), [](const Score& a, const Score& b) {
    if (a.qualifies != b.qualifies) return a.qualifies;
    return a.dense.mean < b.dense.mean;
  });
  return scores;
}

Json interval_json(const Interval& i) { return {{"mean", i.mean}, {"half_width", i.half_width}}; }

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

}  // namespace

int search_operating_point(const Command& command) {
  const Config& config = command.config;
  const std::vector<Candidate> candidates = candidates_of(config);
  const std::size_t seeds = config.study.seeds, cells = candidates.size() * seeds;
  const int workers = cell_workers(config, cells);
  require_memory(config, Work::study, workers);
  Session session(command);
  std::vector<std::optional<Outcome>> outcomes(cells);
  bool complete = false;
  {
    ProgressLine line("search", command.quiet);
    std::mutex mutex;
    complete = for_each_cell(cells, workers, line, [&](std::size_t i, const Progress& progress) {
      const std::size_t c = i / seeds, s = i % seeds;
      const auto seed = static_cast<std::uint32_t>(config.simulation.seed + s);
      const Outcome o = evaluate(candidates[c].config, seed, workers > 1 ? 1 : config.simulation.threads, progress);
      const std::lock_guard lock(mutex);
      outcomes[i] = o;
      session.folder().metric(Json{
          {"set", candidates[c].assignments},
          {"seed", seed},
          {"dense", o.dense},
          {"none", o.none},
          {"rate", o.rate_hz},
          {"silent_fraction",
           o.silent}}.dump());
    });
  }
  const std::vector<Score> scores = rank(outcomes, candidates.size(), seeds);
  Json list = Json::array();
  for (const Score& s : scores) list.push_back(score_json(s, candidates[s.candidate]));
  const std::string dumped = list.dump(), hash = Hash().bytes(dumped.data(), dumped.size()).hex();
  const Json result{{"candidates", list}, {"best", list.empty() ? Json() : list.front()}, {"hash", hash}};
  if (!scores.empty()) {
    Config best = candidates[scores.front().candidate].config;
    best.study.mode = StudyMode::grid;
    session.folder().write("best.toml", resolved_config(best));
    const std::string text = ranked_table(scores, candidates) + "validation NRMSE, mean +- 95 % interval over " +
                             std::to_string(seeds) +
                             " seeds; gain: how much less error dense has than none; 20 % qualifies\n";
    session.folder().write("table.txt", text);
    session.print(text);
  }
  return session.finish(result, hash, device_used(config), complete);
}

}  // namespace sprig::app
