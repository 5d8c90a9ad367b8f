#include "host/ranks/mpi_exchange.hpp"

#include <mpi.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

#include "sprig/ranks/ranks.hpp"

namespace sprig {

namespace {

constexpr std::uint64_t kFailed = std::uint64_t{1} << 63;  // of a box's size: it is an error
constexpr std::size_t kRoom = 248;                         // bytes of a box that go with its size
constexpr std::size_t kMostRoom = std::size_t{1} << 16;
constexpr int kBetweenLooks = 1024;  // exchanges after which the room follows what is sent
constexpr std::size_t kMessage = std::size_t{1} << 30;
constexpr std::chrono::seconds kPatience{5};

// While a rank tells the others that it has failed: whoever does not listen by then (it waits for something else of
// this rank, or is gone) is ended by the launcher, which ends all ranks when this one leaves without a farewell.
class Patience {
 public:
  Patience(int rank, int ranks, View<const char> error)
      : error_(error.begin(), error.end()), thread_([this, rank, ranks] { wait(rank, ranks); }) {}
  ~Patience() {
    {
      const std::lock_guard lock(mutex_);
      heard_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

 private:
  void wait(int rank, int ranks) {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, kPatience, [this] { return heard_; })) return;
    RankFailure failure;
    read_persisted(error_, "own error", failure);
    std::fprintf(stderr, "sprig: error: rank %d of %d: %s\n", rank, ranks, failure.text.c_str());
    std::_Exit(failure.code);
  }

  std::vector<char> error_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool heard_ = false;
  std::thread thread_;
};

class MpiExchange final : public Exchange {
 public:
  MpiExchange() {
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks_);
  }
  ~MpiExchange() override { MPI_Finalize(); }
  int rank() const override { return rank_; }
  int ranks() const override { return ranks_; }

 protected:
  void swap(View<const char> mine, bool is_error, Boxes& all) override {
    if (!is_error) return swap(mine, false, kRoom, all);
    const Patience patience(rank_, ranks_, mine);
    swap(mine, true, kRoom, all);
  }

  void swap_spikes(const SpikeBox& mine, Boxes& all) override {
    if (look_ == kBetweenLooks) {
      room_ = std::min(kMostRoom, (largest_ + largest_ / 4 + kRoom - 1) / kRoom * kRoom);
      look_ = 0;
      largest_ = kRoom;
    }
    swap(mine.bytes, false, room_, all);
    ++look_;
    for (std::size_t r = 0; r < all.size(); ++r)
      largest_ = std::max<std::size_t>(largest_, all.first[r + 1] - all.first[r]);
  }

  // The size first.
  void send(int to, const std::vector<char>& bytes) override {
    const std::uint64_t size = bytes.size();
    MPI_Send(&size, sizeof size, MPI_BYTE, to, 0, MPI_COMM_WORLD);
    for (std::size_t at = 0; at < bytes.size(); at += kMessage)
      MPI_Send(bytes.data() + at, static_cast<int>(std::min(kMessage, bytes.size() - at)), MPI_BYTE, to, 0,
               MPI_COMM_WORLD);
  }
  std::vector<char> receive(int from) override {
    std::uint64_t size = 0;
    MPI_Recv(&size, sizeof size, MPI_BYTE, from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    std::vector<char> bytes(size);
    for (std::size_t at = 0; at < bytes.size(); at += kMessage)
      MPI_Recv(bytes.data() + at, static_cast<int>(std::min(kMessage, bytes.size() - at)), MPI_BYTE, from, 0,
               MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return bytes;
  }

 private:
  // One message of all: each box's size, and as much of it as there is room for. Where one is larger, all boxes follow.
  void swap(View<const char> mine, bool is_error, std::size_t room, Boxes& all) {
    const std::size_t slot = sizeof(std::uint64_t) + room, ranks = static_cast<std::size_t>(ranks_);
    out_.resize(slot);
    in_.resize(slot * ranks);
    const std::uint64_t word = mine.size | (is_error ? kFailed : 0);
    std::memcpy(out_.data(), &word, sizeof word);
    std::copy_n(mine.data, std::min(mine.size, room), out_.data() + sizeof word);
    MPI_Allgather(out_.data(), static_cast<int>(slot), MPI_BYTE, in_.data(), static_cast<int>(slot), MPI_BYTE,
                  MPI_COMM_WORLD);
    all.clear();
    std::size_t largest = 0;
    std::uint64_t total = 0;
    for (std::size_t r = 0; r < ranks; ++r) {
      std::uint64_t of_rank = 0;
      std::memcpy(&of_rank, in_.data() + r * slot, sizeof of_rank);
      const std::size_t size = of_rank & ~kFailed;
      all.failed.push_back((of_rank & kFailed) != 0 ? 1 : 0);
      all.first.push_back(total += size);
      largest = std::max(largest, size);
    }
    if (total > INT_MAX)
      throw MemoryError("ranks", std::to_string(total) + " bytes in one exchange; fewer than 2^31 are possible");
    all.bytes.resize(total);
    if (largest <= room) {
      for (std::size_t r = 0; r < ranks; ++r)
        std::copy_n(in_.data() + r * slot + sizeof word, all.first[r + 1] - all.first[r],
                    all.bytes.data() + all.first[r]);
      return;
    }
    counts_.clear(), places_.clear();
    for (std::size_t r = 0; r < ranks; ++r) {
      counts_.push_back(static_cast<int>(all.first[r + 1] - all.first[r]));
      places_.push_back(static_cast<int>(all.first[r]));
    }
    MPI_Allgatherv(mine.data, static_cast<int>(mine.size), MPI_BYTE, all.bytes.data(), counts_.data(), places_.data(),
                   MPI_BYTE, MPI_COMM_WORLD);
  }

  int rank_ = 0, ranks_ = 1;
  std::vector<char> out_, in_;
  std::vector<int> counts_, places_;
  // The same on all ranks: it follows from what all have seen.
  std::size_t room_ = 8 * kRoom, largest_ = kRoom;
  int look_ = 0;
};

}  // namespace

std::unique_ptr<Exchange> begin_mpi() {
  int given = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &given);
  auto exchange = std::make_unique<MpiExchange>();
  if (exchange->ranks() == 1) return nullptr;
  return exchange;
}

std::string mpi_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(text, &length);
  const std::string all(text, static_cast<std::size_t>(length));
  return all.substr(0, all.find_first_of(",\n"));
}

}  // namespace sprig
