// What holds between keys, and the configuration written out.
#include <cmath>
#include <filesystem>

#include "host/config/keys.hpp"
#include "sprig/core/error.hpp"

namespace sprig {

namespace {

bool describes_network(const std::string& full) {
  return full != "network.file" && (full.starts_with("network.") || full.starts_with("neuron."));
}

// The delay that must be a step at least: below it, most draws would be raised to one step and the distribution lost.
double typical_delay_ms(const Distribution& d) {
  using Kind = Distribution::Kind;
  switch (d.kind) {
    case Kind::constant:
    case Kind::normal:
      return d.a;
    case Kind::uniform:
      return d.b;
    case Kind::lognormal:
      return std::exp(d.a + d.b * d.b / 2);  // the mean
    case Kind::gamma:
      return d.a * d.b;  // the mean
  }
  return d.a;
}

// Paths hold wherever the resolved configuration is run from.
void make_absolute(std::string& path) {
  if (!path.empty()) path = std::filesystem::absolute(path).lexically_normal().string();
}

void check_delays(const Config& config) {
  const Distribution& d = config.network.delay_ms;
  const double step = config.network.step_ms;
  if (typical_delay_ms(d) < step)
    throw ConfigError("network.delay_ms",
                      "found " + schema::write_distribution(d) +
                          ", a delay below a step; allowed: at least network.step_ms = " + schema::write_real(step));
}

}  // namespace

void finish_config(Config& config) {
  if (!config.network_file.empty()) {
    for (const std::string& key : config.given)
      if (describes_network(key))
        throw ConfigError(key, "has no effect on a network that is loaded (network.file); remove one of the two");
    make_absolute(config.network_file);
  } else {
    check_delays(config);
    const NeuronDefaults& n = config.network.neuron;
    if (n.v_reset >= n.v_th)
      throw ConfigError("neuron.v_reset", "found " + schema::write_real(n.v_reset) +
                                              "; allowed: a number below neuron.v_th = " + schema::write_real(n.v_th));
    const std::size_t taus = config.network.tau_m_ms.size();
    const bool clustered = has_clusters(config.network.topology);
    if (taus != 1 && (!clustered || taus != config.network.clusters))
      throw ConfigError("neuron.tau_m_ms", "found a list of " + std::to_string(taus) +
                                               "; allowed: one distribution, or one a cluster (network.clusters = " +
                                               std::to_string(clustered ? config.network.clusters : 1) + ")");
    if (config.network.clusters > config.network.neurons)
      throw ConfigError("network.clusters",
                        "found " + std::to_string(config.network.clusters) +
                            "; allowed: at most network.neurons = " + std::to_string(config.network.neurons));
    for (const std::uint32_t neuron : config.run.probe)
      if (neuron >= config.network.neurons)
        throw ConfigError("run.probe",
                          "found neuron " + std::to_string(neuron) +
                              "; allowed: below network.neurons = " + std::to_string(config.network.neurons));
  }
  make_absolute(config.task.file);
  make_absolute(config.task.images.folder);
  make_absolute(config.learn.folder);
  if (config.network_file.empty() && config.network.kind.receptors == 2 && !config.training.sequences.bptt.keep_sign)
    throw ConfigError("training.keep_sign", "found false; allowed: true with neuron.receptors = 2");
  if (config.simulation.weight_bits != 16 && config.simulation.weight_bits != 32)
    throw ConfigError("run.weight_bits",
                      "found " + std::to_string(config.simulation.weight_bits) + "; allowed: 16 or 32");
  for (const std::string& axis : config.search.axes) search_axis(axis);
  if (config.study.mode == StudyMode::operating_point && config.search.axes.empty())
    throw ConfigError("search.axes", "is empty; study.mode = \"operating_point\" needs \"section.key = [values]\"");
  config.prune.seed = config.simulation.seed;
  config.prune.lyapunov = config.lyapunov;
}

std::vector<std::string> changed_keys(const Config& config, const std::string& section) {
  Config copy = config, defaults;
  std::vector<std::string> changed;
  for (const schema::Key& key : schema::keys())
    if (key.section == section && key.write(copy) != key.write(defaults)) changed.push_back(key.full());
  return changed;
}

std::string resolved_config(const Config& config) {
  Config copy = config;
  std::string out = "# Every key with its value; run it again with: sprig <verb> --config config.resolved.toml\n";
  for (const std::string& section : schema::sections()) {
    if (section == "neuron" && !config.network_file.empty()) continue;            // the file has them
    if (section == "bench" && !config.given.contains("bench.network")) continue;  // `plan` would take it for a wish
    out += "\n[" + section + "]\n";
    for (const schema::Key& key : schema::keys()) {
      if (key.section != section || (!config.network_file.empty() && describes_network(key.full()))) continue;
      if (key.full() == "network.file" && config.network_file.empty()) continue;
      out += key.name + " = " + key.write(copy) + "  # " + key.doc + "\n";
    }
  }
  return out;
}

std::string config_reference() {
  Config defaults;
  std::string out;
  for (const std::string& section : schema::sections()) {
    out += "[" + section + "]\n";
    for (const schema::Key& key : schema::keys()) {
      if (key.section != section) continue;
      out += "  " + key.name + " = " + key.write(defaults) + "\n      " + key.doc + "; allowed: " + key.allowed + "\n";
    }
  }
  return out;
}

}  // namespace sprig
