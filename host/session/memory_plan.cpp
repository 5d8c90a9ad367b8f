#include "sprig/session/memory_plan.hpp"

#include "host/session/planned_network.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/pruning/options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>

#include "host/session/memory_groups.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/engine/device_model.hpp"
#include "sprig/engine/exchange.hpp"
#include "sprig/engine/plastic.hpp"
#include "sprig/engine/row_groups.hpp"
#include "sprig/engine/slices.hpp"
#include "sprig/instruments/run.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/table.hpp"

namespace sprig {

namespace {

std::uint32_t shortest_delay(const PlannedNetwork& network) {
  return network.uniform_delay ? static_cast<std::uint32_t>(network.delay_slots) - 1 : 1;
}

GpuPlan gpu_plan(const PlannedNetwork& network, const SimulationOptions& options, const cuda::DeviceInfo* gpu) {
  GpuNetwork described;
  described.kind = network.kind;
  described.neurons = static_cast<std::uint32_t>(network.neurons);
  described.min_delay = std::max(shortest_delay(network), 1u);
  described.max_delay = std::max(static_cast<std::uint32_t>(network.delay_slots) - 1, described.min_delay);
  described.step_ms = network.step_ms;
  described.learns = network.plasticity.target_count > 0;
  described.by_events = options.update != UpdateMode::clock && !network.driven;
  return plan_gpu(described, options, gpu ? *gpu : planned_gpu(options.device));
}

// As the backend would cut it: the plain engine of a GPU has one slice, the resident one's are in the plan.
SliceLayout planned_layout(const PlannedNetwork& network, const SimulationOptions& options, int threads,
                           const std::optional<GpuPlan>& gpu) {
  const auto slots = static_cast<std::uint32_t>(network.delay_slots);
  const bool events = options.update != UpdateMode::clock, learns = network.plasticity.target_count > 0;
  SlicePolicy policy;
  policy.weight_bits = options.weight_bits;
  if (gpu) {
    policy.slices = gpu->resident ? gpu->slices : 1;
    policy.narrow = gpu->resident;
  } else {
    policy.slices = options.slices > 0 ? options.slices : static_cast<std::uint32_t>(threads);
    policy.narrow = options.weight_bits == 16;
    policy.by_delay = !events && !learns && options.replicas == 1;
  }
  const auto sources = static_cast<std::uint32_t>(network.neurons);
  return choose_layout(network.kind, static_cast<std::uint32_t>(std::ceil(network.neurons / network.ranks)),
                       static_cast<std::uint64_t>(network.synapses / network.ranks), shortest_delay(network), slots - 1,
                       policy, {}, sources);
}

// Sources that have rows in a rank: all, or, where a rank has fewer synapses than there are neurons, those that have
// some, and then what says which (host/engine/present_rows.hpp).
struct PlannedRows {
  double sources, which_bytes = 0;
};
PlannedRows planned_rows(const PlannedNetwork& network) {
  const double n = network.neurons, own = network.synapses / network.ranks;
  if (network.ranks == 1 || network.stored || own >= n) return {n};
  return {n * -std::expm1(-own / n), n / 64 * (8 + 4)};
}

std::optional<GpuPlan> gpu_if_named(const PlannedNetwork& network, const SimulationOptions& options,
                                    const cuda::DeviceInfo* gpu) {
  if (!options.device.names_gpu()) return {};
  return gpu_plan(network, options, gpu);
}

// How many neurons [[record]] is of, at most: ranges within populations are not looked at.
double recorded_neurons(const Config& config, const RecordSpec& spec, double neurons) {
  if (!spec.indices.empty()) return static_cast<double>(spec.indices.size());
  if (spec.of.empty() || config.description.empty()) return neurons;
  double sum = 0;
  for (const PopulationSpec& population : config.description.populations)
    if (std::find(spec.of.begin(), spec.of.end(), population.name) != spec.of.end()) sum += population.size;
  return sum;
}

// What a run's records hold: two pieces, in each at most so many spikes and values, and a row of what is counted, as it
// comes together and as it is written.
void plan_recording(const Config& config, const PlannedNetwork& network, MemoryPlan& plan) {
  const double n = network.neurons, replicas = config.simulation.replicas;
  const double steps = config.run.duration_ms / config.network.step_ms;
  bool spikes = config.run.record_spikes || config.run.count_window_ms > 0;
  double counted = config.run.count_window_ms > 0 ? n : 0, probed = static_cast<double>(config.run.probe.size());
  double weight_records = 0;
  for (const RecordSpec& spec : config.records) {
    const double neurons = recorded_neurons(config, spec, n);
    spikes = spikes || spec.what == RecordedQuantity::spikes || spec.what == RecordedQuantity::counts;
    if (spec.what == RecordedQuantity::counts) counted += neurons;
    if (is_state(spec.what)) probed += neurons;
    if (spec.what == RecordedQuantity::weights) ++weight_records;
  }
  const auto add = [&](const char* name, double bytes) {
    if (bytes > 0) plan.items.push_back({"recording", name, bytes});
  };
  if (spikes)
    add("spikes of two pieces",
        (2 * sizeof(SpikeEvent) + sizeof(std::uint64_t)) * std::min(double{kPieceSpikes}, n * replicas * steps));
  else
    add("counts of two pieces", 2 * 4 * n * replicas);
  add("counts of a window", 2 * 4 * counted * replicas);
  const double values = std::min(probed, n) * replicas;  // each neuron is probed once
  add("probe", 2 * 3 * sizeof(real) * std::min(std::max(double{kPieceProbeValues}, values), values * steps));
  // The engine's, of two pieces, and as they are written; whose they are, once for all records.
  if (weight_records > 0)
    add("weights that learn", (4 + 2 * 4 + 4 * weight_records + 2 * 4) * network.plastic_synapses);
}

// Whether the resident engine's rows hold places alone (engine/row_groups.hpp).
bool holds_places(const PlannedNetwork& network, const std::optional<GpuPlan>& gpu) {
  return gpu && gpu->resident && gpu->places && network.equal_weights;
}

}  // namespace

double MemoryPlan::total() const {
  double sum = 0;
  for (const MemoryItem& item : items) sum += item.bytes;
  return sum;
}

MemoryPlan MemoryPlan::on_device() const {
  MemoryPlan plan{neurons, synapses, {}, gpu};
  for (const MemoryItem& item : items)
    if (item.on_gpu()) plan.items.push_back(item);
  return plan;
}

MemoryPlan MemoryPlan::on_host() const {
  MemoryPlan plan{neurons, synapses, {}, gpu};
  for (const MemoryItem& item : items)
    if (!item.on_gpu_alone) plan.items.push_back(item);
  return plan;
}

MemoryPlan MemoryPlan::shared_by(std::size_t places) const {
  MemoryPlan share = *this;
  for (MemoryItem& item : share.items) item.bytes /= static_cast<double>(places);
  return share;
}

cuda::DeviceInfo planned_gpu(const Device& device) {
  try {
    if (device != Device::cuda_all) return cuda::use_device(device);
    // The smallest: a piece may come to any of them.
    const std::vector<cuda::DeviceInfo> all = cuda::devices();
    const auto least = std::min_element(all.begin(), all.end(),
                                        [](const auto& a, const auto& b) { return a.free_bytes < b.free_bytes; });
    if (least != all.end()) return *least;
  } catch (const DeviceError&) {  // it is not here
  }
  return *device_model(kDefaultDeviceModel);
}

double synapse_bytes(const PlannedNetwork& network, const SimulationOptions& options, const cuda::DeviceInfo* gpu) {
  const std::optional<GpuPlan> plan = gpu_if_named(network, options, gpu);
  if (holds_places(network, plan)) return sizeof(std::uint16_t);
  const SliceLayout layout = planned_layout(network, options, std::max(options.threads, 1), plan);
  return layout.narrow ? sizeof(NarrowSynapse) : sizeof(WideSynapse);
}

MemoryPlan plan_simulation(const PlannedNetwork& network, const SimulationOptions& options, int threads,
                           const cuda::DeviceInfo* gpu) {
  const double n = network.neurons, e = network.synapses, replicas = options.replicas;
  const double own = n / network.ranks, held = e / network.ranks;
  if (network.ranks > 1)
    require_divisible(options.device, network.plasticity.target_count > 0, static_cast<std::uint32_t>(network.ranks));
  const double receptors = network.kind.receptors, slots = network.delay_slots;
  MemoryPlan plan{n, e, {}, gpu_if_named(network, options, gpu)};
  const bool resident = plan.gpu && plan.gpu->resident;
  const bool drawn_there = resident && !network.stored;
  const auto add = [&](const char* group, const char* name, double bytes, bool on_gpu_alone = false) {
    if (bytes > 0) plan.items.push_back({group, name, bytes, on_gpu_alone});
  };
  if (network.stored) {
    add("network", "offsets", 8 * (n + 1));
    add("network", "targets", 4 * e);
    add("network", "weights", 4 * e);
    add("network", "delays", network.uniform_delay ? 0 : 2 * e);
    if (network.ranks > 1) {  // each has read it whole, and cuts out what is its own
      add("network", "own offsets", 8 * (n + 1));
      add("network", "own targets and weights", (4 + 4) * held);
      add("network", "own delays", network.uniform_delay ? 0 : 2 * held);
    }
  }
  add("network", "neuron parameters", (12 * 8 + 4) * n);
  const SliceLayout layout = planned_layout(network, options, threads, plan.gpu);
  const PlannedRows present = planned_rows(network);
  const double rows = static_cast<double>(layout.rows(static_cast<std::uint32_t>(present.sources)));
  add("engine", "packed synapses",
      resident ? sizeof(SynapseGroup) * n * layout.slices *
                     expected_groups(e / (n * layout.slices), holds_places(network, plan.gpu) ? kPlaces : kGroup)
               : (layout.narrow ? sizeof(NarrowSynapse) : sizeof(WideSynapse)) * held,
      drawn_there);
  add("engine", "packed offsets", resident ? n * (8 + 4 * (layout.slices + 1.0)) : 8 * (rows + 1) * layout.slices,
      drawn_there);
  add("engine", "which sources have rows", present.which_bytes);
  if (resident) {
    add("engine", "mailboxes", static_cast<double>(plan.gpu->mailbox_bytes), true);
    // Near synapses themselves are few.
    add("engine", "directories of near synapses", static_cast<double>(plan.gpu->directory_bytes), true);
  }
  add("engine", "neuron constants", 15 * sizeof(real) * own);
  add("engine", "state", (2 + receptors) * sizeof(real) * own * replicas);
  add("engine", "delay ring", (layout.by_delay ? 1 : slots) * receptors * own * replicas * 4);
  const Plasticity& learning = network.plasticity;
  if (learning.target_count > 0) {
    add("engine", "offsets of plastic synapses", 8 * (n + 1) * layout.slices);
    add("engine", "traces",
        sizeof(StdpTrace) * double(learning.source_count) * layout.slices +
            sizeof(SpikeHistory) * double(learning.target_count));
  }
  return plan;
}

MemoryPlan plan_memory(const Config& config, Work work, int cells, const cuda::DeviceInfo* gpu, int ranks) {
  PlannedNetwork planned = planned_network(config, work);
  planned.ranks = ranks;
  const double n = planned.neurons, e = planned.synapses, copies = cells;
  const LifKind kind = planned.kind;
  const double delay_bytes = planned.uniform_delay ? 0 : 2;
  SimulationOptions simulation = config.simulation;
  simulation.device = device_used(config);
  if (work != Work::run) simulation.replicas = 1;
  MemoryPlan plan = plan_simulation(planned, simulation, team_size(config.simulation.threads), gpu);
  if (work == Work::run) plan_recording(config, planned, plan);
  for (MemoryItem& item : plan.items) item.bytes *= copies;
  const auto add = [&](const char* group, const char* name, double bytes) {
    if (bytes > 0) plan.items.push_back({group, name, bytes * copies});
  };

  if (work == Work::run) return plan;
  const double states = (1 + current_rows(kind)) * n;
  const double k = config.lyapunov.exponents == 0 ? states : std::min<double>(config.lyapunov.exponents, states);
  if (work != Work::operating_point) add("dynamics", "tangent frame and its QR", 3 * 8 * states * k);
  if (work == Work::lyapunov) return plan;
  const auto pruned_by = [&](PruneMethod method) {
    const auto scored = [&](PruneMethod asked) {
      PruneOptions options = config.prune;
      options.method = asked;
      return scoring_method(options) == method;
    };
    const std::vector<PruneMethod>& methods = config.study.methods;
    return work == Work::study   ? std::any_of(methods.begin(), methods.end(), scored)
           : work == Work::prune ? scored(config.prune.method)
                                 : false;
  };
  const auto add_covariance = [&](PruneMethod method) {
    for (const NamedBytes& array : covariance_arrays(method, config.prune.covariance, n, e))
      add("pruning", array.name, array.bytes);
  };
  if (pruned_by(PruneMethod::resistance)) add_covariance(PruneMethod::resistance);
  if (pruned_by(PruneMethod::lnp) || pruned_by(PruneMethod::noise)) add_covariance(PruneMethod::noise);
  const PruneOptions& p = config.prune;
  if (p.neuron_fraction > 0 && work != Work::operating_point &&
      (p.neurons_by == NeuronChoice::betweenness || (p.neurons_by == NeuronChoice::own && pruned_by(PruneMethod::lnp))))
    add("pruning", "betweenness", step_two_bytes(p, n, e, team_size(config.simulation.threads)));
  const TimescaleOptions& search = config.prune.timescales;
  if (search.evaluations > 0 && (pruned_by(PruneMethod::lnp) || (search.every_method && work != Work::operating_point)))
    add("pruning", "candidates of step IV",
        std::min(search.batch, static_cast<std::uint32_t>(team_size(config.simulation.threads))) *
            ((4 + 4 + 8 + delay_bytes) * e + 108 * n + 3 * 8 * states * k));
  // A round holds what it began with, a trial and the best one so far.
  if (work != Work::operating_point) add("pruning", "pruned copies", 3 * ((4 + 4 + 8 + delay_bytes) * e + 108 * n));
  if (work == Work::prune) return plan;
  const TaskOptions& t = config.task;
  const double rows = t.is_classification() ? t.images.batch  // gathered batch by batch
                                            : static_cast<double>(t.train + t.validation + t.test + t.washout);
  const double features = n * (t.is_classification() ? t.images.windows : 1) * (t.square ? 2 : 1);
  add("task", "features", 8 * rows * features);
  add("task", "ridge regression", 3 * 8 * (features + 1) * (features + 1));
  return plan;
}

MemoryLimit available_memory() {
  // A virtual machine may be given memory as it is used, and tell of little before.
  if (const char* told = std::getenv("SPRIG_MEMORY_BYTES")) {
    double bytes = 0;
    const char* const end = told + std::strlen(told);
    if (const auto [stop, error] = std::from_chars(told, end, bytes);
        stop != end || error != std::errc{} || !(bytes > 0) || std::isinf(bytes))
      refuse("SPRIG_MEMORY_BYTES", shown(std::string(told)), "a number of bytes, such as 128e9");
    return {"RAM (SPRIG_MEMORY_BYTES)", bytes};
  }
  MemoryLimit limit{"RAM", std::numeric_limits<double>::infinity()};
  std::ifstream info("/proc/meminfo");
  for (std::string word; info >> word;)
    if (word == "MemAvailable:") {
      double kib = 0;
      if (info >> kib) limit.bytes = kib * 1024;
      break;
    }
  if (const double left = memory_left_by_groups(); left < limit.bytes) limit = {"RAM (cgroup)", left};
  return limit;
}

MemoryLimit memory_of(const cuda::DeviceInfo& device) {
  return {"device " + std::to_string(device.index) + " (" + device.name + ")", static_cast<double>(device.free_bytes)};
}

void require_fits(const MemoryPlan& plan, const MemoryLimit& limit, const char* hint) {
  if (plan.total() <= limit.bytes) return;
  const auto largest = std::max_element(plan.items.begin(), plan.items.end(),
                                        [](const MemoryItem& a, const MemoryItem& b) { return a.bytes < b.bytes; });
  throw MemoryError("memory", "needs " + bytes_text(plan.total()) + ", " + bytes_text(limit.bytes) + " of " +
                                  limit.name + " are available; largest: " + largest->name + " (" + largest->group +
                                  "), " + bytes_text(largest->bytes) + "; lower " + hint + ", see sprig plan");
}

const char* network_memory_hint(const Config& config) {
  return config.description.empty() ? kNetworkMemoryHint : "a size of [[population]] or a rule of [[projection]]";
}

void require_memory(const Config& config, Work work, int cells) {
  require_fits(plan_memory(config, work, cells).on_host(), available_memory(), network_memory_hint(config));
}

}  // namespace sprig
