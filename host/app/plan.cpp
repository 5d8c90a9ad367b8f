// sprig plan: bytes per array, and what fits, before anything is allocated.
#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "host/app/bench/recipes.hpp"
#include "host/app/learn/plan.hpp"
#include "host/app/verbs.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/engine/weight_rounding.hpp"
#include "sprig/instruments/stimulation.hpp"
#include "sprig/session/memory_plan.hpp"
#include "sprig/session/network.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/result_json.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

struct VerbPlan {
  std::string verb;
  MemoryPlan plan;
  bool all_shown;  // every array, or what it has beside the others
  const char* hint = kNetworkMemoryHint;
  std::size_t gpus = 1;    // that share what is on the device
  std::string sizes = {};  // what models of [learn] take, compared
};

// Plans `bench` when a network for it is named, `train` when [layered] is, `learn` when [learn] is; else the verbs for
// the network of [network]. gpu: null where they run on the CPU.
// ranks: among which a network is divided.
std::vector<VerbPlan> plans_of(const Config& config, const cuda::DeviceInfo* gpu, int ranks) {
  const auto divided = [ranks](bool is, const char* what) {
    if (ranks > 1 && !is)
      throw UsageError("--ranks",
                       "found " + shown(ranks) + ": " + what +
                           " is not divided among ranks; allowed with networks that sprig run simulates, and "
                           "with sprig bench but for bench.network = \"prune\"");
  };
  if (config.given.contains("bench.network")) {
    Config resolved = config;
    resolve_bench(resolved);
    divided(resolved.bench.network != BenchNetwork::prune, "a pruning");
    Benchmark benchmark = make_benchmark(resolved);
    for (BenchCase& one : benchmark.cases) one.planned.ranks = ranks;
    return {{"bench", plan_benchmark(benchmark, resolved, gpu), true}};
  }
  const auto names = [&](const char* section) {
    return std::any_of(config.given.begin(), config.given.end(),
                       [&](const std::string& key) { return key.starts_with(section); });
  };
  const bool layered = names("layered.");
  if (layered || names("learn.")) {
    divided(false, "what [learn] describes");
    const std::size_t gpus = config.simulation.device == Device::cuda_all ? cuda::usable_gpus().size() : 1;
    const int blocks = gpu ? gpu->multiprocessors * static_cast<int>(gpus) : 0;
    const LearnImages images(config.learn);
    const ModelSection section = layered ? ModelSection::layered : ModelSection::learn;
    return {{layered ? "train" : "learn", plan_learning(config, images, blocks, section), true,
             learn_memory_hint(section), gpus, layered ? std::string() : model_sizes(config, images)}};
  }
  for (const std::string& key : config.given)
    if (key.starts_with("bench."))
      throw ConfigError("bench.network",
                        "is needed: " + key + " has no effect without it; sprig bench --help lists them");
  const char* hint = network_memory_hint(config);
  if (ranks > 1) return {{"run", plan_memory(config, Work::run, 1, gpu, ranks), true, hint}};
  return {{"run", plan_memory(config, Work::run, 1, gpu), false, hint},
          {"lyapunov", plan_memory(config, Work::lyapunov, 1, gpu), false, hint},
          {"prune", plan_memory(config, Work::prune, 1, gpu), false, hint},
          {"study", plan_memory(config, Work::study, 1, gpu), true, hint}};
}

// What a verb takes where, and whether that is there. device: null where it runs on the CPU.
struct Takes {
  MemoryPlan on_host, on_device;
  bool fits;
};
Takes takes_of(const VerbPlan& of, const MemoryLimit& ram, const MemoryLimit* device) {
  Takes takes{of.plan.on_host(), of.plan.on_device().shared_by(of.gpus), true};
  takes.fits = takes.on_host.total() <= ram.bytes && (!device || takes.on_device.total() <= device->bytes);
  return takes;
}

// The GPU to plan for, if it comes to one: described by flags, or here.
std::optional<cuda::DeviceInfo> gpu_of(const Command& command, const Device& device) {
  if (command.gpu) return command.gpu;
  if (!device.names_gpu()) return {};
  return planned_gpu(device);
}

std::string gpu_text(const cuda::DeviceInfo& gpu, bool described) {
  return (described ? "device, as described: " : "device " + std::to_string(gpu.index) + ": ") + gpu.name + ", " +
         std::to_string(gpu.multiprocessors) + " SMs, " + bytes_text(static_cast<double>(gpu.free_bytes)) +
         (described ? "" : " free") + "\n";
}

