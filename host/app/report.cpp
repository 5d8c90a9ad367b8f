// sprig report: (re)draws the page of a run folder.
#include "sprig/report/report.hpp"

#include "host/app/verbs.hpp"
#include "sprig/session/output.hpp"

namespace sprig::app {

int report_verb(const Command& command) {
  write_report(command.folder);
  if (!command.quiet) write_stdout("written to " + command.folder + "/report.html\n");
  return 0;
}

}  // namespace sprig::app
