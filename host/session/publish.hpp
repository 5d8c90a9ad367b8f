// While a folder has a finished result, the next run writes into next/ within it, and when that is whole its files take
// the places of the old ones. manifest.json says at any time what a reader sees: of a finished run ("complete"), that
// run's files; with "moving", a mixture, and next/manifest.json is of a whole result, so that whoever works with the
// folder next ends the move.
#pragma once

#include <string>

#include "host/session/run_manifest.hpp"

namespace sprig {

inline constexpr const char* kNext = "next";

// Whether next/ has a whole result that has not taken its place.
bool is_to_be_published(const std::string& folder);

// It takes its place; the folder's lock is held. The page is not there afterwards: it is drawn from the rest. Errors:
// InputError, and it can be called again.
void publish(const std::string& folder);

}  // namespace sprig
