#include "host/app/man_page.hpp"

#include <sstream>

#include "sprig/core/version.hpp"

namespace sprig::app {

namespace {

// Text of one paragraph: backslashes and hyphens as roff wants them, no line that begins a macro.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  std::istringstream lines(out);
  std::string safe;
  for (std::string line; std::getline(lines, line);)
    safe += (!line.empty() && (line[0] == '.' || line[0] == '\'') ? "\\&" : "") + line + "\n";
  return safe;
}

// Lines as they stand, columns and all.
std::string as_printed(const std::string& text) { return ".nf\n" + roff(text) + ".fi\n"; }

std::string options_of(const CLI::App& app) {
  std::string out;
  for (const CLI::Option* option : app.get_options()) {
    std::string names;
    const auto add = [&](const std::string& name) { names += (names.empty() ? "\\fB" : ", \\fB") + name + "\\fR"; };
    for (const std::string& name : option->get_snames()) add("\\-" + name);
    for (const std::string& name : option->get_lnames()) {
      std::string text = "--" + name, shown;
      for (const char c : text) shown += c == '-' ? "\\-" : std::string(1, c);
      add(shown);
    }
    const bool value = option->get_items_expected_max() > 0;
    const std::string type =
        value ? "\\fI" + option->get_type_name().substr(0, option->get_type_name().find(':')) + "\\fR" : "";
    out += ".TP\n" + (names.empty() ? type : names + (type.empty() ? "" : " " + type)) + "\n" +
           roff(option->get_description());
  }
  return out;
}

constexpr const char* kConfiguration =
    R"(Every key of a configuration has a default, so that each verb runs without a file.
A file is TOML:
\fB\-\-config\fR
.IR FILE .
A single key is
\fB\-\-set\fR
.IR SECTION.KEY=VALUE ,
which wins over the file, and so do
.BR \-\-device ,
.B \-\-seed
and
.BR \-\-threads .
.B sprig \-\-help\-config
lists every key with its default and what is allowed;
.B sprig \-\-help\-config=json
prints the same as a JSON Schema, for editors.
)";

constexpr const char* kEnd = R"(.SH EXIT STATUS
.TP
0
done
.TP
2
the command line is wrong
.TP
3
the configuration is wrong
.TP
4
a file cannot be read or written
.TP
5
no usable device
.TP
6
it does not fit in memory
.TP
7
numerical failure
.TP
75
stopped by a signal; the same command goes on
.TP
128 + signal
a verb without a run folder was stopped by a signal (130: Ctrl\-C)
.SH ENVIRONMENT
.TP
SPRIG_MEMORY_BYTES
how much memory there is, where the machine does not say
.TP
OMP_NUM_THREADS, OMP_WAIT_POLICY, GOMP_SPINCOUNT
as OpenMP has them; threads never change a result
.SH FILES
.TP
.IR runs/VERB\-TIME/
a run folder: config.resolved.toml, manifest.json, metrics.jsonl, result.json, data files, report.html
.SH EXAMPLES
.nf
sprig prune \-\-set prune.density=0.1 \-\-out runs/cut
sprig run \-\-set network.file=runs/cut/network.npz
sprig bench microcircuit \-\-device cuda
sprig plan \-\-config FILE.toml \-\-device\-model h200
.fi
)";

}  // namespace

std::string man_page(const CLI::App& app) {
  std::string out = ".TH SPRIG 1 \"\" \"sprig " + std::string(version().version) + "\" \"User Commands\"\n";
  out += ".SH NAME\nsprig \\- " +
         roff("simulate, prune and study sparse recurrent networks of integrate-and-fire neurons");
  out += ".SH SYNOPSIS\n.B sprig\n.I VERB\n.RI [ OPTION ]...\n.br\n.B sprig \\-\\-help\\-config\n";
  out +=
      ".SH DESCRIPTION\n" +
      roff(
          "sprig simulates large recurrent networks of leaky integrate-and-fire neurons, on CPUs and NVIDIA GPUs with "
          "the same bits, computes their Lyapunov spectra, and prunes them by Lyapunov Noise Pruning.");
  out += ".SH VERBS\n";
  for (const CLI::App* verb : app.get_subcommands({}))
    out += ".TP\n.B " + verb->get_name() + "\n" + roff(verb->get_description());
  out += ".SH CONFIGURATION\n" + std::string(kConfiguration);
  out += ".SH OPTIONS\n" + options_of(app);
  for (const CLI::App* verb : app.get_subcommands({})) {
    out += ".SS " + verb->get_name() + "\n" + options_of(*verb);
    if (verb->get_name() == "bench") out += ".PP\n" + as_printed(bench_listing());
  }
  return out + kEnd;
}

}  // namespace sprig::app
