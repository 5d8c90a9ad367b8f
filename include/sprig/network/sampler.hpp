// Values of a Distribution, one 32-bit draw each: value j of entity `id` is word j mod 4 of draw block j / 4 of
// (stream, id). A value that must be redrawn takes the same word of block 2^32 a + j / 4 in attempt a, so no other
// value moves.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sprig/core/quantile.hpp"
#include "sprig/core/random.hpp"
#include "sprig/network/distribution.hpp"

namespace sprig {

// Errors: ConfigError for parameters that make no distribution, or one that is not allowed. `key` names it.
void check_distribution(const std::string& key, const Distribution& distribution, const Allowed& allowed);

class Sampler {
 public:
  // Throws ConfigError as check_distribution(), and for values beyond the largest floating-point number. Normal
  // variates below `redraw` are redrawn; what of other tails reaches too far is the caller's to raise.
  Sampler(const std::string& key, const Distribution& distribution, const Allowed& allowed,
          double redraw = -std::numeric_limits<double>::infinity());

  bool constant() const { return kind_ == Distribution::Kind::constant; }
  double largest() const { return largest_; }  // no value is larger

  double value(std::uint32_t seed, Stream stream, std::uint64_t id, std::uint64_t j = 0) const {
    return settle(draw_block(seed, stream, id, j >> 2).word[j & 3], seed, stream, id, j);
  }

  // Calls store(j, value) for j = 0 .. count - 1, four values a block.
  template <class Store>
  void fill(std::uint32_t seed, Stream stream, std::uint64_t id, std::uint64_t count, Store store) const {
    if (constant()) {
      for (std::uint64_t j = 0; j < count; ++j) store(j, first_);
      return;
    }
    for (std::uint64_t begin = 0; begin < count; begin += 4) {
      const PhiloxBlock block = draw_block(seed, stream, id, begin >> 2);
      const std::uint64_t end = count - begin < 4 ? count : begin + 4;
      for (std::uint64_t j = begin; j < end; ++j) store(j, settle(block.word[j & 3], seed, stream, id, j));
    }
  }

 private:
  double of_draw(std::uint32_t draw) const {
    if (!table_.empty()) return static_cast<double>(quantile_lookup(table_.data(), draw));
    return first_ + width_ * ((static_cast<double>(draw) + 0.5) * (1.0 / 4294967296.0));
  }
  double settle(std::uint32_t draw, std::uint32_t seed, Stream stream, std::uint64_t id, std::uint64_t j) const {
    double x = of_draw(draw);
    for (std::uint64_t attempt = 1; x < redraw_; ++attempt)
      x = of_draw(draw_block(seed, stream, id, (attempt << 32) | (j >> 2)).word[j & 3]);
    return x;
  }

  Distribution::Kind kind_;
  double first_ = 0, width_ = 0;  // constant: value, 0; uniform: lower end, length
  double largest_ = 0;
  double redraw_ = -std::numeric_limits<double>::infinity();
  std::vector<real> table_;  // normal, lognormal, gamma
};

}  // namespace sprig
