// Random, fixed in-degree, fixed total and clustered structure.
#include "host/network/topology.hpp"

#include <algorithm>
#include <cmath>

#include "host/network/bernoulli_row.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/threads.hpp"

namespace sprig {

Layout layout_of(const NetworkSpec& spec) {
  const auto excitatory = static_cast<std::uint32_t>(std::llround(spec.excitatory_fraction * spec.neurons));
  return {spec.neurons, spec.dale ? excitatory : spec.neurons};
}

std::vector<std::uint32_t> ring_order(const Layout& layout) {
  std::vector<std::uint32_t> order(layout.neurons);
  for (std::uint32_t r = 0; r < layout.neurons; ++r) {
    const std::uint32_t before = layout.inhibitory_before(r);
    order[r] = layout.inhibitory_before(r + 1) > before ? layout.excitatory + before : r - before;
  }
  return order;
}

std::uint32_t block_begin(const Layout& layout, std::uint32_t clusters, std::uint32_t cluster) {
  return static_cast<std::uint32_t>(std::uint64_t{layout.neurons} * cluster / clusters);
}

std::vector<std::uint32_t> cluster_of(const NetworkSpec& spec) {
  const Layout layout = layout_of(spec);
  const std::vector<std::uint32_t> order = ring_order(layout);
  std::vector<std::uint32_t> cluster(spec.neurons);
  for (std::uint32_t c = 0; c < spec.clusters; ++c)
    for (std::uint32_t r = block_begin(layout, spec.clusters, c); r < block_begin(layout, spec.clusters, c + 1); ++r)
      cluster[order[r]] = c;
  return cluster;
}

std::uint32_t small_world_degree(const NetworkSpec& spec, std::uint32_t neurons) {
  return static_cast<std::uint32_t>(std::llround(spec.density * (neurons - 1.0)));
}

std::uint32_t degree_between(const NetworkSpec& spec, std::uint32_t neurons) {
  return static_cast<std::uint32_t>(std::llround(spec.density_between * (spec.neurons - neurons)));
}

std::uint32_t fixed_in_degree(const NetworkSpec& spec) {
  return spec.in_degree > 0 ? spec.in_degree : static_cast<std::uint32_t>(std::llround(spec.density * spec.neurons));
}

std::uint64_t fixed_total(const NetworkSpec& spec) {
  return static_cast<std::uint64_t>(std::llround(spec.density * spec.neurons * spec.neurons));
}

double expected_in_degree(const NetworkSpec& spec) {
  const double n = spec.neurons, self = spec.autapses ? 0 : 1;
  switch (spec.topology) {
    case Topology::random:
      return spec.density * (n - self);
    case Topology::fixed_in_degree:
      return fixed_in_degree(spec);
    case Topology::fixed_total:
      return static_cast<double>(fixed_total(spec)) / n;
    case Topology::small_world:
      return small_world_degree(spec, spec.neurons);
    case Topology::clustered:
    case Topology::small_world_clusters:
      break;
  }
  const Layout layout = layout_of(spec);
  double synapses = 0;
  for (std::uint32_t c = 0; c < spec.clusters; ++c) {
    const std::uint32_t size = block_begin(layout, spec.clusters, c + 1) - block_begin(layout, spec.clusters, c);
    if (spec.topology == Topology::clustered)
      synapses += size * ((size - self) * spec.density + (n - size) * spec.density_between);
    else
      synapses += static_cast<double>(size) * (small_world_degree(spec, size) + degree_between(spec, size));
  }
  return synapses / n;
}

void accumulate_offsets(std::vector<std::uint64_t>& offsets) {
  for (std::size_t i = 1; i < offsets.size(); ++i) offsets[i] += offsets[i - 1];
}

std::vector<real> exponential_quantiles() {
  return quantile_table([](double p, bool complement) { return complement ? -std::log(p) : -std::log1p(-p); });
}

namespace {

Csr empty_rows(std::uint32_t neurons) {
  Csr csr;
  csr.rows = csr.cols = neurons;
  csr.offsets.assign(std::size_t{neurons} + 1, 0);
  return csr;
}

// Rows of independent trials; stretches[kind(source)] are the source's. Drawn twice, to count and to write: cheaper
// than buffers, and each row lands where it belongs whatever the number of threads.
template <class Kind>
Csr bernoulli_rows(const NetworkSpec& spec, std::uint32_t seed, const std::vector<std::vector<Stretch>>& stretches,
                   Kind kind) {
  Csr csr = empty_rows(spec.neurons);
  const std::vector<real> exponential = exponential_quantiles();
  const auto each = [&](std::uint32_t source, auto use) {
    bernoulli_row(exponential, seed, source, stretches[kind(source)], [&](std::uint32_t target, std::uint64_t) {
      if (target != source || spec.autapses) use(target);
    });
  };
#pragma omp parallel for schedule(dynamic, 64)
  for (std::uint32_t source = 0; source < spec.neurons; ++source) {
    std::uint64_t count = 0;
    each(source, [&](std::uint32_t) { ++count; });
    csr.offsets[source + 1] = count;
  }
  accumulate_offsets(csr.offsets);
  csr.targets.resize(csr.offsets.back());
#pragma omp parallel for schedule(dynamic, 64)
  for (std::uint32_t source = 0; source < spec.neurons; ++source) {
    std::uint32_t* out = csr.targets.data() + csr.offsets[source];
    each(source, [&](std::uint32_t target) { *out++ = target; });
  }
  return csr;
}

Csr draw_clustered(const NetworkSpec& spec, std::uint32_t seed) {
  const Layout layout = layout_of(spec);
  std::vector<std::vector<Stretch>> stretches(spec.clusters);
  for (std::uint32_t c = 0; c < spec.clusters; ++c) {
    const std::uint32_t begin = block_begin(layout, spec.clusters, c), end = block_begin(layout, spec.clusters, c + 1);
    const std::uint32_t e0 = layout.excitatory_before(begin), e1 = layout.excitatory_before(end);
    const std::uint32_t i0 = layout.excitatory + layout.inhibitory_before(begin);
    const std::uint32_t i1 = layout.excitatory + layout.inhibitory_before(end);
    const double in = spec.density, out = spec.density_between;
    stretches[c] = {{0, e0, out}, {e0, e1, in},           {e1, layout.excitatory, out}, {layout.excitatory, i0, out},
                    {i0, i1, in}, {i1, spec.neurons, out}};
  }
  const std::vector<std::uint32_t> cluster = cluster_of(spec);
  return bernoulli_rows(spec, seed, stretches, [&](std::uint32_t source) { return cluster[source]; });
}

// Synapses e = 0 .. count - 1 of source(e) onto target(e), as rows in which e ascends: a stable counting sort in which
// every thread owns a range of sources and looks for them among all synapses.
template <class Source, class Target>
Csr rows_by_source(std::uint32_t neurons, std::uint64_t count, Source source, Target target) {
  Csr csr = empty_rows(neurons);
  const auto owners = static_cast<std::uint32_t>(team_size(0));
  const auto owned = [&](std::uint32_t owner, auto use) {
    const auto first = static_cast<std::uint32_t>(std::uint64_t{neurons} * owner / owners);
    const auto size = static_cast<std::uint32_t>(std::uint64_t{neurons} * (owner + 1) / owners) - first;
    for (std::uint64_t e = 0; e < count; ++e)
      if (source(e) - first < size) use(e, source(e));
  };
#pragma omp parallel for schedule(static, 1)
  for (std::uint32_t owner = 0; owner < owners; ++owner)
    owned(owner, [&](std::uint64_t, std::uint32_t s) { ++csr.offsets[s + 1]; });
  accumulate_offsets(csr.offsets);
  csr.targets.resize(count);
  std::vector<std::uint64_t> next(csr.offsets.begin(), csr.offsets.end() - 1);
#pragma omp parallel for schedule(static, 1)
  for (std::uint32_t owner = 0; owner < owners; ++owner)
    owned(owner, [&](std::uint64_t e, std::uint32_t s) { csr.targets[next[s]++] = target(e); });
  return csr;
}

// Each target draws its sources, keyed by (target, which): first the excitatory ones, then the inhibitory.
Csr draw_fixed_in_degree(const NetworkSpec& spec, std::uint32_t seed) {
  const Layout layout = layout_of(spec);
  const std::uint32_t degree = fixed_in_degree(spec);
  const double exact = static_cast<double>(degree) * layout.excitatory / spec.neurons;
  const auto excitatory = static_cast<std::uint32_t>(std::llround(exact));
  const std::uint32_t self = spec.autapses ? 0 : 1;
  if ((excitatory > 0 && layout.excitatory <= self) || (excitatory < degree && layout.inhibitory() <= self))
    throw ConfigError("network.in_degree", "a population of one neuron has no sources to draw without autapses");
  std::vector<std::uint32_t> sources(std::uint64_t{spec.neurons} * degree);
#pragma omp parallel for schedule(dynamic, 64)
  for (std::uint32_t target = 0; target < spec.neurons; ++target) {
    std::uint32_t* out = sources.data() + std::uint64_t{target} * degree;
    PhiloxBlock block{};
    for (std::uint32_t d = 0; d < degree; ++d) {
      if (d % 2 == 0) block = draw_block(seed, Stream::connectivity, target, d / 2);
      const std::size_t half = d % 2 == 0 ? 0 : 2;  // of the block
      const std::uint32_t first = d < excitatory ? 0 : layout.excitatory;
      const std::uint32_t size = d < excitatory ? layout.excitatory : layout.inhibitory();
      const std::uint32_t hole = !spec.autapses && target - first < size ? 1 : 0;  // the target is among them
      const std::uint32_t pick = first + uniform_below(block.word[half], block.word[half + 1], size - hole);
      out[d] = pick + (hole == 1 && pick >= target ? 1 : 0);
    }
  }
  return rows_by_source(
      spec.neurons, sources.size(), [&](std::uint64_t e) { return sources[e]; },
      [&](std::uint64_t e) { return static_cast<std::uint32_t>(e / degree); });
}

// Synapse e draws its source and its target, keyed by e.
Csr draw_fixed_total(const NetworkSpec& spec, std::uint32_t seed) {
  const std::uint64_t count = fixed_total(spec);
  const std::uint32_t self = spec.autapses ? 0 : 1;
  if (count > 0 && spec.neurons <= self)
    throw ConfigError("network.autapses", "one neuron without autapses has no synapses to draw");
  std::vector<std::uint32_t> sources(count), targets(count);
#pragma omp parallel for schedule(static)
  for (std::uint64_t e = 0; e < count; ++e) {
    const PhiloxBlock block = draw_block(seed, Stream::connectivity, e, 0);
    sources[e] = uniform_below(block.word[0], block.word[1], spec.neurons);
    const std::uint32_t pick = uniform_below(block.word[2], block.word[3], spec.neurons - self);
    targets[e] = pick + (self == 1 && pick >= sources[e] ? 1 : 0);
  }
  Csr csr = rows_by_source(
      spec.neurons, count, [&](std::uint64_t e) { return sources[e]; }, [&](std::uint64_t e) { return targets[e]; });
#pragma omp parallel for schedule(dynamic, 64)
  for (std::uint32_t source = 0; source < spec.neurons; ++source)
    std::sort(csr.targets.data() + csr.offsets[source], csr.targets.data() + csr.offsets[source + 1]);
  return csr;
}

}  // namespace

Csr draw_topology(const NetworkSpec& spec, std::uint32_t seed) {
  switch (spec.topology) {
    case Topology::random:
      return bernoulli_rows(spec, seed, {{{0, spec.neurons, spec.density}}}, [](std::uint32_t) { return 0u; });
    case Topology::fixed_in_degree:
      return draw_fixed_in_degree(spec, seed);
    case Topology::fixed_total:
      return draw_fixed_total(spec, seed);
    case Topology::small_world:
      return draw_small_world(spec, seed);
    case Topology::clustered:
      return draw_clustered(spec, seed);
    case Topology::small_world_clusters:
      return draw_small_world_clusters(spec, seed);
  }
  throw ConfigError("network.topology", "is unknown");
}

}  // namespace sprig
