#include "host/app/spectrum_text.hpp"

#include <limits>
#include <numeric>

#include "sprig/session/table.hpp"

namespace sprig::app {

std::string exponent_text(const LyapunovResult& result, std::size_t k, int digits) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const auto at = [&](const std::vector<double>& values) { return k < values.size() ? values[k] : kNone; };
  return interval_text(at(result.exponents), at(result.standard_errors), digits);
}

double sum_of(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

Json lyapunov_json(const LyapunovResult& r) {
  Json json{{"method", r.method},
            {"exponents", r.exponents},
            {"standard_errors", r.standard_errors},
            {"per_neuron", r.per_neuron},
            {"dimension", r.dimension},
            {"dimension_is_bound", r.dimension_is_bound},
            {"entropy", r.entropy},
            {"condition", r.condition},
            {"renorm_ms", r.renorm_ms},
            {"averaged_ms", r.averaged_ms},
            {"mean_rate_hz", r.mean_rate_hz},
            {"mean_log_velocity_ratio", r.mean_log_velocity_ratio},
            {"spikes", r.spikes},
            {"guarded_spikes", r.guarded_spikes},
            {"jump_spikes", r.jump_spikes},
            {"conditional", r.conditional}};
  if (r.surrogate_gain > 0) json["surrogate_gain"] = r.surrogate_gain;
  if (r.contraction.empty()) return json;  // of a spectrum by saltation
  json["velocity_at"] = name_of(r.velocity_at);
  json["contraction"] = r.contraction;
  json["contraction_sum"] = sum_of(r.contraction);
  if (r.exponents.size() == r.states) json["spectrum_sum"] = sum_of(r.exponents);
  return json;
}

}  // namespace sprig::app
