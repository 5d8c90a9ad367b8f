// What one cell of a study takes: a network, pruned, trained, and scored on a task.
#pragma once

#include <functional>
#include <vector>

#include "host/app/study/cells.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/instruments/activity.hpp"
#include "sprig/session/jobs.hpp"
#include "sprig/tasks/trained.hpp"

namespace sprig::app {

// Called with a cell's row as soon as it is done, and what its score came of; null where that is not wanted, or the
// cell failed.
using CellDone = std::function<void(std::size_t cell, Row row, const TrainedTask* trained)>;

// What a cell's network did under its task.
ActivityShares shares_of(const Row& row, const Config& config);

// Prunes the one network that the cells of a group share, then trains and scores it for each of them. A NumericalError
// or a ConfigError of one, which its network alone is to blame for, is a row of its own, and the others go on; so is a
// network that run.activity = "refuse" is about. Errors: Interrupted, and whatever concerns all cells: files, devices,
// memory.
void evaluate_group(const StudyGrid& grid, const std::vector<std::size_t>& cells, const Place& place,
                    const Progress& progress, bool wants_trained, const CellDone& done);

}  // namespace sprig::app
