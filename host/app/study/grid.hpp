// What a study is made of: settings (a task and a variant of the configuration), lines of the table, and cells (a line
// on one seed), each with a key that says whether an earlier run's cell is the same.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/core/hash.hpp"

namespace sprig::app {

// The configuration as one task and one variant change it.
struct Setting {
  std::string task, variant;  // variant "": the configuration as it is
  Config config;              // finished
  // Whether dense and the other controls of the configuration as it is are this variant's too: where it only prunes
  // otherwise, and where it changes nothing of that but the scores of synapses.
  bool shares_dense = true, shares_controls = true;
  std::uint64_t contents = 0;  // of the files that it names: contents_key()
};

// A method at one density and one gain, on all seeds. dense and none have one density: 1 and 0; none has one gain.
struct Line {
  std::size_t setting = 0;
  std::string task, variant;
  Training training = Training::ridge;
  PruneMethod method = PruneMethod::dense;
  double density = 1;
  double gain = 1;  // of the weights, after pruning
  // Of the configuration that its cells, and their pruned networks, follow from: the dear part of their keys, which all
  // seeds have in common.
  Hash cells = {}, prunings = {};
};

struct StudyGrid {
  std::vector<Setting> settings;
  std::vector<Line> lines;
  std::size_t seeds = 0;

  // Cell c is line c / seeds on seed number c % seeds.
  std::size_t cells() const { return lines.size() * seeds; }
  const Line& line_of(std::size_t cell) const { return lines[cell / seeds]; }
  const Config& config_of(std::size_t cell) const { return settings[line_of(cell).setting].config; }
  std::uint32_t seed_of(std::size_t cell) const {
    return static_cast<std::uint32_t>(config_of(cell).simulation.seed + cell % seeds);
  }
};

// A variant that changes only how networks are pruned (sections prune, timescales, lyapunov) has lines of lnp alone,
// since the controls would be those of the configuration itself; any other has all of them. A variant may say otherwise
// by setting study.methods or study.densities. Reads the files that settings name, for the cells' keys. Errors:
// ConfigError (study.tasks, study.variants).
StudyGrid study_grid(const Config& config);

// Of everything that a cell's result follows from: its configuration less what never changes a result (threads,
// devices, what else is in the grid), what is in the files that it names, line, seed, and the program's revision and
// precision.
Hash cell_key(const StudyGrid& grid, std::size_t cell);
// Of everything that the cell's network after pruning follows from, before its gain and its training.
Hash pruning_key(const StudyGrid& grid, std::size_t cell);

// What would fail late in one of the cells, said first: every setting's network, drive, task and pruning. Errors:
// ConfigError, MemoryError, InputError. notes: what a user is to know of its networks, a sentence each.
void check_study(const StudyGrid& grid, std::vector<std::string>& notes);

// Cells that share one pruned network, seed by seed: what is pruned without looking at a task serves all of them.
std::vector<std::vector<std::size_t>> pruning_groups(const StudyGrid& grid);
// Those of study.part, "k/n": every n-th from the k-th on; empty: all. Errors: ConfigError, also where there are fewer
// groups than parts.
std::vector<std::vector<std::size_t>> groups_of_part(const StudyGrid& grid, const std::string& part);

}  // namespace sprig::app
