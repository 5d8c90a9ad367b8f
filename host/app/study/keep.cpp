#include "host/app/study/keep.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "sprig/core/error.hpp"
#include "sprig/core/files.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/formats/atomic_file.hpp"
#include "sprig/formats/network_file.hpp"
#include "sprig/formats/npz.hpp"
#include "sprig/formats/text_file.hpp"
#include "sprig/session/plain_name.hpp"

namespace sprig::app {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kShownSamples = 300;  // of a forecast on the page
constexpr const char* kHalf = ".half";      // ending of a folder that is being written

// A part of a folder's name.
std::string plain(const std::string& text) { return plain_name(text, '.'); }

std::string folder_name(const StudyGrid& grid, std::size_t cell) {
  const Line& line = grid.line_of(cell);
  std::string name = plain(line.task) + "-" + std::string(name_of(line.training));
  if (!line.variant.empty()) name.append("-").append(plain(line.variant));
  return name + "-" + std::string(name_of(line.method)) + "-kept" + plain(shown_real(line.density)) + "-gain" +
         plain(shown_real(line.gain)) + "-seed" + std::to_string(grid.seed_of(cell));
}

// Of every cell one of its own: names that only differ in what folders are not called by get their number behind them.
std::vector<std::string> folder_names(const StudyGrid& grid) {
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (std::size_t cell = 0; cell < grid.cells(); ++cell) {
    std::string name = folder_name(grid, cell);
    if (!taken.insert(name).second) taken.insert(name.append("-").append(std::to_string(cell)));
    names.push_back(std::move(name));
  }
  return names;
}

// The files of a folder and their checksums, for cell.json: what is kept can be told from what a disk made of it.
Json sums_of(const std::string& folder) {
  Json sums = Json::object();
  for (const char* name : {"network.npz", "input.npz", "readout.npz", "predictions.npz"}) {
    std::error_code error;
    if (!fs::is_regular_file(folder + "/" + name, error)) continue;
    sums[name] = sum_of_file(folder + "/" + name).crc32c;
  }
  return sums;
}

// cell.json as it is written where the other files of the folder are.
std::string cell_text(const StudyGrid& grid, std::size_t cell, const Row& row, const std::string& folder) {
  Json json = row_json(grid, cell, row);
  json["key"] = cell_key(grid, cell).hex();
  json["files"] = sums_of(folder);
  return json_text(json, 1) + "\n";
}

// Whether a folder has this cell, byte by byte as it was written.
bool has_cell(const std::string& folder, const StudyGrid& grid, std::size_t cell, const Row& row) {
  std::error_code error;
  const std::string path = folder + "/cell.json", expected = cell_text(grid, cell, row, folder);
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) != expected.size()) return false;
  return read_text_file(path, expected.size()) == expected;
}

// A matrix in NumPy's order of rows.
std::vector<double> by_rows(const Eigen::MatrixXd& matrix) {
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(matrix.size()));
  for (Eigen::Index r = 0; r < matrix.rows(); ++r)
    for (Eigen::Index c = 0; c < matrix.cols(); ++c) values.push_back(matrix(r, c));
  return values;
}
std::vector<std::uint64_t> shape_of(const Eigen::MatrixXd& matrix) {
  return {static_cast<std::uint64_t>(matrix.rows()), static_cast<std::uint64_t>(matrix.cols())};
}

void write_input(const std::string& path, const TrainedTask& trained) {
  if (trained.channels == 0) return;
  write_npz(path, {npy_vector("current_gain", trained.current_gain, {trained.network.size(), trained.channels}),
                   npy_vector("observed", trained.observed)});
}

void write_readout(const std::string& path, const TrainedTask& trained) {
  const Eigen::Index features = trained.readout.rows() - 1;
  const Eigen::MatrixXd weights = trained.readout.topRows(features), bias = trained.readout.bottomRows(1);
  const std::vector<double> weight_rows = by_rows(weights), bias_row = by_rows(bias);
  write_npz(path, {npy_vector("weights", weight_rows, shape_of(weights)), npy_vector("bias", bias_row),
                   npy_scalar("ridge", trained.lambda), npy_scalar("trace_tau_ms", trained.trace_tau_ms),
                   npy_scalar("square", trained.square), npy_scalar("windows", trained.windows),
                   npy_scalar("sample_steps", trained.sample_steps), npy_scalar("ahead", trained.ahead),
                   npy_vector("mean", trained.mean), npy_vector("sd", trained.sd)});
}

void write_predictions(const std::string& path, const TrainedTask& trained) {
  const std::vector<double> truth = by_rows(trained.truth), predicted = by_rows(trained.predicted);
  write_npz(path, {npy_vector("truth", truth, shape_of(trained.truth)),
                   npy_vector("predicted", predicted, shape_of(trained.predicted))});
}

