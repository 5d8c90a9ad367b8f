// Which synapses spread a localised eigenvector: those that make the degrees around it more uneven.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <tuple>

#include "host/pruning/delocalise_step.hpp"
#include "sprig/core/loop_poll.hpp"

namespace sprig {
namespace {

// Neurons by descending |psi_i|^2 (ties: lowest original id), the first round(1/IPR) of them.
std::vector<std::uint32_t> support_of(const Network& network, const Eigen::VectorXcd& psi) {
  std::vector<std::uint32_t> order(network.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tuple(-std::norm(psi[a]), network.original_id[a]) <
           std::tuple(-std::norm(psi[b]), network.original_id[b]);
  });
  const long long participating = std::llround(1 / inverse_participation_ratio(psi));
  order.resize(
      static_cast<std::size_t>(std::clamp<long long>(participating, 1, std::min(network.size(), kMaxSupport))));
  return order;
}

constexpr std::uint64_t kRowsBetween = 64;  // two looks at the progress

// Neurons in and out, of each neuron; an autapse is no neighbour.
std::vector<std::vector<std::uint32_t>> neighbours_of(const Csr& csr, const Progress& progress) {
  LoopPoll poll("prune", progress, csr.rows, kRowsBetween);
  std::vector<std::vector<std::uint32_t>> lists(csr.rows);
  for (std::uint32_t i = 0; i < csr.rows; ++i) {
    poll(i);
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      if (csr.targets[k] == i) continue;
      lists[i].push_back(csr.targets[k]);
      lists[csr.targets[k]].push_back(i);
    }
  }
  return lists;
}

bool joined(const Csr& csr, std::uint32_t source, std::uint32_t target) {
  const auto* first = csr.targets.data() + csr.offsets[source];
  return std::binary_search(first, csr.targets.data() + csr.offsets[source + 1], target);
}

// What a new synapse's weight is, by its source.
class Weights {
 public:
  explicit Weights(const Network& network) : network_(network), population_(network.population_of()) {
    std::array<double, 2> sum{};
    std::array<std::uint64_t, 2> count{};
    for (const float w : network.recurrent.weights)
      if (w != 0) {
        sum[w < 0] += std::abs(static_cast<double>(w));
        ++count[w < 0];
      }
    const double all = (sum[0] + sum[1]) / std::max<double>(1, static_cast<double>(count[0] + count[1]));
    for (const std::size_t s : {0, 1}) mean_[s] = count[s] > 0 ? sum[s] / static_cast<double>(count[s]) : all;
  }
  float of(std::uint32_t source) const {
    const Csr& csr = network_.recurrent;
    std::int64_t balance = 0;
    for (std::uint64_t k = csr.offsets[source]; k < csr.offsets[source + 1]; ++k)
      balance += (csr.weights[k] > 0) - (csr.weights[k] < 0);
    const bool inhibitory = balance != 0 ? balance < 0 : network_.populations[population_[source]].inhibitory;
    return static_cast<float>(inhibitory ? -mean_[1] : mean_[0]);
  }

 private:
  const Network& network_;
  std::vector<std::uint32_t> population_;
  std::array<double, 2> mean_{};  // magnitude of excitatory, of inhibitory weights
};

struct Candidate {
  double gain;
  std::uint32_t source, target;
};

}  // namespace

std::vector<NewSynapse> delocalising_synapses(const Network& network, const Eigen::VectorXcd& psi, std::size_t count,
                                              const Progress& progress) {
  const Csr& csr = network.recurrent;
  const std::vector<std::vector<std::uint32_t>> neighbours = neighbours_of(csr, progress);
  const auto degree = [&](std::uint32_t i) { return static_cast<double>(neighbours[i].size()); };
  std::vector<Candidate> candidates;
  std::vector<std::uint32_t> mark(network.size(), network.size());  // s: in the neighbourhood of s
  for (const std::uint32_t s : support_of(network, psi)) {
    progress.part(1, 1).report("prune", 0);
    std::vector<std::uint32_t> around{s};
    mark[s] = s;
    for (std::size_t begin = 0, hop = 0; hop < 2; ++hop) {
      const std::size_t end = around.size();
      for (; begin < end; ++begin)
        for (const std::uint32_t j : neighbours[around[begin]])
          if (mark[j] != s) {
            mark[j] = s;
            around.push_back(j);
          }
    }
    const auto n = static_cast<double>(around.size());
    double mean = 0;
    for (const std::uint32_t j : around) mean += degree(j);
    mean /= n;
    for (const std::uint32_t j : around) {
      if (j == s) continue;
      // By how much var = <d^2> - <d>^2 rises when d_s and d_j grow by one.
      const double squares = (2 * degree(s) + 1 + 2 * degree(j) + 1) / n, means = (mean + 2 / n) * (mean + 2 / n);
      const double gain = squares - (means - mean * mean);
      if (!joined(csr, s, j)) candidates.push_back({gain, s, j});
      if (!joined(csr, j, s)) candidates.push_back({gain, j, s});
    }
  }
  const auto by_gain = [&](const Candidate& a, const Candidate& b) {
    const auto key = [&](const Candidate& c) {
      return std::tuple(-c.gain, network.original_id[c.source], network.original_id[c.target]);
    };
    return key(a) < key(b);
  };
  const auto same = [](const Candidate& a, const Candidate& b) { return a.source == b.source && a.target == b.target; };
  // Both ends may belong to the support: the better of the two gains counts.
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tuple(a.source, a.target, -a.gain) < std::tuple(b.source, b.target, -b.gain);
  });
  candidates.erase(std::unique(candidates.begin(), candidates.end(), same), candidates.end());
  std::sort(candidates.begin(), candidates.end(), by_gain);
  candidates.resize(std::min(count, candidates.size()));

  const Weights weights(network);
  std::vector<NewSynapse> synapses;
  for (const Candidate& c : candidates) synapses.push_back({c.source, c.target, weights.of(c.source)});
  return synapses;
}

std::vector<NewSynapse> delocalising_synapses(const Network& network, const Eigen::VectorXcd& psi, std::size_t count) {
  return delocalising_synapses(network, psi, count, {});
}

}  // namespace sprig
