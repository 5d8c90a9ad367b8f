// sprig run: simulate a network and write what was recorded.
#include "sprig/instruments/run.hpp"

#include <algorithm>

#include "host/app/command_network.hpp"
#include "host/app/observe.hpp"
#include "host/app/ranks.hpp"
#include "host/app/run_records.hpp"
#include "host/app/stop_at_once.hpp"
#include "host/app/verbs.hpp"
#include "sprig/instruments/stimulation.hpp"
#include "sprig/session/memory_plan.hpp"
#include "sprig/session/network.hpp"
#include "sprig/session/progress.hpp"
#include "sprig/session/records_json.hpp"
#include "sprig/session/result_json.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

constexpr double kDrawnForThePage = 2e6;  // synapses: a network of rules up to here is stored for its page

// Activity of populations, and of all neurons together.
struct Activities {
  Json populations = Json::array();
  TextTable table{{"population", "neurons", "spikes", "rate (Hz)"}};
  double mean_rate_hz = 0, events = 0;
  std::uint64_t synapses = 0;
};

Activities activities(const Network& network, const RunOutcome& out, double copies,
                      const std::vector<std::uint32_t>& degrees) {
  Activities result;
  const double seconds = static_cast<double>(out.steps) * network.step_ms / 1000;
  const auto rate = [&](std::uint64_t spikes, std::uint32_t count) {
    return seconds > 0 && count > 0 ? static_cast<double>(spikes) / (count * copies * seconds) : 0.0;
  };
  for (const Population& population : network.populations) {
    std::uint64_t spikes = 0;
    for (std::uint32_t i = 0; i < population.count; ++i) spikes += out.spikes_of[population.first + i];
    const double hz = rate(spikes, population.count);
    result.populations.push_back(
        {{"name", population.name}, {"neurons", population.count}, {"spikes", spikes}, {"rate_hz", hz}});
    result.table.add({population.name, std::to_string(population.count), std::to_string(spikes), number_text(hz)});
  }
  result.mean_rate_hz = rate(out.total_spikes, network.size());
  for (std::uint32_t i = 0; i < network.size(); ++i) {
    result.synapses += degrees[i];
    result.events += static_cast<double>(out.spikes_of[i]) * degrees[i];
  }
  return result;
}

// What the run writes besides what every verb does.
std::vector<std::string> files_of(const Json& records) {
  std::vector<std::string> names{"observation.json", "records.json"};
  for (const Json& record : records)
    for (const char* key : {"file", "synapses"})
      if (record.contains(key) && record[key].is_string()) names.push_back(record[key].get<std::string>());
  return names;
}

}  // namespace

int run_verb(const Command& command) {
  const Config& config = command.config;
  // Of several ranks each has a part, and how many share a node's memory is not known.
  if (ranks_of(command) == nullptr) require_memory(config, Work::run);
  std::vector<std::string> notes;
  BuiltNetwork built = command_network(command, notes);
  StopAtOnce making;  // the simulation, and what is looked at of the network
  const Network& network = network_of(built);
  RunRequest request;
  request.duration_ms = config.run.duration_ms;
  request.transient_ms = config.run.transient_ms;
  request.drive = make_drive(config.drive, network.size());
  request.stimuli = command_stimuli(command, network.step_ms, notes);
  request.records = run_records(config, network);
  request.simulation = config.simulation;
  const std::vector<std::uint32_t> degrees = out_degrees_by_ranks(command, built);
  if (serves(command)) {
    auto simulation = make_simulation(built, request.drive, request.stimuli, request.simulation);
    built = {}, request = {};
    making.end();
    simulation->serve();
    return 0;
  }
  Run run(built, request);
  const Json records = records_json(run.records());
  Session session(command, files_of(records));
  session.folder().write("records.json", records_text(network.step_ms, records));

  double synapses = 0;
  for (const std::uint32_t degree : degrees) synapses += degree;
  const auto* procedural = std::get_if<ProceduralNetwork>(&built);
  Network drawn;
  if (procedural && synapses <= kDrawnForThePage) drawn = realise(*procedural);
  const Network* const matrix = !procedural ? &network : synapses <= kDrawnForThePage ? &drawn : nullptr;
  Observation observation(network, matrix, "the network's synapses are drawn by rules and never stored",
                          run.first_step(), run.steps());
  making.end();
  RunOutcome out;
  {
    ProgressLine line("run", command.quiet);
    out = run.simulate(session.folder().path(), line.progress(), &observation, session.checkpoints());
  }
  const double seconds = static_cast<double>(out.steps) * network.step_ms / 1000;
  const Activities all = activities(network, out, config.simulation.replicas, degrees);
  const std::string warning = activity_warning(
      activity_shares(network, out.spikes_of, out.steps, config.simulation.replicas), origin_of(config), "the network");
  const ActivityPolicy policy = out.complete ? config.run.activity : ActivityPolicy::warn;  // nothing is over yet
  std::vector<std::string> warnings = judged(std::vector<std::string>(warning.empty() ? 0 : 1, warning), policy);
  const std::vector<std::string> of_weights = rounding_warnings(network, run.weight_rounding());
  warnings.insert(warnings.end(), of_weights.begin(), of_weights.end());
  print_warnings(warnings);
  const Json result{{"spikes", out.total_spikes},
                    {"mean_rate_hz", all.mean_rate_hz},
                    {"populations", all.populations},
                    {"hash", out.hash},
                    {"hash_of", out.hash_of},
                    {"state_hash", out.state_hash},
                    {"neurons", network.size()},
                    {"synapses", all.synapses},
                    {"replicas", config.simulation.replicas},
                    {"steps", out.steps},
                    {"step_ms", network.step_ms},
                    {"seed", config.simulation.seed},
                    {"device", run.device_name()},
                    {"simulation_wall_s", out.wall_s},
                    {"rtf", seconds > 0 ? out.wall_s / seconds : 0.0},
                    {"steps_per_s", static_cast<double>(out.steps) / std::max(out.wall_s, 1e-9)},
                    {"synaptic_events", all.events},
                    {"synaptic_events_per_s", all.events / std::max(out.wall_s, 1e-9)},
                    {"files", out.files},
                    {"records", records},
                    {"fixed_point", fixed_point_json(network, run.weight_rounding())},
                    {"notes", notes},
                    {"warnings", warnings}};
  observation.write(session.folder());
  session.folder().metric(json_text(
      Json{{"t_sim_ms", seconds * 1000}, {"wall_s", out.wall_s}, {"steps", out.steps}, {"spikes", out.total_spikes}}));
  session.print(all.table.text() + number_text(seconds, 6) + " s simulated in " + number_text(out.wall_s, 3) +
                " s (real-time factor " + number_text(result["rtf"].get<double>(), 3) + "), hash " + out.hash + "\n");
  return session.finish(result, out.hash, run.device_name(), out.complete);
}

}  // namespace sprig::app
