// The search for an operating point (docs/lnp.md, Traps): where does the dense network need its recurrence? Every
// candidate is scored on validation data, dense against none; LNP's own result is never looked at.
#include <mutex>

#include "host/app/observe.hpp"
#include "host/app/stop_at_once.hpp"
#include "host/app/study/activity.hpp"
#include "host/app/study/operating_point_table.hpp"
#include "host/app/study/result_key.hpp"
#include "host/app/verbs.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/network/compaction.hpp"
#include "sprig/session/jobs.hpp"
#include "sprig/session/network.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/progress.hpp"
#include "sprig/session/session.hpp"
#include "sprig/tasks/score.hpp"

namespace sprig::app {

namespace {

// `half`: has the dense network's scores when they took long.
Outcome evaluate(const Config& config, std::uint32_t seed, const Place& place, const Progress& progress,
                 const Checkpoints& half) {
  SimulationOptions simulation = place.here(config.simulation);
  simulation.seed = seed;
  simulation.replicas = 1;
  const TaskOptions task = candidate_task(config);
  Network network = make_constant_network(config, seed);
  const Drive drive = make_drive(config, network);
  Outcome outcome;
  const auto persist_dense = [&](auto& archive) { archive(outcome.dense, outcome.rate_hz, outcome.silent); };
  if (!half.restore([&](Reader& reader) { persist_dense(reader); })) {
    const TaskScore dense = evaluate_task(network, drive, simulation, task, seed, progress.part(0, 0.5));
    outcome = {dense.validation_score, 0, dense.rate_hz, dense.silent_fraction};
    if (half.worth_keeping()) half.keep([&](Writer& writer) { persist_dense(writer); });
  }
  keep_synapses(network, std::vector<std::uint8_t>(network.recurrent.synapses(), 0));
  outcome.none = evaluate_task(network, drive, simulation, task, seed, progress.part(0.5, 1)).validation_score;
  return outcome;
}

// What only this candidate is to blame for is kept; a stop, a file, a device concern all of them and go on.
Cell evaluate_or_fail(const Candidate& candidate, std::uint32_t seed, const Place& place, const Progress& progress,
                      const Checkpoints& half) {
  try {
    if (!candidate.too_large.empty()) throw MemoryError("", candidate.too_large);
    const Outcome outcome = evaluate(candidate.config, seed, place, progress, half);
    require_finite(outcome);
    judge_shares(shares_under_task(outcome.silent, outcome.rate_hz, candidate.config), candidate.config);
    return {outcome, {}};
  } catch (const Error& error) {
    // Memory that runs out although the plan fits is nobody's own.
    const bool its_own =
        error.code() == Exit::config || error.code() == Exit::numerical || !candidate.too_large.empty();
    if (!its_own) throw;
    return {{}, error};
  }
}

// The cells of a search in cells.jsonl of the run folder, one run after another.
class SearchLog {
 public:
  SearchLog(Session& session, const std::vector<Candidate>& candidates, const Config& config)
      : session_(session), candidates_(candidates), first_seed_(config.simulation.seed) {
    session_.log().open("cells.jsonl");
    FileContents contents;
    for (const Candidate& candidate : candidates) {
      const Hash of_candidate = result_key(candidate.config, contents.of(candidate.config));
      for (std::size_t s = 0; s < config.study.seeds; ++s) {
        Hash hash = of_candidate;
        hash.add(seed(s));
        add_text(hash, "operating_point");
        keys_.push_back(hash);
      }
    }
  }
  std::uint32_t seed(std::size_t s) const { return static_cast<std::uint32_t>(first_seed_ + s); }

  // Those that an earlier run of the folder has done; says how many.
  void take_up(Cells& cells) const {
    std::size_t found = 0;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const Json* line = session_.log().find(keys_[i].hex());
      if (line == nullptr) continue;
      try {
        cells.list[i] = cell_of(*line);
      } catch (const Json::exception&) {
        continue;  // not as this revision writes them: evaluated again
      }
      ++found;
      show(i, cells);
    }
    if (found > 0)
      session_.print(std::to_string(found) + " of " + std::to_string(keys_.size()) +
                     " cells are kept from an earlier run of this folder\n");
  }
  // Of a cell under way.
  Checkpoints states(std::size_t i) const {
    return session_.log().checkpoints("candidate-" + keys_[i].hex(), {keys_[i].value()});
  }
  // What did not fit in memory may fit the next time.
  void keep(std::size_t i, const Cells& cells) {
    const Cell& cell = cells.list[i];
    show(i, cells);
    if (cell.failure && cell.failure->code() == Exit::memory) return;
    session_.log().add(keys_[i].hex(), cell_line(cell, candidates_[i / cells.seeds], seed(i % cells.seeds)));
  }

