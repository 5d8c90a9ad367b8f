// sprig run: simulate a network and write what was recorded.
#include <algorithm>
#include <cmath>

#include "sprig/app/command.hpp"
#include "sprig/app/memory_plan.hpp"
#include "sprig/app/progress.hpp"
#include "sprig/app/session.hpp"
#include "sprig/app/setup.hpp"
#include "sprig/app/table.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/io/npz.hpp"

namespace sprig::app {

namespace {

constexpr double kMaxSteps = 1e15;  // far beyond any run, well within 64 bits

std::uint64_t steps_of(double ms, double step_ms, const char* key) {
  const double steps = std::round(ms / step_ms);
  if (!(steps <= kMaxSteps)) throw ConfigError(key, "is more than 1e15 steps; allowed: fewer");
  return static_cast<std::uint64_t>(steps);
}

struct RunSteps {
  std::uint64_t before = 0, recorded = 0;
  std::uint64_t window = 0;  // of counts; 0: none were asked for
};

RunSteps run_steps(const RunSection& run, double step_ms) {
  const RunSteps steps{steps_of(run.transient_ms, step_ms, "run.transient_ms"),
                       steps_of(run.duration_ms, step_ms, "run.duration_ms"),
                       steps_of(run.count_window_ms, step_ms, "run.count_window_ms")};
  if (steps.recorded == 0) throw ConfigError("run.duration_ms", "is below one step; allowed: at least network.step_ms");
  if (run.count_window_ms > 0 && (steps.window == 0 || steps.window > 0xFFFFFFFFu))
    throw ConfigError("run.count_window_ms",
                      "is below one step or above 2^32; allowed: 0, or at least network.step_ms");
  return steps;
}

struct RunOutcome {
  Recording recording;
  std::vector<std::uint64_t> spikes_of;  // per neuron, over all replicas
  double wall_s = 0;
  bool complete = false;
};

constexpr std::uint32_t kOneWindow = ~0u;  // longer than any piece of work: all counts in one row

// Advances in pieces of about 0.2 s, whole count windows each, and stops between two when asked.
RunOutcome simulate(Simulation& simulation, const Network& network, const Config& config, const RunSteps& plan,
                    ProgressLine& line) {
  RunOutcome out;
  RecordOptions what;
  what.spikes = config.run.record_spikes;
  what.probe = config.run.probe;
  const bool windows = plan.window > 0;
  const std::uint64_t window = std::max<std::uint64_t>(plan.window, 1), before = plan.before, recorded = plan.recorded;
  out.spikes_of.assign(network.size(), 0);
  const std::size_t replicas = config.simulation.replicas;
  std::uint64_t piece = windows ? window : 64, done = 0;
  while (done < before + recorded) {
    const bool recording = done >= before;
    std::uint64_t steps = std::min(piece, (recording ? before + recorded : before) - done);
    const auto start = std::chrono::steady_clock::now();
    if (!recording) {
      simulation.advance(steps);
    } else {
      // Counts of their own when nothing else tells how often each neuron fired.
      const std::size_t counted = out.recording.counts.size(), listed = out.recording.spikes.size();
      what.count_window_steps = windows ? static_cast<std::uint32_t>(window) : what.spikes ? 0 : kOneWindow;
      simulation.advance(steps, {}, what, &out.recording);
      for (std::size_t k = listed; k < out.recording.spikes.size(); ++k)
        ++out.spikes_of[out.recording.spikes[k].neuron];
      if (!what.spikes && windows) {
        for (std::size_t k = counted; k < out.recording.counts.size(); ++k)
          out.spikes_of[k / replicas % network.size()] += out.recording.counts[k];
      }
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    out.wall_s += recording ? seconds : 0;
    done += steps;
    const double speed = static_cast<double>(steps) * network.step_ms / 1000 / std::max(seconds, 1e-9);
    if (!line.update(static_cast<double>(done) / static_cast<double>(before + recorded),
                     number_text(speed, 2) + " x real time"))
      break;
    if (seconds < 0.1 && piece < (1u << 30))
      piece *= 2;
    else if (seconds > 0.4 && piece > 2 * window)
      piece = piece / 2 / window * window;
  }
  out.complete = done == before + recorded;
  if (!what.spikes && !windows) {
    for (std::size_t k = 0; k < out.recording.counts.size(); ++k)
      out.spikes_of[k / replicas % network.size()] += out.recording.counts[k];
    out.recording.counts.clear();
  }
  return out;
}

Json write_data(RunFolder& folder, const Recording& r, const Config& config, const Network& network) {
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
  const Network network = make_network(config, config.simulation.seed);
  for (const std::uint32_t neuron : config.run.probe)
    if (neuron >= network.size())
      throw ConfigError(
          "run.probe", "found neuron " + std::to_string(neuron) + "; allowed: below " + std::to_string(network.size()));
  const RunSteps steps = run_steps(config.run, network.step_ms);
  const auto simulation = make_simulation(network, make_drive(config.drive, network.size()), config.simulation);
  Session session(command);
  RunOutcome out;
  {
    ProgressLine line("run", command.quiet);
    out = simulate(*simulation, network, config, steps, line);
  }
  const Recording& r = out.recording;
  const double seconds = static_cast<double>(r.steps) * network.step_ms / 1000;
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
  const std::string hash = Hash().add(simulation->state().hash()).add(r.total_spikes).hex();
  const Json files = write_data(session.folder(), r, config, network);
  const Json result{{"spikes", r.total_spikes},
                    {"mean_rate_hz", rate(r.total_spikes, network.size())},
                    {"populations", populations},
                    {"hash", hash},
                    {"neurons", network.size()},
                    {"synapses", network.recurrent.synapses()},
                    {"replicas", config.simulation.replicas},
                    {"steps", r.steps},
                    {"step_ms", network.step_ms},
                    {"seed", config.simulation.seed},
                    {"device", simulation->device_name()},
                    {"simulation_wall_s", out.wall_s},
                    {"rtf", seconds > 0 ? out.wall_s / seconds : 0.0},
                    {"steps_per_s", static_cast<double>(r.steps) / std::max(out.wall_s, 1e-9)},
                    {"synaptic_events", events},
                    {"synaptic_events_per_s", events / std::max(out.wall_s, 1e-9)},
                    {"files", files}};
  session.folder().metric(
      Json{{"t_sim_ms", seconds * 1000}, {"wall_s", out.wall_s}, {"steps", r.steps}, {"spikes", r.total_spikes}}
          .dump());
  session.print(table.text() + number_text(seconds, 6) + " s simulated in " + number_text(out.wall_s, 3) +
                " s (real-time factor " + number_text(result["rtf"].get<double>(), 3) + "), hash " + hash + "\n");
  return session.finish(result, hash, simulation->device_name(), out.complete);
}

}  // namespace sprig::app
