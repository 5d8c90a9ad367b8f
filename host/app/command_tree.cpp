#include "host/app/command_tree.hpp"

#include <cstdlib>

#include "host/app/command_words.hpp"
#include "host/app/completion.hpp"
#include "sprig/core/fields.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/version.hpp"
#include "sprig/engine/device_model.hpp"

namespace sprig::app {

namespace {

constexpr Verb kVerbs[] = {
    {"prune", "build or load a network, prune it (LNP or a control), write the sparse network", prune_verb, true},
    {"run", "simulate a network; record spikes, counts, rates", run_verb, true, false, true},
    {"lyapunov", "Lyapunov spectrum, per-neuron exponents, Kaplan-Yorke dimension, entropy", lyapunov_verb, true},
    {"study", "train readouts for several pruning methods and seeds; print the table", study_verb, true, true},
    {"merge", "the parts of a study (study.part), each in a folder of its own, as one study", merge_verb},
    {"learn", "unsupervised continual learning of images by competing neurons; print accuracies", learn_verb, true,
     true},
    {"train", "train layered networks of spiking neurons on labelled images; print accuracies", train_verb, true},
    {"search", "the largest model of `learn` within limits, its fewest bits, its shortest presentations", search_verb,
     true},
    {"bench", "measure a standard network: real-time factor, synaptic events a second", bench_verb, true, false, true},
    {"plan", "predicted bytes per array; fits or not, before anything is allocated", plan_verb, false, true},
    {"convert", "a network between sprig's files, SciPy's sparse matrices, dense ones and edge lists", convert_verb},
    {"report", "(re)draw report.html, the page of a run folder", report_verb},
    {"info", "version, devices, self test", info_verb, false, false, true},
};

constexpr PrintingWord kPrintingWords[] = {
    {"help", "what a verb takes, as its --help"},
    {"completion", "print the completion of a shell: bash, zsh or fish"},
    {"man", "print the manual page, as roff"},
};

std::string device_offence(const std::string& text) {
  if (read_device(text)) return "";
  const std::string meant = device_meant(text);
  return "found " + in_quotes(text.substr(0, 40)) + "; allowed: " + kDeviceWords +
         (meant.empty() ? "" : "; did you mean " + meant + "?");
}

// Of verbs that read files or build networks. Errors are those of limits_of_flags().
void add_limits(CLI::App& app, Flags& flags) {
  app.add_option("--max-input-bytes", flags.max_input_bytes,
                 "refuse files that hold more, packed or unpacked, e.g. 16G; only what formats allow otherwise")
      ->type_name("BYTES");
  app.add_option("--max-neurons", flags.max_neurons, "refuse networks of more neurons, e.g. 1M")->type_name("COUNT");
  app.add_option("--max-synapses", flags.max_synapses, "refuse networks of more synapses, e.g. 1G")->type_name("COUNT");
}

// Refuses all but decimal numbers from 0 to `most`: CLI11 takes 010 for 8, 0x10 for 16 and " 5" for 5, and does not say
// what is allowed.
std::string decimal_offence(const std::string& text, bool fraction, double most) {
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  const std::string_view all = text, whole = all.substr(0, fraction ? all.find('.') : all.size());
  const bool decimal = digits(whole) && (whole.size() == 1 || whole.front() != '0') &&
                       (whole.size() == all.size() || digits(all.substr(whole.size() + 1)));
  if (decimal && std::strtod(text.c_str(), nullptr) <= most) return "";
  return "found " + in_quotes(text.substr(0, 40)) + "; allowed: " + (fraction ? "a" : "a whole") +
         " number in decimal digits, without leading zeros, up to " + shown(most);
}
constexpr double kMostRanks = 1 << 20;

auto whole_up_to(double most) {
  return [most](const std::string& text) { return decimal_offence(text, false, most); };
}
auto number_up_to(double most) {
  return [most](const std::string& text) { return decimal_offence(text, true, most); };
}

void add_options(CLI::App& app, Flags& flags) {
  app.add_option("--config", flags.config, "configuration, TOML")->type_name("FILE");
  app.add_option("--set", flags.set, "one configuration key, over the file's; repeatable")
      ->type_name("SECTION.KEY=VALUE")
      ->allow_extra_args(false);
  app.add_option("--device", flags.device, "cpu, cuda, cuda:N, cuda:all (study, learn) or auto")
      ->check(device_offence)
      ->type_name("DEVICE");
  app.add_option("--threads", flags.threads, "CPU threads, 0: all")->check(whole_up_to(4096))->type_name("N");
  app.add_option("--seed", flags.seed, "seed of every random draw")->check(whole_up_to(kMost32Bits))->type_name("N");
  app.add_option("--data", flags.data, "folder with the files of an image set: learn.folder and task.folder")
      ->type_name("DIR");
  app.add_option("--out", flags.out,
                 "run folder, made if needed; a finished result in it stays until the new one is whole")
      ->type_name("DIR");
  add_limits(app, flags);
  app.add_flag("--quiet", flags.quiet, "neither progress nor table");
  app.footer(
      "Configuration sections: [run] [network] [neuron] [drive] [lyapunov] [prune] [delocalise] [timescales] [task] "
      "[training] [study] [operating_point] [bench] [learn] [layered] [model_search]; [[population]] [[projection]] "
      "[[stimulus]] "
      "[[record]], several of each.\n"
      "Every key, its default and what is allowed: sprig --help-config");
}

// Of verbs that make a run folder.
void add_folder_options(CLI::App& app, Flags& flags) {
  app.add_option("--checkpoint-every", flags.checkpoint_every_min,
                 "minutes between two checkpoints, from which the same command goes on; 0: only when it is stopped")
      ->check(number_up_to(1e6))
      ->type_name("MINUTES");
  app.add_flag("--again", flags.again, "do it once more where --out has the finished result of this very command");
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
  app.add_option("--ranks", flags.ranks, "plan for one of so many ranks of mpirun or srun, --threads of each")
      ->check(whole_up_to(kMostRanks))
      ->type_name("N");
}

// IN is network.file, OUT the file to write: there is no run folder.
void add_convert_options(CLI::App& app, Flags& flags) {
  app.add_option("in", flags.in, "any file that network.file takes")->type_name("IN")->required();
  app.add_option("out", flags.out, "written anew; .npz: a network, .npy: a dense matrix, .csv, .tsv: an edge list")
      ->type_name("OUT")
      ->required();
  app.add_option("--to", flags.to, "the format: network, scipy (.npz), dense (.npy, .npz), edges (.csv, .tsv, .npz)")
      ->check(CLI::IsMember({"network", "scipy", "dense", "edges"}))
      ->type_name("FORMAT");
  app.add_option("--config", flags.config, "configuration, TOML")->type_name("FILE");
  app.add_option("--set", flags.set, "one configuration key, such as network.delay_ms; repeatable")
      ->type_name("SECTION.KEY=VALUE")
      ->allow_extra_args(false);
  app.add_option("--seed", flags.seed, "seed of what IN lacks and is drawn")
      ->check(whole_up_to(kMost32Bits))
      ->type_name("N");
  add_limits(app, flags);
  app.add_flag("--quiet", flags.quiet, "print nothing");
  app.footer(
      "What IN lacks comes from [network] and [neuron]; what OUT does not keep is said. NIR, SONATA, Matrix Market and "
      "NWB: python -m sprig convert IN OUT");
}

// The configuration is that of the parts.
void add_merge_options(CLI::App& app, Flags& flags) {
  app.add_option("parts", flags.folders, "their run folders, in any order")->type_name("FOLDER")->required();
  app.add_option("--out", flags.out, "run folder of the whole study, made if needed")->type_name("DIR")->required();
  add_limits(app, flags);
  app.add_flag("--quiet", flags.quiet, "print nothing");
}

// All that `report` needs is in its folder.
void add_report_options(CLI::App& app, Flags& flags) {
  app.add_option("folder", flags.folder, "run folder: what --out was, or runs/VERB-TIME")
      ->type_name("FOLDER")
      ->required();
  app.add_option("--figures", flags.figures, "also write each figure as .svg, and its values as .csv, into this folder")
      ->type_name("DIR");
  app.add_flag("--quiet", flags.quiet, "print nothing");
}

}  // namespace

std::span<const Verb> verbs() { return kVerbs; }

std::span<const PrintingWord> printing_words() { return kPrintingWords; }

std::string version_text() {
  const Version v = version();
  return std::string("sprig ") + v.version + " (" + v.git_revision + ")";
}

CommandTree::CommandTree() : app("Sparse recurrent integrate-and-fire networks: simulate, prune, study.", "sprig") {
  app.set_version_flag("-V,--version", version_text(), "print version and revision");
  app.add_flag("--help-config{text}", flags.help_config,
               "every configuration key; --help-config=json: as a JSON Schema")
      ->check(CLI::IsMember({"text", "json"}));
  for (const Verb& verb : kVerbs) {
    CLI::App& subcommand = *app.add_subcommand(verb.name, verb.does);
    verb.run == report_verb    ? add_report_options(subcommand, flags)
    : verb.run == convert_verb ? add_convert_options(subcommand, flags)
    : verb.run == merge_verb   ? add_merge_options(subcommand, flags)
                               : add_options(subcommand, flags);
    if (verb.keeps_folder) add_folder_options(subcommand, flags);
    subcommand.set_version_flag("-V,--version", version_text(), "print version and revision");
  }
  add_bench_options(*app.get_subcommand("bench"), flags);
  add_plan_options(*app.get_subcommand("plan"), flags);
  for (const PrintingWord& word : kPrintingWords) app.add_subcommand(word.name, word.does);
  app.get_subcommand("help")->add_option("verb", flags.help_verb, "the verb")->type_name("VERB");
  app.get_subcommand("completion")
      ->add_option("shell", flags.shell, "load it in bash with: source <(sprig completion bash)")
      ->check(CLI::IsMember(shells()))
      ->type_name("SHELL")
      ->required();
  app.require_subcommand(0, 1);
}

}  // namespace sprig::app
