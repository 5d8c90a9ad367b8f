// Keys of a configuration against what a network's file holds.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sprig/formats/network_import.hpp"

namespace sprig {

// What a file holds, as far as keys can contradict it.
struct HeldByFile {
  bool own = false;                     // sprig wrote it
  bool matrix = false, weights = true;  // no edge list; with weights
  std::uint32_t neurons = 0;
  std::optional<double> step_ms;
  std::optional<std::pair<double, double>> delay_ms;        // least and largest
  std::map<std::string, std::pair<double, double>> values;  // of the parameters of neurons
  std::optional<LifKind> kind;
  std::optional<Orientation> orientation;
};
HeldByFile held_by(const Network& network);

// Keys that say other than the file go to `problems`; those that say nothing of such a file, to one of `notes`.
void compare_keys(const ImportRequest& request, const HeldByFile& held, std::vector<std::string>& problems,
                  std::vector<std::string>& notes);

// One of `notes`: what the file lacks and no key gives, so that defaults are taken.
void note_defaults(const ImportRequest& request, const HeldByFile& held, std::vector<std::string>& notes);

}  // namespace sprig
