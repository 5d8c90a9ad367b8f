// A model's weights on the CPU, a row an input, as the block of one model reads and changes them: in vectors along a
// row, whatever they are kept as. A change f(input, neuron, w) or f(input, w) gives the weight after it.
//
//   add_row(p, sums)             sum[j] += w of input p
//   round_by(draws)              where codes are rounded: by these draws, from here on
//   change_rows(inputs, down, f) where down[j] is 0, f leaves weights as they are
//   change_all(f)
//   change_column(j, f)
//   column_after(j, kept, f)     what change_column() would make of it, for put_column() later
//   open(), close(draws)         before and after a presentation
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "host/learning/competitive/rounding.hpp"
#include "sprig/core/view.hpp"
#include "sprig/learning/competitive/weights.hpp"

namespace sprig::cpu {

// What opens codes as numbers for a presentation, and rounds them again.
class OpenedCodes {
 public:
  virtual ~OpenedCodes() = default;
  virtual void open() = 0;
  virtual void close(const RoundingDraws& draws) = 0;
};

class NumberRows {
 public:
  using Kept = float;

  // stride: numbers of a row, neurons of them read and changed.
  NumberRows(float* numbers, std::uint32_t stride, std::uint32_t neurons, std::uint32_t inputs,
             OpenedCodes* codes = nullptr)
      : numbers_(numbers), stride_(stride), n_(neurons), inputs_(inputs), codes_(codes) {}

  void open() const {
    if (codes_ != nullptr) codes_->open();
  }
  void close(const RoundingDraws& draws) const {
    if (codes_ != nullptr) codes_->close(draws);
  }
  void round_by(const RoundingDraws&) const {}

  void add_row(std::uint32_t p, float* sums) const {
    const float* weights = row(p);
#pragma omp simd
    for (std::uint32_t j = 0; j < n_; ++j) sums[j] += weights[j];
  }
  template <class Change>
  void change_rows(View<const std::uint32_t> inputs, const float*, Change change) const {
    for (const std::uint32_t p : inputs) change_row(p, change);
  }
  template <class Change>
  void change_all(Change change) const {
    for (std::uint32_t p = 0; p < inputs_; ++p) change_row(p, change);
  }
  template <class Change>
  void change_column(std::uint32_t j, Change change) const {
    for (std::uint32_t p = 0; p < inputs_; ++p) row(p)[j] = change(p, row(p)[j]);
  }
  template <class Change>
  void column_after(std::uint32_t j, float* kept, Change change) const {
    for (std::uint32_t p = 0; p < inputs_; ++p) kept[p] = change(p, row(p)[j]);
  }
  void put_column(std::uint32_t j, const float* kept) const {
    for (std::uint32_t p = 0; p < inputs_; ++p) row(p)[j] = kept[p];
  }

 private:
  float* row(std::uint32_t p) const { return numbers_ + std::uint64_t{p} * stride_; }
  template <class Change>
  void change_row(std::uint32_t p, Change change) const {
    float* weights = row(p);
#pragma omp simd
    for (std::uint32_t j = 0; j < n_; ++j) weights[j] = change(p, j, weights[j]);
  }

  float* numbers_;
  std::uint32_t stride_, n_, inputs_;
  OpenedCodes* codes_;
};

// kStored: bits of a code in memory. Arrays of neurons have an entry for each of a whole number of groups.
template <std::uint32_t kStored>
class CodeRows {
 public:
  using Kept = std::uint32_t;

  CodeRows(PackedWeights weights, CodeRounding rounding, std::uint32_t neurons, std::uint32_t inputs)
      : weights_(weights), levels_(rounding), groups_(groups_of(neurons)), inputs_(inputs) {}

  void open() const {}
  void close(const RoundingDraws&) const {}
  void round_by(const RoundingDraws& draws) { levels_.begin(draws); }

  void add_row(std::uint32_t p, float* __restrict sums) const {
    const std::uint32_t* words = weights_.word(p, 0);
    const float unit = weights_.codes.unit;
    each_number(words, groups_, unit, [sums](std::size_t j, float x) { sums[j] += x; });
  }

