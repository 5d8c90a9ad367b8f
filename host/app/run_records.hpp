// The records of `sprig run`: those that its configuration names, and what their files hold, in words.
#pragma once

#include <string>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/instruments/record.hpp"
#include "sprig/session/output.hpp"

namespace sprig::app {

// [[record]], and behind them what run.record_spikes, run.count_window_ms and run.probe are short forms of. Errors:
// ConfigError.
std::vector<RecordSpec> run_records(const Config& config, const Network& network);

// What records.json and result.json say of each: file, what, type, axes, unit, first_step, end_step, every_steps (or
// at_steps), neurons as [first, end, every] ranges, populations.
Json records_json(const std::vector<RecordLayout>& layouts);

}  // namespace sprig::app
