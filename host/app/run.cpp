// sprig run: simulate a network and write what was recorded.
#include <algorithm>

#include "host/app/observe.hpp"
#include "host/app/run_simulation.hpp"
#include "host/app/verbs.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/formats/npz.hpp"
#include "sprig/session/memory_plan.hpp"
#include "sprig/session/network.hpp"
#include "sprig/session/progress.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

Json write_data(RunFolder& folder, const RunOutcome& r, const Config& config, const Network& network) {
  Json files = Json::array();
  const std::uint64_t replicas = config.simulation.replicas, neurons = network.size();
  if (config.run.record_spikes) {
    std::vector<std::uint64_t> step;
    std::vector<std::uint32_t> neuron, replica;
    for (const SpikeEvent& s : r.spikes)
      step.push_back(s.step), neuron.push_back(s.neuron), replica.push_back(s.replica);
    write_npz(folder.file("spikes.npz"), {npy_vector("step", step), npy_vector("neuron", neuron),
                                          npy_vector("replica", replica), npy_scalar("step_ms", network.step_ms)});
    files.push_back("spikes.npz");
  }
  if (config.run.count_window_ms > 0) {
    write_npy(folder.file("counts.npy"),
              npy_vector("", r.counts, {r.counts.size() / (neurons * replicas), neurons, replicas}));
    files.push_back("counts.npy");
  }
  if (!config.run.probe.empty()) {
    const std::uint64_t n = config.run.probe.size();
    std::vector<NpyArray> arrays{npy_vector("neuron", config.run.probe)};
    for (const auto& [name, values] : {std::pair{"v", &r.probe_v}, {"i", &r.probe_i}, {"theta", &r.probe_theta}})
      arrays.push_back(npy_vector(name, *values, {values->size() / (n * replicas), n, replicas}));
    write_npz(folder.file("probe.npz"), arrays);
    files.push_back("probe.npz");
  }
  return files;
}

}  // namespace

int run_verb(const Command& command) {
  const Config& config = command.config;
  require_memory(config, Work::run);
  const Network network = stored(make_network(config, config.simulation.seed, note_on_stderr));
  for (const std::uint32_t neuron : config.run.probe)
    if (neuron >= network.size()) refuse("run.probe", "neuron " + shown(neuron), "below " + shown(network.size()));
  const RunSteps steps = run_steps(config.run, network.step_ms);
  const Drive drive = make_drive(config.drive, network.size());
  const auto simulation = make_simulation(network, drive, config.simulation);
  Session session(command);
  RunOutcome out;
  {
    ProgressLine line("run", command.quiet);
    out = simulate(*simulation, network, config, steps, line.progress());
  }
  const double seconds = static_cast<double>(out.steps) * network.step_ms / 1000;
  const double copies = config.simulation.replicas;
  double events = 0;
  for (std::uint32_t i = 0; i < network.size(); ++i)
    events += static_cast<double>(out.spikes_of[i]) *
              static_cast<double>(network.recurrent.offsets[i + 1] - network.recurrent.offsets[i]);

  Json populations = Json::array();
  TextTable table({"population", "neurons", "spikes", "rate (Hz)"});
  const auto rate = [&](std::uint64_t spikes, std::uint32_t count) {
    return seconds > 0 && count > 0 ? static_cast<double>(spikes) / (count * copies * seconds) : 0.0;
  };
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    const Population& population = network.populations[p];
    std::uint64_t spikes = 0;
    for (std::uint32_t i = 0; i < population.count; ++i) spikes += out.spikes_of[population.first + i];
    const double hz = rate(spikes, population.count);
    populations.push_back(
        {{"name", population.name}, {"neurons", population.count}, {"spikes", spikes}, {"rate_hz", hz}});
    table.add({population.name, std::to_string(population.count), std::to_string(spikes), number_text(hz)});
  }
  const Json files = write_data(session.folder(), out, config, network);
  const Json result{{"spikes", out.total_spikes},
                    {"mean_rate_hz", rate(out.total_spikes, network.size())},
                    {"populations", populations},
                    {"hash", out.hash},
                    {"hash_of", out.hash_of},
                    {"state_hash", out.state_hash},
                    {"neurons", network.size()},
                    {"synapses", network.recurrent.synapses()},
                    {"replicas", config.simulation.replicas},
                    {"steps", out.steps},
                    {"step_ms", network.step_ms},
                    {"seed", config.simulation.seed},
                    {"device", simulation->device_name()},
                    {"simulation_wall_s", out.wall_s},
                    {"rtf", seconds > 0 ? out.wall_s / seconds : 0.0},
                    {"steps_per_s", static_cast<double>(out.steps) / std::max(out.wall_s, 1e-9)},
                    {"synaptic_events", events},
                    {"synaptic_events_per_s", events / std::max(out.wall_s, 1e-9)},
                    {"files", files}};
  write_observation(session.folder(), {"network", network, drive}, out.spikes, steps.before, out.steps);
  session.folder().metric(json_text(
      Json{{"t_sim_ms", seconds * 1000}, {"wall_s", out.wall_s}, {"steps", out.steps}, {"spikes", out.total_spikes}}));
  session.print(table.text() + number_text(seconds, 6) + " s simulated in " + number_text(out.wall_s, 3) +
                " s (real-time factor " + number_text(result["rtf"].get<double>(), 3) + "), hash " + out.hash + "\n");
  return session.finish(result, out.hash, simulation->device_name(), out.complete);
}

}  // namespace sprig::app
