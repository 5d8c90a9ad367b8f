#include "host/app/study/activity.hpp"

#include <limits>

#include "host/app/observe.hpp"

namespace sprig::app {

ActivityShares shares_under_task(double silent, double rate_hz, const Config& config) {
  ActivityShares shares{1 - silent, 0, std::numeric_limits<double>::infinity()};
  const bool from_keys = origin_of(config) == NetworkOrigin::keys;  // else neurons differ in their refractory times
  if (from_keys && rate_hz >= kSaturation * highest_rate_hz(config.network.neuron.t_ref_ms, config.network.step_ms))
    shares.saturated = 1;
  return shares;
}

void judge_shares(const ActivityShares& shares, const Config& config) {
  if (config.run.activity != ActivityPolicy::refuse) return;
  const std::string warning = activity_warning(shares, origin_of(config), "the network");
  if (!warning.empty()) judged({warning}, config.run.activity);
}

void ActivityTally::add(const ActivityShares& shares, const Config& config) {
  ++done_;
  if (activity_warning(shares, NetworkOrigin::keys, "").empty()) return;
  Found& kind = shares.saturated > 0 ? saturated_ : silent_;
  if (kind.cells++ == 0) kind.shares = shares, kind.first = &config;
}

std::vector<std::string> ActivityTally::warnings(ActivityPolicy policy) const {
  std::vector<std::string> list;
  if (policy == ActivityPolicy::ignore) return list;
  for (const Found& kind : {silent_, saturated_})
    if (kind.cells > 0)
      list.push_back("in " + std::to_string(kind.cells) + " of " + std::to_string(done_) + " cells " +
                     activity_warning(kind.shares, origin_of(*kind.first), "the network"));
  return list;
}

}  // namespace sprig::app
