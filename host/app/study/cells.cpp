#include "host/app/study/cells.hpp"

namespace sprig::app {

namespace {

// Every number of a row with its name, for writing and for reading.
struct Field {
  const char* name;
  double Row::*value;
};
constexpr Field kFields[] = {{"score", &Row::score},
                             {"validation_score", &Row::validation_score},
                             {"vpt", &Row::vpt},
                             {"sops", &Row::sops},
                             {"sops_readout", &Row::sops_readout},
                             {"energy_nj", &Row::energy_nj},
                             {"energy_readout_nj", &Row::energy_readout_nj},
                             {"rate", &Row::rate_hz},
                             {"silent", &Row::silent},
                             {"memory_capacity", &Row::memory_capacity},
                             {"inhibitory", &Row::inhibitory},
                             {"factor_excitatory", &Row::factor_excitatory},
                             {"factor_inhibitory", &Row::factor_inhibitory},
                             {"lambda_task", &Row::lambda_task},
                             {"lambda_task_error", &Row::lambda_task_error},
                             {"lambda_max", &Row::lambda_max},
                             {"dimension", &Row::dimension},
                             {"spectral_distance", &Row::spectral_distance}};

// Throws a JSON exception where a line is not one of ours.
Row row_of(const Json& line) {
  Row row;
  row.measure = line.at("measure").get<std::string>();
  for (const Field& field : kFields) {
    const Json& value = line.at(field.name);
    row.*field.value = value.is_null() ? Row::kUnknown : value.get<double>();
  }
  row.vpt_in_samples = line.at("vpt_in_samples").get<bool>();
  row.neurons = line.at("neurons").get<std::uint32_t>();
  row.synapses = line.at("synapses").get<std::uint64_t>();
  row.after_failure = line.at("after_failure").get<std::string>();
  row.failure = line.at("failure").get<std::string>();
  if (!row.failure.empty()) row.failure_code = static_cast<Exit>(line.at("failure_code").get<int>());
  return row;
}

}  // namespace

Json row_json(const StudyGrid& grid, std::size_t cell, const Row& row) {
  const Line& line = grid.line_of(cell);
  Json json{{"task", line.task},          {"training", name_of(line.training)},
            {"variant", line.variant},    {"method", name_of(line.method)},
            {"density", line.density},    {"gain", line.gain},
            {"seed", grid.seed_of(cell)}, {"measure", row.measure}};
  for (const Field& field : kFields) json[field.name] = row.*field.value;
  json["vpt_in_samples"] = row.vpt_in_samples;
  json["neurons"] = row.neurons;
  json["synapses"] = row.synapses;
  json["after_failure"] = row.after_failure;
  json["failure"] = row.failure;
  return json;
}

Json stored_cell(const StudyGrid& grid, std::size_t cell, const Row& row) {
  Json line = row_json(grid, cell, row);
  if (!row.failure.empty()) line["failure_code"] = static_cast<int>(row.failure_code);
  return line;
}

CellStore::CellStore(WorkLog& log, const StudyGrid& grid) : log_(log), grid_(grid), rows_(grid.cells()) {
  log_.open(kCells);
  for (std::size_t cell = 0; cell < grid.cells(); ++cell) {
    keys_.push_back(cell_key(grid, cell).hex());
    rows_[cell] = row_in(log_.find(keys_.back()));
    if (rows_[cell]) ++found_;
  }
}

// One that is not as this revision writes them, and has the key of one that is, is measured again.
std::optional<Row> CellStore::row_in(const Json* line) const {
  if (line == nullptr) return {};
  try {
    return row_of(*line);
  } catch (const Json::exception&) {
    return {};
  }
}

void CellStore::add(std::size_t cell, Row row) {
  log_.add(keys_[cell], stored_cell(grid_, cell, row));
  rows_[cell] = std::move(row);
}

std::size_t CellStore::take(const std::map<std::string, Json>& pieces) {
  std::size_t found = 0;
  for (std::size_t cell = 0; cell < grid_.cells(); ++cell) {
    const auto piece = pieces.find(keys_[cell]);
    if (piece == pieces.end()) continue;
    std::optional<Row> row = row_in(&piece->second);
    if (!row) continue;
    ++found;
    if (!rows_[cell]) add(cell, std::move(*row));
  }
  return found;
}

}  // namespace sprig::app