Json gpu_json(const cuda::DeviceInfo& gpu, bool described) {
  return {{"name", gpu.name},
          {"described", described},
          {"multiprocessors", gpu.multiprocessors},
          {"bytes", gpu.free_bytes},
          {"shared_bytes_a_block", gpu.shared_per_block_bytes},
          {"l2_bytes", gpu.l2_bytes}};
}

// With columns for RAM and for the device where there is one.
std::vector<std::string> array_row(const MemoryItem& item, bool device) {
  const std::string bytes = bytes_text(item.bytes);
  if (!device) return {item.group, item.name, bytes};
  return {item.group, item.name, item.on_gpu_alone ? "" : bytes, item.on_gpu() ? bytes : ""};
}

void add_reason(std::vector<std::pair<std::string, std::string>>& reasons, const std::string& why,
                const std::string& verb) {
  for (auto& [known, verbs] : reasons)
    if (known == why) {
      verbs += ", " + verb;
      return;
    }
  reasons.emplace_back(why, verb);
}

std::string engine_name(const std::optional<GpuPlan>& plan) {
  return !plan ? "-" : plan->resident ? "resident" : "plain";
}

Json verb_json(const MemoryPlan& plan, const Takes& takes, bool device) {
  Json items = Json::array();
  for (const MemoryItem& item : plan.items) {
    items.push_back({{"group", item.group}, {"array", item.name}, {"bytes", item.bytes}});
    if (device) items.back().update({{"in_ram", !item.on_gpu_alone}, {"on_device", item.on_gpu()}});
  }
  Json json{{"bytes", takes.on_host.total()}, {"fits", takes.fits}, {"arrays", items}};
  if (device) json["device_bytes"] = takes.on_device.total();
  if (!plan.gpu) return json;
  json.update({{"engine", engine_name(plan.gpu)}, {"why", plan.gpu->why}});
  if (plan.gpu->resident)
    json.update({{"blocks", plan.gpu->blocks},
                 {"threads", plan.gpu->threads},
                 {"shared_bytes_a_block", plan.gpu->shared_bytes}});
  return json;
}

constexpr double kMadeForThePlan = 2e6;   // synapses: the weights of networks up to here are looked at
constexpr double kDrawnForThePlan = 1e7;  // neurons: a gigabyte, and seconds; beyond, nothing of a network is made

// How finely a run of the network would hold its weights; empty where that is not known before it is made.
struct PlannedWeights {
  std::vector<WeightRounding> rounding;
  std::vector<std::string> populations;
  Json json;
  std::string refusal;  // what a run would say
  bool looked_at = false;
};
PlannedWeights planned_weights(const Config& config, double neurons, double synapses) {
  PlannedWeights planned;
  if (neurons > kDrawnForThePlan) return planned;
  const bool small = synapses <= kMadeForThePlan;
  if (!small && (!config.network_file.empty() || config.description.empty())) return planned;
  if (!small && forecast(read_description(config)).stored) return planned;
  planned.looked_at = true;
  BuiltNetwork built = make_network(config, config.simulation.seed);
  const Network& network = network_of(built);
  if (small) {
    SimulationOptions options = config.simulation;
    options.device = Device::cpu;
    options.replicas = 1;
    options.weight_error = std::numeric_limits<double>::max();  // it is to be shown
    planned.rounding =
        make_simulation(built, make_drive(config.drive, network.size()), make_stimuli(config, network.step_ms), options)
            ->weight_rounding();
  } else if (const auto* procedural = std::get_if<ProceduralNetwork>(&built)) {
    planned.rounding = expected_rounding(*procedural, config.simulation.weight_bits);
  }
  planned.json = fixed_point_json(network, planned.rounding);
  for (const Population& population : network.populations) planned.populations.push_back(population.name);
  try {
    const int bits = config.simulation.weight_bits;
    require_precision(network, planned.rounding, weight_error_limit(config.simulation.weight_error, bits), bits);
  } catch (const ConfigError& error) {
    planned.refusal = error.what();
  }
  return planned;
}

