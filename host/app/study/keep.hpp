// The trained networks that a study keeps (study.keep): kept/<cell>/ in its folder, whole or not there.
//
//   network.npz      the recurrent layer as it was trained, with the task's input layer where that is synapses
//   input.npz        where the task injects currents: their gains, [neuron][channel]
//   readout.npz      weights and bias, what features are, and what values are standardised by
//   predictions.npz  of the test part: truth and predicted, in the units of the series; or labels and answers
//   cell.json        the cell's line of cells.jsonl, and the CRC-32C of each of these files
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "host/app/study/cells.hpp"
#include "sprig/session/run_folder.hpp"
#include "sprig/tasks/trained.hpp"

namespace sprig::app {

class KeptCells {
 public:
  // Looks at what an earlier run of the folder kept of this grid. `rows` are the study's: they grow.
  KeptCells(const RunFolder& folder, const StudyGrid& grid, Keep keep, const Rows& rows);

  bool any() const { return keep_ != Keep::none; }
  // Whether a cell that is done now is to be kept, by what is known of its line.
  bool wants(std::size_t cell, const Row& row) const;
  // Writes it; one that was kept in its place before goes. Errors: InputError.
  void add(std::size_t cell, const Row& row, const TrainedTask& trained);
  // Cells of the study as it is now that are to be kept and are not there.
  std::vector<std::size_t> missing() const;
  // All cells are done: what a process that was killed left of cells that are not to be kept goes.
  void finish();
  // Of every cell that is kept: its labels, folder, and the first samples of a forecast beside the truth.
  Json json() const;

 private:
  std::string path(std::size_t cell) const;
  std::size_t contest(std::size_t cell) const;  // the same for cells of which one is kept
  std::set<std::size_t> wanted() const;

  std::string folder_;
  const StudyGrid& grid_;
  Keep keep_;
  const Rows& rows_;
  std::vector<std::size_t> contest_of_line_;
  std::vector<std::string> names_;  // of the cells' folders
  std::set<std::size_t> there_;
};

}  // namespace sprig::app
