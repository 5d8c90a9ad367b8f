#include "sprig/engine/weight_rounding.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "host/engine/packing.hpp"
#include "sprig/core/fixed_point.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/network/projection_draws.hpp"

namespace sprig {

namespace {

constexpr int kMagnitudeBits = 31;  // of a float without its sign; they ascend as magnitudes do
constexpr std::uint32_t kLawPoints = 4096;

std::uint32_t magnitude_bits(float weight) { return std::bit_cast<std::uint32_t>(weight) & 0x7FFFFFFFu; }

std::string brief(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

// Calls use(cell, weight, how many of it): cell = population * 2 + receptor.
struct Weights {
  const Network& network;
  const std::vector<std::uint32_t> population_of;
  const DrawnWeights* drawn;

  std::size_t cell(std::uint32_t population, float weight) const {
    return 2 * std::size_t{population} + static_cast<std::size_t>(receptor_of(network.kind, weight));
  }

  template <class Use>
  void of_rows(const Csr& csr, std::uint64_t first, std::uint64_t last, Use&& use) const {
    for (std::uint64_t k = csr.offsets[first]; k < csr.offsets[last]; ++k)
      if (csr.weights[k] != 0) use(cell(population_of[csr.targets[k]], csr.weights[k]), csr.weights[k], 1.0);
  }

  // Of a law: values at equally likely draws, and the two that lie farthest out, which are possible.
  template <class Use>
  void of_laws(Use&& use) const {
    if (drawn == nullptr) return;
    const ProjectionView view = drawn->tables.view();
    for (std::uint32_t p = 0; p < view.count; ++p) {
      const DrawnProjection& projection = view.projections[p];
      if (drawn->totals[p] == 0 || projection.target_count == 0) continue;
      const std::uint32_t points = projection.weight_table == kNoTable ? 1 : kLawPoints;
      const double a_target = static_cast<double>(drawn->totals[p]) / projection.target_count;
      for (std::uint32_t k = 0; k < network.populations.size(); ++k) {
        const Population& onto = network.populations[k];
        const std::uint32_t first = std::max(onto.first, projection.target_first);
        const std::uint32_t last = std::min(onto.first + onto.count, projection.target_first + projection.target_count);
        if (first >= last) continue;
        const auto draw = [&](std::uint32_t word, double count) {
          const float weight = draw_weight(view, projection, word);
          if (weight != 0) use(cell(k, weight), weight, count);
        };
        const double count = a_target * (last - first) / points;
        for (std::uint32_t i = 0; i < points; ++i) draw(static_cast<std::uint32_t>((i + 0.5) / points * 0x1p32), count);
        draw(0, 0);
        draw(0x80000000u, 0);
      }
    }
  }
};

// What one reading adds up: a Tally has add(cell, weight, count) and join(). Counts of stored synapses are integers, so
// their sums do not depend on who adds them; the laws come last.
template <class Tally>
Tally tally(const Weights& weights, const Tally& empty) {
  constexpr std::uint64_t kRows = 64;  // that a thread takes at a time
  constexpr std::size_t kMostCounts = 1u << 23;  // 64 MiB of all threads
  const std::size_t most = std::max<std::size_t>(kMostCounts / std::max<std::size_t>(empty.counts.size(), 1), 1);
  const auto parts = static_cast<std::uint32_t>(std::min<std::size_t>(static_cast<std::size_t>(team_size(0)), most));
  std::vector<Tally> part(parts, empty);
#pragma omp parallel for schedule(static, 1)
  for (std::uint32_t t = 0; t < parts; ++t)
    for (const Csr* csr : {&weights.network.recurrent, &weights.network.input})
      for (std::uint64_t first = t * kRows; first < csr->rows; first += parts * kRows)
        weights.of_rows(*csr, first, std::min<std::uint64_t>(first + kRows, csr->rows),
                        [&](std::size_t cell, float weight, double count) { part[t].add(cell, weight, count); });
  Tally all = empty;
  for (const Tally& own : part) all.join(own);
  weights.of_laws([&](std::size_t cell, float weight, double count) { all.add(cell, weight, count); });
  return all;
}

// Of a cell.
struct Extent {
  double weights = 0, vanished = 0, error = 0;  // error: in units
  std::uint32_t least = ~0u, largest = 0;       // bits of magnitudes
};

// The first reading: extents, and how many magnitudes begin with which `width` bits.
struct Extents {
  const std::vector<double>& scales;
  int width;
  std::vector<Extent> of;
  std::vector<double> counts;  // [cell << width | bits]

  void add(std::size_t cell, float weight, double count) {
    Extent& e = of[cell];
    const double units = std::abs(static_cast<double>(weight)) * scales[cell], held = std::floor(units + 0.5);
    const std::uint32_t bits = magnitude_bits(weight);
    e.weights += count;
    e.vanished += held == 0 ? count : 0;
    e.error = std::max(e.error, std::abs(units - held));
    e.least = std::min(e.least, bits);
    e.largest = std::max(e.largest, bits);
    counts[cell << width | bits >> (kMagnitudeBits - width)] += count;
  }
  void join(const Extents& other) {
    for (std::size_t k = 0; k < of.size(); ++k) {
      of[k].weights += other.of[k].weights;
      of[k].vanished += other.of[k].vanished;
      of[k].error = std::max(of[k].error, other.of[k].error);
      of[k].least = std::min(of[k].least, other.of[k].least);
      of[k].largest = std::max(of[k].largest, other.of[k].largest);
    }
    for (std::size_t k = 0; k < counts.size(); ++k) counts[k] += other.counts[k];
  }
};

// A later one: how many magnitudes that begin with what is known of the median have which next `width` bits.
struct Digits {
  const std::vector<std::uint32_t>& median;  // [cell]
  int shift, width;                          // of the bits that are asked for; those above are known
  std::vector<double> counts;                // [cell << width | bits]

  void add(std::size_t cell, float weight, double count) {
    const std::uint32_t bits = magnitude_bits(weight);
    if ((bits ^ median[cell]) >> (shift + width) != 0) return;
    counts[cell << width | (bits >> shift & ((1u << width) - 1))] += count;
  }
  void join(const Digits& other) {
    for (std::size_t k = 0; k < counts.size(); ++k) counts[k] += other.counts[k];
  }
};

// Bits of the medians of magnitudes, found from the top, `width` at a time.
std::vector<std::uint32_t> medians(const Weights& weights, const Extents& extents) {
  std::vector<std::uint32_t> median(extents.of.size(), 0);
  std::vector<double> below(median.size());  // weights that must lie below what is not known yet
  bool differ = false;
  for (std::size_t k = 0; k < median.size(); ++k) {
    below[k] = extents.of[k].weights / 2;
    differ = differ || extents.of[k].least < extents.of[k].largest;
  }
  const auto take = [&](const std::vector<double>& counts, int shift, int width) {
    for (std::size_t k = 0; k < median.size(); ++k) {
      const double* of_cell = counts.data() + (k << width);
      std::uint32_t bits = 0;
      for (; bits + 1 < 1u << width && of_cell[bits] < below[k]; ++bits) below[k] -= of_cell[bits];
      median[k] |= bits << shift;
    }
  };
  take(extents.counts, kMagnitudeBits - extents.width, extents.width);
  for (int left = kMagnitudeBits - extents.width; differ && left > 0;) {
    const int width = std::min(extents.width, left);
    left -= width;
    take(tally(weights, Digits{median, left, width, std::vector<double>(median.size() << width, 0.0)}).counts, left,
         width);
  }
  for (std::size_t k = 0; k < median.size(); ++k)
    if (extents.of[k].least == extents.of[k].largest) median[k] = extents.of[k].largest;
  return median;
}

}  // namespace

std::vector<WeightRounding> weight_rounding(const Network& network, const std::vector<int>& exponents,
                                            const DrawnWeights* drawn) {
  std::vector<double> scales;
  for (const int exponent : exponents) scales.push_back(fixed_scale(exponent));
  const Weights weights{network, network.population_of(), drawn};
  const int width = exponents.size() <= 256 ? 11 : 8;  // a thread's counts stay small
  const Extents read = tally(weights, Extents{scales, width, std::vector<Extent>(exponents.size()),
                                              std::vector<double>(exponents.size() << width, 0.0)});
  const std::vector<std::uint32_t> median = medians(weights, read);
  const std::vector<Extent>& extents = read.of;
  std::vector<WeightRounding> list;
  for (std::size_t k = 0; k < extents.size(); ++k) {
    if (extents[k].weights == 0) continue;
    WeightRounding one;
    one.population = static_cast<std::uint32_t>(k / 2);
    one.receptor = static_cast<int>(k % 2);
    one.unit = fixed_unit(exponents[k]);
    one.typical = std::bit_cast<float>(median[k]);
    one.largest = std::bit_cast<float>(extents[k].largest);
    one.error = extents[k].error * one.unit / one.typical;
    one.weights = extents[k].weights;
    one.vanished = extents[k].vanished;
    list.push_back(one);
  }
  return list;
}

std::vector<WeightRounding> expected_rounding(const ProceduralNetwork& procedural, int weight_bits) {
  constexpr double kDeviations = 5;  // of a neuron's sum of weights: hardly any neuron has more
  const Network& network = procedural.network;
  const ProjectionTables tables(procedural);
  DrawnWeights drawn{tables, {}};
  for (const Projection& p : procedural.projections)
    drawn.totals.push_back(p.rule == ProjectionRule::fixed_total ? p.synapses
                           : p.rule == ProjectionRule::fixed_in_degree
                               ? std::uint64_t{p.in_degree} * p.target_count
                               : static_cast<std::uint64_t>(std::llround(p.probability * p.source_count *
                                                                         static_cast<double>(p.target_count))));
  // Onto a neuron of each cell: how many synapses, and the mean and the variance of their sum, as if they were drawn
  // one by one.
  struct Sum {
    double terms = 0, mean = 0, variance = 0, largest = 0;
  };
  std::vector<Sum> sums(2 * network.populations.size());
  Weights{network, {}, &drawn}.of_laws([&](std::size_t cell, float weight, double count) {
    const double magnitude = std::abs(static_cast<double>(weight));
    const double each = count / network.populations[cell / 2].count;
    Sum& sum = sums[cell];
    sum.terms += each;
    sum.mean += each * magnitude;
    sum.variance += each * magnitude * magnitude;
    sum.largest = std::max(sum.largest, magnitude);
  });
  std::vector<int> exponents;
  for (const Sum& sum : sums) {
    const WeightLoad load{sum.mean + kDeviations * std::sqrt(sum.variance), sum.largest,
                          static_cast<std::uint32_t>(std::min(sum.terms, 4e9))};
    exponents.push_back(exponent_of(load, weight_bits));
  }
  return weight_rounding(network, exponents, &drawn);
}

double weight_error_limit(double asked, int weight_bits) {
  if (asked > 0) return asked;
  return weight_bits == 16 ? 0.02 : 1e-3;
}

std::vector<std::string> rounding_warnings(const Network& network, const std::vector<WeightRounding>& rounding) {
  std::vector<std::string> warnings;
  for (const WeightRounding& one : rounding)
    if (one.vanished > 0)
      warnings.push_back(brief(one.vanished) + " of " + brief(one.weights) + " weights onto population " +
                         in_quotes(network.populations[one.population].name) + ", receptor " +
                         std::to_string(one.receptor) + ", are rounded to nothing: a unit is " + brief(one.unit));
  return warnings;
}

void require_precision(const Network& network, const std::vector<WeightRounding>& rounding, double limit,
                       int weight_bits) {
  const auto worst = std::max_element(rounding.begin(), rounding.end(),
                                      [](const auto& a, const auto& b) { return a.error < b.error; });
  if (worst == rounding.end() || worst->error <= limit) return;
  const std::string receptor = network.kind.receptors < 2 ? ""
                               : worst->receptor == 0     ? " (excitatory)"
                                                          : " (inhibitory)";
  refuse("run.weight_error",
         brief(worst->error) + " of a typical weight onto population " +
             in_quotes(network.populations[worst->population].name) + ", receptor " + std::to_string(worst->receptor) +
             receptor + ": the typical one is " + brief(worst->typical) + ", the largest " + brief(worst->largest) +
             ", and both are held in units of " + brief(worst->unit),
         "at most " + brief(limit) + "; " + (weight_bits == 16 ? "set run.weight_bits = 32, or " : std::string()) +
             "remove what is so large, give it a population or a receptor of its own, or raise the key");
}

}  // namespace sprig
