#include "host/learning/competitive/shares.hpp"

#include <algorithm>
#include <numeric>

namespace sprig {

std::vector<std::vector<std::size_t>> deal_out(const std::vector<double>& costs, std::size_t places) {
  std::vector<std::size_t> dearest(costs.size());
  std::iota(dearest.begin(), dearest.end(), std::size_t{0});
  std::stable_sort(dearest.begin(), dearest.end(), [&](std::size_t a, std::size_t b) { return costs[a] > costs[b]; });
  std::vector<std::vector<std::size_t>> shares(places);
  std::vector<double> sums(places, 0);
  for (const std::size_t piece : dearest) {
    const auto least = static_cast<std::size_t>(std::min_element(sums.begin(), sums.end()) - sums.begin());
    shares[least].push_back(piece);
    sums[least] += costs[piece];
  }
  for (std::vector<std::size_t>& share : shares) std::sort(share.begin(), share.end());
  return shares;
}

}  // namespace sprig
