// Which sources have synapses onto a part of a network. Where the network is large, most have none, and an offset for
// each would be more than the synapses: then only those that have some get a row, and what says which takes a bit and a
// half a neuron.
#pragma once

#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace sprig {

class PresentRows {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFFu;

  PresentRows() = default;  // every source has a row, its own number
  // bits: of the sources that have one.
  explicit PresentRows(std::vector<std::uint64_t> bits) : bits_(std::move(bits)) {
    before_.reserve(bits_.size());
    for (const std::uint64_t word : bits_) {
      before_.push_back(count_);
      count_ += static_cast<std::uint32_t>(std::popcount(word));
    }
  }

  bool all() const { return bits_.empty(); }
  std::uint32_t count() const { return count_; }  // of rows, where they are not all
  // Row of a source; kNone: it has no synapse here.
  std::uint32_t operator[](std::uint32_t source) const {
    if (all()) return source;
    const std::uint64_t word = bits_[source >> 6], below = (std::uint64_t{1} << (source & 63)) - 1;
    if ((word >> (source & 63) & 1) == 0) return kNone;
    return before_[source >> 6] + static_cast<std::uint32_t>(std::popcount(word & below));
  }

 private:
  std::vector<std::uint64_t> bits_;
  std::vector<std::uint32_t> before_;  // rows before each word
  std::uint32_t count_ = 0;
};

}  // namespace sprig
