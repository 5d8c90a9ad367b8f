#include "host/network/positions.hpp"

#include <algorithm>
#include <numbers>

#include "sprig/core/random.hpp"

namespace sprig {

std::vector<Place> positions_of(const PopulationSpec& population, std::uint32_t first, std::uint32_t seed) {
  const std::uint32_t n = population.size;
  std::vector<Place> places(n);
  switch (population.positions) {
    case Positions::none:
      break;
    case Positions::ring:
      for (std::uint32_t i = 0; i < n; ++i) places[i].x = static_cast<double>(i) / n;
      break;
    case Positions::grid: {
      const auto side = static_cast<std::uint32_t>(std::ceil(std::sqrt(n)));
      for (std::uint32_t i = 0; i < n; ++i)
        places[i] = {static_cast<double>(i % side) / side, static_cast<double>(i / side) / side};
      break;
    }
    case Positions::plane:
      for (std::uint32_t i = 0; i < n; ++i) {
        const PhiloxBlock block = draw_block(seed, Stream::neuron_position, std::uint64_t{first} + i, 0);
        places[i] = {uniform_open(block.word[0], block.word[1]), uniform_open(block.word[2], block.word[3])};
      }
      break;
  }
  return places;
}

double mean_fall_off(const ConnectionRule& rule, bool ring) {
  const double sigma = rule.b;
  if (rule.kind == ConnectionRule::Kind::gaussian) {
    const double along = sigma * std::sqrt(2 * std::numbers::pi) * std::erf(0.5 / (sigma * std::numbers::sqrt2));
    return rule.a * (ring ? along : along * along);
  }
  if (ring) return rule.a * 2 * sigma * -std::expm1(-0.5 / sigma);
  // Eight triangles from the middle of the square, each by its angle: the integral along a ray is known.
  constexpr int kAngles = 256;
  double sum = 0;
  for (int i = 0; i < kAngles; ++i) {
    const double angle = (i + 0.5) * (std::numbers::pi / 4 / kAngles), u = 0.5 / (std::cos(angle) * sigma);
    sum += u < 1e-3 ? u * u / 2 - u * u * u / 3 : -std::expm1(-u) - u * std::exp(-u);
  }
  return rule.a * 8 * sigma * sigma * sum * (std::numbers::pi / 4 / kAngles);
}

Cells::Cells(const std::vector<Place>& places, bool ring, std::uint32_t side) : ring_(ring), side_(side) {
  const auto cell_of = [&](const Place& place) {
    return static_cast<std::size_t>(cell_along(place.x) + (ring ? 0 : cell_along(place.y) * std::int64_t{side}));
  };
  offsets_.assign(std::size_t{side} * (ring ? 1 : side) + 1, 0);
  for (const Place& place : places) ++offsets_[cell_of(place) + 1];
  for (std::size_t i = 1; i < offsets_.size(); ++i) offsets_[i] += offsets_[i - 1];
  std::vector<std::uint32_t> next(offsets_.begin(), offsets_.end() - 1);
  order_.resize(places.size());
  for (std::uint32_t i = 0; i < places.size(); ++i) order_[next[cell_of(places[i])]++] = i;
}

}  // namespace sprig
