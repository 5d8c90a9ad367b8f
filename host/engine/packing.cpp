// Cutting a network into slices and packing each slice's synapses (engine/slices.hpp). Synapses are read twice, once to
// weigh and count them and once to put them in place, and never stand anywhere in between.
#include "host/engine/packing.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "host/engine/network_part.hpp"
#include "host/engine/plastic_packing.hpp"
#include "host/engine/row_writer.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/fixed_point.hpp"
#include "sprig/core/quantile.hpp"
#include "sprig/engine/sliced_rows.hpp"
#include "sprig/network/projection_draws.hpp"

namespace sprig {

void persist(IsOptions<WeightLoad> auto& load, auto& archive) { archive(load.sum, load.weight, load.terms); }

namespace {

// The two sources of synapses. onto(first, last, use) calls use(source, target, weight, delay) for every synapse onto
// neurons [first, last); those of one source come in the order of their targets.
struct CsrSynapses {
  const Csr& csr;

  std::uint32_t sources() const { return csr.rows; }
  template <class Use>
  void onto(std::uint32_t first, std::uint32_t last, Use use) const {
    for (std::uint32_t source = 0; source < csr.rows; ++source) {
      const auto row = csr.targets.begin() + static_cast<std::ptrdiff_t>(csr.offsets[source]);
      const auto end = csr.targets.begin() + static_cast<std::ptrdiff_t>(csr.offsets[source + 1]);
      auto k = static_cast<std::uint64_t>(std::lower_bound(row, end, first) - csr.targets.begin());
      for (; k < csr.offsets[source + 1] && csr.targets[k] < last; ++k)
        use(source, csr.targets[k], csr.weights[k], csr.delay(k));
    }
  }
};

struct DrawnSynapses {
  const ProjectionDraws& draws;
  std::uint32_t first_target = 0;  // the number, among all neurons, of the one that is 0 here

  std::uint32_t sources() const { return draws.neurons(); }
  template <class Use>
  void onto(std::uint32_t first, std::uint32_t last, Use use) const {
    IncomingSynapses row;
    for (std::uint32_t target = first; target < last; ++target) {
      draws.onto(first_target + target, row);
      for (std::size_t k = 0; k < row.count; ++k) use(row.sources[k], target, row.weights[k], row.delays[k]);
    }
  }
};

// The same by rows of those sources that have any.
struct PresentSynapses {
  DrawnSynapses synapses;
  const PresentRows& rows;

