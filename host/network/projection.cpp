// From projections to a matrix: a counting sort of synapses by source, in which every thread owns a range of targets
// and draws the synapses onto them twice, to count and to place.
#include "sprig/network/projection.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

#include "host/network/text.hpp"
#include "host/network/topology.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/network/projection_draws.hpp"

namespace sprig {

namespace {

// Ranges of targets with about equally many synapses; bounds[o] .. bounds[o + 1] is owner o's. Each owner keeps a
// position for every source, so there are not more owners than would take as much room as the matrix.
std::vector<std::uint32_t> ranges_of_targets(const ProjectionDraws& draws) {
  const std::uint64_t neurons = draws.neurons(), synapses = draws.synapses();
  const std::uint64_t most = std::max<std::uint64_t>(1, synapses / neurons);
  const std::uint64_t owners = std::min<std::uint64_t>(team_size(0), most);
  std::vector<std::uint32_t> bounds{0};
  std::uint64_t before = 0;
  for (std::uint32_t target = 0; target < neurons; ++target) {
    before += draws.in_degree(target);
    while (bounds.size() < owners && before >= synapses * bounds.size() / owners) bounds.push_back(target + 1);
  }
  bounds.push_back(static_cast<std::uint32_t>(neurons));
  return bounds;
}

// Calls use(place, target, synapses onto it, k) for every synapse, in parallel over the owners of ranges of targets;
// next: of each owner, where its next synapse from each source goes.
template <class Use>
void each_synapse(const ProjectionDraws& draws, const std::vector<std::uint32_t>& bounds,
                  std::vector<std::vector<std::uint64_t>>& next, Incoming parts, const Use& use) {
  ExceptionTrap trap;  // arrays grow
#pragma omp parallel for schedule(static, 1)
  for (std::size_t owner = 0; owner < next.size(); ++owner)
    trap.run([&] {
      IncomingSynapses in;
      for (std::uint32_t target = bounds[owner]; target < bounds[owner + 1]; ++target) {
        draws.onto(target, in, parts);
        for (std::size_t k = 0; k < in.count; ++k) use(next[owner][in.sources[k]]++, target, in, k);
      }
    });
  trap.rethrow();
}

Csr draw_matrix(const ProjectionDraws& draws) {
  const std::size_t neurons = draws.neurons();
  const bool uniform = draws.min_delay() == draws.max_delay();
  Csr csr;
  csr.rows = csr.cols = draws.neurons();
  csr.uniform_delay = uniform ? draws.min_delay() : std::uint16_t{1};
  csr.targets.resize(draws.synapses());
  csr.weights.resize(draws.synapses());
  if (!uniform) csr.delays.resize(draws.synapses());

  const std::vector<std::uint32_t> bounds = ranges_of_targets(draws);
  const std::size_t owners = bounds.size() - 1;
  // For each owner the number of its synapses from each source; then where its next one goes.
  std::vector<std::vector<std::uint64_t>> next(owners, std::vector<std::uint64_t>(neurons, 0));
  each_synapse(draws, bounds, next, Incoming::sources,
               [](std::uint64_t, std::uint32_t, const IncomingSynapses&, std::size_t) {});
  csr.offsets.resize(neurons + 1);
  std::uint64_t at = 0;
  for (std::size_t source = 0; source < neurons; ++source) {
    csr.offsets[source] = at;
    for (std::size_t owner = 0; owner < owners; ++owner) at += std::exchange(next[owner][source], at);
  }
  csr.offsets[neurons] = at;
  each_synapse(draws, bounds, next, uniform ? Incoming::sources_and_weights : Incoming::all,
               [&](std::uint64_t place, std::uint32_t target, const IncomingSynapses& in, std::size_t k) {
                 csr.targets[place] = target;
                 csr.weights[place] = in.weights[k];
                 if (!uniform) csr.delays[place] = in.delays[k];
               });
  return csr;
}

}  // namespace

Network realise(const ProceduralNetwork& procedural) {
  const ProjectionDraws draws(procedural);
  try {
    Network network = procedural.network;
    network.recurrent = draw_matrix(draws);
    return network;
  } catch (const std::bad_alloc&) {
  } catch (const std::length_error&) {
  }
  constexpr std::uint64_t kBytes = sizeof(std::uint32_t) + sizeof(float) + sizeof(std::uint16_t);
  throw MemoryError("projections", text(draws.synapses(), " synapses as a matrix need ",
                                        static_cast<double>(draws.synapses() * kBytes) * 1e-9,
                                        " GB, which are not there; the engine draws them without it"));
}

}  // namespace sprig
