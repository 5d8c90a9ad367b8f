// sprig prune: one network, pruned; the sparse network and what pruning did to its dynamics.
#include "sprig/pruning/prune.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "host/app/check_lyapunov.hpp"
#include "host/app/command_network.hpp"
#include "host/app/observe.hpp"
#include "host/app/spectrum_text.hpp"
#include "host/app/stop_at_once.hpp"
#include "host/app/verbs.hpp"
#include "sprig/formats/network_file.hpp"
#include "sprig/pruning/options.hpp"
#include "sprig/session/memory_plan.hpp"
#include "sprig/session/network.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/progress.hpp"
#include "sprig/session/result_json.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

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
            number_text(1 + r.guards.diagonal_moved / moved, 3) + " times what they were, on average" +
            (r.guards.hurwitz_undecided > 0 ? " (in " + std::to_string(r.guards.hurwitz_undecided) +
                                                  " of them no eigenvalue was found that decides)"
                                            : "") +
            "\n";
  return text;
}

// How covariances came about, where not all of them were exact.
std::string covariance_text(const PruneResult& r) {
  std::string methods;
  double least = 1;
  std::uint64_t most = 0, capped = 0;
  for (const PruneRound& round : r.rounds) {
    const CovarianceUse& use = round.covariance;
    if (!use.used || use.method == CovarianceMethod::dense) continue;
    const std::string name(name_of(use.method));
    if (methods.find(name) == methods.npos) methods += (methods.empty() ? "" : ", ") + name;
    least = std::min(least, use.overlap);
    most = std::max(most, use.samples);
    capped += use.capped ? 1 : 0;
  }
  if (methods.empty()) return {};
  std::string text = "covariances of synapses: " + methods +
                     (most > 0 ? " (up to " + std::to_string(most) + " samples a round)" : "") + ", at least " +
                     number_text(100 * least, 4) + " % of what a round keeps is what exact ones keep, as expected\n";
  if (capped > 0)
    text += "covariances: prune.covariance_samples ended the sampling of " + std::to_string(capped) +
            " rounds before prune.covariance_overlap was reached\n";
  return text;
}

// How sure the choice of neurons is, where betweenness was estimated.
std::string betweenness_text(const PruneResult& r) {
  double least = 1, most = 0;
  for (const PruneRound& round : r.rounds)
    if (round.betweenness_overlap > 0 && round.betweenness_overlap < 1) {
      least = std::min(least, round.betweenness_overlap);
      most = std::max(most, round.betweenness_overlap);
    }
  if (most == 0) return {};
  return "betweenness: estimated from 512 searches; of the neurons that a round took, exact betweenness would have "
         "taken " +
         number_text(100 * least, 3) + " to " + number_text(100 * most, 3) + " %, in expectation\n";
}

std::string costs_text(const PruneResult& r) {
  TextTable table({"step", "time", "working memory", "bound by"});
  bool any = false;
  for (std::size_t s = 0; s < kPruneSteps; ++s) {
    const StepCost& cost = r.steps.of[s];
    if (cost.bytes == 0) continue;
    any = true;
    table.add({std::string(name_of(static_cast<PruneStep>(s))), number_text(cost.seconds, 3) + " s",
               bytes_text(cost.bytes), std::string(name_of(cost.bound))});
  }
  return any ? table.text() : std::string();
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
  return table.text() + factors_text(r) + covariance_text(r) + betweenness_text(r) + steps_text(r) + costs_text(r);
}

}  // namespace

int prune_verb(const Command& command) {
  const Config& config = command.config;
  require_memory(config, Work::prune);
  std::vector<std::string> notes;
  const Network network = constant_command_network(command, notes);
  const Drive drive = make_drive(config, network);
  check_prune_options(config.prune, network, drive);
  if (measures_before(config.prune) || needs_exponents(config.prune)) check_lyapunov(config.lyapunov, network, drive);
  Session session(command, {"network.npz", "observation.json"});
  Observation observation(config, {"before", network, drive});
  std::vector<std::string> warnings = judged(observation.warnings(origin_of(config)), config.run.activity);
  print_warnings(warnings);
  PruneResult pruned;
  {
    ProgressLine line("prune", command.quiet);
    SimulationOptions simulation = config.simulation;
    simulation.replicas = 1;
    StopAtOnce beginning;
    const StopSoon rounds(session.log());
    pruned = prune_until_stopped(network, drive, simulation, config.prune, beginning.until_asked(line.progress()),
                                 session.checkpoints());
  }
  const bool complete = !pruned.stopped_early;
  std::optional<StopAtOnce> writing;  // the state has all of it
  if (complete) writing.emplace(StopAtOnce::Kept::all);
  const std::string hash = complete ? result_hash(pruned.network) : "";
  if (complete) save_network(session.folder().file("network.npz"), pruned.network);  // else the state has more
  Json result = prune_json(pruned, config.prune, hash);
  for (const Json& round : result["rounds_detail"]) session.folder().metric(json_text(round));
  if (complete) {
    const Drive kept_drive = drive.subset(pruned.kept);
    observation.simulate({"after", pruned.network, kept_drive});
    const std::vector<std::string> all = judged(observation.warnings(origin_of(config)), config.run.activity);
    print_warnings({all.begin() + static_cast<std::ptrdiff_t>(warnings.size()), all.end()});
    warnings = all;
    observation.write(session.folder());
  }
  result["notes"] = notes;
  result["warnings"] = warnings;
  if (!pruned.before_failure.empty())
    std::fprintf(stderr, "sprig: the network that was given has no spectrum: %s\n", pruned.before_failure.c_str());
  if (!pruned.after_failure.empty())
    std::fprintf(stderr, "sprig: the pruned network has no spectrum: %s\n", pruned.after_failure.c_str());
  session.print(summary(pruned));
  return session.finish(result, hash, device_used(config).text(), complete);
}

}  // namespace sprig::app
