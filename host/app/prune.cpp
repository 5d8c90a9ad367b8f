// sprig prune: one network, pruned; the sparse network and what pruning did to its dynamics.
#include "sprig/pruning/prune.hpp"

#include <cstdio>

#include "host/app/check_lyapunov.hpp"
#include "host/app/observe.hpp"
#include "host/app/spectrum_text.hpp"
#include "host/app/verbs.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/formats/network_file.hpp"
#include "sprig/pruning/options.hpp"
#include "sprig/session/memory_plan.hpp"
#include "sprig/session/network.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/progress.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

Json mean_rate(const LyapunovResult& r) { return r.exponents.empty() ? Json() : Json(r.mean_rate_hz); }
Json largest(const LyapunovResult& r) { return r.exponents.empty() ? Json() : Json(r.exponents.front()); }

Json guards_json(const PruneGuards& g) {
  return {{"harmonic_small", g.harmonic_small},
          {"harmonic_mixed_sign", g.harmonic_mixed_sign},
          {"not_hurwitz", g.not_hurwitz},
          {"diagonal_moved", g.not_hurwitz > 0 ? g.diagonal_moved / static_cast<double>(g.not_hurwitz) : 0},
          {"probability_one", g.probability_one},
          {"weight_capped", g.weight_capped},
          {"velocity", g.velocity},
          {"jump_spikes", g.jump_spikes}};
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
          {"mean_rate_hz", r.mean_rate_hz}};
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

// What steps III and IV did, one line each.
std::string steps_text(const PruneResult& r) {
  std::string text;
  const Delocalisation& d = r.delocalisation;
  if (d.tried)
    text += d.accepted ? "delocalisation: " + std::to_string(d.added) + " synapses added, mean participation ratio " +
                             number_text(d.ipr_before, 3) + " -> " + number_text(d.ipr_after, 3) + "\n"
                       : "delocalisation: nothing added, " + d.reason + "\n";
  const TimescaleSearch& t = r.timescales;
  if (!t.trace.empty())
    text += "time constants: objective " + number_text(t.start.value, 3) + " -> " +
            number_text(t.trace.back().best, 3) + " per ms in " + std::to_string(t.trace.size()) + " evaluations" +
            (t.chosen == TimescaleSearch::kUnchanged ? ", unchanged" : "") + "\n";
  return text;
}

// What became of the weights and of the linear model, where there is something to say.
std::string factors_text(const PruneResult& r) {
  std::string text;
  if (r.synapses_after > 0 && !r.rounds.empty())
    text += "kept weights, mean factor: " + number_text(r.factor_excitatory, 3) + " excitatory, " +
            number_text(r.factor_inhibitory, 3) + " inhibitory\n";
  constexpr double kFarBelow = 0.95;  // beyond what draws and step III leave
  if (!r.rounds.empty() &&
      static_cast<double>(r.rounds.back().synapses) < kFarBelow * static_cast<double>(r.rounds.back().target))
    text += "neurons: those that went took more synapses than prune.density asks for (" +
            std::to_string(r.rounds.back().synapses) + " are left of " + std::to_string(r.rounds.back().target) +
            " to be kept), so the scores of synapses decided little or nothing\n";
  const auto moved = static_cast<double>(r.guards.not_hurwitz);
  if (moved > 0)
    text += "linear model: unstable in " + std::to_string(r.guards.not_hurwitz) + " of " +
            std::to_string(r.rounds.size()) + " rounds; row dominance raised its decay rates to " +
            number_text(1 + r.guards.diagonal_moved / moved, 3) + " times what they were, on average\n";
  return text;
}

std::string summary(const PruneResult& r) {
  TextTable table({"", "before", "after", "kept"});
  const auto share = [](double after, double before) { return number_text(100 * after / before, 3) + " %"; };
  table.add({"neurons", std::to_string(r.neurons_before), std::to_string(r.neurons_after),
             share(r.neurons_after, r.neurons_before)});
  table.add({"synapses", std::to_string(r.synapses_before), std::to_string(r.synapses_after),
             share(static_cast<double>(r.synapses_after), static_cast<double>(r.synapses_before))});
  const auto inhibitory = [](std::uint64_t excitatory, std::uint64_t all) {
    return all == 0 ? std::string("n/a")
                    : number_text(100 * (1 - static_cast<double>(excitatory) / static_cast<double>(all)), 3) + " %";
  };
  table.add({"inhibitory", inhibitory(r.excitatory_before, r.synapses_before),
             inhibitory(r.excitatory_after, r.synapses_after)});
  const auto lambda = [](const LyapunovResult& l) { return exponent_text(l, 0, 4); };
  table.add({"lambda_max (1/ms)", lambda(r.before), lambda(r.after)});
  const auto rate = [](const LyapunovResult& l) {
    return l.exponents.empty() ? std::string("n/a") : number_text(l.mean_rate_hz);
  };
  table.add({"mean rate (Hz)", rate(r.before), rate(r.after)});
  return table.text() + factors_text(r) + steps_text(r);
}

}  // namespace

int prune_verb(const Command& command) {
  const Config& config = command.config;
  require_memory(config, Work::prune);
  const Network network = stored(make_network(config, config.simulation.seed, note_on_stderr));
  const Drive drive = make_drive(config, network);
  check_prune_options(config.prune, network, drive);
  if (measures_before(config.prune) || needs_exponents(config.prune)) check_lyapunov(config.lyapunov, network, drive);
  Session session(command);
  PruneResult pruned;
  {
    ProgressLine line("prune", command.quiet);
    SimulationOptions simulation = config.simulation;
    simulation.replicas = 1;
    pruned = prune_until_stopped(network, drive, simulation, config.prune, line.progress());
  }
  const bool complete = !pruned.stopped_early;
  const std::string hash = Hash().add(network_hash(pruned.network)).hex();
  save_network(session.folder().file("network.npz"), pruned.network);
  Json rounds = Json::array();
  for (const PruneRound& r : pruned.rounds) {
    rounds.push_back(round_json(r));
    session.folder().metric(json_text(rounds.back()));
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
              {"method", name_of(config.prune.method)},
              {"density", config.prune.density},
              {"seed", config.simulation.seed},
              {"excitatory_before", pruned.excitatory_before},
              {"excitatory_after", pruned.excitatory_after},
              {"factor_excitatory", pruned.factor_excitatory},
              {"factor_inhibitory", pruned.factor_inhibitory},
              {"before_failure", pruned.before_failure},
              {"after_failure", pruned.after_failure},
              {"rounds_detail", rounds}};
  if (pruned.delocalisation.tried) result["delocalisation"] = delocalisation_json(pruned.delocalisation);
  if (!pruned.timescales.trace.empty()) result["timescales"] = timescales_json(pruned.timescales);
  if (complete)
    write_observation(session.folder(), config,
                      {{"before", network, drive}, {"after", pruned.network, drive.subset(pruned.kept)}});
  if (!pruned.before_failure.empty())
    std::fprintf(stderr, "sprig: the network that was given has no spectrum: %s\n", pruned.before_failure.c_str());
  if (!pruned.after_failure.empty())
    std::fprintf(stderr, "sprig: the pruned network has no spectrum: %s\n", pruned.after_failure.c_str());
  session.print(summary(pruned));
  return session.finish(result, hash, device_used(config).text(), complete);
}

}  // namespace sprig::app
