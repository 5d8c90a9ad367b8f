// The command line: parsing, dispatch, and errors as exit codes.
#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <new>
#include <optional>
#include <sstream>

#include "host/app/command_tree.hpp"
#include "host/app/command_words.hpp"
#include "host/app/completion.hpp"
#include "host/app/gpu_flags.hpp"
#include "host/app/limit_flags.hpp"
#include "host/app/man_page.hpp"
#include "host/app/memory_reserve.hpp"
#include "host/app/ranks.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/ranks/ranks.hpp"
#include "sprig/session/memory_plan.hpp"
#include "sprig/session/output.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/signals.hpp"
#include "sprig/session/work_key.hpp"

namespace sprig::app {

namespace {

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

// Of all that the command's result follows from.
std::uint64_t key_of(const Command& command) {
  const std::uint64_t work = work_key(command.verb, command.config);
  return command.compare.empty() ? work : Hash().add(work).add(file_key(command.compare)).value();
}

// Whether the verb can run where it is asked to.
void check_place(const Verb& verb, const Command& command) {
  if (verb.run == report_verb || verb.run == convert_verb || verb.run == merge_verb) return;  // nothing runs
  const Device device = command.config.simulation.device;
  if (device == Device::cuda_all && !verb.takes_all_gpus) {
    std::string others;
    for (const Verb& other : verbs())
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

// Memory ran out in a verb; hint: what to lower.
struct OutOfMemory {
  const char* hint;
};

// What is printed instead of working: --help, --version, --help-config, the words help, completion and man. None: there
// is a verb to run.
std::optional<std::string> printed(CommandTree& tree, int argc, const char* const* argv) {
  CLI::App& app = tree.app;
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {  // --help, --version
    std::ostringstream text;
    app.exit(done, text, text);
    return text.str();
  } catch (const CLI::ParseError& error) {
    std::string text = error.what();
    for (char& c : text)
      if (c == '\n') c = ' ';
    const auto chosen = app.get_subcommands();
    throw UsageError("",
                     text + option_meant(chosen.empty() ? app : *chosen.front(), argc, argv) + "; see sprig --help");
  }
  const Flags& flags = tree.flags;
  if (!flags.help_config.empty()) return flags.help_config == "json" ? config_schema() : config_reference();
  if (app.got_subcommand("completion")) return completion(app, flags.shell);
  if (app.got_subcommand("man")) return man_page(app);
  if (!app.got_subcommand("help")) return {};
  if (flags.help_verb.empty()) return CommandTree().app.help();  // a tree that has parsed helps with the word it met
  const char* const named[] = {"sprig", flags.help_verb.c_str()};
  refuse_unknown_verb(2, named);
  return app.get_subcommand(flags.help_verb)->help("sprig");
}

// A line, without any memory: there may be none left.
int report(Exit code, std::initializer_list<const char*> texts) {
  std::fputs("sprig: error: ", stderr);
  for (const char* text : texts)
    for (; *text != '\0'; ++text) std::fputc(*text == '\n' || *text == '\r' ? ' ' : *text, stderr);
  std::fputc('\n', stderr);
  return static_cast<int>(code);
}

int dispatch(int argc, const char* const* argv, Exchange* ranks) {
  refuse_unknown_verb(argc, argv);
  CommandTree tree;
  const Flags& flags = tree.flags;
  const bool writes = ranks == nullptr || ranks->is_root();
  if (const std::optional<std::string> text = printed(tree, argc, argv)) {
    if (writes) write_stdout(*text);
    return 0;
  }
  const auto chosen = tree.app.get_subcommands();
  if (chosen.empty()) {
    if (writes) write_stdout(tree.app.help());
    return static_cast<int>(Exit::usage);
  }
  Command command;
  command.verb = chosen.front()->get_name();
  command.out = flags.out;
  command.quiet = flags.quiet;
  command.command_line = typed(argc, argv);
  command.config.limits = limits_of_flags(flags.max_input_bytes, flags.max_neurons, flags.max_synapses);
  if (!flags.config.empty()) read_config(command.config, flags.config);
  set_keys(command.config, flags);
  command.checkpoint_every_min = flags.checkpoint_every_min;
  if (flags.ranks < 1) throw UsageError("--ranks", "found 0; allowed: a whole number from 1");
  command.ranks = flags.ranks;
  command.again = flags.again;
  command.compare = flags.compare;
  command.folder = flags.folder;
  command.folders = flags.folders;
  command.figures = flags.figures;
  command.to = flags.to;
  if (!flags.in.empty()) {
    command.config.network_file = flags.in;
    command.config.given.insert("network.file");
  }
  if (flags.device) set_config(command.config, "run.device=" + *flags.device);
  if (flags.seed) set_config(command.config, "run.seed=" + std::to_string(*flags.seed));
  if (flags.threads) set_config(command.config, "run.threads=" + std::to_string(*flags.threads));
  if (!flags.data.empty())
    set_data_folder(command.config, flags.data,
                    command.verb == "learn" || command.verb == "train" || command.verb == "search");
  finish_config(command.config);
  const Verb& verb =
      *std::find_if(verbs().begin(), verbs().end(), [&](const Verb& known) { return command.verb == known.name; });
  if (ranks != nullptr) join_command(*ranks, verb, command);
  set_described_gpu(command, flags);
  if (verb.keeps_folder) {
    if (writes) command.key = key_of(command);
    if (decided_by_root(ranks, [&] { return already_done(command); })) return 0;
  }
  check_place(verb, command);
  ignore_signals_of_writing();
  if (verb.keeps_folder) install_signal_handlers();  // else there is nothing to go on from, and a signal ends it
  try {
    return verb.run(command);
  } catch (const Interrupted& stopped) {
    throw Error(Exit::checkpointed, "", std::string(stopped.what()) + "; the same command goes on");
  } catch (const std::bad_alloc&) {
    throw OutOfMemory{network_memory_hint(command.config)};
  }
}

// work(), and what it throws as an exit code; tell(code, texts) makes the code of an error.
template <class Work, class Tell>
int with_errors_told(const Work& work, const Tell& tell) {
  const auto out_of_memory = [&](const char* hint) {
    return tell(Exit::memory, {"out of memory; lower ", hint, ", see sprig plan"});
  };
  try {
    return work();
  } catch (const ClosedPipe& error) {  // `| head` has what it wanted
    return tell(error.code(), {});
  } catch (const Error& error) {
    return tell(error.code(), {error.what()});
  } catch (const OutOfMemory& error) {
    return out_of_memory(error.hint);
  } catch (const std::bad_alloc&) {
    return out_of_memory(kNetworkMemoryHint);
  } catch (const std::exception& error) {
    return tell(static_cast<Exit>(1), {"internal: ", error.what()});
  }
}

using Texts = std::initializer_list<const char*>;

// One of several ranks: all end with the same code, rank 0 alone says why.
int dispatch_on(Exchange& ranks, int argc, const char* const* argv) {
  return with_errors_told(
      [&] {
        const int code = dispatch(argc, argv, &ranks);
        return share_value(ranks, code).front();
      },
      [&](Exit code, Texts texts) {
        std::string text;
        for (const char* part : texts) text += part;
        const RankError verdict = ranks.fail(code, text);
        if (!ranks.is_root() || text.empty()) return static_cast<int>(verdict.code());
        return report(verdict.code(), {verdict.what()});
      });
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  keep_memory_reserve();
  const auto tell = [](Exit code, Texts texts) {
    return texts.size() == 0 ? static_cast<int>(code) : report(code, texts);
  };
  return with_errors_told(
      [&] {
        const std::unique_ptr<Exchange> ranks = join_ranks();
        return ranks ? dispatch_on(*ranks, argc, argv) : dispatch(argc, argv, nullptr);
      },
      tell);
}

}  // namespace sprig::app
