// The configuration: one schema for all verbs, read strictly from TOML. Each verb uses the sections it needs; every key
// is optional and its default is that of the option struct it fills.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sprig/core/fields.hpp"
#include "sprig/core/words.hpp"
#include "sprig/dynamics/lyapunov.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/formats/network_import.hpp"
#include "sprig/instruments/activity.hpp"
#include "sprig/instruments/record.hpp"
#include "sprig/instruments/stimulus.hpp"
#include "sprig/learning/competitive/competitive.hpp"
#include "sprig/learning/systems.hpp"
#include "sprig/network/builders.hpp"
#include "sprig/network/description.hpp"
#include "sprig/network/standard_networks.hpp"
#include "sprig/pruning/prune.hpp"
#include "sprig/tasks/competitive_protocol.hpp"
#include "sprig/tasks/score.hpp"
#include "sprig/tasks/train.hpp"

namespace sprig {

enum class StudyMode { grid, operating_point };
constexpr auto words_of(StudyMode) { return words<StudyMode>("grid", "operating_point"); }
enum class Training { ridge, stdp, bptt };  // of a study; every one ends with a ridge readout
constexpr auto words_of(Training) { return words<Training>("ridge", "stdp", "bptt"); }
// Which trained networks a study keeps: of each task, training, variant, method and density the one with the least
// error on validation data; or that of every cell.
enum class Keep { none, best, all };
constexpr auto words_of(Keep) { return words<Keep>("none", "best", "all"); }
enum class BenchNetwork { microcircuit, vogels, brunel, vogels_large, brunel_large, brunel_plus, hrsnn, sweep, prune };
constexpr auto words_of(BenchNetwork) {
  return words<BenchNetwork>("microcircuit", "vogels", "brunel", "vogels-large", "brunel-large", "brunel-plus", "hrsnn",
                             "sweep", "prune");
}
enum class BrunelRegime { a, b, c, d };  // the four of Brunel 2000, figure 8
constexpr auto words_of(BrunelRegime) { return words<BrunelRegime>("A", "B", "C", "D"); }
enum class BenchCheck { none, rates, full };  // full: intervals and correlations too, against a second seed
constexpr auto words_of(BenchCheck) { return words<BenchCheck>("none", "rates", "full"); }

// Which networks' eigenvalues the page of `lyapunov` and `prune` shows, of all of their recurrent matrix: a dense
// computation, N^3. automatic: of those up to kFewEigenvalues neurons; all: up to kMostEigenvalues.
enum class PageEigenvalues { none, automatic, all };
constexpr auto words_of(PageEigenvalues) { return words<PageEigenvalues>("none", "auto", "all"); }
inline constexpr std::uint32_t kFewEigenvalues = 200, kMostEigenvalues = 1000;  // 1000: some seconds

struct RunSection {
  double duration_ms = 1000, transient_ms = 0;  // recorded time, and time before it
  bool record_spikes = true;
  double count_window_ms = 0;        // > 0: spike counts per neuron and window
  std::vector<std::uint32_t> probe;  // neurons whose V, I and theta are recorded
  ActivityPolicy activity = ActivityPolicy::warn;
  PageEigenvalues page_eigenvalues = PageEigenvalues::automatic;
};
void fields(IsOptions<RunSection> auto& o, auto&& visit) {
  visit("duration_ms", o.duration_ms, above(0), "run: recorded time");
  visit("transient_ms", o.transient_ms, at_least(0), "run: time before recording starts");
  visit("record_spikes", o.record_spikes, kAnything,
        "run: write spikes.npy, a row a spike; not given: unless there is a [[record]]");
  visit("count_window_ms", o.count_window_ms, at_least(0),
        "run: write counts.npy, spikes per neuron and window; 0: no");
  visit("probe", o.probe, between(0, kMost32Bits),
        "run: neurons whose V, I and theta go to probe_v.npy, probe_i.npy, probe_theta.npy");
  visit(
      "activity", o.activity, kAnything,
      "a network that is silent or saturated: warn of it, refuse it (exit code 7; a study's cell fails), or ignore it");
  visit("page_eigenvalues", o.page_eigenvalues, kAnything,
        "lyapunov, prune: eigenvalues of the recurrent matrix on the page; auto: up to 200 neurons, all: up to 1000");
}

// Drive::... for all neurons alike; 0 switches a source off.
struct DriveSection {
  double poisson_rate_hz = 0, poisson_weight = 0, noise_sigma = 0;
};
void fields(IsOptions<DriveSection> auto& o, auto&& visit) {
  visit("poisson_rate_hz", o.poisson_rate_hz, at_least(0), "Poisson spikes onto each neuron");
  visit("poisson_weight", o.poisson_weight, kAnything, "of each of them");
  visit("noise_sigma", o.noise_sigma, at_least(0), "standard deviation of a current drawn each step");
}

struct StudySection {
  StudyMode mode = StudyMode::grid;
  // Each a system's name ("lorenz63"; with "_x" its first coordinate alone is fed in, with "_full" all of them), or
  // named_settings(). Empty: that of [task].
  std::vector<std::string> tasks;
  std::vector<Training> trainings{Training::ridge};
  std::vector<PruneMethod> methods{PruneMethod::dense, PruneMethod::lnp, PruneMethod::random, PruneMethod::none};
  std::vector<double> densities{0.5, 0.2};
  // Factors on all recurrent weights after pruning. Each line of the table is that of the gain which validation data
  // prefer for its task, training, variant, method and density.
  std::vector<double> gains{1};
  std::vector<std::string> variants;  // named_settings(): ablations, beside the configuration as it is
  std::uint32_t seeds = 5;  // seeds run.seed, run.seed + 1, ...: of the network, the task and the pruning alike
  Keep keep = Keep::none;
  std::string part;    // "k/n": every n-th group of cells that share a pruned network, from the k-th on; empty: all
  bool share = false;  // with other processes of this command, which have the same run folder
};
void fields(IsOptions<StudySection> auto& o, auto&& visit) {
  visit("mode", o.mode, kAnything, "grid: the table; operating_point: the search of [operating_point]");
  visit("tasks", o.tasks, kAnything,
        "empty: [task]; a system, with _x its first coordinate alone is fed in, with _full all; or \"name: "
        "section.key=value; ...\"");
  visit("trainings", o.trainings, kAnything.one_or_more(), "of the recurrent layer; then a ridge readout. ridge: none");
  visit("methods", o.methods, kAnything.one_or_more(), "pruning methods to compare");
  visit("densities", o.densities, kDensity.one_or_more(), "synapses kept; dense and none have one cell each");
  visit("gains", o.gains, above(0).one_or_more(),
        "factors on the weights after pruning, none's apart; the one that validation prefers is chosen a line");
  visit("variants", o.variants, texts("a text \"name: section.key=value; ...\""),
        "ablations; those that change only how to prune are run for lnp, unless they set study.methods");
  visit("seeds", o.seeds, between(1, 100000), "run.seed, run.seed + 1, ..., paired over methods");
  visit("keep", o.keep, kAnything,
        "trained networks with their readouts and predictions, in kept/: the best of each line by validation, or all");
  visit("part", o.part, texts("\"k/n\", e.g. \"3/10\""),
        "the k-th of n parts, which `sprig merge` puts together; empty: all");
  visit("share", o.share, kAnything, "any number of processes with the same --out work on the study together");
}

// How recurrent layers are trained; study.trainings says whether.
struct TrainingSection {
  StdpOptions stdp;
  SequenceOptions sequences;  // bptt
};
void fields(IsOptions<TrainingSection> auto& o, auto&& visit) {
  fields(o.sequences, visit);
  fields(o.stdp, visit);
}

struct OperatingPointSection {
  std::vector<std::string> axes;  // "section.key = [values]"; the candidates are their product
  std::uint32_t budget = 0;       // > 0: at most so many candidates, drawn at random from the product
};
void fields(IsOptions<OperatingPointSection> auto& o, auto&& visit) {
  visit("axes", o.axes, texts("a text \"section.key = [values]\""), "candidates are the product of all axes");
  visit("budget", o.budget, between(0, 1000000), "candidates drawn at random; 0: all");
}

// Which keys a network reads, and what it has in the place of an empty list or a zero: host/app/bench/recipes.cpp.
struct BenchSection {
  BenchNetwork network = BenchNetwork::microcircuit;
  double duration_ms = 0, warmup_ms = 500;  // of each repeat; of the time before them
  std::uint32_t repeats = 5;
  double synapses = 0;                           // the large networks: asked for
  std::vector<std::uint32_t> neurons, batch;     // one value each, but for those that go through several
  std::vector<std::uint32_t> synapses_a_neuron;  // sweep, prune
  std::vector<std::uint32_t> exponents;          // prune
  std::vector<double> rates_hz;                  // sweep
  std::vector<UpdateMode> update;                // sweep
  Background background = Background::poisson;   // microcircuit
  double size = 1;                               // microcircuit: part of the neurons
  BrunelRegime regime = BrunelRegime::c;         // brunel
  double density = 0.2;                          // hrsnn: synapses kept by pruning
  PruneMethod prune = PruneMethod::random;       // hrsnn
  BenchCheck check = BenchCheck::rates;
};
void fields(IsOptions<BenchSection> auto& o, auto&& visit) {
  visit("network", o.network, kAnything, "which; sprig bench --help describes them");
  visit("duration_ms", o.duration_ms, at_least(0), "of each repeat; 0: the network's own");
  visit("warmup_ms", o.warmup_ms, at_least(0), "before them, not measured");
  visit("repeats", o.repeats, between(1, 1000), "timed runs from the same state");
  visit("synapses", o.synapses, between(0, 1e15), "vogels-large, brunel-large, brunel-plus: expected number; 0: 1e8");
  visit("neurons", o.neurons, between(1, kMaxNeurons), "vogels, hrsnn: one number; sweep, prune: several");
  visit("batch", o.batch, between(1, 65536), "replicas in one batch; hrsnn, sweep: several numbers");
  visit("synapses_a_neuron", o.synapses_a_neuron, between(1, kMaxNeurons), "sweep, prune: several numbers");
  visit("exponents", o.exponents, between(1, 10000000), "prune: of the spectra; several numbers");
  visit("rates_hz", o.rates_hz, above(0).up_to(400), "sweep: of each neuron");
  visit("update", o.update, kAnything, "sweep; the other networks follow run.update");
  visit("background", o.background, kAnything, "microcircuit: Poisson spikes, or their mean");
  visit("size", o.size, kDensity, "microcircuit: part of the neurons, for tests");
  visit("regime", o.regime, kAnything, "brunel: (g, eta) = A (3, 2), B (6, 4), C (5, 2), D (4.5, 0.9)");
  visit("density", o.density, kDensity, "hrsnn: synapses kept by pruning");
  visit("prune", o.prune, kAnything, "hrsnn: how it is pruned");
  visit("check", o.check, kAnything,
        "rates: against the reference; full: also intervals and correlations, against a second seed");
}

// What is learnt, and how it is scored, by `learn` and `train` alike; and the model of `learn`, competitive learning.
// learn.variants are other models, beside this one.
struct LearnSection {
  std::string images = "glyphs";      // a set (is_image_set())
  std::string folder;                 // of its files
  std::string name;                   // of this model in tables; empty: its rule
  std::vector<std::string> variants;  // named_settings()
  std::uint32_t seeds = 1;            // run.seed, run.seed + 1, ...
  CompetitiveOptions model;           // without seed
  ProtocolOptions protocol;
  InputLimits limits;  // of the set's files
};
void fields(IsOptions<LearnSection> auto& o, auto&& visit) {
  visit("images", o.images, kAnything, "mnist, fashion_mnist, cifar10, or glyphs: digits that sprig draws itself");
  visit("folder", o.folder, kAnything, "with the set's files; MNIST's may be .gz");
  fields(o.protocol, visit);
  visit("seeds", o.seeds, between(1, 100000), "run.seed, run.seed + 1, ...: of weights, order and spikes");
  visit("name", o.name, kAnything, "of this model in tables; empty: its rule");
  visit("variants", o.variants, texts("a text \"name: learn.key=value; ...\""),
        "other models, learning side by side with this one on the same seeds");
  fields(o.model, visit);
}

// SpikeDyn's search of a model under limits; the model is that of [learn], of n_add, 2 n_add, ... neurons.
// automatic: a counter of the hardware where it can be read, else operations.
enum class EnergySource : std::uint8_t { automatic, counted };
constexpr auto words_of(EnergySource) { return words<EnergySource>("auto", "counted"); }

// size: the largest model within limits. precision: settings of weight_bits and whatever the axes name, against 32 bits
// (lpSpikeCon). timestep: shorter presentations (TopSpark).
enum class ModelSearchMode : std::uint8_t { size, precision, timestep };
constexpr auto words_of(ModelSearchMode) { return words<ModelSearchMode>("size", "precision", "timestep"); }

struct ModelSearchSection {
  ModelSearchMode mode = ModelSearchMode::size;
  std::uint32_t n_add = 100;
  double memory_kb = 3000;                           // of 1000 bytes
  double train_energy_j = 0, infer_energy_j = 0;     // of all images; 0: no limit
  std::uint64_t train_images = 0, infer_images = 0;  // 0: as many as the set has
  std::uint32_t samples = 20;                        // images that a candidate is measured by
  bool stored_inhibition = false;                    // N^2 weights of inhibition, or one constant
  bool verify = true;                                // a full run of the chosen model
  EnergySource energy = EnergySource::automatic;
  double memory_pj_per_bit = 0;  // of a bit moved, beside counted operations
  // precision and timestep: each candidate learns, on the seeds, and is scored by validation images.
  std::vector<std::string> axes;                     // "learn.key = [values]"; the candidates are their product
  double latency_weight = 0.1, energy_weight = 0.1;  // of the reward
  double accuracy_drop = 0.02;
};
void fields(IsOptions<ModelSearchSection> auto& o, auto&& visit) {
  visit("mode", o.mode, kAnything,
        "size: the largest model within limits; precision: settings at fewer bits against the first, timestep: shorter "
        "presentations, both among the candidates of axes");
  visit("n_add", o.n_add, between(1, kMostCompetitors), "models have so many neurons, twice as many, ...");
  visit("memory_kb", o.memory_kb, above(0), "limit of a model's memory, KB of 1000 bytes");
  visit("train_energy_j", o.train_energy_j, at_least(0), "limit of the energy to learn train_images; 0: none");
  visit("infer_energy_j", o.infer_energy_j, at_least(0), "limit of the energy to answer infer_images; 0: none");
  visit("train_images", o.train_images, between(0, kMost32Bits), "0: as many as the set has");
  visit("infer_images", o.infer_images, between(0, kMost32Bits), "0: as many as the set has");
  visit("samples", o.samples, between(1, 1000000), "images that a candidate's energy is measured by");
  visit("stored_inhibition", o.stored_inhibition, kAnything,
        "inhibition as N^2 weights (2 N^2 with a population), or as one constant");
  visit("energy", o.energy, kAnything, "auto: NVML or RAPL where they can be read, else operations counted");
  visit("memory_pj_per_bit", o.memory_pj_per_bit, at_least(0),
        "picojoules of a bit that memory reads or writes, beside counted operations; 0: arithmetic alone");
  visit("axes", o.axes, texts("a text \"section.key = [values]\""),
        "precision, timestep: candidates are the product of all axes, over keys of [learn]");
  visit("latency_weight", o.latency_weight, at_least(0),
        "timestep: t in the reward accuracy - t T / T0 - e E / E0 of a candidate of T steps and energy E");
  visit("energy_weight", o.energy_weight, at_least(0), "timestep: e in it");
  visit("accuracy_drop", o.accuracy_drop, kFraction,
        "timestep: the shortest presentations whose accuracy is at most so much below the longest is named too");
  visit("verify", o.verify, kAnything,
        "size: run the chosen model over train_images and compare; else score the chosen one by test images");
}

// neuron.i_dc where it is not given, in currents that just reach the threshold: a plain run fires. It is none where
// [drive], a [[stimulus]], [[population]] or network.file is given.
inline constexpr double kDefaultCurrent = 1.1;
inline NetworkSpec default_network() {
  NetworkSpec spec;
  spec.neuron.i_dc = kDefaultCurrent * (spec.neuron.v_th - spec.neuron.e_l) / spec.neuron.resistance;
  return spec;
}

struct Config {
  SimulationOptions simulation;  // [run]: seed, device, threads, replicas, slices
  RunSection run;
  std::string network_file;                         // [network] file: load instead of build; absolute once read
  ImportOptions import;                             // [network]: how a file of another program is read
  NetworkSpec network = default_network();          // [network] and [neuron]
  std::map<std::string, std::string> neuron_files;  // [neuron] key = "file:PATH": of a loaded network that lacks it
  // [[population]] and [[projection]]: instead of [network]. Its defaults are those of `network` once finished.
  NetworkDescription description;
  std::vector<StimulusSpec> stimuli;  // [[stimulus]]
  std::vector<RecordSpec> records;    // [[record]]
  DriveSection drive;
  LyapunovOptions lyapunov;
  PruneOptions prune;  // without seed and lyapunov, which come from [run] and [lyapunov]
  TaskOptions task;
  TrainingSection training;
  StudySection study;
  OperatingPointSection operating_point;
  BenchSection bench;
  LearnSection learn;
  LayeredOptions layered;  // the model of `train`
  ModelSearchSection model_search;
  std::set<std::string> given;   // keys that a file or --set named; of [[population]] and the like "population" alone
  std::set<std::string> by_set;  // those of them that --set, a variant or an axis named last
  InputLimits limits;            // --max-input-bytes and the like: what is read, never what comes of it
};

inline constexpr std::size_t kMaxConfigBytes = 1u << 20;

// Reads a file, or applies one "section.key=value" (value in TOML; bare words are text), on top of `config`. A file's
// [[population]], [[projection]], [[stimulus]] or [[record]] replace those there were; "population.E.size=100" and
// "projection.3.weight=0.2" change one by its name or by its number from 0. Errors: ConfigError whose text names file,
// line and column (or --set), the key, what was found and what is allowed; unknown keys come with the nearest spelling.
// UsageError: an override without "=".
void read_config(Config& config, const std::string& path);
void read_config_text(Config& config, const std::string& text, const std::string& name);
// place: what the text of an error begins with, where the assignment does not come from --set.
void set_config(Config& config, const std::string& assignment, const std::string& place = "--set ");

// What no single key can show: delays against the step, thresholds against resets, keys that exclude each other.
// Fills the parts that are derived (prune.seed, prune.lyapunov, the limits of sections). Call once, after all of the
// above.
void finish_config(Config& config);

// The keys of a section whose values are not the defaults.
std::vector<std::string> changed_keys(const Config& config, const std::string& section);

// Every key with its value and meaning, as TOML that read_config_text() reads back to the same configuration.
std::string resolved_config(const Config& config);

// "  network.density   a number in (0, 1], default 0.1   connection probability ..." for --help.
std::string config_reference();
// The same as a JSON Schema (draft 2020-12) of the file that TOML stands for. Relations between keys are not in it.
std::string config_schema();

// A name and the assignments that it stands for, in the syntax of --set: "name: section.key=value; section.key=value".
// Errors: ConfigError, where = `key`.
struct NamedSettings {
  std::string name;
  std::vector<std::string> assignments;
};
NamedSettings named_settings(const std::string& text, const std::string& key);
// With them. key: where they stand, for errors, which are those of set_config().
Config with_settings(Config config, const NamedSettings& settings, const std::string& key);

// A candidate axis of a search: "section.key = [v1, v2]" as the assignments "section.key=v1", ...
// key: where it stands, for errors.
std::vector<std::string> axis_assignments(const std::string& axis, const std::string& key = "operating_point.axes");

}  // namespace sprig
