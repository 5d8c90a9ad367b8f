#include "host/app/study/share.hpp"

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "host/app/stop_at_once.hpp"
#include "host/app/study/cell.hpp"
#include "sprig/session/progress.hpp"
#include "sprig/session/signals.hpp"
#include "sprig/session/when_free.hpp"

namespace sprig::app {

namespace {

using Keys = std::set<std::string>;

Keys keys_in(const std::string& path) {
  Keys keys;
  for (const auto& [key, line] : pieces_in(path)) keys.insert(key);
  return keys;
}

// What is known of the groups of a study that processes share.
class SharedGroups {
 public:
  SharedGroups(const StudyGrid& grid, const std::vector<std::vector<std::size_t>>& groups, SharedWork& shared)
      : grid_(grid), groups_(groups), shared_(shared), before_(keys_in(shared.folder() + "/" + kCells)) {
    for (std::size_t cell = 0; cell < grid.cells(); ++cell) keys_.push_back(cell_key(grid, cell).hex());
  }

  bool done(std::size_t group) const { return missing(group, keys_in(shared_.log_of(name(group), kCells))).empty(); }

  // Evaluates what is missing of a group; false where another process has it.
  bool work_on(std::size_t group, const Place& place, const Progress& progress) {
    const std::unique_ptr<SharedPiece> piece = shared_.take(name(group));
    if (!piece) return false;
    WorkLog& log = piece->log();
    log.open(kCells);
    // Another process may have done it between the question and the answer.
    const std::vector<std::size_t> cells = missing(group, keys_in(shared_.log_of(name(group), kCells)));
    if (cells.empty()) return true;
    evaluate_group(grid_, cells, place, progress, log, false,
                   [&](std::size_t cell, const Row& row, const TrainedTask*) {
                     log.add(keys_[cell], stored_cell(grid_, cell, row));
                   });
    log.finish();
    return true;
  }

 private:
  static std::string name(std::size_t group) { return "group-" + std::to_string(group + 1); }

  std::vector<std::size_t> missing(std::size_t group, const Keys& done) const {
    std::vector<std::size_t> cells;
    for (const std::size_t cell : groups_[group])
      if (!before_.contains(keys_[cell]) && !done.contains(keys_[cell])) cells.push_back(cell);
    return cells;
  }

  const StudyGrid& grid_;
  const std::vector<std::vector<std::size_t>>& groups_;
  SharedWork& shared_;
  Keys before_;                    // of cells of an earlier command
  std::vector<std::string> keys_;  // by cell
};

}  // namespace

bool share_study(const StudyGrid& grid, const std::vector<std::vector<std::size_t>>& groups, const Workers& workers,
                 SharedWork& shared, bool quiet) {
  SharedGroups known(grid, groups, shared);
  ProgressLine line("study", quiet);
  const StopSoon stop([&] { return shared.keep_standing(); });
  for (;;) {
    std::vector<std::size_t> left;
    for (std::size_t group = 0; group < groups.size(); ++group)
      if (!known.done(group)) left.push_back(group);
    if (left.empty()) return true;
    std::atomic<bool> worked{false};
    const bool all =
        for_each_job(left.size(), workers, line, [&](std::size_t i, const Place& place, const Progress& progress) {
          if (known.work_on(left[i], place, progress)) worked = true;
        });
    if (!all || stop_requested()) return false;
    if (!worked) std::this_thread::sleep_for(kBetweenTries);  // others have what is left
  }
}

}  // namespace sprig::app
