// What the program writes as text: to stdout, and JSON.
#pragma once

#include <string>
#include <string_view>

#include "sprig/core/error.hpp"
#include "sprig/report/json.hpp"
#include "sprig/tasks/statistics.hpp"

namespace sprig {

// Whoever read stdout has gone, as `| head` does: the program ends with the code of a tool that SIGPIPE ended, and says
// nothing.
using ClosedPipe = CodedError<static_cast<Exit>(141)>;

// All of it, at once. Errors: InputError, where = "stdout", when it cannot be written (a full disk); ClosedPipe when
// nobody reads it any more.
void write_stdout(std::string_view text);

// On one line, or indented; bytes that are not UTF-8 (from a command line, a path) are replaced, never an error.
std::string json_text(const Json& json, int indent = -1);

// {"mean", "half_width"}.
Json interval_json(const Interval& interval);

}  // namespace sprig
