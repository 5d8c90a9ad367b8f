#include "host/engine/in_process_exchange.hpp"

#include <algorithm>

namespace sprig {

class RankBoard::OfThread final : public Exchange {
 public:
  OfThread(RankBoard& board, int rank) : board_(board), rank_(rank) {}
  int rank() const override { return rank_; }
  int ranks() const override { return board_.ranks(); }

 protected:
  void swap(View<const char> mine, bool is_error, Boxes& all) override {
    std::unique_lock lock(board_.mutex_);
    const auto r = static_cast<std::size_t>(rank_);
    board_.mine_[r].assign(mine.begin(), mine.end());
    board_.failed_[r] = is_error ? 1 : 0;
    const std::uint64_t swap = board_.swaps_;
    if (++board_.brought_ == board_.ranks()) {
      board_.all_.clear();
      for (std::size_t k = 0; k < board_.mine_.size(); ++k) board_.all_.add(board_.mine_[k], board_.failed_[k] != 0);
      board_.brought_ = 0;
      ++board_.swaps_;
    }
    board_.changed_.notify_all();  // of an error too, for who waits for bytes
    // Nobody begins the next swap before all have this one: it needs a box of everyone.
    board_.changed_.wait(lock, [&] { return board_.swaps_ != swap; });
    all = board_.all_;
  }
  void send(int to, const std::vector<char>& bytes) override {
    const std::lock_guard lock(board_.mutex_);
    board_.sent_[{rank_, to}].push_back(bytes);
    board_.changed_.notify_all();
  }
  std::vector<char> receive(int from) override {
    std::unique_lock lock(board_.mutex_);
    auto& waiting = board_.sent_[{from, rank_}];
    const auto failure = [&] {
      return std::find(board_.failed_.begin(), board_.failed_.end(), 1) != board_.failed_.end();
    };
    board_.changed_.wait(lock, [&] { return !waiting.empty() || failure(); });
    if (waiting.empty()) {
      lock.unlock();
      Boxes all;
      share({}, all);  // in which the error comes
    }
    std::vector<char> bytes = std::move(waiting.front());
    waiting.pop_front();
    return bytes;
  }

 private:
  RankBoard& board_;
  int rank_;
};

RankBoard::RankBoard(int ranks) : mine_(static_cast<std::size_t>(ranks)), failed_(static_cast<std::size_t>(ranks), 0) {}

std::unique_ptr<Exchange> RankBoard::exchange(int rank) { return std::make_unique<OfThread>(*this, rank); }

}  // namespace sprig
