// sprig report: (re)draws the page of a run folder.
#include "sprig/report/report.hpp"

#include "host/app/verbs.hpp"
#include "sprig/session/output.hpp"

namespace sprig::app {

int report_verb(const Command& command) {
  write_report(command.folder);
  const std::size_t figures = command.figures.empty() ? 0 : write_figures(command.folder, command.figures);
  if (figures > 0 && !command.quiet)
    write_stdout(std::to_string(figures) + " figures written to " + command.figures + "\n");
  if (!command.quiet) write_stdout("written to " + command.folder + "/report.html\n");
  return 0;
}

}  // namespace sprig::app
