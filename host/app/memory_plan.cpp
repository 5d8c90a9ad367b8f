#include "sprig/app/memory_plan.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>

#include "sprig/app/setup.hpp"
#include "sprig/app/table.hpp"
#include "sprig/core/error.hpp"
#include "sprig/io/network_file.hpp"

namespace sprig::app {

namespace {

struct Sizes {
  double neurons = 0, synapses = 0, delay_steps = 1;
  bool uniform_delay = true;
};

// Expected number of synapses, from each builder's definition of density.
double expected_synapses(const NetworkSpec& s) {
  const double n = s.neurons, others = s.autapses ? n : n - 1;
  switch (s.topology) {
    case Topology::random:
      return s.density * n * others;
    case Topology::fixed_in_degree:
      return n * (s.in_degree > 0 ? s.in_degree : std::round(s.density * n));
    case Topology::fixed_total:
      return std::round(s.density * n * n);
    case Topology::small_world:
      return n * std::round(s.density * (n - 1));
    case Topology::clustered: {
      const double block = n / s.clusters;
      return n * (s.density * std::min(block, others) + s.density_between * (n - block));
    }
  }
  return 0;
}

// A delay that is hardly ever exceeded: the ring has a slot for each step of it.
double longest_delay_ms(const Distribution& d) {
  using Kind = Distribution::Kind;
  switch (d.kind) {
    case Kind::constant:
      return d.a;
    case Kind::uniform:
      return d.b;
    case Kind::normal:
      return d.a + 5 * d.b;
    case Kind::lognormal:
      return std::exp(d.a + 5 * d.b);
    case Kind::gamma:
      return d.a * d.b + 10 * d.b * std::max(1.0, std::sqrt(d.a));
  }
  return d.a;
}

Sizes sizes_of(const Config& config) {
  Sizes sizes;
  if (!config.network_file.empty()) {
    const NetworkFileSizes file = network_file_sizes(config.network_file);
    return {static_cast<double>(file.neurons), static_cast<double>(file.synapses + file.input_synapses),
            file.uniform_delay ? 1.0 : 64.0, file.uniform_delay};
  }
  const NetworkSpec& spec = config.network;
  sizes.neurons = spec.neurons;
  sizes.synapses = expected_synapses(spec);
  sizes.uniform_delay = spec.delay_ms.kind == Distribution::Kind::constant;
  sizes.delay_steps = std::min<double>(longest_delay_ms(spec.delay_ms) / spec.step_ms + 1, kMaxDelaySteps);
  return sizes;
}

}  // namespace

double MemoryPlan::total() const {
  double sum = 0;
  for (const MemoryItem& item : items) sum += item.bytes;
  return sum;
}

MemoryPlan plan_memory(const Config& config, Work work, int cells) {
  const Sizes s = sizes_of(config);
  const double n = s.neurons, e = s.synapses, copies = cells;
  const double replicas = work == Work::run ? config.simulation.replicas : 1;
  const double slices = config.simulation.slices > 0 ? config.simulation.slices : thread_count(config);
  const LifKind kind = config.network.kind;
  const double receptors = kind.receptors;
  MemoryPlan plan{n, e, {}};
  const auto add = [&](const char* group, const char* name, double bytes) {
    if (bytes > 0) plan.items.push_back({group, name, bytes * copies});
  };
  const double delay_bytes = s.uniform_delay ? 0 : 2;
  add("network", "offsets", 8 * (n + 1));
  add("network", "targets", 4 * e);
  add("network", "weights", 4 * e);
  add("network", "delays", delay_bytes * e);
  add("network", "neuron parameters", (12 * 8 + 4) * n);
  add("engine", "packed synapses", (8 + delay_bytes) * e);
  add("engine", "packed offsets", 8 * (n + 1) * slices);
  add("engine", "neuron constants", 15 * sizeof(real) * n);
  add("engine", "state", (2 + receptors) * sizeof(real) * n * replicas);
  add("engine", "delay ring", std::exp2(std::ceil(std::log2(s.delay_steps + 1))) * receptors * n * replicas * 4);

  const double step_ms = config.network.step_ms;
  if (work == Work::run) {
    const double steps = config.run.duration_ms / step_ms;
    if (config.run.count_window_ms > 0)
      add("recording", "counts", std::ceil(config.run.duration_ms / config.run.count_window_ms) * n * replicas * 4);
    add("recording", "probe", 3 * sizeof(real) * steps * static_cast<double>(config.run.probe.size()) * replicas);
    add("recording", "population spikes", steps * 2 * 8);
    return plan;
  }
  const double states = (kind.synapse == Synapse::exponential ? 1 + receptors : 1) * n;
  const double k = config.lyapunov.exponents == 0 ? states : std::min<double>(config.lyapunov.exponents, states);
  add("dynamics", "tangent frame and its QR",
      config.lyapunov.method == LyapunovMethod::finite ? 0 : 3 * 8 * states * k);
  if (work == Work::lyapunov) return plan;
  const bool lnp = work == Work::study ? std::find(config.study.methods.begin(), config.study.methods.end(),
                                                   PruneMethod::lnp) != config.study.methods.end()
                                       : config.prune.method == PruneMethod::lnp;
  if (lnp) {
    add("pruning", "covariance", 5 * 8 * n * n);
    add("pruning", "edge scores", 4 * 8 * e);
  }
  add("pruning", "pruned copy", (4 + 4 + 8 + delay_bytes) * e + 108 * n);
  if (work == Work::prune) return plan;
  const ForecastOptions& t = config.task;
  const double samples = static_cast<double>(t.train + t.validation + t.test + t.washout);
  const double features = n * (t.square ? 2 : 1);
  add("task", "features", 8 * samples * features);
  add("task", "ridge regression", 3 * 8 * (features + 1) * (features + 1));
  return plan;
}

MemoryLimit available_memory() {
  MemoryLimit limit{"RAM", std::numeric_limits<double>::infinity()};
  std::ifstream info("/proc/meminfo");
  for (std::string word; info >> word;)
    if (word == "MemAvailable:") {
      double kib = 0;
      if (info >> kib) limit.bytes = kib * 1024;
      break;
    }
  // A container's own limit; "max" is no number and leaves it.
  double most = 0, used = 0;
  if (std::ifstream("/sys/fs/cgroup/memory.max") >> most && std::ifstream("/sys/fs/cgroup/memory.current") >> used &&
      most - used < limit.bytes)
    limit = {"RAM (cgroup)", std::max(most - used, 0.0)};
  return limit;
}

void require_memory(const Config& config, Work work, int cells) {
  const MemoryPlan plan = plan_memory(config, work, cells);
  const MemoryLimit limit = available_memory();
  if (plan.total() <= limit.bytes) return;
  const auto largest = std::max_element(plan.items.begin(), plan.items.end(),
                                        [](const MemoryItem& a, const MemoryItem& b) { return a.bytes < b.bytes; });
  throw MemoryError("memory", "needs " + bytes_text(plan.total()) + ", " + bytes_text(limit.bytes) + " of " +
                                  limit.name + " are available; largest: " + largest->name + " (" + largest->group +
                                  "), " + bytes_text(largest->bytes) +
                                  "; lower network.neurons or network.density, see sprig plan");
}

}  // namespace sprig::app
