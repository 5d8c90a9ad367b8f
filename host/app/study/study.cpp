// sprig study: tasks x trainings x variants x pruning methods x densities x seeds, every method on the same networks
// and data. Cells that an earlier run of the folder finished are kept, and so are those of processes that share it.
#include <algorithm>
#include <memory>
#include <mutex>

#include "host/app/command_network.hpp"
#include "host/app/stop_at_once.hpp"
#include "host/app/study/cell.hpp"
#include "host/app/study/result.hpp"
#include "host/app/study/share.hpp"
#include "host/app/verbs.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/files.hpp"
#include "sprig/session/jobs.hpp"
#include "sprig/session/memory_plan.hpp"
#include "sprig/session/progress.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/shared_work.hpp"
#include "sprig/session/when_free.hpp"

namespace sprig::app {

namespace {

using Groups = std::vector<std::vector<std::size_t>>;

constexpr std::chrono::hours kUntilOthersEnd{24};  // of the last piece of theirs, and of what is kept

// The cells of each group that are still to be done, without groups of which none is.
template <class ToDo>
Groups to_do_of(Groups groups, const ToDo& to_do) {
  for (std::vector<std::size_t>& group : groups)
    group.erase(std::remove_if(group.begin(), group.end(), [&](std::size_t cell) { return !to_do(cell); }),
                group.end());
  groups.erase(std::remove_if(groups.begin(), groups.end(), [](const auto& group) { return group.empty(); }),
               groups.end());
  return groups;
}

// Works on what is not done yet, group by group, and on what is to be kept and was not when it was done.
StudyEnd work_on(const StudyGrid& grid, const Groups& groups, CellStore& store, KeptCells& kept, Session& session,
                 const Command& command, const Workers& workers) {
  StudyEnd end;
  RunFolder& folder = session.folder();
  ProgressLine line("study", command.quiet);
  std::mutex mutex;
  const auto work = [&](const Groups& left) {
    return for_each_job(left.size(), workers, line, [&](std::size_t g, const Place& place, const Progress& progress) {
      evaluate_group(grid, left[g], place, progress, session.log(), kept.any(),
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
    end.complete = work(to_do_of(groups, [&](std::size_t cell) { return !store.rows()[cell].has_value(); }));
    const std::vector<std::size_t> missing = kept.missing();
    if (end.complete && !missing.empty())
      end.complete = work(
          to_do_of(groups, [&](std::size_t cell) { return std::binary_search(missing.begin(), missing.end(), cell); }));
  } catch (const std::exception& failure) {  // the rows that are done are written first
    end.error = std::current_exception();
    end.why = failure.what();
  }
  return end;
}

// The session in which the result is made, when all of it is done by this process and others; null where another has
// made it.
std::unique_ptr<Session> share(const StudyGrid& grid, const Groups& groups, const Workers& workers,
                               const Command& command, const std::vector<std::string>& names) {
  try {
    SharedWork shared(command, names);
    if (!share_study(grid, groups, workers, shared, command.quiet)) throw Interrupted("study", "stopped early");
  } catch (const FolderDone&) {  // they ended it while this one began
    return nullptr;
  }
  return when_free(kUntilOthersEnd,
                   [&] { return already_done(command) ? nullptr : std::make_unique<Session>(command, names); });
}

// Cells that processes which shared the folder have done.
void take_shared_cells(CellStore& store, const RunFolder& folder) {
  std::map<std::string, Json> pieces;
  for (const std::string& log : shared_logs(folder.path(), kCells)) pieces.merge(pieces_in(log));
  store.take(pieces);
}

}  // namespace

int study_verb(const Command& command) {
  const Config& config = command.config;
  if (config.study.mode == StudyMode::operating_point) return search_operating_point(command);
  StopAtOnce making;
  const StudyGrid grid = study_grid(config);
  const Groups groups = groups_of_part(grid, config.study.part);
  const Workers workers = job_workers(config, grid.cells());
  for (const Setting& setting : grid.settings) require_memory(setting.config, Work::study, workers.count());
  for (const Setting& setting : grid.settings) keep_inputs(setting.config, command.out);
  std::vector<std::string> notes;
  check_study(grid, notes);  // what is wrong with the options is said before a run folder is touched
  notes = tell_once(command, std::move(notes));
  const std::vector<std::string> names = study_files(config.study);
  std::unique_ptr<Session> session;
  if (config.study.share) {
    making.end();
    session = share(grid, groups, workers, command, names);
    if (!session) return 0;
  } else {
    session = std::make_unique<Session>(command, names);
  }
  CellStore store(session->log(), grid);
  if (store.found() > 0)
    session->print(std::to_string(store.found()) + " of " + std::to_string(grid.cells()) +
                   " cells are kept from an earlier run of this folder\n");
  take_shared_cells(store, session->folder());
  tell_cells(grid, store.rows(), session->folder());
  KeptCells kept(session->folder(), grid, config.study.keep, store.rows());
  making.end();
  const StudyEnd end = work_on(grid, groups, store, kept, *session, command, workers);
  if (end.complete) {
    kept.finish();
    files::remove_tree(session->folder().path() + "/" + kShares);
  }
  return write_study(grid, store.rows(), kept, end, std::move(notes), config, *session);
}

}  // namespace sprig::app
