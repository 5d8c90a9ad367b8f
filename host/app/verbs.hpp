// The verbs of the command line.
#pragma once

#include <string>

#include "sprig/session/command.hpp"

namespace sprig::app {

// The whole program: parses, runs, reports errors as one line on stderr. Returns the exit code (README,
// Verbs).
int run_command_line(int argc, const char* const* argv);

// One function a verb. Each returns an exit code (0, or 75 where the same command goes on) and throws Error.
int prune_verb(const Command& command);
int run_verb(const Command& command);
int lyapunov_verb(const Command& command);
int study_verb(const Command& command);
int merge_verb(const Command& command);
int bench_verb(const Command& command);
int plan_verb(const Command& command);
int info_verb(const Command& command);
int convert_verb(const Command& command);
int report_verb(const Command& command);
int learn_verb(const Command& command);
int train_verb(const Command& command);
int search_verb(const Command& command);

// What stands below the options of `sprig bench --help`.
std::string bench_listing();

// study.mode = "operating_point": dense against none on validation data, for every candidate of operating_point.axes.
int search_operating_point(const Command& command);

}  // namespace sprig::app
