// Completion of the command line in shells, written from the command tree and the configuration's keys.
#pragma once

#include <string>
#include <vector>

#include "host/app/command_tree.hpp"

namespace sprig::app {

// The shells there is a completion for.
std::vector<std::string> shells();

// The script that a shell loads: bash with `source <(sprig completion bash)`.
std::string completion(const CLI::App& app, const std::string& shell);

}  // namespace sprig::app
