// What an invocation of the program asks for.
#pragma once

#include <string>

#include "sprig/config/config.hpp"

namespace sprig {

struct Command {
  std::string verb;
  Config config;             // finished: file, then --set, then --seed, --threads, --device
  std::string out;           // the run folder; empty: runs/<verb>-<time>, or none for `plan` and `info`
  std::string folder;        // report: the run folder
  std::string compare;       // bench: an earlier result.json; empty: none
  bool quiet = false;        // neither progress nor table
  std::string command_line;  // as it was typed, for the manifest
};

}  // namespace sprig
