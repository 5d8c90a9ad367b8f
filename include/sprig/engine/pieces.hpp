// The pieces in which a simulation is advanced, so that it can be watched and stopped: of about 0.2 s each.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sprig {

class Pieces {
 public:
  // How many of the `left` steps the next piece has.
  std::uint64_t next(std::uint64_t left) const { return std::min(left, steps_); }

  // A piece of `steps` took so long: the next one is what that speed promises for kSeconds, at most a factor of 2 from
  // the last one that was whole.
  void took(std::uint64_t steps, double seconds) {
    const double wanted = static_cast<double>(steps) / std::max(seconds, 1e-9) * kSeconds;
    const double now = static_cast<double>(steps_);
    steps_ = static_cast<std::uint64_t>(
        std::clamp(wanted, std::max(1.0, now / 2), std::min(2 * now, static_cast<double>(kLongest))));
  }

 private:
  static constexpr std::uint64_t kLongest = 1u << 30;
  static constexpr double kSeconds = 0.2;
  std::uint64_t steps_ = 64;
};

}  // namespace sprig
