// Ranks that are threads of this process: what tests run a network on. Each thread has its own Exchange of one board.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "sprig/engine/exchange.hpp"

namespace sprig {

class RankBoard {
 public:
  explicit RankBoard(int ranks);
  int ranks() const { return static_cast<int>(mine_.size()); }
  // That of a rank; the board must outlive it.
  std::unique_ptr<Exchange> exchange(int rank);

 private:
  class OfThread;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::vector<char>> mine_;
  std::vector<std::uint8_t> failed_;
  int brought_ = 0;                                                    // boxes of the swap that is under way
  std::uint64_t swaps_ = 0;                                            // that are over
  Boxes all_;                                                          // of the last one
  std::map<std::pair<int, int>, std::deque<std::vector<char>>> sent_;  // from, to
};

}  // namespace sprig
