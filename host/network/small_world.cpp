// One small world: the whole network is the ring.
#include <algorithm>
#include <numeric>

#include "host/network/small_world_ring.hpp"
#include "host/network/topology.hpp"
#include "sprig/core/exception_trap.hpp"

namespace sprig {

Csr draw_small_world(const NetworkSpec& spec, std::uint32_t seed) {
  const std::uint32_t n = spec.neurons, degree = small_world_degree(spec, n);
  const std::vector<std::uint32_t> order = ring_order(layout_of(spec));
  std::vector<std::uint32_t> members(n);
  std::iota(members.begin(), members.end(), 0u);
  const SmallWorldRing ring{order.data(), members.data(), n, degree, spec.rewiring};
  Csr csr;
  csr.rows = csr.cols = n;
  csr.offsets.resize(std::size_t{n} + 1);
  for (std::size_t i = 0; i <= n; ++i) csr.offsets[i] = i * degree;
  csr.targets.resize(csr.offsets.back());
  ExceptionTrap trap;  // each thread's first row allocates its scratch
#pragma omp parallel
  {
    RewiringScratch scratch;
#pragma omp for schedule(dynamic, 64)
    for (std::uint32_t r = 0; r < n; ++r)
      trap.run([&] {
        scratch.taken.resize(n, 0);
        std::uint32_t* row = csr.targets.data() + csr.offsets[order[r]];
        draw_ring_row(ring, r, seed, scratch, row);
        std::sort(row, row + degree);
      });
  }
  trap.rethrow();
  return csr;
}

}  // namespace sprig
