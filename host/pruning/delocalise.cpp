// Which synapses spread a localised eigenvector: those that make the degrees around it more uneven.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "host/pruning/delocalise_step.hpp"
#include "sprig/core/loop_poll.hpp"

namespace sprig {
namespace {

// Neurons by descending |psi_i|^2 (ties: lowest original id), the first round(1/IPR) of them.
std::vector<std::uint32_t> support_of(const Network& network, const Eigen::VectorXcd& psi) {
  std::vector<std::uint32_t> order(network.size());
  std::iota(order.begin(), order.end(), 0u);
  const long long participating = std::llround(1 / inverse_participation_ratio(psi));
  const auto size = std::clamp<long long>(participating, 1, std::min(network.size(), kMaxSupport));
  std::partial_sort(order.begin(), order.begin() + size, order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tuple(-std::norm(psi[a]), network.original_id[a]) <
           std::tuple(-std::norm(psi[b]), network.original_id[b]);
  });
  order.resize(static_cast<std::size_t>(size));
  return order;
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

// The candidates of largest gain (ties: lowest original ids first), of however many are offered. Both ends of a pair
// may belong to the support, so it may be offered twice; the better of the two gains counts.
class BestCandidates {
  auto by_gain() const {
    return [&ids = network_.original_id](const Candidate& a, const Candidate& b) {
      return std::tuple(-a.gain, ids[a.source], ids[a.target]) < std::tuple(-b.gain, ids[b.source], ids[b.target]);
    };
  }

 public:
  BestCandidates(const Network& network, std::size_t count) : network_(network), most_(2 * count) {}

  bool is_wanted(double gain) const { return gain >= least_; }
  void offer(const Candidate& candidate) {
    found_.push_back(candidate);
    if (found_.size() >= std::max(kFewest, 4 * most_)) cut();
  }
  // At most half as many as are kept, each pair once.
  std::vector<Candidate> take() && {
    cut();
    std::sort(found_.begin(), found_.end(), by_gain());
    std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
    std::vector<Candidate> best;
    for (const Candidate& c : found_)
      if (best.size() < most_ / 2 && seen.emplace(c.source, c.target).second) best.push_back(c);
    return best;
  }

 private:
  static constexpr std::size_t kFewest = 1 << 14;

  void cut() {
    if (found_.size() <= most_) return;
    std::nth_element(found_.begin(), found_.begin() + static_cast<std::ptrdiff_t>(most_), found_.end(), by_gain());
    found_.resize(most_);
    for (const Candidate& c : found_) least_ = &c == found_.data() ? c.gain : std::min(least_, c.gain);
  }

  const Network& network_;
  std::size_t most_;
  double least_ = -std::numeric_limits<double>::infinity();  // what a candidate needs to be among those kept
  std::vector<Candidate> found_;
};

// Neurons within two hops of s, s first. mark[i] == s: i is among them.
std::vector<std::uint32_t> around(std::uint32_t s, const Neighbours& neighbours, std::vector<std::uint32_t>& mark) {
  std::vector<std::uint32_t> found{s};
  mark[s] = s;
  const auto add_of = [&](std::uint32_t i) {
    for (const std::uint32_t j : neighbours.of(i))
      if (mark[j] != s) {
        mark[j] = s;
        found.push_back(j);
      }
  };
  add_of(s);
  // Through which of the neighbours the second hop goes: all of them, or those that lead furthest.
  std::vector<std::uint32_t> through(found.begin() + 1, found.end());
  if (mark.size() > kWholeNeighbourhoods && through.size() > kMostThrough) {
    std::partial_sort(through.begin(), through.begin() + kMostThrough, through.end(),
                      [&](std::uint32_t a, std::uint32_t b) {
                        return std::tuple(-neighbours.degree(a), a) < std::tuple(-neighbours.degree(b), b);
                      });
    through.resize(kMostThrough);
  }
  for (const std::uint32_t i : through) add_of(i);
  return found;
}

}  // namespace

Neighbours::Neighbours(const Csr& csr, const Progress& progress) : offsets_(std::size_t{csr.rows} + 1, 0) {
  constexpr std::uint64_t kRowsBetween = 64;  // two looks at the progress
  LoopPoll poll("prune", progress, csr.rows, kRowsBetween);
  const auto each = [&](auto use) {
    for (std::uint32_t i = 0; i < csr.rows; ++i) {
      poll(i);
      for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k)
        if (csr.targets[k] != i) use(i, csr.targets[k]);
    }
  };
  each([&](std::uint32_t i, std::uint32_t j) { ++offsets_[i + 1], ++offsets_[j + 1]; });
  std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
  list_.resize(offsets_.back());
  std::vector<std::uint64_t> next(offsets_.begin(), offsets_.end() - 1);
  each([&](std::uint32_t i, std::uint32_t j) { list_[next[i]++] = j, list_[next[j]++] = i; });
}

std::vector<NewSynapse> delocalising_synapses(const Network& network, const Neighbours& neighbours,
                                              const Eigen::VectorXcd& psi, std::size_t count,
                                              const Progress& progress) {
  const Csr& csr = network.recurrent;
  BestCandidates candidates(network, count);
  std::vector<std::uint32_t> mark(network.size(), network.size());
  for (const std::uint32_t s : support_of(network, psi)) {
    progress.part(1, 1).report("prune", 0);
    const std::vector<std::uint32_t> near = around(s, neighbours, mark);
    const auto n = static_cast<double>(near.size());
    double mean = 0;
    for (const std::uint32_t j : near) mean += neighbours.degree(j);
    mean /= n;
    for (const std::uint32_t j : near) {
      if (j == s) continue;
      // By how much var = <d^2> - <d>^2 rises when d_s and d_j grow by one.
      const double squares = (2 * neighbours.degree(s) + 1 + 2 * neighbours.degree(j) + 1) / n,
                   means = (mean + 2 / n) * (mean + 2 / n);
      const double gain = squares - (means - mean * mean);
      if (!candidates.is_wanted(gain)) continue;
      if (!joined(csr, s, j)) candidates.offer({gain, s, j});
      if (!joined(csr, j, s)) candidates.offer({gain, j, s});
    }
  }
  const Weights weights(network);
  std::vector<NewSynapse> synapses;
  for (const Candidate& c : std::move(candidates).take())
    synapses.push_back({c.source, c.target, weights.of(c.source)});
  return synapses;
}

std::vector<NewSynapse> delocalising_synapses(const Network& network, const Eigen::VectorXcd& psi, std::size_t count) {
  return delocalising_synapses(network, Neighbours(network.recurrent, {}), psi, count, {});
}

}  // namespace sprig
