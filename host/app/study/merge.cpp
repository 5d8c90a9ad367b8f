// sprig merge: the parts of a study, which were computed in run folders of their own (study.part), as one.
#include <algorithm>
#include <filesystem>
#include <system_error>

#include "host/app/study/result.hpp"
#include "host/app/verbs.hpp"
#include "sprig/core/error.hpp"
#include "sprig/session/work_key.hpp"

namespace sprig::app {

namespace {

// The study that the parts are of. What they kept of its networks stays with them.
Command study_of(const Command& command) {
  Command study = command;
  study.verb = "study";
  const std::string& first = command.folders.front();
  read_config(study.config, first + "/config.resolved.toml");
  study.config.study.part.clear();
  study.config.study.share = false;
  study.config.study.keep = Keep::none;
  finish_config(study.config);
  if (study.config.study.mode != StudyMode::grid)
    throw InputError(first, "is a search for an operating point; allowed: a part of a study");
  study.key = work_key(study.verb, study.config);
  return study;
}

void refuse_itself(const Command& command) {
  std::error_code none;
  for (const std::string& folder : command.folders)
    if (std::filesystem::equivalent(folder, command.out, none))
      throw UsageError("--out", command.out + " is one of the parts; allowed: another folder");
}

void take_parts(CellStore& store, const std::vector<std::string>& folders) {
  for (const std::string& folder : folders)
    if (store.take(pieces_in(folder + "/" + kCells)) == 0)
      throw InputError(folder, "has no cell of the study in " + folders.front() +
                                   "; allowed: parts of one study, made by one version of sprig");
}

}  // namespace

int merge_verb(const Command& command) {
  refuse_itself(command);
  const Command study = study_of(command);
  if (already_done(study)) return 0;
  const StudyGrid grid = study_grid(study.config);
  Session session(study, study_files(study.config.study));
  CellStore store(session.log(), grid);
  take_parts(store, command.folders);
  const Rows& rows = store.rows();
  tell_cells(grid, rows, session.folder());
  const auto missing = std::count(rows.begin(), rows.end(), std::nullopt);
  const int code = write_study(grid, rows, KeptCells(session.folder(), grid, Keep::none, rows),
                               {.complete = missing == 0, .error = nullptr, .why = ""}, {}, study.config, session);
  if (missing > 0)
    session.print(std::to_string(missing) + " of " + std::to_string(grid.cells()) +
                  " cells are in no part; sprig study --config " + command.out + "/config.resolved.toml --out " +
                  command.out + " computes them\n");
  return code;
}

}  // namespace sprig::app
