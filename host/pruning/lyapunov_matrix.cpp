// The Lyapunov matrix: for each synapse, a harmonic mean over the union of two sorted neighbour lists.
#include <algorithm>
#include <cmath>
#include <string>

#include "host/pruning/noise_prune.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/loop_poll.hpp"
#include "sprig/core/threads.hpp"

namespace sprig {
namespace {

constexpr std::uint64_t kRowsBetween = 64;  // two looks at the progress

// Each neuron's neighbours, in or out, and itself: sorted, each once.
struct Neighbourhoods {
  std::vector<std::uint64_t> offsets;
  std::vector<std::uint32_t> members;
  const std::uint32_t* begin(std::uint32_t i) const { return members.data() + offsets[i]; }
  const std::uint32_t* end(std::uint32_t i) const { return members.data() + offsets[i + 1]; }
};

Neighbourhoods neighbourhoods(const Csr& graph, const Progress& progress) {
  LoopPoll poll("prune", progress, std::uint64_t{2} * graph.rows, kRowsBetween);
  std::vector<std::vector<std::uint32_t>> lists(graph.rows);
  for (std::uint32_t i = 0; i < graph.rows; ++i) {
    poll(i);
    lists[i].push_back(i);
    for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) {
      lists[i].push_back(graph.targets[k]);
      lists[graph.targets[k]].push_back(i);
    }
  }
  Neighbourhoods result;
  result.offsets.push_back(0);
  std::uint64_t row = 0;
  for (auto& list : lists) {
    poll(row++);
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    result.members.insert(result.members.end(), list.begin(), list.end());
    result.offsets.push_back(result.members.size());
  }
  return result;
}

// What a harmonic mean reads of one neuron's exponent.
struct Exponent {
  double inverse;        // 1/(|lambda| + epsilon)
  std::uint32_t traits;  // kSmall, kPositive, kNegative
};
constexpr std::uint32_t kSmall = 1, kPositive = 2, kNegative = 4;

}  // namespace

std::vector<double> lyapunov_matrix(const Csr& graph, const std::vector<double>& per_neuron, double epsilon,
                                    PruneGuards& guards, int threads, const Progress& progress) {
  std::vector<Exponent> exponents;
  exponents.reserve(per_neuron.size());
  for (std::size_t i = 0; i < per_neuron.size(); ++i) {
    const double lambda = per_neuron[i];
    if (!std::isfinite(lambda))
      throw NumericalError("lyapunov.per_neuron[" + std::to_string(i) + "]",
                           std::to_string(lambda) + " is no exponent; it must be finite");
    const double magnitude = std::abs(lambda);
    exponents.push_back({1 / (magnitude + epsilon), (magnitude < epsilon ? kSmall : 0u) |
                                                        (lambda > 0 ? kPositive : 0u) | (lambda < 0 ? kNegative : 0u)});
  }
  const Neighbourhoods neighbours = neighbourhoods(graph, progress.part(0, 0));
  LoopPoll poll("prune", progress, graph.rows, 1);
  ExceptionTrap trap;
  std::vector<double> l(graph.synapses());
  std::uint64_t small = 0, mixed = 0;
#pragma omp parallel for schedule(dynamic, 8) num_threads(team_size(threads)) reduction(+ : small, mixed)
  for (std::uint32_t i = 0; i < graph.rows; ++i)
    trap.run([&] {
      poll(i);
      for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) {
        const std::uint32_t j = graph.targets[k];
        const std::uint32_t *a = neighbours.begin(i), *const a_end = neighbours.end(i);
        const std::uint32_t *b = neighbours.begin(j), *const b_end = neighbours.end(j);
        double sum = 0;
        std::uint32_t traits = 0, members = 0;
        // Ascending through both lists: the same terms in the same order for (i, j) and (j, i).
        while (a != a_end || b != b_end) {
          const std::uint32_t u = b == b_end || (a != a_end && *a < *b) ? *a : *b;
          if (a != a_end && *a == u) ++a;
          if (b != b_end && *b == u) ++b;
          sum += exponents[u].inverse;
          traits |= exponents[u].traits;
          ++members;
        }
        l[k] = members / sum;
        small += (traits & kSmall) != 0;
        mixed += (traits & kPositive) && (traits & kNegative);
      }
    });
  trap.rethrow();
  guards.harmonic_small += small;
  guards.harmonic_mixed_sign += mixed;
  return l;
}

}  // namespace sprig
