// What the files of a run's records hold, in words: the same from the command line and from Python.
#pragma once

#include <string>
#include <vector>

#include "sprig/instruments/record.hpp"
#include "sprig/session/output.hpp"

namespace sprig {

// What records.json and result.json say of each: file, what, type, axes, unit, first_step, end_step, every_steps (or
// at_steps), neurons as [first, end, every] ranges, populations.
Json records_json(const std::vector<RecordLayout>& layouts);

// records.json, which is written before a run begins: there for those that are killed, too.
std::string records_text(double step_ms, const Json& records);

}  // namespace sprig
