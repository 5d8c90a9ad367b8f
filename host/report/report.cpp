#include "sprig/report/report.hpp"

#include "host/report/sections.hpp"
#include "sprig/core/error.hpp"
#include "sprig/formats/atomic_file.hpp"
#include "sprig/formats/markup.hpp"

namespace sprig {

namespace {

std::string page_of(const report::RunData& run) {
  using namespace report;
  const Node manifest = run.manifest();
  const std::string verb = manifest["verb"].text(), device = manifest["device"].text();
  Page page(run.name, "sprig " + verb,
            "Seed " + figure(manifest["seed"].number(), 10) + ", " + (device.empty() ? "" : device + ", ") +
                manifest["started"].text() + ", " + figure(manifest["wall_s"].number(), 3) + " s, version " +
                manifest["version"].text() + " (" + manifest["git_revision"].text() + ")");
  for (const Node& warning : run.result()["warnings"].items()) page.notice(warning.text());
  draw_summary(page, run);
  draw_study(page, run);
  draw_learn(page, run);
  draw_model_search(page, run);
  if (verb != "study" && verb != "learn" && verb != "search") {
    draw_spectra(page, run);
    draw_activity(page, run);
    draw_structure(page, run);
  }
  draw_search(page, run);
  draw_run(page, run);
  return page.text();
}

}  // namespace

void write_report(const std::string& folder) {
  const report::RunData run = report::read_run(folder);
  std::string page;
  try {
    page = page_of(run);
  } catch (const NumericalError& error) {
    throw InputError(folder, std::string("holds values that cannot be drawn: ") + error.what());
  }
  write_file(folder + "/report.html", page);
}

}  // namespace sprig
