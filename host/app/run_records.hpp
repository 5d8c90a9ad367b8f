// The records of `sprig run`: those that its configuration names.
#pragma once

#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/instruments/record.hpp"

namespace sprig::app {

// [[record]], and behind them what run.record_spikes, run.count_window_ms and run.probe are short forms of. Errors:
// ConfigError.
std::vector<RecordSpec> run_records(const Config& config, const Network& network);

}  // namespace sprig::app
