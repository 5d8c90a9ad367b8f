#include "sprig/report/report.hpp"

#include "host/report/figure_files.hpp"
#include "host/report/sections.hpp"
#include "sprig/core/error.hpp"
#include "sprig/formats/atomic_file.hpp"
#include "sprig/formats/markup.hpp"

namespace sprig {

namespace {

report::Page page_of(const report::RunData& run) {
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
  if (verb != "study" && verb != "learn" && verb != "train" && verb != "search") {
    draw_spectra(page, run);
    draw_activity(page, run);
    draw_structure(page, run);
  }
  draw_search(page, run);
  draw_run(page, run);
  return page;
}

// Calls use(page) with the page of a folder.
template <class Use>
auto with_page(const std::string& folder, const Use& use) {
  const report::RunData run = report::read_run(folder);
  try {
    report::Page page = page_of(run);
    return use(page);
  } catch (const NumericalError& error) {
    throw InputError(folder, std::string("holds values that cannot be drawn: ") + error.what());
  }
}

}  // namespace

void write_report(const std::string& folder) {
  write_file(folder + "/report.html", with_page(folder, [](report::Page& page) { return page.text(); }));
}

std::size_t write_figures(const std::string& folder, const std::string& to) {
  return with_page(folder, [&](report::Page& page) { return report::write_figure_files(page.figures(), to); });
}

}  // namespace sprig
