// sprig lyapunov: the spectrum of one network.
#include "sprig/dynamics/lyapunov.hpp"

#include "host/app/check_lyapunov.hpp"
#include "host/app/command_network.hpp"
#include "host/app/observe.hpp"
#include "host/app/spectrum_text.hpp"
#include "host/app/stop_at_once.hpp"
#include "host/app/verbs.hpp"
#include "sprig/session/memory_plan.hpp"
#include "sprig/session/network.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/progress.hpp"
#include "sprig/session/result_json.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

std::string summary(const LyapunovResult& r) {
  TextTable table({"method " + r.method, "value +- standard error"});
  const std::size_t shown = std::min<std::size_t>(r.exponents.size(), 5);
  for (std::size_t i = 0; i < shown; ++i)
    table.add({"lambda_" + std::to_string(i + 1) + " (1/ms)", exponent_text(r, i, 5)});
  table.add({"exponents", std::to_string(r.exponents.size()) + " of " + std::to_string(r.states)});
  if (!r.contraction.empty()) {
    table.add({"velocity f- at", std::string(name_of(r.velocity_at))});
    if (r.exponents.size() == r.states) table.add({"sum of exponents (1/ms)", number_text(sum_of(r.exponents), 8)});
    table.add({"sum by contraction (1/ms)", number_text(sum_of(r.contraction), 8)});
  }
  if (r.conditional) table.add({"conditional (on the drive)", "yes"});
  table.add({"Kaplan-Yorke dimension", (r.dimension_is_bound ? ">= " : "") + number_text(r.dimension)});
  table.add({"entropy (1/ms)", number_text(r.entropy)});
  table.add({"mean rate (Hz)", number_text(r.mean_rate_hz)});
  table.add({"largest condition", number_text(r.condition, 3)});
  return table.text();
}

}  // namespace

int lyapunov_verb(const Command& command) {
  const Config& config = command.config;
  require_memory(config, Work::lyapunov);
  std::vector<std::string> notes;
  const Network network = constant_command_network(command, notes);
  const Drive drive = make_drive(config, network);
  check_lyapunov(config.lyapunov, network, drive);
  Session session(command, {"observation.json"});
  Observation observation(config, {"network", network, drive});
  const std::vector<std::string> warnings = judged(observation.warnings(origin_of(config)), config.run.activity);
  print_warnings(warnings);
  LyapunovResult spectrum;
  {
    ProgressLine line("lyapunov", command.quiet);
    SimulationOptions simulation = config.simulation;
    StopAtOnce beginning;
    simulation.replicas = 1;  // run.replicas is for `run`
    spectrum = lyapunov_spectrum_until_stopped(network, drive, simulation, config.lyapunov, {},
                                               beginning.until_asked(line.progress()), session.checkpoints());
  }
  const std::string hash = result_hash(spectrum);
  Json result = lyapunov_json(spectrum);
  result["neurons"] = network.size();
  result["synapses"] = network.recurrent.synapses();
  result["seed"] = config.simulation.seed;
  result["hash"] = hash;
  result["notes"] = notes;
  result["warnings"] = warnings;
  if (spectrum.complete) observation.write(session.folder());
  session.print(summary(spectrum));
  return session.finish(result, hash, device_used(config).text(), spectrum.complete);
}

}  // namespace sprig::app