  std::uint32_t sources() const { return rows.count(); }
  template <class Use>
  void onto(std::uint32_t first, std::uint32_t last, Use use) const {
    synapses.onto(first, last, [&](std::uint32_t source, std::uint32_t target, float weight, std::uint16_t delay) {
      use(rows[source], target, weight, delay);
    });
  }
};

// Of `count` neurons from `first` on.
std::vector<std::uint32_t> in_degrees(const ProjectionDraws& draws, std::uint32_t first, std::uint32_t count) {
  std::vector<std::uint32_t> degree(count);
  for (std::uint32_t i = 0; i < count; ++i)
    degree[i] = static_cast<std::uint32_t>(std::min<std::uint64_t>(draws.in_degree(first + i), 0xFFFFFFFFu));
  return degree;
}

// Synapses that are elsewhere.
struct LoadsAlone {
  const SynapseLoads& loads;
};

// One slice on its way.
struct Packing {
  Slice* slice;
  std::vector<std::uint32_t> population_of;  // [local]
  std::vector<WeightLoad> cells;             // [local * 2 + receptor], while it is weighed
  std::uint32_t first() const { return slice->first; }
  std::uint32_t last() const { return slice->first + slice->count; }
};

// First reading: rows.offsets[row + 1] counts the row's synapses; cells gather their weights.
template <class Synapses>
void weigh(const Synapses& synapses, const SliceLayout& layout, Packing& packing, PackedRows& rows) {
  rows.offsets.assign(layout.rows(synapses.sources()) + 1, 0);
  bool same = true;
  std::uint16_t delay = 0;
  synapses.onto(packing.first(), packing.last(),
                [&](std::uint32_t source, std::uint32_t target, float weight, std::uint16_t d) {
                  ++rows.offsets[layout.row(source, d) + 1];
                  const std::size_t cell = 2 * (target - packing.first()) + receptor_of(layout.kind, weight);
                  packing.cells[cell].add_weight(weight);
                  same = same && (delay == 0 || d == delay);
                  delay = d;
                });
  rows.uniform_delay = same;
}

template <class Weight, class Synapse, class Synapses>
void place(const Synapses& synapses, const SliceLayout& layout, const std::vector<int>& exponents, Packing& packing,
           PackedRows& rows, PageVector<Synapse>& packed) {
  std::vector<double> scale;
  for (const int exponent : exponents) scale.push_back(fixed_scale(exponent));
  const std::uint32_t stride = layout.by_delay ? 0 : packing.slice->count * layout.kind.currents();
  for (std::size_t s = 1; s < rows.offsets.size(); ++s) rows.offsets[s] += rows.offsets[s - 1];
  packed.resize(rows.offsets.back());
  RowWriter<Synapse> writer(rows.offsets.data(), packed.data());  // offsets[s] ends where row s + 1 begins
  synapses.onto(packing.first(), packing.last(),
                [&](std::uint32_t source, std::uint32_t target, float weight, std::uint16_t delay) {
                  const std::uint32_t local = target - packing.first();
                  const int receptor = receptor_of(layout.kind, weight);
                  const std::uint32_t population = packing.population_of[local];
                  const std::size_t at = 2 * std::size_t{population} + static_cast<std::size_t>(receptor);
                  const std::int32_t fixed = to_fixed(weight, scale[at]);
                  const std::uint32_t cell = static_cast<std::uint32_t>(receptor) * packing.slice->count + local;
                  writer.add(layout.row(source, delay), {static_cast<decltype(Synapse::place)>(delay * stride + cell),
                                                         static_cast<Weight>(fixed)});
                });
  writer.finish();
  for (std::size_t s = rows.offsets.size() - 1; s > 0; --s) rows.offsets[s] = rows.offsets[s - 1];
  rows.offsets[0] = 0;
}

template <class Synapses>
void place(const Synapses& synapses, const SliceLayout& layout, const std::vector<int>& exponents, Packing& packing,
           PackedRows& rows) {
  if (layout.narrow)
    place<std::int16_t>(synapses, layout, exponents, packing, rows, rows.narrow);
  else
    place<std::int32_t>(synapses, layout, exponents, packing, rows, rows.wide);
}

// Both readings of the recurrent synapses.
template <class Synapses>
void weigh_recurrent(const Synapses& synapses, const Network& network, const SliceLayout& layout, Packing& packing) {
  Slice& slice = *packing.slice;
  if (!network.plasticity) return weigh(synapses, layout, packing, slice.recurrent);
  const SynapsesThat<Synapses> constant{synapses, *network.plasticity, false},
      plastic{synapses, *network.plasticity, true};
  weigh(constant, layout, packing, slice.recurrent);
  weigh(GrownSynapses<Synapses>{plastic}, layout, packing, slice.plastic);
}
template <class Synapses>
void place_recurrent(const Synapses& synapses, const Network& network, const SliceLayout& layout,
                     const std::vector<int>& exponents, Packing& packing) {
  Slice& slice = *packing.slice;
  if (!network.plasticity) return place(synapses, layout, exponents, packing, slice.recurrent);
  const SynapsesThat<Synapses> constant{synapses, *network.plasticity, false},
      plastic{synapses, *network.plasticity, true};
  place(constant, layout, exponents, packing, slice.recurrent);
  place(plastic, layout, exponents, packing, slice.plastic);
}

void weigh_recurrent(const LoadsAlone& synapses, const Network&, const SliceLayout&, Packing& packing) {
  const auto first = synapses.loads.cells.begin() + 2 * static_cast<std::ptrdiff_t>(packing.first());
  std::copy_n(first, packing.cells.size(), packing.cells.begin());
}
// Those of `csr`, which are in place elsewhere.
struct WeightsAlone {
  const Csr& csr;
};
void weigh_recurrent(const WeightsAlone& synapses, const Network&, const SliceLayout& layout, Packing& packing) {
  CsrSynapses{synapses.csr}.onto(
      packing.first(), packing.last(), [&](std::uint32_t, std::uint32_t target, float weight, std::uint16_t) {
        packing.cells[2 * (target - packing.first()) + receptor_of(layout.kind, weight)].add_weight(weight);
      });
}
void place_recurrent(const WeightsAlone&, const Network&, const SliceLayout&, const std::vector<int>&, Packing&) {}

void place_recurrent(const LoadsAlone&, const Network&, const SliceLayout&, const std::vector<int>&, Packing&) {}

// What of a network that is packed as a part of another lies elsewhere. No exchange: nothing, it is the whole.
struct Others {
  const Network* whole = nullptr;
  Exchange* exchange = nullptr;

