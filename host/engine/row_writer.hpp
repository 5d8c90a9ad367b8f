// Writing synapses in the order in which they are drawn to where their rows are.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sprig {

// Rows lie far apart, so a synapse waits in a queue while its row's cursor, then its place, is on the way into the
// cache. Those of a row keep their order. cursors[row]: where the row's next synapse goes.
template <class Synapse>
class RowWriter {
 public:
  RowWriter(std::uint64_t* cursors, Synapse* synapses) : cursors_(cursors), synapses_(synapses) {}
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  void add(std::uint64_t row, const Synapse& synapse) {
    if (count_ >= kLength) write(count_ - kLength);
    queue_[count_ % kLength] = {row, synapse};
    __builtin_prefetch(cursors_ + row, 1);
    if (count_ >= kHalf) locate(count_ - kHalf);
    ++count_;
  }
  void finish() {
    for (std::size_t k = count_ < kHalf ? 0 : count_ - kHalf; k < count_; ++k) locate(k);
    for (std::size_t k = count_ < kLength ? 0 : count_ - kLength; k < count_; ++k) write(k);
    count_ = 0;
  }

 private:
  static constexpr std::size_t kLength = 32, kHalf = kLength / 2;
  struct Waiting {
    std::uint64_t at;  // row, then place
    Synapse synapse;
  };
  void locate(std::size_t k) {
    Waiting& waiting = queue_[k % kLength];
    waiting.at = cursors_[waiting.at]++;
    __builtin_prefetch(synapses_ + waiting.at, 1);
  }
  void write(std::size_t k) { synapses_[queue_[k % kLength].at] = queue_[k % kLength].synapse; }

  std::uint64_t* cursors_;
  Synapse* synapses_;
  Waiting queue_[kLength];
  std::size_t count_ = 0;
};

}  // namespace sprig
