// One network over several ranks. A rank is a process, or a thread that is taken for one, that owns a contiguous range
// of neurons: their state, their delay ring, every synapse onto them. It draws what it owns from the same counters as a
// single process, and knows all other neurons by their number alone.
//   Every minimum delay each rank brings the spikes of its neurons in a box and takes the boxes of all, in the order of
// ranks, so that what is delivered is the list of a single process; arrivals are integers, so bits are the same too.
//   What has to be known of the whole network (the largest sum of weights, the shortest delay, how many neurons were
// touched) goes through the same boxes. Rank 0 alone speaks with the world: it says what is done next, and the others,
// in Simulation::serve(), do their part of it.
//   A rank that fails brings its error in place of the box that the others wait for. So all ranks learn of it in the
// same exchange, and end with one message; nobody waits for one that has gone.
//   Who carries the boxes is an Exchange: MPI (ranks/ranks.hpp), threads of one process (for tests), or nobody: a dry
// run pretends to be one rank of many, to see what that takes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/core/persist.hpp"
#include "sprig/core/view.hpp"
#include "sprig/engine/device.hpp"

namespace sprig {

// What every rank brought: box [r] is that of rank r.
struct Boxes {
  std::vector<char> bytes;
  std::vector<std::uint64_t> first{0};  // where each box begins, and where the last one ends
  std::vector<std::uint8_t> failed;     // the box is a rank's error

  std::size_t size() const { return failed.size(); }
  View<const char> operator[](std::size_t rank) const {
    return {bytes.data() + first[rank], first[rank + 1] - first[rank]};
  }
  void clear() {
    bytes.clear(), failed.clear();
    first.assign(1, 0);
  }
  void add(View<const char> box, bool is_error);
};

// The spikes of a window (host/engine/rank_spikes.hpp), and where in their bytes the numbers of neurons stand.
struct SpikeBox {
  View<const char> bytes;
  std::size_t sources_at = 0, sources = 0;  // a byte; how many, of 4 bytes
};

// What a rank that failed brings.
struct RankFailure {
  int code = 1;  // an Exit
  std::string text;
  static void persist(auto& self, auto& archive) { archive(self.code, self.text); }
  friend bool operator==(const RankFailure&, const RankFailure&) = default;
};

// What several ranks cannot simulate together. Errors: ConfigError: run.device, projection.stdp.w_max.
void require_divisible(const Device& device, bool learns, std::uint32_t ranks);

// Why all ranks end. Its code is that of the rank that failed, and its text names it; where all ranks failed of the
// same (a network that does not fit its options), it is the text of one process.
class RankError : public Error {
 public:
  using Error::Error;
};

// All calls but rank() and ranks() are made by all ranks, in the same order, each on one thread at a time.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual int rank() const = 0;
  virtual int ranks() const = 0;
  bool is_root() const { return rank() == 0; }

  // Every rank's box. Errors: RankError when some rank failed.
  void share(View<const char> mine, Boxes& all);
  // The same of spikes.
  void share_spikes(const SpikeBox& mine, Boxes& all);

  // To rank 0, whatever the sizes: it takes one after the other, its own first. use(rank, bytes).
  void collect(std::vector<char> mine, const std::function<void(int, std::vector<char>)>& use);
  // From rank 0: make(rank) there, for each. What is this rank's.
  std::vector<char> deal(const std::function<std::vector<char>(int)>& make);

  // In place of whatever call of this rank comes next: it has failed. What all ranks are told; after this, as after any
  // RankError, there is nobody to exchange with.
  RankError fail(Exit code, const std::string& text);
  bool over() const { return verdict_.has_value(); }

 protected:
  // Everyone's box; is_error: a RankFailure. May come back late, or not at all where a rank is gone: who carries boxes
  // sees to it that the process then ends.
  virtual void swap(View<const char> mine, bool is_error, Boxes& all) = 0;
  virtual void swap_spikes(const SpikeBox& mine, Boxes& all) { swap(mine.bytes, false, all); }
  virtual void send(int to, const std::vector<char>& bytes) = 0;
  virtual std::vector<char> receive(int from) = 0;

 private:
  void look_for_errors(const Boxes& all);

  std::optional<RankError> verdict_;
};

// A value of every rank, in the order of ranks.
template <class T>
std::vector<T> share_value(Exchange& exchange, const T& mine) {
  Boxes boxes;
  exchange.share(persisted(mine), boxes);
  std::vector<T> all(boxes.size());
  for (std::size_t r = 0; r < all.size(); ++r) read_persisted(boxes[r], "box of rank " + std::to_string(r), all[r]);
  return all;
}

}  // namespace sprig
