// The search for an operating point (docs/lnp.md, Traps): where does the dense network need its recurrence? Every
// candidate is scored on validation data, dense against none; LNP's own result is never looked at.
#include <exception>
#include <mutex>
#include <new>

#include "host/app/study/operating_point_table.hpp"
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

Outcome evaluate(const Config& config, std::uint32_t seed, const Place& place, const Progress& progress) {
  SimulationOptions simulation = place.here(config.simulation);
  simulation.seed = seed;
  simulation.replicas = 1;
  const TaskOptions task = candidate_task(config);
  Network network = make_constant_network(config, seed);
  const Drive drive = make_drive(config, network);
  const TaskScore dense = evaluate_task(network, drive, simulation, task, seed, progress.part(0, 0.5));
  keep_synapses(network, std::vector<std::uint8_t>(network.recurrent.synapses(), 0));
  const TaskScore none = evaluate_task(network, drive, simulation, task, seed, progress.part(0.5, 1));
  return {dense.validation_score, none.validation_score, dense.rate_hz, dense.silent_fraction};
}

// What only this candidate is to blame for is kept; a stop, a file, a device concern all of them and go on.
Cell evaluate_or_fail(const Candidate& candidate, std::uint32_t seed, const Place& place, const Progress& progress) {
  Cell cell;
  const auto keep = [&](const char* why) { cell.failure = std::current_exception(), cell.why = why; };
  try {
    if (!candidate.too_large.empty()) throw MemoryError("", candidate.too_large);
    const Outcome outcome = evaluate(candidate.config, seed, place, progress);
    require_finite(outcome);
    cell.outcome = outcome;
  } catch (const ConfigError& error) {
    keep(error.what());
  } catch (const MemoryError& error) {
    keep(error.what());
  } catch (const NumericalError& error) {
    keep(error.what());
  } catch (const std::bad_alloc&) {
    keep("out of memory");
  }
  return cell;
}

}  // namespace

int search_operating_point(const Command& command) {
  const Config& config = command.config;
  std::vector<Candidate> candidates = candidates_of(config);
  const std::size_t seeds = config.study.seeds, count = candidates.size() * seeds;
  const int most = fit_candidates(candidates, available_memory(), job_workers(config, count).count());
  const Workers workers = job_workers(config, static_cast<std::size_t>(most));
  for (const Candidate& candidate : candidates) keep_inputs(candidate.config, command.out);
  Session session(command, {"best.toml", "cells.jsonl", "table.txt"});
  Cells cells{std::vector<Cell>(count), seeds};
  bool complete = false;
  {
    ProgressLine line("operating_point", command.quiet);
    std::mutex mutex;
    complete = for_each_job(count, workers, line, [&](std::size_t i, const Place& place, const Progress& progress) {
      const std::size_t c = i / seeds, s = i % seeds;
      const auto seed = static_cast<std::uint32_t>(config.simulation.seed + s);
      Cell cell = evaluate_or_fail(candidates[c], seed, place, progress);
      const std::lock_guard lock(mutex);
      session.folder().metric(json_text(cell_json(cell, candidates[c], seed)));
      cells.list[i] = std::move(cell);
    });
  }
  const std::vector<Score> scores = rank(cells, candidates.size());
  const Json list = ranked_json(scores, candidates);
  const std::string dumped = json_text(list), hash = Hash().bytes(dumped.data(), dumped.size()).hex();
  const Json failures = failures_json(cells, candidates, config.simulation.seed);
  const Json result{
      {"candidates", list}, {"best", list.empty() ? Json() : list.front()}, {"failed", failures}, {"hash", hash}};
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
  if (complete && scores.empty()) std::rethrow_exception(cells.failed(0)->failure);  // all of them failed
  return code;
}

}  // namespace sprig::app
