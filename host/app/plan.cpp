// sprig plan: bytes per array, and what fits, before anything is allocated.
#include <algorithm>
#include <optional>

#include "host/app/bench/recipes.hpp"
#include "host/app/learn/models.hpp"
#include "host/app/verbs.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/session/memory_plan.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

struct VerbPlan {
  std::string verb;
  MemoryPlan plan;
  bool all_shown;  // every array, or what it has beside the others
  const char* hint = kNetworkMemoryHint;
};

// Plans `bench` when a network for it is named, `learn` when [learn] is; else the verbs for the network of
// [network].
std::vector<VerbPlan> plans_of(const Config& config) {
  if (config.given.contains("bench.network")) {
    Config resolved = config;
    resolve_bench(resolved);
    return {{"bench", plan_benchmark(make_benchmark(resolved), resolved), true}};
  }
  if (std::any_of(config.given.begin(), config.given.end(),
                  [](const std::string& key) { return key.starts_with("learn."); }))
    return {{"learn", plan_learning(config, LearnImages(config.learn)), true, kLearnMemoryHint}};
  for (const std::string& key : config.given)
    if (key.starts_with("bench."))
      throw ConfigError("bench.network",
                        "is needed: " + key + " has no effect without it; sprig bench --help lists them");
  return {{"run", plan_memory(config, Work::run), false},
          {"lyapunov", plan_memory(config, Work::lyapunov), false},
          {"prune", plan_memory(config, Work::prune), false},
          {"study", plan_memory(config, Work::study), true}};
}

bool fits_in(const MemoryPlan& plan, const MemoryLimit& limit) { return plan.total() <= limit.bytes; }

}  // namespace

int plan_verb(const Command& command) {
  const MemoryLimit limit = available_memory();
  const auto devices =
      command.config.simulation.device == Device::cpu ? std::vector<cuda::DeviceInfo>{} : cuda::devices();
  TextTable arrays({"group", "array", "bytes"}), works({"verb", "RAM", "fits"});
  Json result{{"available", {{"name", limit.name}, {"bytes", limit.bytes}}}};
  std::optional<MemoryLimit> device;  // the one that is used
  if (!devices.empty()) device = memory_of(devices[0]);
  const std::vector<VerbPlan> plans = plans_of(command.config);
  const MemoryPlan& first = plans.front().plan;
  result["neurons"] = first.neurons;
  result["synapses"] = first.synapses;
  for (const auto& [verb, plan, all_shown, hint] : plans) {
    const bool fits = fits_in(plan, limit) && (!device || fits_in(plan.on_device(), *device));
    Json items = Json::array();
    for (const MemoryItem& item : plan.items) {
      items.push_back({{"group", item.group}, {"array", item.name}, {"bytes", item.bytes}});
      if (all_shown || item.group == "recording") arrays.add({item.group, item.name, bytes_text(item.bytes)});
    }
    works.add({verb, bytes_text(plan.total()), fits ? "yes" : "no"});
    Json entry{{"bytes", plan.total()}, {"fits", fits}, {"arrays", items}};
    if (device) entry["device_bytes"] = plan.on_device().total();
    result["verbs"][verb] = entry;
  }
  result["fits"] = result["verbs"][plans.front().verb]["fits"];
  if (!command.quiet) {
    std::string text = number_text(result["neurons"].get<double>(), 12) + " neurons, " +
                       number_text(result["synapses"].get<double>(), 12) + " synapses expected; " +
                       bytes_text(limit.bytes) + " of " + limit.name + " available\n";
    for (const auto& d : devices)
      text += "device " + std::to_string(d.index) + ": " + d.name + ", " +
              bytes_text(static_cast<double>(d.free_bytes)) + " free\n";
    write_stdout(text + "\n" + arrays.text() + "\n" + works.text());
  }
  if (!command.out.empty()) {
    Session session(command);
    session.finish(result, Hash().hex(), "none", true);
  }
  const char* hint = plans.front().hint;
  require_fits(first, limit, hint);  // what does not fit is said with its numbers
  if (device) require_fits(first.on_device(), *device, hint);
  return 0;
}

}  // namespace sprig::app