  template <class Change>
  void change_rows(View<const std::uint32_t> inputs, const float* down, Change change) {
    changed_.clear();
    for (std::uint32_t g = 0; g < groups_; ++g)
      for (std::uint32_t lane = 0; lane < kCodeGroup; ++lane)
        if (down[g * kCodeGroup + lane] != 0) {
          changed_.push_back(g);
          break;
        }
    for (const std::uint32_t p : inputs)
      for (const std::uint32_t g : changed_) queue(p, g, change);
    change_queued(change);
  }
  template <class Change>
  void change_all(Change change) {
    for (std::uint32_t p = 0; p < inputs_; ++p)
      for (std::uint32_t g = 0; g < groups_; ++g) queue(p, g, change);
    change_queued(change);
  }

  template <class Change>
  void column_after(std::uint32_t j, std::uint32_t* kept, Change change) {
    constexpr std::uint32_t kAtOnce = kGroupsAtOnce * kCodeGroup;
    const WeightCodes codes = weights_.codes;
    for (std::uint32_t first = 0; first < inputs_; first += kAtOnce) {
      RoundingLevels::Groups ids;
      for (std::uint32_t k = 0; k < kGroupsAtOnce; ++k) ids[k] = j * groups_of(inputs_) + first / kCodeGroup + k;
      const float* levels = levels_.of(ids);
      const std::uint32_t count = std::min(kAtOnce, inputs_ - first);
      float w[kAtOnce];
      for (std::uint32_t k = 0; k < count; ++k) w[k] = weights_.load(first + k, j);
      for (std::uint32_t k = 0; k < count; ++k)
        kept[first + k] = rounded_code(codes, change(first + k, w[k]), levels[k]);
    }
  }
  void put_column(std::uint32_t j, const std::uint32_t* kept) {
    for (std::uint32_t p = 0; p < inputs_; ++p) weights_.set(p, j, kept[p]);
  }
  template <class Change>
  void change_column(std::uint32_t j, Change change) {
    column_.resize(inputs_);
    column_after(j, column_.data(), change);
    put_column(j, column_.data());
  }

 private:
  static constexpr std::uint32_t kOfWord = 32 / kStored, kWords = kCodeGroup / kOfWord;  // codes; of a group
  static constexpr std::uint32_t kLargest = (1u << kStored) - 1;

  // What codes are put together in: a byte, of two codes of 4 bits, or two bytes.
  using Unit = std::conditional_t<kStored == 16, std::uint16_t, std::uint8_t>;
  static_assert(std::endian::native == std::endian::little, "the lowest code of a word is the first in memory");

  // each(k, number) of these groups' codes. Whole bytes are read as such, others by shifts: what becomes vectors.
  template <class Each>
  static void each_number(const std::uint32_t* __restrict words, std::uint32_t groups, float unit, Each each) {
    if constexpr (kStored >= 8) {
      using Codes [[gnu::may_alias]] = Unit;
      const auto* const codes = reinterpret_cast<const Codes*>(words);
#pragma omp simd
      for (std::size_t k = 0; k < std::size_t{groups} * kCodeGroup; ++k)
        each(k, static_cast<float>(std::int32_t{codes[k]}) * unit);
    } else {
      for (std::size_t n = 0; n < std::size_t{groups} * kWords; ++n) {
        const std::uint32_t word = words[n];
#pragma omp simd
        for (std::uint32_t lane = 0; lane < kOfWord; ++lane) each(n * kOfWord + lane, number(word, lane, unit));
      }
    }
  }
  static float number(std::uint32_t word, std::uint32_t lane, float unit) {
    return static_cast<float>(static_cast<std::int32_t>(word >> kStored * lane & kLargest)) * unit;
  }
  template <std::uint32_t kGroups>
  static void words_of(const std::uint32_t* __restrict codes, std::uint32_t* __restrict words) {
    constexpr std::uint32_t kPerUnit = kStored < 8 ? 8 / kStored : 1;
    Unit units[kGroups * kCodeGroup / kPerUnit];
#pragma omp simd
    for (std::uint32_t k = 0; k < kGroups * kCodeGroup / kPerUnit; ++k)
      units[k] = static_cast<Unit>(kPerUnit == 1 ? codes[k] : codes[2 * k] | codes[2 * k + 1] << kStored);
    std::memcpy(words, units, sizeof units);
  }

