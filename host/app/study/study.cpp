// sprig study: tasks x trainings x variants x pruning methods x densities x seeds, every method on the same networks
// and data. Cells that an earlier run of the folder finished are kept.
#include <algorithm>
#include <limits>
#include <mutex>

#include "host/app/command_network.hpp"
#include "host/app/observe.hpp"
#include "host/app/stop_at_once.hpp"
#include "host/app/study/activity.hpp"
#include "host/app/study/cell.hpp"
#include "host/app/study/cells.hpp"
#include "host/app/study/keep.hpp"
#include "host/app/study/table.hpp"
#include "host/app/verbs.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/session/jobs.hpp"
#include "sprig/session/memory_plan.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/progress.hpp"
#include "sprig/session/session.hpp"

namespace sprig::app {

namespace {

struct Stopped {
  bool complete = false;
  std::exception_ptr error;  // that ended the study before its last cell
  std::string why;
};

// The cells of each pruning group that are still to be done, without groups of which none is.
template <class ToDo>
std::vector<std::vector<std::size_t>> groups_of(const StudyGrid& grid, const ToDo& to_do) {
  std::vector<std::vector<std::size_t>> groups = pruning_groups(grid);
  for (std::vector<std::size_t>& group : groups)
    group.erase(std::remove_if(group.begin(), group.end(), [&](std::size_t cell) { return !to_do(cell); }),
                group.end());
  groups.erase(std::remove_if(groups.begin(), groups.end(), [](const auto& group) { return group.empty(); }),
               groups.end());
  return groups;
}

// Works on what is not done yet, group by group, and on what is to be kept and was not when it was done.
Stopped work_on(const StudyGrid& grid, CellStore& store, KeptCells& kept, Session& session, const Command& command,
                const Workers& workers) {
  Stopped stopped;
  RunFolder& folder = session.folder();
  ProgressLine line("study", command.quiet);
  std::mutex mutex;
  const auto work = [&](const std::vector<std::vector<std::size_t>>& groups) {
    return for_each_job(groups.size(), workers, line, [&](std::size_t g, const Place& place, const Progress& progress) {
      evaluate_group(grid, groups[g], place, progress, session.log(), kept.any(),
                     [&](std::size_t cell, Row row, const TrainedTask* trained) {
                       const std::lock_guard lock(mutex);
                       if (trained && kept.wants(cell, row)) kept.add(cell, row, *trained);
                       if (store.rows()[cell]) return;
                       folder.metric(json_text(row_json(grid, cell, row)));
                       store.add(cell, std::move(row));
                     });
    });
  };
  const StopSoon cells(session.log());
  try {
    stopped.complete = work(groups_of(grid, [&](std::size_t cell) { return !store.rows()[cell].has_value(); }));
    const std::vector<std::size_t> missing = kept.missing();
    if (stopped.complete && !missing.empty())
      stopped.complete = work(
          groups_of(grid, [&](std::size_t cell) { return std::binary_search(missing.begin(), missing.end(), cell); }));
  } catch (const std::exception& failure) {  // the rows that are done are written first
    stopped.error = std::current_exception();
    stopped.why = failure.what();
  }
  return stopped;
}

// Of cells whose network was silent or saturated under its task.
std::vector<std::string> study_warnings(const StudyGrid& grid, const Rows& rows, ActivityPolicy policy) {
  ActivityTally tally;
  for (std::size_t cell = 0; cell < grid.cells(); ++cell) {
    if (!rows[cell] || !rows[cell]->failure.empty()) continue;
    const Config& config = grid.config_of(cell);
    tally.add(shares_under_task(rows[cell]->silent, rows[cell]->rate_hz, config), config);
  }
  return tally.warnings(policy);
}

// What a study writes besides what every verb does.
std::vector<std::string> names_of(const StudySection& study) {
  std::vector<std::string> names{"cells.jsonl", "table.csv", "table.tex", "table.txt"};
  if (study.keep != Keep::none) names.emplace_back("kept/");
  return names;
}

}  // namespace

int study_verb(const Command& command) {
  const Config& config = command.config;
  if (config.study.mode == StudyMode::operating_point) return search_operating_point(command);
  StopAtOnce making;
  const StudyGrid grid = study_grid(config);
  const Workers workers = job_workers(config, grid.cells());
  for (const Setting& setting : grid.settings) require_memory(setting.config, Work::study, workers.count());
  for (const Setting& setting : grid.settings) keep_inputs(setting.config, command.out);
  std::vector<std::string> notes;
  check_study(grid, notes);  // what is wrong with the options is said before a run folder is touched
  notes = tell_once(command, std::move(notes));
  Session session(command, names_of(config.study));
  CellStore store(session.log(), grid);
  if (store.found() > 0)
    session.print(std::to_string(store.found()) + " of " + std::to_string(grid.cells()) +
                  " cells are kept from an earlier run of this folder\n");
  for (std::size_t cell = 0; cell < grid.cells(); ++cell)
    if (store.rows()[cell]) session.folder().metric(json_text(row_json(grid, cell, *store.rows()[cell])));
  KeptCells kept(session.folder(), grid, config.study.keep, store.rows());
  making.end();
  const Stopped stopped = work_on(grid, store, kept, session, command, workers);
  const Rows& rows = store.rows();
  const auto failed = [](const std::optional<Row>& row) { return row && !row->failure.empty(); };
  if (stopped.error && std::none_of(rows.begin(), rows.end(), [](const auto& row) { return row.has_value(); }))
    std::rethrow_exception(stopped.error);
  Json list = Json::array();
  for (std::size_t cell = 0; cell < grid.cells(); ++cell)
    if (rows[cell]) list.push_back(row_json(grid, cell, *rows[cell]));
  const std::string dumped = json_text(list), hash = Hash().bytes(dumped.data(), dumped.size()).hex();
  const Summary summary(grid, rows);
  std::string verdict;
  Json tasks = Json::array();
  summary.judge(verdict, tasks);
  std::string claims_text;
  Json claims = Json::array();
  summary.claims(claims_text, claims);
  const std::string text = summary.text() + summary.footer(!config.network_file.empty()) +
                           (stopped.error ? "stopped by a cell that failed: " + stopped.why + "\n" : "") + verdict +
                           summary.variant_order() + claims_text;
  session.table("table.txt", text);
  session.table("table.csv", summary.csv());
  session.table("table.tex", summary.latex());
  session.print(text);
  Json result{
      {"cells", list}, {"summary", summary.json()}, {"curves", summary.curves()}, {"claims", claims}, {"tasks", tasks},
      {"hash", hash}};
  if (stopped.complete) kept.finish();
  if (kept.any()) result["kept"] = kept.json();
  const std::vector<std::string> warnings = study_warnings(grid, rows, config.run.activity);
  print_warnings(warnings);
  result["notes"] = notes;
  result["warnings"] = warnings;
  if (stopped.error) result["failed"] = stopped.why;
  const int code = session.finish(result, hash, device_used(config).text(), stopped.complete);
  if (stopped.error) std::rethrow_exception(stopped.error);
  if (stopped.complete && std::all_of(rows.begin(), rows.end(), failed))
    throw Error(rows.front()->failure_code, "study", rows.front()->failure);
  return code;
}

}  // namespace sprig::app
