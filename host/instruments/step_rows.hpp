// When a stimulus acts, in steps, and which row of its values holds then.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "sprig/core/steps.hpp"
#include "sprig/instruments/stimulus.hpp"

namespace sprig {

inline constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

// The step that begins nearest to a time; kNever for one that never comes.
inline std::uint64_t step_at(double ms, double step_ms, const char* key) {
  return std::isinf(ms) ? kNever : nearest_step(ms, step_ms, key);
}

// Row k of `rows` holds from from_ms + k sample_ms on, for sample_ms, within [from_ms, until_ms); the times of rows are
// taken to the nearest step, each on its own, so that a series of any
// rate keeps it. rows = 0: one that holds over all of it.
class StepRows {
 public:
  static constexpr std::int64_t kNone = -1;

  StepRows(const StimulusSpec& spec, std::uint64_t rows, double step_ms)
      : from_ms_(spec.from_ms), sample_ms_(spec.sample_ms), step_ms_(step_ms), rows_(rows), first_(begin(0)) {
    end_ = step_at(spec.until_ms, step_ms, "until_ms");
    if (rows > 0) end_ = std::min(end_, begin(rows));
  }

  std::uint64_t first() const { return first_; }
  std::uint64_t end() const { return end_; }
  bool always() const { return rows_ == 0 && first_ == 0 && end_ == kNever; }

  // Whether there are rows that hold for less than so many steps.
  bool is_short(double steps) const { return rows_ > 1 && sample_ms_ < steps * step_ms_; }

  // The row that holds in `step`.
  std::int64_t at(std::uint64_t step) const {
    if (step < first_ || step >= end_) return kNone;
    if (rows_ == 0) return 0;
    const double due = (static_cast<double>(step) * step_ms_ - from_ms_) / sample_ms_;
    auto row = static_cast<std::uint64_t>(std::clamp(due, 0.0, static_cast<double>(rows_ - 1)));
    while (row > 0 && begin(row) > step) --row;
    while (row + 1 < rows_ && begin(row + 1) <= step) ++row;
    return static_cast<std::int64_t>(row);
  }

  // The first step after `step` in which another row holds than in the one before.
  std::uint64_t next_change(std::uint64_t step) const {
    if (step < first_) return first_ < end_ ? first_ : kNever;
    if (step >= end_) return kNever;
    if (rows_ == 0) return end_;
    return std::min(end_, begin(static_cast<std::uint64_t>(at(step)) + 1));
  }

 private:
  std::uint64_t begin(std::uint64_t row) const {
    const double ms = row == 0 ? from_ms_ : from_ms_ + static_cast<double>(row) * sample_ms_;
    return nearest_step(ms, step_ms_, "sample_ms");
  }

  double from_ms_, sample_ms_, step_ms_;
  std::uint64_t rows_, first_, end_ = kNever;
};

}  // namespace sprig
