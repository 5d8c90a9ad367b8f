// Where the neurons of a population are, on a ring or a square without edges, and who is how near.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "sprig/network/description.hpp"

namespace sprig {

struct Place {
  double x = 0, y = 0;  // in [0, 1); y = 0 on a ring
};
// first: the id of the population's first neuron.
std::vector<Place> positions_of(const PopulationSpec& population, std::uint32_t first, std::uint32_t seed);

inline double distance(const Place& a, const Place& b) {
  const auto along = [](double u, double v) {
    const double d = std::abs(u - v);
    return d > 0.5 ? 1 - d : d;
  };
  const double x = along(a.x, b.x), y = along(a.y, b.y);
  return std::sqrt(x * x + y * y);
}

// The probability of a synapse at distance d.
inline double fall_off(const ConnectionRule& rule, double d) {
  const double u = d / rule.b;
  return rule.a * std::exp(rule.kind == ConnectionRule::Kind::gaussian ? -u * u / 2 : -u);
}
// Its mean over all places of a ring, or of a square.
double mean_fall_off(const ConnectionRule& rule, bool ring);

// Neurons sorted into cells: `side` along the ring, side x side on the square.
class Cells {
 public:
  Cells(const std::vector<Place>& places, bool ring, std::uint32_t side);

  std::uint32_t side() const { return side_; }
  // Calls use(begin, end) for stretches of order() that hold the neurons of the cells whose distance from that of
  // `place`, in cells along the axis where it is larger, is in [nearest, end). Each cell is in one stretch.
  template <class Use>
  void each_stretch(const Place& place, std::int64_t nearest, std::int64_t end, Use use) const {
    const std::int64_t before = std::min<std::int64_t>(end - 1, (side_ - 1) / 2);
    const std::int64_t behind = std::min<std::int64_t>(end - 1, side_ / 2);
    const std::int64_t column = cell_along(place.x), row = ring_ ? 0 : cell_along(place.y);
    for (std::int64_t dy = ring_ ? 0 : -before; dy <= (ring_ ? 0 : behind); ++dy) {
      const std::int64_t first = std::int64_t{side_} * ((row + dy + side_) % (ring_ ? 1 : side_));
      if (std::abs(dy) >= nearest) {
        stretch(first, column, -before, behind, use);
      } else {
        stretch(first, column, -before, -nearest, use);
        stretch(first, column, nearest, behind, use);
      }
    }
  }
  const std::vector<std::uint32_t>& order() const { return order_; }

 private:
  std::int64_t cell_along(double x) const {
    const auto cell = static_cast<std::int64_t>(x * side_);
    return cell < side_ ? cell : side_ - 1;
  }
  // The cells first + (column + dx) mod side, dx in [from, to].
  template <class Use>
  void stretch(std::int64_t first, std::int64_t column, std::int64_t from, std::int64_t to, Use use) const {
    if (from > to) return;
    const std::int64_t side = side_;
    const auto use_cells = [&](std::int64_t begin, std::int64_t end) {
      const std::uint32_t a = offsets_[static_cast<std::size_t>(first + begin)];
      const std::uint32_t b = offsets_[static_cast<std::size_t>(first + end)];
      if (a < b) use(a, b);
    };
    const std::int64_t begin = (column + from + side) % side, end = begin + (to - from) + 1;  // at most all cells
    use_cells(begin, std::min(end, side));
    if (end > side) use_cells(0, end - side);
  }

  bool ring_;
  std::uint32_t side_;
  std::vector<std::uint32_t> offsets_, order_;
};

}  // namespace sprig
