// Directed Watts-Strogatz: every neuron connects to its k nearest on the ring (offsets +1, -1, +2, -2, ...), then each
// synapse is moved, with probability `rewiring`, to a target drawn evenly among those the source does not have.
// Draws: whether synapse j moves, Stream::rewiring (source, j); where to, Stream::connectivity (source, 2^32 attempt +
// j).
#include <algorithm>

#include "host/network/topology.hpp"
#include "sprig/core/exception_trap.hpp"

namespace sprig {

namespace {

struct Row {
  std::uint32_t source;
  std::uint32_t* targets;
  std::uint32_t degree;
};

std::uint32_t pick(std::uint32_t seed, std::uint32_t source, std::uint32_t j, std::uint64_t attempt, std::uint32_t n) {
  const PhiloxBlock block = draw_block(seed, Stream::connectivity, source, (attempt << 32) | j);
  return uniform_below(block.word[0], block.word[1], n);
}

bool moves(const NetworkSpec& spec, std::uint32_t seed, std::uint32_t source, std::uint32_t j) {
  return draw_block(seed, Stream::rewiring, source, j).word[0] < spec.rewiring * 4294967296.0;
}

// Rows that leave at least half of the targets free: draw until one is. `taken` is all zero before and after.
void rewire_sparse(const NetworkSpec& spec, std::uint32_t seed, const Row& row, std::uint8_t* taken) {
  taken[row.source] = 1;
  for (std::uint32_t j = 0; j < row.degree; ++j) taken[row.targets[j]] = 1;
  for (std::uint32_t j = 0; j < row.degree; ++j) {
    if (!moves(spec, seed, row.source, j)) continue;
    std::uint64_t attempt = 0;
    std::uint32_t target = pick(seed, row.source, j, attempt, spec.neurons);
    while (taken[target]) target = pick(seed, row.source, j, ++attempt, spec.neurons);
    taken[row.targets[j]] = 0;
    taken[target] = 1;
    row.targets[j] = target;
  }
  taken[row.source] = 0;
  for (std::uint32_t j = 0; j < row.degree; ++j) taken[row.targets[j]] = 0;
}

// Fuller rows: swap with an entry of the list of free targets, which keeps its length.
void rewire_dense(const NetworkSpec& spec, std::uint32_t seed, const Row& row, std::uint8_t* taken,
                  std::vector<std::uint32_t>& free) {
  std::fill(taken, taken + spec.neurons, std::uint8_t{0});
  taken[row.source] = 1;
  for (std::uint32_t j = 0; j < row.degree; ++j) taken[row.targets[j]] = 1;
  free.clear();
  for (std::uint32_t i = 0; i < spec.neurons; ++i)
    if (!taken[i]) free.push_back(i);
  if (free.empty()) return;  // connected to all: nowhere to go
  const auto size = static_cast<std::uint32_t>(free.size());
  for (std::uint32_t j = 0; j < row.degree; ++j)
    if (moves(spec, seed, row.source, j)) std::swap(row.targets[j], free[pick(seed, row.source, j, 0, size)]);
}

}  // namespace

Csr draw_small_world(const NetworkSpec& spec, std::uint32_t seed) {
  const std::uint32_t n = spec.neurons, degree = small_world_degree(spec);
  const bool dense = degree >= n / 2;
  const std::vector<std::uint32_t> order = ring_order(layout_of(spec));
  Csr csr;
  csr.rows = csr.cols = n;
  csr.offsets.resize(std::size_t{n} + 1);
  for (std::size_t i = 0; i <= n; ++i) csr.offsets[i] = i * degree;
  csr.targets.resize(csr.offsets.back());
  ExceptionTrap trap;  // each thread's first row allocates its scratch
#pragma omp parallel
  {
    std::vector<std::uint8_t> taken;
    std::vector<std::uint32_t> free;
#pragma omp for schedule(dynamic, 64)
    for (std::uint32_t r = 0; r < n; ++r)
      trap.run([&] {
        taken.resize(n, 0);
        const Row row{order[r], csr.targets.data() + csr.offsets[order[r]], degree};
        for (std::uint32_t j = 0; j < degree; ++j) {
          const std::uint64_t distance = j / 2 + 1;
          row.targets[j] = order[(j % 2 == 0 ? r + distance : std::uint64_t{r} + n - distance) % n];
        }
        if (dense)
          rewire_dense(spec, seed, row, taken.data(), free);
        else
          rewire_sparse(spec, seed, row, taken.data());
        std::sort(row.targets, row.targets + degree);
      });
  }
  trap.rethrow();
  return csr;
}

}  // namespace sprig