  // The largest of each of all ranks.
  void raise(std::vector<WeightLoad>& loads) const {
    if (exchange == nullptr) return;
    for (const std::vector<WeightLoad>& of_rank : share_value(*exchange, loads))
      for (std::size_t k = 0; k < loads.size(); ++k) loads[k].raise(of_rank[k]);
  }
};

template <class Synapses>
SlicedNetwork pack_synapses(const Network& network, const Synapses& recurrent, std::uint32_t sources,
                            const SliceLayout& layout, std::uint32_t min_delay, const SlicePolicy& policy,
                            const DrawnWeights* drawn, const Others& others = {}) {
  const std::uint32_t slices = layout.slices;
  SlicedNetwork result;
  result.kind = network.kind;
  result.neurons = network.size();
  result.sources = sources;
  result.input_channels = network.input.rows;
  result.min_delay = min_delay;
  result.delay_slots = layout.delay_slots;
  result.narrow = layout.narrow;
  result.by_delay = layout.by_delay;

  const CsrSynapses input{network.input};
  const std::size_t populations = network.populations.size();
  const std::vector<std::uint32_t> population_of = network.population_of();
  result.slices.resize(slices);
  std::vector<Packing> packings(slices);
  std::vector<std::vector<WeightLoad>> loads(slices, std::vector<WeightLoad>(2 * populations));
  ExceptionTrap trap;
#pragma omp parallel for schedule(dynamic, 1)
  for (std::uint32_t s = 0; s < slices; ++s)
    trap.run([&] {
      Slice& slice = result.slices[s];
      slice.first = layout.first[s];
      slice.count = layout.first[s + 1] - slice.first;
      Packing& packing = packings[s];
      const auto of_first = population_of.begin() + slice.first;
      packing = {&slice, {of_first, of_first + slice.count}, std::vector<WeightLoad>(2 * std::size_t{slice.count})};
      weigh_recurrent(recurrent, network, layout, packing);
      slice.reached = std::any_of(packing.cells.begin(), packing.cells.end(),
                                  [](const WeightLoad& load) { return load.terms > 0; });
      weigh(input, layout, packing, slice.input);
      for (std::size_t k = 0; k < packing.cells.size(); ++k)
        loads[s][2 * std::size_t{packing.population_of[k / 2]} + k % 2].raise(packing.cells[k]);
      packing.cells = {};
    });
  trap.rethrow();

  std::vector<int>& exponents = result.exponents;
  exponents.assign(2 * populations, 0);
  std::vector<WeightLoad> load(2 * populations);
  for (std::size_t k = 0; k < exponents.size(); ++k)
    for (const auto& of_slice : loads) load[k].raise(of_slice[k]);
  others.raise(load);
  for (std::size_t k = 0; k < exponents.size(); ++k) exponents[k] = exponent_of(load[k], policy.weight_bits);
  if (network.plasticity) result.plastic = plastic_rule(network, load, policy.weight_bits, exponents);
  result.rounding = weight_rounding(others.whole ? *others.whole : network, exponents, drawn);
  require_precision(network, result.rounding, policy.most_error, policy.weight_bits);

#pragma omp parallel for schedule(dynamic, 1)
  for (std::uint32_t s = 0; s < slices; ++s)
    trap.run([&] {
      Slice& slice = result.slices[s];
      Packing& packing = packings[s];
      place_recurrent(recurrent, network, layout, exponents, packing);
      place(input, layout, exponents, packing, slice.input);
    });
  trap.rethrow();
  return result;
}

template <class Synapses>
SlicedNetwork pack(const Network& network, const Synapses& recurrent, std::uint32_t sources, const Drive& drive,
                   const SliceLayout& layout, std::uint32_t min_delay, const SlicePolicy& policy,
                   const DrawnWeights* drawn) {
  check_drive(network, drive);
  SlicedNetwork result = pack_synapses(network, recurrent, sources, layout, min_delay, policy, drawn);
  set_neurons(result, network, drive, policy.skip);
  return result;
}

// slicing(), with the numbers when its arrays do not fit.
template <class Slicing>
SlicedNetwork within_memory(std::uint64_t synapses, const SliceLayout& layout, std::uint32_t sources,
                            const Slicing& slicing) {
  try {
    return slicing();
  } catch (const std::bad_alloc&) {
  } catch (const std::length_error&) {
  }
  const double bytes = static_cast<double>(synapses) * (layout.narrow ? sizeof(NarrowSynapse) : sizeof(WideSynapse)) +
                       8.0 * static_cast<double>(layout.rows(sources)) * layout.slices;
  throw MemoryError("network", std::to_string(synapses) + " packed synapses need " + std::to_string(bytes * 1e-9) +
                                   " GB, which are not there (run.weight_bits = 16 halves them)");
}

// Rows by source and delay are read on arrival; a plastic weight is that of the time of emission.
SlicePolicy policy_for(const Network& network, SlicePolicy policy) {
  policy.by_delay = policy.by_delay && !network.plasticity;
  return policy;
}

}  // namespace

int exponent_of(const WeightLoad& load, int weight_bits) {
  return weight_bits == 16 ? fixed_point_exponent_16(load.sum, load.terms, load.weight)
                           : fixed_point_exponent(load.sum, load.terms);
}

SlicedNetwork slice_network(const Network& network, const Drive& drive, const SlicePolicy& policy) {
  check_drive(network, drive);
  SlicedNetwork result = slice_synapses(network, policy);
  set_neurons(result, network, drive, policy.skip);
  return result;
}

namespace {

// recurrent: of network.recurrent.
template <class Synapses>
SlicedNetwork slice_stored(const Network& network, const Synapses& recurrent, const SlicePolicy& policy) {
  const Csr& csr = network.recurrent;
  const SliceLayout layout = choose_layout(network.kind, network.size(), csr.synapses(), csr.min_delay(),
                                           std::max(csr.max_delay(), network.input.max_delay()),
                                           policy_for(network, policy), in_degrees_of(csr));
  return within_memory(csr.synapses(), layout, csr.rows, [&] {
    return pack_synapses(network, recurrent, csr.rows, layout, csr.min_delay(), policy, nullptr);
  });
}

}  // namespace

SlicedNetwork slice_synapses(const Network& network, const SlicePolicy& policy) {
  return slice_stored(network, CsrSynapses{network.recurrent}, policy);
}

SlicedNetwork weigh_synapses(const Network& network, const SlicePolicy& policy) {
  return slice_stored(network, WeightsAlone{network.recurrent}, policy);
}

void set_neurons(SlicedNetwork& sliced, const Network& network, const Drive& drive, bool skip) {
  const DrivenNeurons driven(network, drive);
  const PoissonTable poisson = driven.table(drive);
  sliced.signal_channels = drive.channels;
  sliced.poisson_columns = poisson.columns;
  sliced.poisson_table = poisson.thresholds;
  if (!drive.noise_sigma.empty()) sliced.noise_table = normal_quantiles(0, 1);
  const std::vector<std::uint32_t> population_of = network.population_of();
  ExceptionTrap trap;
#pragma omp parallel for schedule(dynamic, 1)
  for (std::size_t s = 0; s < sliced.slices.size(); ++s)
    trap.run([&] {
      Slice& slice = sliced.slices[s];
      slice.constants = slice_constants(network, drive, slice, population_of, sliced.exponents, driven, poisson);
      if (skip) add_skip_tables(network, slice);
    });
  trap.rethrow();
}

SlicedRows take_rows(SlicedNetwork& sliced) {
  SlicedRows rows;
  for (Slice& slice : sliced.slices) {
    rows.recurrent.push_back(std::exchange(slice.recurrent, {}));
    rows.input.push_back(std::exchange(slice.input, {}));
  }
  return rows;
}

SlicedNetwork slice_network(const ProceduralNetwork& procedural, const Drive& drive, const SlicePolicy& policy) {
  const Network& network = procedural.network;
  const ProjectionDraws draws(procedural);
  const SliceLayout layout = choose_layout(network.kind, network.size(), draws.synapses(), draws.min_delay(),
                                           std::max(draws.max_delay(), network.input.max_delay()),
                                           policy_for(network, policy), in_degrees(draws, 0, draws.neurons()));
  DrawnWeights laws{draws.tables(), {}};
  for (std::size_t p = 0; p < draws.tables().projections.size(); ++p) laws.totals.push_back(draws.synapses(p));
  return within_memory(draws.synapses(), layout, network.size(), [&] {
    return pack(network, DrawnSynapses{draws}, network.size(), drive, layout, draws.min_delay(), policy, &laws);
  });
}

namespace {

// Sources of synapses onto the part, where so few have any that they alone are given rows.
PresentRows present_rows(const ProjectionDraws& draws, const NeuronPart& part) {
  if (draws.synapses() >= part.neurons) return {};
  std::vector<std::uint64_t> bits(part.neurons / 64 + 1, 0);
  ExceptionTrap trap;
#pragma omp parallel
  {
    IncomingSynapses in;
#pragma omp for schedule(dynamic, 64)
    for (std::uint32_t target = part.first; target < part.first + part.count; ++target)
      trap.run([&] {
        draws.onto(target, in, Incoming::sources);
        for (std::size_t k = 0; k < in.count; ++k) {
          std::uint64_t& word = bits[in.sources[k] >> 6];
          const std::uint64_t bit = std::uint64_t{1} << (in.sources[k] & 63);
#pragma omp atomic
          word |= bit;
        }
      });
  }
  trap.rethrow();
  return PresentRows(std::move(bits));
}

}  // namespace

PartSlices slice_part(const Network& own, const WholeNetwork& whole, const NeuronPart& part, const Drive& drive,
                      const SlicePolicy& policy, Exchange& exchange) {
  check_drive(own, drive);
  const Others others{&whole.network, &exchange};
  const auto packed = [&](const auto& synapses, std::uint64_t count, const DelayBounds& delays,
                          const std::vector<std::uint32_t>& in_degree, const DrawnWeights* drawn) {
    const std::uint16_t longest = std::max(delays.largest, whole.network.input.max_delay());
    const SliceLayout layout =
        choose_layout(own.kind, part.count, count, delays.least, longest, policy, in_degree, synapses.sources());
    return within_memory(count, layout, synapses.sources(), [&] {
      return pack_synapses(own, synapses, synapses.sources(), layout, delays.least, policy, drawn, others);
    });
  };
  PartSlices result;
  if (whole.procedural == nullptr) {
    const Csr& all = whole.network.recurrent;
    result.sliced = packed(CsrSynapses{own.recurrent}, own.recurrent.synapses(), {all.min_delay(), all.max_delay()},
                           in_degrees_of(own.recurrent), nullptr);
  } else {
    const ProjectionDraws draws(*whole.procedural, {part.first, part.first + part.count});
    DrawnWeights laws{draws.tables(), std::vector<std::uint64_t>(draws.totals().size(), 0)};
    for (const std::vector<std::uint64_t>& totals : share_value(exchange, draws.totals()))
      for (std::size_t p = 0; p < totals.size(); ++p) laws.totals[p] += totals[p];
    const DelayBounds delays = delay_bounds(draws.tables(), laws.totals);
    const std::vector<std::uint32_t> in_degree = in_degrees(draws, part.first, part.count);
    result.rows = present_rows(draws, part);
    if (result.rows.all())
      result.sliced = packed(DrawnSynapses{draws, part.first}, draws.synapses(), delays, in_degree, &laws);
    else
      result.sliced =
          packed(PresentSynapses{{draws, part.first}, result.rows}, draws.synapses(), delays, in_degree, &laws);
  }
  set_neurons(result.sliced, own, drive, policy.skip);
  return result;
}

SlicedNetwork slice_neurons(const Network& network, const Drive& drive, const SlicePolicy& policy,
                            const SynapseLoads& loads, const DrawnWeights& drawn) {
  SlicePolicy without = policy;
  without.skip = false;
  return pack(network, LoadsAlone{loads}, network.size(), drive, loads.layout, loads.min_delay, without, &drawn);
}

}  // namespace sprig
