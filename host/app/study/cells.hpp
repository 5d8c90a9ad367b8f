// The cells of a study that are done: what was measured of each, and the file that keeps them from one run to the next.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "host/app/study/grid.hpp"
#include "sprig/core/error.hpp"
#include "sprig/session/output.hpp"
#include "sprig/session/work_log.hpp"

namespace sprig::app {

// What came of one network, pruned, trained and scored. Lower scores are better.
struct Row {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

  std::string measure;      // what `score` is: "NRMSE" or "error rate"
  double score = kUnknown;  // on test data
  double validation_score = kUnknown;
  double vpt = kUnknown;              // valid prediction time; NaN where there is none
  bool vpt_in_samples = false;        // else in Lyapunov times
  double sops = 0, sops_readout = 0;  // synaptic operations a sample, without and with the readout's
  double energy_nj = 0, energy_readout_nj = 0;
  double rate_hz = 0, silent = 0;
  double memory_capacity = kUnknown;  // of the task that asks for it
  std::uint32_t neurons = 0;
  std::uint64_t synapses = 0;
  double inhibitory = kUnknown;                                       // share of negative weights among the synapses
  double factor_excitatory = kUnknown, factor_inhibitory = kUnknown;  // mean w'/w of pruning, before the gain
  // The largest conditional exponent, 1/ms, with the task's input and the line's gain, after training; and its standard
  // error.
  double lambda_task = kUnknown, lambda_task_error = kUnknown;
  double lambda_max = kUnknown;         // 1/ms, after pruning, before the gain and training, without the task
  double dimension = kUnknown;          // Kaplan-Yorke, of the same spectrum; not known where it has too few exponents
  double spectral_distance = kUnknown;  // of its normalised spectrum from the dense network's (Wasserstein)
  std::string after_failure;            // why these are not known; empty when they are
  std::string failure;                  // why nothing is; empty when the cell succeeded
  Exit failure_code = Exit::done;       // of the error that this was
};

// By cell: nothing where it is not done.
using Rows = std::vector<std::optional<Row>>;

// The log of cells in a folder.
inline constexpr const char* kCells = "cells.jsonl";

// As a line of the log, which CellStore reads.
Json stored_cell(const StudyGrid& grid, std::size_t cell, const Row& row);

// As a line of result.json and of what is printed for each cell, with its labels. Values that are not known are null.
Json row_json(const StudyGrid& grid, std::size_t cell, const Row& row);

// The cells of a grid in cells.jsonl of the run folder (session/work_log.hpp), one run after another.
class CellStore {
 public:
  // Opens the log and takes what it has of this grid. Errors: those of WorkLog.
  CellStore(WorkLog& log, const StudyGrid& grid);

  const Rows& rows() const { return rows_; }
  std::size_t found() const { return found_; }

  // Keeps a cell, on disk when it returns. Errors: InputError.
  void add(std::size_t cell, Row row);

  // Takes what this one lacks of the pieces of other logs (session/work_log.hpp), and says how many of them are cells
  // of the grid. Errors: InputError.
  std::size_t take(const std::map<std::string, Json>& pieces);

 private:
  std::optional<Row> row_in(const Json* line) const;

  WorkLog& log_;
  const StudyGrid& grid_;
  Rows rows_;
  std::size_t found_ = 0;
  std::vector<std::string> keys_;
};

}  // namespace sprig::app
