// The command line: parsing, dispatch, and errors as exit codes.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <new>
#include <optional>
#include <sstream>

#include "host/app/gpu_flags.hpp"
#include "host/app/verbs.hpp"
#include "sprig/config/nearest.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/version.hpp"
#include "sprig/engine/device_model.hpp"
#include "sprig/session/output.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/signals.hpp"

namespace sprig::app {

namespace {

struct Verb {
  const char *name, *does;
  int (*run)(const Command&);
  bool takes_all_gpus = false;  // cuda:all
};
constexpr Verb kVerbs[] = {
    {"prune", "build or load a network, prune it (LNP or a control), write the sparse network", prune_verb},
    {"run", "simulate a network; record spikes, counts, rates", run_verb},
    {"lyapunov", "Lyapunov spectrum, per-neuron exponents, Kaplan-Yorke dimension, entropy", lyapunov_verb},
    {"study", "train readouts for several pruning methods and seeds; print the table", study_verb, true},
    {"learn", "unsupervised continual learning of images by competing neurons; print accuracies", learn_verb, true},
    {"search", "the largest model of `learn` within limits of memory and energy", search_verb},
    {"bench", "measure a standard network: real-time factor, synaptic events a second", bench_verb},
    {"plan", "predicted bytes per array; fits or not, before anything is allocated", plan_verb, true},
    {"report", "(re)draw report.html, the page of a run folder", report_verb},
    {"info", "version, devices, self test", info_verb},
};

// What the flags say; optional where the configuration has the value otherwise.
struct Flags {
  std::string config, out, data, network, folder, figures, compare, device_model, device_memory;
  std::vector<std::string> set;
  std::optional<std::string> device;
  std::optional<std::uint32_t> seed;
  std::optional<int> threads;
  bool quiet = false;
};

std::string version_text() {
  const Version v = version();
  return std::string("sprig ") + v.version + " (" + v.git_revision + ")";
}

void add_options(CLI::App& app, Flags& flags) {
  app.add_option("--config", flags.config, "configuration, TOML")->type_name("FILE");
  app.add_option("--set", flags.set, "one configuration key, over the file's; repeatable")
      ->type_name("SECTION.KEY=VALUE")
      ->allow_extra_args(false);
  app.add_option("--device", flags.device, "cpu, cuda, cuda:N, cuda:all (study, learn) or auto")
      ->check([](const std::string& text) {
        return read_device(text) ? "" : "found " + in_quotes(text.substr(0, 40)) + "; allowed: " + kDeviceWords;
      })
      ->type_name("DEVICE");
  app.add_option("--threads", flags.threads, "CPU threads, 0: all")->check(CLI::Range(0, 4096))->type_name("N");
  app.add_option("--seed", flags.seed, "seed of every random draw")->type_name("N");
  app.add_option("--data", flags.data, "folder with the files of an image set: learn.folder and task.folder")
      ->type_name("DIR");
  app.add_option("--out", flags.out, "run folder, made if needed; files in it are replaced")->type_name("DIR");
  app.add_flag("--quiet", flags.quiet, "neither progress nor table");
  app.set_version_flag("--version", version_text());
  app.footer(
      "Configuration sections: [run] [network] [neuron] [drive] [lyapunov] [prune] [delocalise] [timescales] [task] "
      "[training] [study] [operating_point] [bench] [learn] [model_search]; [[population]] [[projection]] [[stimulus]] "
      "[[record]], several of each.\n"
      "Every key, its default and what is allowed: sprig --help-config");
}

void add_bench_options(CLI::App& app, Flags& flags) {
  app.add_option("network", flags.network, "bench.network; see below")->type_name("NETWORK");
  app.add_option("--compare", flags.compare, "result.json of an earlier bench: print ratios")->type_name("FILE");
  app.footer(bench_listing() + "\n" + app.get_footer());
}

void add_plan_options(CLI::App& app, Flags& flags) {
  app.add_option("--device-model", flags.device_model,
                 "plan for this GPU, which need not be here: " + device_model_names())
      ->type_name("MODEL");
  app.add_option("--device-memory", flags.device_memory, "with so much memory, e.g. 141G")->type_name("BYTES");
}

// All that `report` needs is in its folder.
void add_report_options(CLI::App& app, Flags& flags) {
  app.add_option("folder", flags.folder, "run folder: what --out was, or runs/VERB-TIME")
      ->type_name("FOLDER")
      ->required();
  app.add_option("--figures", flags.figures, "also write each figure as .svg, and its values as .csv, into this folder")
      ->type_name("DIR");
  app.add_flag("--quiet", flags.quiet, "print nothing");
  app.set_version_flag("--version", version_text());
}

// CLI11 takes an unknown verb for a stray argument; say what was meant instead.
void refuse_unknown_verb(int argc, const char* const* argv) {
  if (argc < 2 || argv[1][0] == '-') return;
  std::vector<std::string> names;
  for (const Verb& verb : kVerbs) names.push_back(verb.name);
  if (std::find(names.begin(), names.end(), argv[1]) != names.end()) return;
  const std::string word = std::string(argv[1]).substr(0, 40), near = nearest_spelling(word, names);
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  throw UsageError(word, "unknown verb; " + (near.empty() ? "allowed: " + all : "did you mean " + near + "?"));
}

std::string typed(int argc, const char* const* argv) {
  std::string line = "sprig";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$`*?[](){}<>|&;#") == std::string::npos;
    line += " " + (plain ? word : "'" + word + "'");
  }
  return line;
}

// --set, and the network that stands after `bench`.
void set_keys(Config& config, const Flags& flags) {
  const std::string key = "bench.network";
  const bool in_file = config.given.erase(key) > 0;
  for (const std::string& assignment : flags.set) set_config(config, assignment);
  const bool by_set = config.given.contains(key);
  if (in_file) config.given.insert(key);
  if (flags.network.empty()) return;
  const BenchNetwork other = config.bench.network;
  set_config(config, key + "=" + flags.network, "sprig bench NETWORK: ");
  if (by_set && other != config.bench.network)
    throw UsageError("sprig bench " + flags.network,
                     "--set bench.network names " + std::string(name_of(other)) + "; allowed: one network");
}

// --data, where the keys have another folder or none.
void set_data_folder(Config& config, const std::string& folder, bool learns) {
  if (learns && config.learn.images == kGlyphs)
    throw UsageError("--data",
                     "learn.images is glyphs, which sprig draws itself; sets with files: mnist, fashion_mnist, "
                     "cifar10");
  config.learn.folder = config.task.images.folder = folder;
}

// What --device-model and --device-memory describe, if they are given; then it is planned for.
void set_described_gpu(Command& command, const Flags& flags) {
  if (flags.device_model.empty() && flags.device_memory.empty()) return;
  Device& device = command.config.simulation.device;
  if (device != Device::cuda && device != Device::automatic)
    throw UsageError(flags.device_model.empty() ? "--device-memory" : "--device-model",
                     "describes a GPU, and run.device is " + shown(device) + "; allowed with it: \"cuda\" or \"auto\"");
  command.gpu = gpu_of_flags(flags.device_model, flags.device_memory);
  device = Device::cuda;
}

// Whether the verb can run where it is asked to.
void check_place(const Verb& verb, const Command& command) {
  if (verb.run == report_verb) return;  // nothing runs
  const Device device = command.config.simulation.device;
  if (device == Device::cuda_all && !verb.takes_all_gpus) {
    std::string others;
    for (const Verb& other : kVerbs)
      if (other.takes_all_gpus) others.append(others.empty() ? "" : ", ").append(other.name);
    refuse("run.device", shown(device) + ", which spreads pieces of work, and " + verb.name + " is one piece",
           "\"cuda\" or \"cuda:N\"; cuda:all with " + others);
  }
  if (command.gpu) return;
  try {
    require_device(command.config);
  } catch (const DeviceError& error) {
    if (verb.run != plan_verb) throw;
    throw DeviceError("", std::string(error.what()) + "; --device-model plans for a GPU that is not here");
  }
  const std::string why = why_on_cpu(command.config);
  if (!why.empty() && !command.quiet) std::fputs(("sprig: " + why + "\n").c_str(), stderr);
}

int dispatch(int argc, const char* const* argv) {
  refuse_unknown_verb(argc, argv);
  CLI::App app("Sparse recurrent integrate-and-fire networks: simulate, prune, study.", "sprig");
  app.set_version_flag("--version", version_text());
  std::string help_config;
  app.add_flag("--help-config{text}", help_config, "every configuration key; --help-config=json: as a JSON Schema")
      ->check(CLI::IsMember({"text", "json"}));
  Flags flags;
  for (const Verb& verb : kVerbs) {
    CLI::App& subcommand = *app.add_subcommand(verb.name, verb.does);
    verb.run == report_verb ? add_report_options(subcommand, flags) : add_options(subcommand, flags);
  }
  add_bench_options(*app.get_subcommand("bench"), flags);
  add_plan_options(*app.get_subcommand("plan"), flags);
  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {  // --help, --version
    std::ostringstream text;
    app.exit(done, text, text);
    write_stdout(text.str());
    return 0;
  } catch (const CLI::ParseError& error) {
    std::string text = error.what();
    for (char& c : text)
      if (c == '\n') c = ' ';
    throw UsageError("", text + "; see sprig --help");
  }
  if (!help_config.empty()) {
    write_stdout(help_config == "json" ? config_schema() : config_reference());
    return 0;
  }
  const auto chosen = app.get_subcommands();
  if (chosen.empty()) {
    write_stdout(app.help());
    return static_cast<int>(Exit::usage);
  }
  Command command;
  command.verb = chosen.front()->get_name();
  command.out = flags.out;
  command.quiet = flags.quiet;
  command.command_line = typed(argc, argv);
  if (!flags.config.empty()) read_config(command.config, flags.config);
  set_keys(command.config, flags);
  command.compare = flags.compare;
  command.folder = flags.folder;
  command.figures = flags.figures;
  if (flags.device) set_config(command.config, "run.device=" + *flags.device);
  if (flags.seed) set_config(command.config, "run.seed=" + std::to_string(*flags.seed));
  if (flags.threads) set_config(command.config, "run.threads=" + std::to_string(*flags.threads));
  if (!flags.data.empty())
    set_data_folder(command.config, flags.data, command.verb == "learn" || command.verb == "search");
  finish_config(command.config);
  const Verb& verb = *std::find_if(std::begin(kVerbs), std::end(kVerbs),
                                   [&](const Verb& known) { return command.verb == known.name; });
  set_described_gpu(command, flags);
  check_place(verb, command);
  install_signal_handlers();
  return verb.run(command);
}

int report(Exit code, const std::string& text) {
  std::string line = "sprig: error: " + text;
  for (char& c : line)
    if (c == '\n' || c == '\r') c = ' ';
  std::fputs((line + "\n").c_str(), stderr);
  return static_cast<int>(code);
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  try {
    return dispatch(argc, argv);
  } catch (const Error& error) {
    const int stopped = error.code() == Exit::interrupted ? stop_exit_code() : 0;
    const int code = report(error.code(), error.what());
    return stopped != 0 ? stopped : code;
  } catch (const std::bad_alloc&) {
    return report(Exit::memory, "out of memory; lower network.neurons or network.density, see sprig plan");
  } catch (const std::exception& error) {
    return report(static_cast<Exit>(1), std::string("internal: ") + error.what());
  }
}

}  // namespace sprig::app
