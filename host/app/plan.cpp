// sprig plan: bytes per array, and what fits, before anything is allocated.
#include <algorithm>

#include "sprig/app/command.hpp"
#include "sprig/app/memory_plan.hpp"
#include "sprig/app/session.hpp"
#include "sprig/app/table.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/engine/device.hpp"

namespace sprig::app {

namespace {

constexpr std::pair<Work, const char*> kWorks[] = {
    {Work::run, "run"}, {Work::lyapunov, "lyapunov"}, {Work::prune, "prune"}, {Work::study, "study"}};

// Bytes of the groups that live on the device.
double device_bytes(const MemoryPlan& plan) {
  double sum = 0;
  for (const MemoryItem& item : plan.items)
    if (item.group == "engine" || item.group == "dynamics") sum += item.bytes;
  return sum;
}

}  // namespace

int plan_verb(const Command& command) {
  const MemoryLimit limit = available_memory();
  const auto devices =
      command.config.simulation.device == Device::cpu ? std::vector<cuda::DeviceInfo>{} : cuda::devices();
  TextTable arrays({"group", "array", "bytes"}), works({"verb", "RAM", "fits"});
  Json result{{"available", {{"name", limit.name}, {"bytes", limit.bytes}}}};
  bool run_fits = true;
  for (const auto& [work, name] : kWorks) {
    const MemoryPlan plan = plan_memory(command.config, work);
    const bool on_device = !devices.empty();
    const bool fits =
        plan.total() <= limit.bytes && (!on_device || device_bytes(plan) <= static_cast<double>(devices[0].free_bytes));
    if (work == Work::run) {
      run_fits = fits;
      result["neurons"] = plan.neurons;
      result["synapses"] = plan.synapses;
    }
    Json items = Json::array();
    for (const MemoryItem& item : plan.items) {
      items.push_back({{"group", item.group}, {"array", item.name}, {"bytes", item.bytes}});
      const bool shown = work == Work::study || item.group == "recording";
      if (shown) arrays.add({item.group, item.name, bytes_text(item.bytes)});
    }
    works.add({name, bytes_text(plan.total()), fits ? "yes" : "no"});
    Json entry{{"bytes", plan.total()}, {"fits", fits}, {"arrays", items}};
    if (on_device) entry["device_bytes"] = device_bytes(plan);
    result["verbs"][name] = entry;
  }
  result["fits"] = run_fits;
  if (!command.quiet) {
    std::string text = number_text(result["neurons"].get<double>(), 12) + " neurons, " +
                       number_text(result["synapses"].get<double>(), 12) + " synapses expected; " +
                       bytes_text(limit.bytes) + " of " + limit.name + " available\n";
    for (const auto& d : devices)
      text += "device " + std::to_string(d.index) + ": " + d.name + ", " +
              bytes_text(static_cast<double>(d.free_bytes)) + " free\n";
    std::fputs((text + "\n" + arrays.text() + "\n" + works.text()).c_str(), stdout);
  }
  if (!command.out.empty()) {
    Session session(command);
    session.finish(result, Hash().hex(), "none", true);
  }
  if (!run_fits) require_memory(command.config, Work::run);
  return run_fits ? 0 : static_cast<int>(Exit::memory);
}

}  // namespace sprig::app
