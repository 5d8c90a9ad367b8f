// What an invocation of the program asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/engine/device.hpp"

namespace sprig {

struct Command {
  std::string verb;
  Config config;                        // finished: file, then --set, then --seed, --threads, --device
  std::string out;                      // the run folder; empty: runs/<verb>-<time>, or none for `plan` and `info`
  std::string folder;                   // report: the run folder
  std::vector<std::string> folders;     // merge: the parts' run folders
  std::string figures;                  // report: where its figures go as files; empty: nowhere
  std::string to;                       // convert: the format of `out`, a file; empty: by its ending
  std::string compare;                  // bench: an earlier result.json; empty: none
  std::optional<cuda::DeviceInfo> gpu;  // plan: what --device-model and --device-memory describe
  int ranks = 1;                        // plan: among which the network is divided
  double checkpoint_every_min = 10;     // between two states of work under way; 0: only when it is stopped
  bool again = false;                   // a finished result of this very command is made once more
  bool quiet = false;                   // neither progress nor table
  std::string command_line;             // for the manifest: a line that a shell reads as the words that were typed
  std::uint64_t key = 0;                // of verbs that keep a folder: work_key() of this (session/work_key.hpp)
};

}  // namespace sprig
