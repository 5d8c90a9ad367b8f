// sprig plan: bytes per array, and what fits, before anything is allocated.
#include <algorithm>
#include <optional>
#include <utility>

#include "host/app/bench/recipes.hpp"
#include "host/app/learn/models.hpp"
#include "host/app/verbs.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/session/memory_plan.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

struct VerbPlan {
  std::string verb;
  MemoryPlan plan;
  bool all_shown;  // every array, or what it has beside the others
  const char* hint = kNetworkMemoryHint;
  std::size_t gpus = 1;  // that share what is on the device
};

// Plans `bench` when a network for it is named, `learn` when [learn] is; else the verbs for the network of
// [network]. gpu: null where they run on the CPU.
std::vector<VerbPlan> plans_of(const Config& config, const cuda::DeviceInfo* gpu) {
  if (config.given.contains("bench.network")) {
    Config resolved = config;
    resolve_bench(resolved);
    return {{"bench", plan_benchmark(make_benchmark(resolved), resolved, gpu), true}};
  }
  if (std::any_of(config.given.begin(), config.given.end(),
                  [](const std::string& key) { return key.starts_with("learn."); })) {
    const std::size_t gpus = config.simulation.device == Device::cuda_all ? cuda::usable_gpus().size() : 1;
    const int blocks = gpu ? gpu->multiprocessors * static_cast<int>(gpus) : 0;
    return {{"learn", plan_learning(config, LearnImages(config.learn), blocks), true, kLearnMemoryHint, gpus}};
  }
  for (const std::string& key : config.given)
    if (key.starts_with("bench."))
      throw ConfigError("bench.network",
                        "is needed: " + key + " has no effect without it; sprig bench --help lists them");
  return {{"run", plan_memory(config, Work::run, 1, gpu), false},
          {"lyapunov", plan_memory(config, Work::lyapunov, 1, gpu), false},
          {"prune", plan_memory(config, Work::prune, 1, gpu), false},
          {"study", plan_memory(config, Work::study, 1, gpu), true}};
}

bool fits_in(const MemoryPlan& plan, const MemoryLimit& limit) { return plan.total() <= limit.bytes; }

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

Json engine_json(const GpuPlan& plan) {
  Json json{{"engine", plan.resident ? "resident" : "plain"}, {"why", plan.why}};
  if (plan.resident)
    json.update({{"blocks", plan.blocks}, {"threads", plan.threads}, {"shared_bytes_a_block", plan.shared_bytes}});
  return json;
}

}  // namespace

int plan_verb(const Command& command) {
  Config config = command.config;
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
  const std::vector<VerbPlan> plans = plans_of(config, gpu ? &*gpu : nullptr);
  const MemoryPlan& first = plans.front().plan;
  result["neurons"] = first.neurons;
  result["synapses"] = first.synapses;
  std::vector<std::pair<std::string, std::string>> engines;  // the reason, and the verbs that it holds for
  for (const auto& [verb, plan, all_shown, hint, gpus] : plans) {
    const MemoryPlan on_host = plan.on_host(), on_device = plan.on_device().shared_by(gpus);
    const bool fits = fits_in(on_host, limit) && (!device || fits_in(on_device, *device));
    Json items = Json::array();
    for (const MemoryItem& item : plan.items) {
      items.push_back({{"group", item.group}, {"array", item.name}, {"bytes", item.bytes}});
      if (device) items.back().update({{"in_ram", !item.on_gpu_alone}, {"on_device", item.on_gpu()}});
      if (all_shown || item.group == "recording") arrays.add(array_row(item, device.has_value()));
    }
    Json entry{{"bytes", on_host.total()}, {"fits", fits}, {"arrays", items}};
    if (device) {
      entry["device_bytes"] = on_device.total();
      if (plan.gpu) entry.update(engine_json(*plan.gpu));
      const std::string engine = plan.gpu ? plan.gpu->resident ? "resident" : "plain" : "-";
      works.add({verb, bytes_text(on_host.total()), bytes_text(on_device.total()), engine, fits ? "yes" : "no"});
      if (plan.gpu) add_reason(engines, "the " + engine + " engine; " + plan.gpu->why, verb);
    } else {
      works.add({verb, bytes_text(on_host.total()), fits ? "yes" : "no"});
    }
    result["verbs"][verb] = entry;
  }
  result["fits"] = result["verbs"][plans.front().verb]["fits"];
  if (!command.quiet) {
    std::string text = number_text(result["neurons"].get<double>(), 12) + " neurons, " +
                       number_text(result["synapses"].get<double>(), 12) + " synapses expected; " +
                       bytes_text(limit.bytes) + " of " + limit.name + " available\n";
    if (gpu) text += gpu_text(*gpu, command.gpu.has_value());
    text += "\n" + arrays.text() + "\n" + works.text() + (engines.empty() ? "" : "\n");
    for (const auto& [why, verbs] : engines) text += verbs + ": " + why + "\n";
    write_stdout(text);
  }
  if (!command.out.empty()) {
    Session session(command);
    session.finish(result, Hash().hex(), "none", true);
  }
  const char* hint = plans.front().hint;
  require_fits(first.on_host(), limit, hint);  // what does not fit is said with its numbers
  if (device) require_fits(first.on_device().shared_by(plans.front().gpus), *device, hint);
  return 0;
}

}  // namespace sprig::app
