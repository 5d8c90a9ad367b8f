// What one cell of a study takes: a network, pruned, trained, and scored on a task.
#pragma once

#include <functional>
#include <vector>

#include "host/app/study/cells.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/session/jobs.hpp"
#include "sprig/session/work_log.hpp"
#include "sprig/tasks/trained.hpp"

namespace sprig::app {

// Called with a cell's row as soon as it is done, and what its score came of; null where that is not wanted, or the
// cell failed.
using CellDone = std::function<void(std::size_t cell, Row row, const TrainedTask* trained)>;

// Prunes the one network that the cells of a group share, then trains and scores it for each of them. A NumericalError
// or a ConfigError of one, which its network alone is to blame for, is a row of its own, and the others go on; so is a
// network that run.activity = "refuse" is about. What takes long has states in the log, by the keys of the group and of
// the cells, until they are done. Errors: Interrupted, and whatever concerns all cells: files, devices,
// memory.
void evaluate_group(const StudyGrid& grid, const std::vector<std::size_t>& cells, const Place& place,
                    const Progress& progress, WorkLog& log, bool wants_trained, const CellDone& done);

}  // namespace sprig::app
