// The figures at the top of a page, verb by verb.
#include <cmath>

#include "host/report/sections.hpp"
#include "sprig/formats/markup.hpp"

namespace sprig::report {

namespace {

std::string arrow(double before, double after, int digits) {
  return figure(before, digits) + " \u2192 " + figure(after, digits);
}

void prune_tiles(Page& page, const Node& r) {
  const auto both = [&](const char* name, const std::string& key, int digits, bool share) {
    const double before = r[key + "_before"].number(), after = r[key + "_after"].number();
    page.tile(name, arrow(before, after, digits), share ? figure(100 * after / before, 3) + "\u00A0% kept" : "");
  };
  page.tile("method", r["method"].text(), "to " + figure(100 * r["density"].number(), 3) + "\u00A0% of the synapses");
  both("neurons", "neurons", 9, true);
  both("synapses", "synapses", 9, true);
  both("\u03BB max (1/ms)", "lambda_max", 2, false);
  both("mean rate (Hz)", "mean_rate", 3, false);
}

void run_tiles(Page& page, const Node& r) {
  page.tile("neurons", figure(r["neurons"].number(), 9));
  page.tile("synapses", figure(r["synapses"].number(), 9));
  page.tile("simulated (s)", figure(r["steps"].number() * r["step_ms"].number() / 1000));
  page.tile("spikes", figure(r["spikes"].number(), 12));
  page.tile("mean rate (Hz)", figure(r["mean_rate_hz"].number(), 3));
  page.tile("real-time factor", figure(r["rtf"].number(), 3), "wall-clock time over simulated time");
}

void lyapunov_tiles(Page& page, const Node& r) {
  const auto exponents = r["exponents"].numbers();
  page.tile("neurons", figure(r["neurons"].number(), 9));
  page.tile("synapses", figure(r["synapses"].number(), 9));
  page.tile("\u03BB max (1/ms)", exponents.empty() ? "n/a" : figure(exponents.front(), 3));
  page.tile("Kaplan-Yorke dimension",
            (r["dimension_is_bound"].flag() ? "\u2265 " : "") + figure(r["dimension"].number(), 4));
  page.tile("entropy (1/ms)", figure(r["entropy"].number(), 3));
  page.tile("mean rate (Hz)", figure(r["mean_rate_hz"].number(), 3));
}

void study_tiles(Page& page, const Node& r) {
  const auto count = [&](const char* name, const char* key) {
    const auto items = r[key].items();
    if (!items.empty()) page.tile(name, figure(static_cast<double>(items.size()), 9));
  };
  count("cells done", "cells");
  count("rows of the table", "summary");
  std::size_t counting_tasks = 0, tasks = 0;
  for (const Node& task : r["tasks"].items()) ++tasks, counting_tasks += task["counts"].flag() ? 1 : 0;
  if (tasks > 0)
    page.tile("tasks that count", std::to_string(counting_tasks) + " of " + std::to_string(tasks),
              "dense beats none by 20\u00A0%");
}

void learn_tiles(Page& page, const Node& r) {
  for (const Node& network : r["networks"].items())
    page.tile("accuracy, " + network["network"].text(),
              figure(100 * network["accuracy"]["mean"].number(), 3) + "\u00A0%",
              figure(network["neurons"].number(), 9) + " neurons");
  if (r["presentations_per_s"].there())
    page.tile("presentations a second", figure(r["presentations_per_s"].number(), 3), "all models together");
}

}  // namespace

void draw_summary(Page& page, const RunData& run) {
  const Node result = run.result();
  const std::string verb = run.manifest()["verb"].text();
  if (result["complete"].there() && !result["complete"].flag())
    page.notice("Stopped early: everything below is of what was done until then.");
  if (verb == "prune") prune_tiles(page, result);
  if (verb == "run") run_tiles(page, result);
  if (verb == "lyapunov") lyapunov_tiles(page, result);
  if (verb == "study") study_tiles(page, result);
  if (verb == "learn" || verb == "train") learn_tiles(page, result);
}

}  // namespace sprig::report
