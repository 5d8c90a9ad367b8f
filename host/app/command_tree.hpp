// The tree of the command line: verbs and their options, once. Parsing, --help, completion of shells and the man page
// all read it.
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/app/verbs.hpp"

namespace sprig::app {

struct Verb {
  const char *name, *does;
  int (*run)(const Command&);
  bool keeps_folder = false;    // makes a run folder, and goes on in it
  bool takes_all_gpus = false;  // cuda:all
  bool takes_ranks = false;     // does its part on each of several ranks
};
std::span<const Verb> verbs();

// Words in a verb's place that only print: help, completion, man.
struct PrintingWord {
  const char *name, *does;
};
std::span<const PrintingWord> printing_words();

// What the flags say; optional where the configuration has the value otherwise.
struct Flags {
  std::string config, out, data, network, folder, figures, in, to, compare, device_model, device_memory,
      max_input_bytes, max_neurons, max_synapses;
  std::vector<std::string> set, folders;
  std::optional<std::string> device;
  std::optional<std::uint32_t> seed;
  std::optional<int> threads;
  int ranks = 1;
  double checkpoint_every_min = 10;
  bool again = false, quiet = false;
  std::string help_config, help_verb, shell;
};

// CLI11 keeps pointers into `flags`, so that a tree stays where it was made.
struct CommandTree {
  CommandTree();
  CommandTree(const CommandTree&) = delete;
  CommandTree& operator=(const CommandTree&) = delete;

  Flags flags;
  CLI::App app;
};

// What --version prints.
std::string version_text();

}  // namespace sprig::app
