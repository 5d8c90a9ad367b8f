// Probabilities that fall with distance. Around the source's cell lie square bands of cells, each farther than the one
// before. Within a band, trials with its largest probability are drawn by their gaps (bernoulli_row.hpp), and a hit at
// distance d stays with probability p(d) over that. Cells are sigma / 4 wide, so most hits stay, and a band beyond
// reach costs one draw: O(synapses + bands) a source, whatever the number of targets; about 20 + 4 log2(1 / sigma)
// bands.
#include <cmath>

#include "host/network/bernoulli_row.hpp"
#include "host/network/positions.hpp"
#include "host/network/projection_laws.hpp"
#include "host/network/stored_rows.hpp"

namespace sprig {

namespace {

struct Band {
  std::int64_t nearest, end;  // cells away: each_stretch()
  double probability, gap_scale;
};

std::uint32_t cells_along(double sigma, std::uint32_t neurons, bool ring) {
  const double most = ring ? neurons : std::floor(std::sqrt(neurons));
  return static_cast<std::uint32_t>(std::max(1.0, std::min(most, std::ceil(4 / sigma))));
}

// Bands one cell wide at first, then a quarter of their distance. A band's cells are no nearer than `nearest` - 1
// cells.
std::vector<Band> bands_of(const ConnectionRule& rule, std::uint32_t side, double exponential_mean) {
  std::vector<Band> bands;
  const std::int64_t farthest = side / 2 + 1;
  for (std::int64_t nearest = 0; nearest < farthest;) {
    const std::int64_t end = std::min<std::int64_t>(farthest, nearest == 0 ? 2 : nearest + 1 + nearest / 4);
    const double p = fall_off(rule, nearest == 0 ? 0 : static_cast<double>(nearest - 1) / side);
    if (p > 0) bands.push_back({nearest, end, p, -1 / (std::log1p(-p) * exponential_mean)});
    nearest = end;
  }
  return bands;
}

class DistanceRow {
 public:
  DistanceRow(const StoredPair& pair, const std::vector<Place>& from, const std::vector<Place>& to, const Cells& cells,
              const std::vector<Band>& bands, const std::vector<real>& exponential)
      : pair_(pair), from_(from), to_(to), cells_(cells), bands_(bands), exponential_(exponential) {}

  void operator()(std::uint32_t source, std::vector<std::uint32_t>& row) {
    source_ = source;
    draw_ = 0;
    for (const Band& band : bands_) draw_band(band, row);
  }

 private:
  // Gap and chance of the next trial; a gap that passes over all targets is as large as their number.
  struct Trial {
    std::uint64_t gap;
    std::uint32_t chance;
  };
  Trial next(const Band& band) {
    if (draw_ % 2 == 0)
      block_ = draw_block(pair_.seed, Stream::stored_connectivity, pair_.source_id(source_), draw_ / 2);
    const std::size_t half = draw_ % 2 == 0 ? 0 : 2;
    ++draw_;
    const double gap = band.gap_scale * static_cast<double>(quantile_lookup(exponential_.data(), block_.word[half]));
    const double most = static_cast<double>(to_.size());
    return {static_cast<std::uint64_t>(gap < most ? gap : most), block_.word[half + 1]};
  }

  void draw_band(const Band& band, std::vector<std::uint32_t>& row) {
    Trial trial = next(band);
    if (trial.gap >= to_.size()) return;  // most far bands end here, and nobody looks for their neurons
    const Place& here = from_[source_];
    cells_.each_stretch(here, band.nearest, band.end, [&](std::uint32_t begin, std::uint32_t end) {
      std::uint64_t at = begin;
      while (trial.gap < end - at) {
        at += trial.gap;
        const std::uint32_t target = cells_.order()[at++];
        const double kept = fall_off(pair_.spec().rule, distance(here, to_[target])) / band.probability;
        const bool itself = pair_.no_autapses() && target == source_;
        if (trial.chance < kept * 4294967296.0 && !itself) row.push_back(target);
        trial = next(band);
      }
      trial.gap -= end - at;
    });
  }

  const StoredPair& pair_;
  const std::vector<Place>&from_, &to_;
  const Cells& cells_;
  const std::vector<Band>& bands_;
  const std::vector<real>& exponential_;
  std::uint32_t source_ = 0;
  std::uint64_t draw_ = 0;
  PhiloxBlock block_{};
};

}  // namespace

StoredRows draw_distance_rows(const StoredPair& pair) {
  const ConnectionRule& rule = pair.spec().rule;
  const PopulationSpec &from = pair.description.populations[pair.pair.from.first],
                       &to = pair.description.populations[pair.pair.to.first];
  const bool ring = to.positions == Positions::ring;
  const std::vector<Place> sources = positions_of(from, pair.pair.projection.source_first, pair.seed),
                           targets = positions_of(to, pair.pair.projection.target_first, pair.seed);
  const Cells cells(targets, ring, cells_along(rule.b, to.size, ring));
  const std::vector<real> exponential = exponential_quantiles();
  const std::vector<Band> bands = bands_of(rule, cells.side(), table_mean(exponential));
  return rows_of(pair.sources(), [&] { return DistanceRow(pair, sources, targets, cells, bands, exponential); });
}

}  // namespace sprig
