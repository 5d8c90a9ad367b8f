#include "sprig/instruments/activity.hpp"

#include <cmath>
#include <cstdio>

#include "sprig/core/error.hpp"

namespace sprig {

namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string keys_of(NetworkOrigin origin) {
  const std::string drive = "drive.poisson_rate_hz with drive.poisson_weight, drive.noise_sigma, a [[stimulus]]";
  switch (origin) {
    case NetworkOrigin::keys:
    case NetworkOrigin::foreign_file:
      return drive + ", neuron.i_dc or network.gain";
    case NetworkOrigin::description:
      return drive + ", i_dc of a [[population]] or weight of a [[projection]]";
    case NetworkOrigin::file:
      break;
  }
  return drive + ", or i_dc and the weights in the file";
}

}  // namespace

double highest_rate_hz(double t_ref_ms, double step_ms) {
  return 1000 / (step_ms * (1 + lif_refractory_steps(t_ref_ms, step_ms)));
}

ActivityShares activity_shares(const Network& network, const std::vector<std::uint64_t>& spikes_of, std::uint64_t steps,
                               std::uint32_t replicas) {
  ActivityShares shares;
  shares.observed_ms = static_cast<double>(steps) * network.step_ms;
  const double neurons = network.size(), cell_seconds = shares.observed_ms / 1000 * replicas;
  for (std::size_t i = 0; i < spikes_of.size(); ++i) {
    const auto spikes = static_cast<double>(spikes_of[i]);
    shares.fired += spikes > 0 ? 1 / neurons : 0;
    const double most = highest_rate_hz(network.neurons.t_ref_ms[i], network.step_ms) * cell_seconds;
    shares.saturated += most >= 1 && spikes >= kSaturation * most ? 1 / neurons : 0;
  }
  return shares;
}

std::vector<std::string> judged(std::vector<std::string> warnings, ActivityPolicy policy) {
  if (policy == ActivityPolicy::ignore) return {};
  if (policy == ActivityPolicy::refuse && !warnings.empty())
    throw NumericalError("run.activity = \"refuse\"", warnings.front());
  return warnings;
}

std::string activity_warning(const ActivityShares& shares, NetworkOrigin origin, const std::string& who) {
  const std::string in = std::isfinite(shares.observed_ms) ? " in " + number(shares.observed_ms) + " ms" : "";
  const std::string keys = keys_of(origin);
  if (shares.observed_ms > 0 && shares.fired == 0) return who + " is silent: no neuron fired" + in + "; raise " + keys;
  if (shares.observed_ms >= kLongEnoughMs && shares.fired < kFewFired)
    return who + " is nearly silent: " + number(100 * shares.fired) + " % of the neurons fired" + in + "; raise " +
           keys;
  if (shares.saturated > kMostSaturated)
    return who + " is saturated: " + number(100 * shares.saturated) +
           " % of the neurons fire as often as their refractory time allows; lower " + keys +
           (origin == NetworkOrigin::keys || origin == NetworkOrigin::foreign_file ? ", or raise network.inhibition"
                                                                                   : "");
  return "";
}

}  // namespace sprig