std::string weights_text(const PlannedWeights& planned) {
  if (!planned.looked_at)
    return "\nhow finely weights are held is not known before a run: they are more than " +
           number_text(kMadeForThePlan, 3) + ", or are of more than " + number_text(kDrawnForThePlan, 3) + " neurons\n";
  if (planned.rounding.empty()) return "";
  TextTable table({"weights onto", "receptor", "unit", "typical", "largest", "error / typical", "rounded to 0"});
  for (const WeightRounding& one : planned.rounding)
    table.add({planned.populations[one.population], std::to_string(one.receptor), number_text(one.unit, 3),
               number_text(one.typical, 4), number_text(one.largest, 4), number_text(one.error, 2),
               number_text(one.vanished, 4) + " of " + number_text(one.weights, 4)});
  return "\n" + table.text() + (planned.refusal.empty() ? "" : "a run would be refused: " + planned.refusal + "\n");
}

}  // namespace

int plan_verb(const Command& command) {
  Config config = command.config;
  if (command.ranks > 1 && config.simulation.device == Device::automatic) config.simulation.device = Device::cpu;
  config.simulation.device = device_used(config);
  const MemoryLimit limit = available_memory();
  const std::optional<cuda::DeviceInfo> gpu = gpu_of(command, config.simulation.device);
  std::optional<MemoryLimit> device;
  if (gpu) device = command.gpu ? MemoryLimit{gpu->name, static_cast<double>(gpu->free_bytes)} : memory_of(*gpu);
  TextTable arrays = device ? TextTable({"group", "array", "RAM", "device"}) : TextTable({"group", "array", "bytes"});
  TextTable works =
      device ? TextTable({"verb", "RAM", "device", "engine", "fits"}) : TextTable({"verb", "RAM", "fits"});
  Json result{{"available", {{"name", limit.name}, {"bytes", limit.bytes}}}};
  if (gpu) result["device"] = gpu_json(*gpu, command.gpu.has_value());
  const std::vector<VerbPlan> plans = plans_of(config, gpu ? &*gpu : nullptr, command.ranks);
  const Takes first = takes_of(plans.front(), limit, device ? &*device : nullptr);
  if (command.ranks > 1) result["ranks"] = command.ranks;
  result["neurons"] = first.on_host.neurons;
  result["synapses"] = first.on_host.synapses;
  if (!plans.front().sizes.empty()) result["models"] = plans.front().sizes;
  std::vector<std::pair<std::string, std::string>> engines;  // the reason, and the verbs that it holds for
  for (const VerbPlan& verb : plans) {
    const Takes takes = takes_of(verb, limit, device ? &*device : nullptr);
    result["verbs"][verb.verb] = verb_json(verb.plan, takes, device.has_value());
    for (const MemoryItem& item : verb.plan.items)
      if (verb.all_shown || item.group == "recording") arrays.add(array_row(item, device.has_value()));
    std::vector<std::string> row{verb.verb, bytes_text(takes.on_host.total())};
    const std::string engine = engine_name(verb.plan.gpu);
    if (device) row.insert(row.end(), {bytes_text(takes.on_device.total()), engine});
    row.push_back(takes.fits ? "yes" : "no");
    works.add(row);
    if (verb.plan.gpu) add_reason(engines, "the " + engine + " engine; " + verb.plan.gpu->why, verb.verb);
  }
  result["fits"] = result["verbs"][plans.front().verb]["fits"];
  PlannedWeights weights;
  weights.looked_at = plans.front().verb != "run" || !first.fits;  // there is nothing to look at
  if (!weights.looked_at) weights = planned_weights(config, first.on_host.neurons, first.on_host.synapses);
  if (!weights.rounding.empty()) result["fixed_point"] = weights.json;
  if (!command.quiet) {
    std::string text = number_text(result["neurons"].get<double>(), 12) + " neurons, " +
                       number_text(result["synapses"].get<double>(), 12) + " synapses expected; " +
                       bytes_text(limit.bytes) + " of " + limit.name + " available\n";
    if (gpu) text += gpu_text(*gpu, command.gpu.has_value());
    if (command.ranks > 1)
      text +=
          "of one rank of " + shown(command.ranks) + ", the one that writes; ranks of one machine share its memory\n";
    text += "\n" + arrays.text() + "\n" + works.text() + (engines.empty() ? "" : "\n");
    for (const auto& [why, verbs] : engines) text += verbs + ": " + why + "\n";
    text += weights_text(weights);
    if (!plans.front().sizes.empty()) text += "\n" + plans.front().sizes;
    write_stdout(text);
  }
  if (!command.out.empty()) {
    Session session(command);
    session.finish(result, Hash().hex(), "none", true);
  }
  const char* hint = plans.front().hint;
  require_fits(first.on_host, limit, hint);  // what does not fit is said with its numbers
  if (device) require_fits(first.on_device, *device, hint);
  return 0;
}

}  // namespace sprig::app