 private:
  void show(std::size_t i, const Cells& cells) const {
    session_.folder().metric(json_text(cell_json(cells.list[i], candidates_[i / cells.seeds], seed(i % cells.seeds))));
  }

  Session& session_;
  const std::vector<Candidate>& candidates_;
  std::uint32_t first_seed_;
  std::vector<Hash> keys_;
};

}  // namespace

int search_operating_point(const Command& command) {
  const Config& config = command.config;
  if (config.study.share || !config.study.part.empty())
    throw ConfigError(config.study.share ? "study.share" : "study.part",
                      "is for the cells of a table; allowed with study.mode = \"grid\" alone");
  StopAtOnce making;
  std::vector<Candidate> candidates = candidates_of(config);
  const std::size_t seeds = config.study.seeds, count = candidates.size() * seeds;
  const int most = fit_candidates(candidates, available_memory(), job_workers(config, count).count());
  const Workers workers = job_workers(config, static_cast<std::size_t>(most));
  for (const Candidate& candidate : candidates) keep_inputs(candidate.config, command.out);
  Session session(command, {"best.toml", "cells.jsonl", "table.txt"});
  Cells cells{std::vector<Cell>(count), seeds};
  SearchLog log(session, candidates, config);
  log.take_up(cells);
  std::vector<std::size_t> to_do;
  for (std::size_t i = 0; i < count; ++i)
    if (!cells.list[i].outcome && !cells.list[i].failure) to_do.push_back(i);
  making.end();
  bool complete = false;
  {
    const StopSoon stop(session.log());
    ProgressLine line("operating_point", command.quiet);
    std::mutex mutex;
    const Job work = [&](std::size_t job, const Place& place, const Progress& progress) {
      const std::size_t i = to_do[job];
      const Checkpoints half = log.states(i);
      Cell cell = evaluate_or_fail(candidates[i / seeds], log.seed(i % seeds), place, progress, half);
      const std::lock_guard lock(mutex);
      cells.list[i] = std::move(cell);
      log.keep(i, cells);
      half.drop();
    };
    complete = for_each_job(to_do.size(), workers, line, work);
  }
  const std::vector<Score> scores = rank(cells, candidates.size());
  const Json list = ranked_json(scores, candidates);
  const std::string dumped = json_text(list), hash = Hash().bytes(dumped.data(), dumped.size()).hex();
  const Json failures = failures_json(cells, candidates, config.simulation.seed);
  ActivityTally tally;
  for (std::size_t i = 0; i < count; ++i)
    if (const std::optional<Outcome>& o = cells.list[i].outcome) {
      const Config& of_cell = candidates[i / seeds].config;
      tally.add(shares_under_task(o->silent, o->rate_hz, of_cell), of_cell);
    }
  const std::vector<std::string> warnings = tally.warnings(config.run.activity);
  print_warnings(warnings);
  const Json result{{"candidates", list},
                    {"best", list.empty() ? Json() : list.front()},
                    {"failed", failures},
                    {"warnings", warnings},
                    {"hash", hash}};
  if (!scores.empty()) {
    Config best = candidates[scores.front().candidate].config;
    best.study.mode = StudyMode::grid;
    session.table("best.toml", resolved_config(best));
  }
  const std::string text = ranked_table(scores, candidates) +
                           operating_point_footer(cells, failures, candidates.size(), !config.network_file.empty());
  session.table("table.txt", text);
  session.print(text);
  const int code = session.finish(result, hash, device_used(config).text(), complete);
  if (complete && scores.empty()) throw Error(*cells.failed(0)->failure);  // all of them failed
  return code;
}

}  // namespace sprig::app
