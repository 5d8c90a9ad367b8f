// A benchmark against an earlier result of it.
#pragma once

#include <string>

#include "sprig/session/output.hpp"

namespace sprig::app {

// An earlier result.json of the same benchmark with the same parameters. Errors: InputError with the path.
Json read_earlier(const std::string& path, const std::string& benchmark, const Json& parameters);

// Ratios of this result to it (rtf, events_per_s, construct_s), and in what else the two differ.
Json ratios_json(const std::string& path, const Json& earlier, const Json& result);
std::string ratios_text(const Json& ratios);

}  // namespace sprig::app
