#include "host/app/study/result.hpp"

#include <algorithm>

#include "host/app/observe.hpp"
#include "host/app/study/activity.hpp"
#include "host/app/study/table.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/shared_work.hpp"

namespace sprig::app {

namespace {

// Of cells whose network was silent or saturated under its task.
std::vector<std::string> study_warnings(const StudyGrid& grid, const Rows& rows, ActivityPolicy policy) {
  ActivityTally tally;
  for (std::size_t cell = 0; cell < grid.cells(); ++cell) {
    if (!rows[cell] || !rows[cell]->failure.empty()) continue;
    const Config& config = grid.config_of(cell);
    tally.add(shares_under_task(rows[cell]->silent, rows[cell]->rate_hz, config), config);
  }
  return tally.warnings(policy);
}

// Where all of them failed.
void refuse_failed(const Rows& rows) {
  const Row* first = nullptr;
  for (const std::optional<Row>& row : rows) {
    if (!row) continue;
    if (row->failure.empty()) return;
    if (first == nullptr) first = &*row;
  }
  if (first != nullptr) throw Error(first->failure_code, "study", first->failure);
}

}  // namespace

std::vector<std::string> study_files(const StudySection& study) {
  std::vector<std::string> names{kCells, kShares, "table.csv", "table.tex", "table.txt"};
  if (study.keep != Keep::none) names.emplace_back("kept/");
  return names;
}

void tell_cells(const StudyGrid& grid, const Rows& rows, RunFolder& folder) {
  for (std::size_t cell = 0; cell < grid.cells(); ++cell)
    if (rows[cell]) folder.metric(json_text(row_json(grid, cell, *rows[cell])));
}

int write_study(const StudyGrid& grid, const Rows& rows, const KeptCells& kept, const StudyEnd& end,
                std::vector<std::string> notes, const Config& config, Session& session) {
  const bool any = std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.has_value(); });
  if (end.error && !any) std::rethrow_exception(end.error);
  Json list = Json::array();
  for (std::size_t cell = 0; cell < grid.cells(); ++cell)
    if (rows[cell]) list.push_back(row_json(grid, cell, *rows[cell]));
  const std::string dumped = json_text(list), hash = Hash().bytes(dumped.data(), dumped.size()).hex();
  const Summary summary(grid, rows);
  std::string verdict;
  Json tasks = Json::array();
  summary.judge(verdict, tasks);
  std::string claims_text;
  Json claims = Json::array();
  summary.claims(claims_text, claims);
  const std::string count = std::to_string(list.size()) + " of " + std::to_string(grid.cells()) + " cells";
  const std::string text =
      summary.text() + summary.footer(!config.network_file.empty()) +
      (end.error ? "stopped by a cell that failed: " + end.why + "\n" : "") +
      (config.study.part.empty() ? ""
                                 : "part " + config.study.part + ": " + count + "; sprig merge puts parts together\n") +
      verdict + summary.variant_order() + claims_text;
  session.table("table.txt", text);
  session.table("table.csv", summary.csv());
  session.table("table.tex", summary.latex());
  session.print(text);
  Json result{
      {"cells", list}, {"summary", summary.json()}, {"curves", summary.curves()}, {"claims", claims}, {"tasks", tasks},
      {"hash", hash}};
  if (kept.any()) result["kept"] = kept.json();
  const std::vector<std::string> warnings = study_warnings(grid, rows, config.run.activity);
  print_warnings(warnings);
  result["notes"] = std::move(notes);
  result["warnings"] = warnings;
  if (end.error) result["failed"] = end.why;
  const int code = session.finish(result, hash, device_used(config).text(), end.complete);
  if (end.error) std::rethrow_exception(end.error);
  if (end.complete) refuse_failed(rows);
  return code;
}

}  // namespace sprig::app