// The first target of the first samples.
std::vector<double> shown_of(const NpzReader& file, const std::string& path, const char* name) {
  if (file.shape(name).size() != 2) throw InputError(path, std::string(name) + " must have two dimensions");
  const std::vector<double> values = file.read<double>(name);
  const std::uint64_t targets = file.shape(name)[1];
  std::vector<double> shown;
  for (std::size_t s = 0; s < kShownSamples && s * targets < values.size(); ++s) shown.push_back(values[s * targets]);
  return shown;
}

}  // namespace

KeptCells::KeptCells(const RunFolder& folder, const StudyGrid& grid, Keep keep, const Rows& rows)
    : folder_(folder.path() + "/kept"), grid_(grid), keep_(keep), rows_(rows) {
  if (!any()) return;
  names_ = folder_names(grid);
  for (const Line& line : grid.lines) {
    const auto same = [&](const Line& other) {
      return other.setting == line.setting && other.training == line.training && other.method == line.method &&
             other.density == line.density;
    };
    const auto first = std::find_if(grid.lines.begin(), grid.lines.end(), same);
    contest_of_line_.push_back(static_cast<std::size_t>(first - grid.lines.begin()));
  }
  files::make_folders(folder_);
  for (std::size_t cell = 0; cell < grid.cells(); ++cell) {
    files::remove_tree(path(cell) + kHalf);
    if (rows_[cell] && has_cell(path(cell), grid, cell, *rows_[cell])) there_.insert(cell);
  }
}

std::string KeptCells::path(std::size_t cell) const { return folder_ + "/" + names_[cell]; }

std::size_t KeptCells::contest(std::size_t cell) const {
  return keep_ == Keep::all ? cell : contest_of_line_[cell / grid_.seeds];
}

std::set<std::size_t> KeptCells::wanted() const {
  std::set<std::size_t> best;
  std::map<std::size_t, std::size_t> of_contest;
  for (std::size_t cell = 0; cell < grid_.cells(); ++cell) {
    if (!rows_[cell] || !std::isfinite(rows_[cell]->validation_score)) continue;
    const auto [entry, is_first] = of_contest.emplace(contest(cell), cell);
    if (!is_first && rows_[cell]->validation_score < rows_[entry->second]->validation_score) entry->second = cell;
  }
  for (const auto& [first, cell] : of_contest) best.insert(cell);
  return best;
}

bool KeptCells::wants(std::size_t cell, const Row& row) const {
  if (!any() || !std::isfinite(row.validation_score)) return false;
  const std::size_t here = contest(cell);
  for (std::size_t other = 0; other < grid_.cells(); ++other) {
    if (other == cell || !rows_[other] || contest(other) != here) continue;
    const double score = rows_[other]->validation_score;
    if (score < row.validation_score || (score == row.validation_score && other < cell)) return false;
  }
  return true;
}

void KeptCells::add(std::size_t cell, const Row& row, const TrainedTask& trained) {
  const std::string final = path(cell), half = final + kHalf;
  files::remove_tree(half);
  files::make_folders(half);
  save_network(half + "/network.npz", trained.network);
  write_input(half + "/input.npz", trained);
  write_readout(half + "/readout.npz", trained);
  write_predictions(half + "/predictions.npz", trained);
  write_file(half + "/cell.json", cell_text(grid_, cell, row, half));
  files::remove_tree(final);
  files::rename_file(half, final);
  for (auto other = there_.begin(); other != there_.end();)
    if (*other != cell && contest(*other) == contest(cell)) {
      files::remove_tree(path(*other));
      other = there_.erase(other);
    } else {
      ++other;
    }
  there_.insert(cell);
}

std::vector<std::size_t> KeptCells::missing() const {
  std::vector<std::size_t> cells;
  if (!any()) return cells;
  for (const std::size_t cell : wanted())
    if (!there_.contains(cell)) cells.push_back(cell);
  return cells;
}

void KeptCells::finish() {
  if (!any()) return;
  const std::set<std::size_t> kept = wanted();
  for (std::size_t cell = 0; cell < grid_.cells(); ++cell)
    if (!kept.contains(cell)) files::remove_tree(path(cell));
}

Json KeptCells::json() const {
  Json list = Json::array();
  if (!any()) return list;
  for (const std::size_t cell : wanted()) {
    if (!there_.contains(cell)) continue;
    Json entry = row_json(grid_, cell, *rows_[cell]);
    entry["folder"] = "kept/" + names_[cell];
    if (!grid_.config_of(cell).task.is_classification()) {
      const std::string predictions = path(cell) + "/predictions.npz";
      const NpzReader file(predictions);
      entry["truth"] = shown_of(file, predictions, "truth");
      entry["predicted"] = shown_of(file, predictions, "predicted");
    }
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace sprig::app
