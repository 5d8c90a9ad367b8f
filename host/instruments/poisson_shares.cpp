#include "host/instruments/poisson_shares.hpp"

#include <algorithm>
#include <numeric>

namespace sprig {

namespace {

double peak_of(const StimulusSpec& spec) {
  return spec.values.empty() ? spec.rate_hz : *std::max_element(spec.values.begin(), spec.values.end());
}

// Two trains cannot be one: they may act in the same step, with different weights.
bool differ(const PlacedStimulus& a, const PlacedStimulus& b) {
  return a.spec->weight != b.spec->weight && a.when.first() < b.when.end() && b.when.first() < a.when.end();
}

}  // namespace

std::vector<PoissonShare> share_poisson(const Network& network, const Drive& drive,
                                        const std::vector<PlacedStimulus>& stimuli) {
  std::vector<PoissonShare> shares;
  for (const PlacedStimulus& stimulus : stimuli)
    if (stimulus.has(StimulusKind::poisson)) shares.push_back({&stimulus, peak_of(*stimulus.spec), {}, {}});
  std::vector<std::size_t> order(shares.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return shares[a].peak_hz > shares[b].peak_hz; });

  std::vector<std::vector<std::uint32_t>> taken(shares.size() > 1 ? network.size() : 0);  // [neuron]: shares
  for (const std::size_t s : order) {
    PoissonShare& share = shares[s];
    const std::vector<std::uint32_t>& neurons = share.stimulus->neurons;
    for (std::uint32_t k = 0; k < neurons.size(); ++k) {
      const std::uint32_t i = neurons[k];
      bool own = drive.poisson_rate_hz.empty() || drive.poisson_rate_hz[i] == 0 ||
                 drive.poisson_weight[i] == share.stimulus->spec->weight;
      if (!taken.empty())
        own = own && std::none_of(taken[i].begin(), taken[i].end(), [&](std::uint32_t other) {
                return differ(*share.stimulus, *shares[other].stimulus);
              });
      (own ? share.engine : share.outside).push_back(k);
      if (own && !taken.empty()) taken[i].push_back(static_cast<std::uint32_t>(s));
    }
  }
  return shares;
}

}  // namespace sprig
