// Memory that control groups leave this process: version 1 (memory.limit_in_bytes) and 2 (memory.max), as a container,
// Slurm or systemd sets them.
#pragma once

#include <string>

namespace sprig {

// Bytes that may still be taken: the least of what each group from this process's own up to the root leaves; infinite
// where none has a limit. root: of the file system, for tests.
double memory_left_by_groups(const std::string& root = "");

}  // namespace sprig
