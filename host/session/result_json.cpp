#include "sprig/session/result_json.hpp"

#include <numeric>
#include <utility>

#include "sprig/core/hash.hpp"

namespace sprig {

namespace {

Json mean_rate(const LyapunovResult& r) { return r.exponents.empty() ? Json() : Json(r.mean_rate_hz); }
Json largest(const LyapunovResult& r) { return r.exponents.empty() ? Json() : Json(r.exponents.front()); }

Json guards_json(const PruneGuards& g) {
  return {{"harmonic_small", g.harmonic_small},
          {"harmonic_mixed_sign", g.harmonic_mixed_sign},
          {"not_hurwitz", g.not_hurwitz},
          {"hurwitz_undecided", g.hurwitz_undecided},
          {"diagonal_moved", g.not_hurwitz > 0 ? g.diagonal_moved / static_cast<double>(g.not_hurwitz) : 0},
          {"probability_one", g.probability_one},
          {"weight_capped", g.weight_capped},
          {"velocity", g.velocity},
          {"jump_spikes", g.jump_spikes}};
}

Json covariance_json(const CovarianceUse& c) {
  if (!c.used) return {};
  Json json{{"method", name_of(c.method)}, {"overlap", c.overlap}};
  if (c.method != CovarianceMethod::sampled) return json;
  json["samples"] = c.samples;
  json["p_error"] = c.p_error;
  json["capped"] = c.capped;
  return json;
}

Json round_json(const PruneRound& r) {
  return {{"round", r.round},
          {"target", r.target},
          {"synapses", r.synapses},
          {"excitatory", r.excitatory},
          {"neurons", r.neurons},
          {"rho", r.rho},
          {"expected_kept", r.expected_kept},
          {"lambda_max", r.lambda_max},
          {"mean_rate_hz", r.mean_rate_hz},
          {"covariance", covariance_json(r.covariance)},
          {"betweenness_overlap", r.betweenness_overlap}};
}

// Those that were done.
Json steps_json(const StepCosts& steps) {
  Json list = Json::array();
  for (std::size_t s = 0; s < kPruneSteps; ++s)
    if (const StepCost& cost = steps.of[s]; cost.bytes > 0)
      list.push_back({{"name", name_of(static_cast<PruneStep>(s))},
                      {"seconds", cost.seconds},
                      {"bytes", cost.bytes},
                      {"bound", name_of(cost.bound)}});
  return list;
}

Json delocalisation_json(const Delocalisation& d) {
  return {{"accepted", d.accepted},
          {"budget", d.budget},
          {"added", d.added},
          {"rejected", d.rejected},
          {"ipr_before", d.ipr_before},
          {"ipr_after", d.ipr_after},
          {"lambda_before", d.lambda_before},
          {"lambda_after", d.lambda_after},
          {"lambda_bound", d.lambda_bound},
          {"reason", d.reason}};
}

Json objective_json(const TimescaleObjective& o) {
  return {{"objective", o.value},
          {"lambda_max", o.lambda_max},
          {"wasserstein", o.wasserstein},
          {"mean_rate_hz", o.mean_rate_hz}};
}

Json timescales_json(const TimescaleSearch& search) {
  Json trace = Json::array();
  for (const TimescaleEvaluation& e : search.trace) {
    Json entry{{"shape", e.shape}, {"scale_ms", e.scale_ms}};
    entry.update(objective_json(e.objective));
    entry["failed"] = e.failed;
    entry["best"] = e.best;
    trace.push_back(std::move(entry));
  }
  const bool chosen = search.chosen != TimescaleSearch::kUnchanged;
  return {{"start", objective_json(search.start)},
          {"chosen", chosen ? Json(search.chosen) : Json()},
          {"complete", search.complete},
          {"trace", std::move(trace)}};
}

}  // namespace

std::string result_hash(const Network& network) { return Hash().add(network_hash(network)).hex(); }

std::string result_hash(const LyapunovResult& spectrum) {
  return Hash().add(spectrum.exponents).add(spectrum.per_neuron).hex();
}

double sum_of(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

Json fixed_point_json(const Network& network, const std::vector<WeightRounding>& rounding) {
  Json list = Json::array();
  for (const WeightRounding& one : rounding)
    list.push_back({{"population", network.populations[one.population].name},
                    {"receptor", one.receptor},
                    {"unit", one.unit},
                    {"typical_weight", one.typical},
                    {"largest_weight", one.largest},
                    {"error", one.error},
                    {"weights", one.weights},
                    {"vanished", one.vanished}});
  return list;
}

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

Json prune_json(const PruneResult& pruned, const PruneOptions& options, const std::string& hash) {
  Json rounds = Json::array();
  for (const PruneRound& r : pruned.rounds) {
    rounds.push_back(round_json(r));
  }
  Json result{{"neurons_before", pruned.neurons_before},
              {"neurons_after", pruned.neurons_after},
              {"synapses_before", pruned.synapses_before},
              {"synapses_after", pruned.synapses_after},
              {"rounds", pruned.rounds.size()},
              {"lambda_max_before", largest(pruned.before)},
              {"lambda_max_after", largest(pruned.after)},
              {"spectrum_before", pruned.before.exponents},
              {"spectrum_after", pruned.after.exponents},
              {"mean_rate_before", mean_rate(pruned.before)},
              {"mean_rate_after", mean_rate(pruned.after)},
              {"guards", guards_json(pruned.guards)},
              {"hash", hash},
              {"method", name_of(options.method)},
              {"density", options.density},
              {"seed", options.seed},
              {"excitatory_before", pruned.excitatory_before},
              {"excitatory_after", pruned.excitatory_after},
              {"factor_excitatory", pruned.factor_excitatory},
              {"factor_inhibitory", pruned.factor_inhibitory},
              {"before_failure", pruned.before_failure},
              {"after_failure", pruned.after_failure},
              {"rounds_detail", rounds},
              {"steps", steps_json(pruned.steps)}};
  if (pruned.delocalisation.tried) result["delocalisation"] = delocalisation_json(pruned.delocalisation);
  if (!pruned.timescales.trace.empty()) result["timescales"] = timescales_json(pruned.timescales);
  return result;
}

}  // namespace sprig
