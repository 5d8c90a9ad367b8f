#include "host/instruments/poisson_shares.hpp"

#include <algorithm>
#include <numeric>

#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

double peak_of(const StimulusSpec& spec) {
  return spec.values.empty() ? spec.rate_hz : *std::max_element(spec.values.begin(), spec.values.end());
}

// Two trains cannot be one: they may act in the same step, with different weights.
bool differ(const PlacedStimulus& a, const PlacedStimulus& b) {
  return a.spec->weight != b.spec->weight && a.when.first() < b.when.end() && b.when.first() < a.when.end();
}

// Refuses rates that are more in sum than a step's table of counts holds, though none is alone.
class MostHz {
 public:
  MostHz(const Drive& drive, double step_ms, const std::vector<PoissonShare>& shares)
      : drive_hz_(drive.poisson_rate_hz), most_hz_(kMaxPoissonMean / step_ms * 1e3), shares_(shares) {
    double sum = drive_hz_.empty() ? 0 : *std::max_element(drive_hz_.begin(), drive_hz_.end());
    for (const PoissonShare& share : shares) sum += share.peak_hz;
    can_be_above_ = sum > most_hz_;
  }

  // share: one that neuron i's train takes up besides `taken`.
  void check(const PoissonShare& share, std::uint32_t i, const std::vector<std::uint32_t>& taken) const {
    if (!can_be_above_) return;
    refuse_above(share, share.stimulus->when.first(), i, taken);
    for (const std::uint32_t other : taken)  // most act at once when one of them begins
      refuse_above(share, shares_[other].stimulus->when.first(), i, taken);
  }

 private:
  static bool acts(const PoissonShare& share, std::uint64_t step) {
    return share.stimulus->when.first() <= step && step < share.stimulus->when.end();
  }
  void refuse_above(const PoissonShare& share, std::uint64_t step, std::uint32_t i,
                    const std::vector<std::uint32_t>& taken) const {
    if (!acts(share, step)) return;
    const double drive_hz = drive_hz_.empty() ? 0 : drive_hz_[i];
    double sum = share.peak_hz + drive_hz;
    for (const std::uint32_t other : taken)
      if (acts(shares_[other], step)) sum += shares_[other].peak_hz;
    // Above by rounding alone it is not.
    if (sum <= most_hz_ * (1 + 1e-12)) return;
    refuse(share.stimulus->key(share.stimulus->spec->values.empty() ? "rate_hz" : "file"),
           shown(share.peak_hz) + ", with the drive and other stimuli " + shown(sum) + " onto neuron " + shown(i),
           "at most " + shown(most_hz_) + " in sum at this step");
  }

  const std::vector<double>& drive_hz_;
  double most_hz_;
  const std::vector<PoissonShare>& shares_;
  bool can_be_above_ = false;
};

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

  const MostHz most_hz(drive, network.step_ms, shares);
  const std::vector<std::uint32_t> none;
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
      if (own) most_hz.check(share, i, taken.empty() ? none : taken[i]);
      (own ? share.engine : share.outside).push_back(k);
      if (own && !taken.empty()) taken[i].push_back(static_cast<std::uint32_t>(s));
    }
  }
  return shares;
}

}  // namespace sprig
