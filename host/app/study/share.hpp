// A study that processes share: each works on groups of cells that nobody else has (session/shared_work.hpp).
#pragma once

#include <cstddef>
#include <vector>

#include "host/app/study/cells.hpp"
#include "sprig/session/jobs.hpp"
#include "sprig/session/shared_work.hpp"

namespace sprig::app {

// Until the cells of all groups are done, by this process or by others; false where a stop was asked for. `groups` are
// the same in every process. What an earlier command has left in cells.jsonl of the folder counts. Errors: those of
// evaluate_group(); the other processes go on.
bool share_study(const StudyGrid& grid, const std::vector<std::vector<std::size_t>>& groups, const Workers& workers,
                 SharedWork& shared, bool quiet);

}  // namespace sprig::app