  // Changes wait until there are as many as draw at once.
  template <class Change>
  void queue(std::uint32_t p, std::uint32_t g, Change& change) {
    ids_[queued_] = p * groups_ + g;
    of_input_[queued_] = p, of_group_[queued_] = g;
    if (++queued_ == kGroupsAtOnce) change_queued(change);
  }
  template <class Change>
  void change_queued(Change& change) {
    if (queued_ == 0) return;
    const float* levels = levels_.of(ids_);
    const WeightCodes codes = weights_.codes;
    const std::uint32_t queued = std::exchange(queued_, 0);
    constexpr std::uint32_t kAtOnce = kGroupsAtOnce * kCodeGroup;
    alignas(64) std::uint32_t words[kGroupsAtOnce * kWords] = {};
    alignas(64) float w[kAtOnce];
    alignas(64) std::uint32_t after[kAtOnce];
    // First all that is read: what was written in halves cannot be read whole at once.
    for (std::uint32_t k = 0; k < queued; ++k)
      std::copy_n(weights_.word(of_input_[k], of_group_[k] * kCodeGroup), kWords, words + k * kWords);
    each_number(words, kGroupsAtOnce, codes.unit, [&w](std::size_t k, float x) { w[k] = x; });
    for (std::uint32_t k = 0; k < queued; ++k) {
      const std::uint32_t p = of_input_[k];
      const std::size_t first = std::size_t{of_group_[k]} * kCodeGroup;  // which no sum of 32 bits may wrap
      float* const of_group = w + k * kCodeGroup;
#pragma omp simd
      for (std::uint32_t lane = 0; lane < kCodeGroup; ++lane) of_group[lane] = change(p, first + lane, of_group[lane]);
    }
    // All of them, whether queued or not: a loop of a length that is known becomes vectors.
#pragma omp simd
    for (std::uint32_t k = 0; k < kAtOnce; ++k) after[k] = rounded_code(codes, w[k], levels[k]);
    words_of<kGroupsAtOnce>(after, words);
    for (std::uint32_t k = 0; k < queued; ++k)
      std::copy_n(words + k * kWords, kWords, weights_.word(of_input_[k], of_group_[k] * kCodeGroup));
  }

  PackedWeights weights_;
  RoundingLevels levels_;
  std::uint32_t groups_, inputs_;
  std::uint32_t queued_ = 0;
  RoundingLevels::Groups ids_ = {}, of_input_ = {}, of_group_ = {};
  std::vector<std::uint32_t> changed_;  // groups
  std::vector<std::uint32_t> column_;
};

// Codes that are numbers for a presentation: padded to whole groups, as they are.
template <std::uint32_t kStored>
class OpenedCodeRows final : public OpenedCodes {
 public:
  OpenedCodeRows(PackedWeights weights, CodeRounding rounding, std::uint32_t neurons, std::uint32_t inputs)
      : codes_(weights, rounding, neurons, inputs),
        stride_(groups_of(neurons) * kCodeGroup),
        neurons_(neurons),
        inputs_(inputs),
        numbers_(std::uint64_t{stride_} * inputs) {}

  NumberRows rows() { return {numbers_.data(), stride_, neurons_, inputs_, this}; }

  void open() override {
    std::fill(numbers_.begin(), numbers_.end(), 0.0f);
    for (std::uint32_t p = 0; p < inputs_; ++p) codes_.add_row(p, numbers_.data() + std::uint64_t{p} * stride_);
  }
  void close(const RoundingDraws& draws) override {
    codes_.round_by(draws);
    codes_.change_all(
        [this](std::uint32_t p, std::size_t j, float) { return numbers_[std::uint64_t{p} * stride_ + j]; });
  }

 private:
  CodeRows<kStored> codes_;
  std::uint32_t stride_, neurons_, inputs_;
  std::vector<float> numbers_;
};

}  // namespace sprig::cpu
