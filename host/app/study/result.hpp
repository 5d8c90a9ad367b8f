// What a study leaves in its run folder when its cells are done, or it was stopped.
#pragma once

#include <exception>
#include <string>
#include <vector>

#include "host/app/study/cells.hpp"
#include "host/app/study/keep.hpp"
#include "sprig/session/session.hpp"

namespace sprig::app {

// The files that a study writes besides what every verb does.
std::vector<std::string> study_files(const StudySection& study);

// A line of metrics.jsonl for each cell that is done.
void tell_cells(const StudyGrid& grid, const Rows& rows, RunFolder& folder);

// How a study has ended.
struct StudyEnd {
  bool complete = false;
  std::exception_ptr error;  // that ended it before its last cell
  std::string why;
};

// Tables, verdicts and result.json of the cells that are done; returns the exit code. Errors: that of `end`, with
// everything written unless there is nothing; that of the first cell, where all of them failed by their own networks.
int write_study(const StudyGrid& grid, const Rows& rows, const KeptCells& kept, const StudyEnd& end,
                std::vector<std::string> notes, const Config& config, Session& session);

}  // namespace sprig::app
