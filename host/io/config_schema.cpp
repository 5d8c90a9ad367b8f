// The one table of configuration keys. Defaults are not here: they are those of the structs that the fields belong to.
#include "host/io/config_keys.hpp"

namespace sprig::schema {

namespace {

using Limits = ForecastLimits;
using Images = ClassificationLimits;

auto real_list(const Range& range) {
  return [range](const toml::node& n) { return to_real(n, range); };
}
auto integer_list(std::int64_t high) {
  return [high](const toml::node& n) { return static_cast<std::uint32_t>(to_integer(n, 0, high)); };
}
std::string to_column(const toml::node& n) {
  return n.is_integer() ? std::to_string(to_integer(n, 0, kMany)) : to_text(n);
}
std::string write_integer(std::uint32_t value) { return std::to_string(value); }

std::vector<Key> run_keys() {
  return {
      integer("seed", FIELD(simulation.seed), 0, kMany, "of every random draw"),
      choice("device", FIELD(simulation.device), kDeviceNames, "where to run; auto: cuda when there is a device"),
      integer("threads", FIELD(simulation.threads), 0, 4096, "CPU threads, 0: all; never changes a result"),
      integer("replicas", FIELD(simulation.replicas), 1, 65536, "run: independent copies of the network in one batch"),
      integer("slices", FIELD(simulation.slices), 0, 65536,
              "the network is cut into at least so many, 0: one a thread; never changes a result"),
      choice("update", FIELD(simulation.update), kUpdateNames,
             "clock: every neuron every step; event: only where something arrives; auto: as activity suggests"),
      choice("cuda_engine", FIELD(simulation.cuda_engine), kCudaEngineNames,
             "plain: two kernels a step; resident: one for many steps (weight_bits = 16, replicas = 1); same bits"),
      integer("weight_bits", FIELD(simulation.weight_bits), 16, 32, "16 or 32: how finely weights are stored"),
      real("duration_ms", FIELD(run.duration_ms), kPositive, "run: recorded time"),
      real("transient_ms", FIELD(run.transient_ms), kNotNegative, "run: time before recording starts"),
      boolean("record_spikes", FIELD(run.record_spikes), "run: write spikes.npz"),
      real("count_window_ms", FIELD(run.count_window_ms), kNotNegative,
           "run: write counts.npy, spikes per neuron and window; 0: no"),
      list("probe", FIELD(run.probe), 0, integer_words(0, kMany), integer_list(kMany), write_integer,
           "run: neurons whose V, I and theta go to probe.npz"),
  };
}

std::vector<Key> network_keys() {
  return {
      text("file", FIELD(network_file), "load this network.npz instead of building one"),
      choice("topology", FIELD(network.topology), kTopologyNames, "how synapses are placed"),
      integer("neurons", FIELD(network.neurons), 1, 2147483647, "number of neurons"),
      real("excitatory_fraction", FIELD(network.excitatory_fraction), kFraction, "of the neurons"),
      real("density", FIELD(network.density), kDensity, "connection probability, or mean degree / neurons"),
      integer("in_degree", FIELD(network.in_degree), 0, kMany, "fixed_in_degree: synapses a neuron; 0: from density"),
      real("rewiring", FIELD(network.rewiring), kFraction, "small_world, and in its clusters: of a random target"),
      integer("clusters", FIELD(network.clusters), 1, 1000000,
              "clustered, small_world_clusters: number of equal blocks"),
      real("density_between", FIELD(network.density_between), kFraction,
           "clustered: probability between blocks; small_world_clusters: mean degree / neurons of the other blocks"),
      real("rewiring_between", FIELD(network.rewiring_between), kFraction,
           "small_world_clusters: probability of any other block, not a neighbouring one"),
      boolean("autapses", FIELD(network.autapses), "allow synapses of a neuron onto itself"),
      boolean("dale", FIELD(network.dale), "all synapses of a neuron have one sign"),
      distribution("weight", FIELD(network.weight), true, "magnitude of a synapse"),
      real("gain", FIELD(network.gain), kNotNegative, "multiplies every weight"),
      real("inhibition", FIELD(network.inhibition), kNotNegative, "extra factor on inhibitory weights"),
      boolean("scale_weights", FIELD(network.scale_weights), "divide by the square root of the expected in-degree"),
      distribution("delay_ms", FIELD(network.delay_ms), true, "of a synapse; rounded to steps, at least one"),
      real("step_ms", FIELD(network.step_ms), kPositive, "time step"),
  };
}

std::vector<Key> neuron_keys() {
  return {
      list(
          "tau_m_ms", FIELD(network.tau_m_ms), 1, distribution_words(true),
          [](const toml::node& n) { return to_distribution(n, true); }, write_distribution,
          "membrane time constant; one, or one a cluster"),
      real("tau_m_min_ms", FIELD(network.tau_m_min_ms), kPositive, "smaller draws are raised to it"),
      real("tau_syn_exc_ms", FIELD(network.neuron.tau_syn_exc_ms), kPositive, "synaptic time constant, receptor 0"),
      real("tau_syn_inh_ms", FIELD(network.neuron.tau_syn_inh_ms), kPositive, "of receptor 1, when receptors = 2"),
      real("resistance", FIELD(network.neuron.resistance), kPositive, "mV/pA; 1 when dimensionless"),
      real("e_l", FIELD(network.neuron.e_l), kAny, "resting potential"),
      real("v_th", FIELD(network.neuron.v_th), kAny, "threshold"),
      real("v_reset", FIELD(network.neuron.v_reset), kAny, "potential after a spike, below v_th"),
      real("t_ref_ms", FIELD(network.neuron.t_ref_ms), kNotNegative, "refractory time"),
      real("i_dc", FIELD(network.neuron.i_dc), kAny, "constant current"),
      choice("synapse", FIELD(network.kind.synapse), kSynapseNames, "kind of synaptic input"),
      integer("receptors", FIELD(network.kind.receptors), 1, 2, "1: one current; 2: excitatory and inhibitory apart"),
      choice("reset", FIELD(network.kind.reset), kResetNames, "to v_reset, or by v_th - v_reset"),
      boolean("adaptive", FIELD(network.kind.adaptive), "threshold v_th + theta"),
      real("theta_plus", FIELD(network.neuron.theta_plus), kNotNegative, "added to theta at a spike"),
      real("tau_theta_ms", FIELD(network.neuron.tau_theta_ms), kPositive, "decay of theta"),
      distribution("v_initial", FIELD(network.v_initial), false, "start, in units of e_l + x (v_th - e_l)"),
  };
}

std::vector<Key> drive_keys() {
  return {
      real("poisson_rate_hz", FIELD(drive.poisson_rate_hz), kNotNegative, "Poisson spikes onto each neuron"),
      real("poisson_weight", FIELD(drive.poisson_weight), kAny, "of each of them"),
      real("noise_sigma", FIELD(drive.noise_sigma), kNotNegative, "standard deviation of a current drawn each step"),
  };
}

std::vector<Key> lyapunov_keys() {
  return {
      choice("method", FIELD(lyapunov.method), kLyapunovMethodNames,
             "saltation: true exponents; surrogate: of spikes smoothed by surrogate_gain; "
             "finite: the largest alone, from two runs finite_size apart"),
      integer("exponents", FIELD(lyapunov.exponents), 0, 10000000, "how many; 0: the full spectrum"),
      real("transient_ms", FIELD(lyapunov.transient_ms), kNotNegative, "of the state"),
      real("tangent_transient_ms", FIELD(lyapunov.tangent_transient_ms), kNotNegative, "of the frame"),
      real("duration_ms", FIELD(lyapunov.duration_ms), kPositive, "averaged over"),
      real("renorm_ms", FIELD(lyapunov.renorm_ms), kNotNegative, "between orthonormalisations; 0: chosen"),
      real("surrogate_gain", FIELD(lyapunov.surrogate_gain), kPositive, "g of the surrogate derivative"),
      real("finite_size", FIELD(lyapunov.finite_size), kPositive, "perturbation, in units of v_th - v_reset"),
      integer("blocks", FIELD(lyapunov.blocks), 2, 1000000, "for standard errors"),
      real("velocity_guard", FIELD(lyapunov.velocity_guard), kPositive, "smallest crossing speed, relative"),
  };
}

std::vector<Key> prune_keys() {
  return {
      choice("method", FIELD(prune.method), kPruneMethodNames, "lnp, a baseline, or a control"),
      real("density", FIELD(prune.density), kDensity, "synapses kept, of those at the start"),
      real("neuron_fraction", FIELD(prune.neuron_fraction), {0, 1, false, true}, "neurons removed"),
      integer("rounds", FIELD(prune.rounds), 1, 100, "of the geometric schedule"),
      integer("unchanged_rounds", FIELD(prune.unchanged_rounds), 1, 100, "stop after so many without a change"),
      choice("score", FIELD(prune.score), kScoreNames, "of a synapse: |L|, |w| or |w L|"),
      choice("kept_weight", FIELD(prune.kept_weight), kKeptWeightNames,
             "what kept weights become; stable: rescaled, and capped if lambda_max asks for it"),
      real("cap", FIELD(prune.cap), {1}, "capped: largest factor on a kept weight"),
      choice("per_neuron", FIELD(prune.per_neuron), kPerNeuronNames, "how exponents belong to neurons"),
      real("sigma", FIELD(prune.sigma), kPositive, "noise of the linear system"),
      real("margin", FIELD(prune.margin), kPositive, "of row dominance, relative"),
      real("epsilon", FIELD(prune.epsilon), kPositive, "1/ms, added to |lambda| in harmonic means"),
      boolean("betweenness_weighted", FIELD(prune.betweenness_weighted), "paths of length 1/|w| instead of hops"),
      boolean("delocalise", FIELD(prune.delocalise), "lnp: step III, after the rounds"),
      real("delocalise_budget", FIELD(prune.delocalise_budget), {0, 0.5, true, false},
           "synapses that step III may add, of those kept"),
      integer("delocalise_vectors", FIELD(prune.delocalise_vectors), 1, 1000, "leading eigenvectors it looks at"),
      real("lambda_bound", FIELD(prune.lambda_bound), kAny,
           "1/ms: step III may raise lambda_max to this or to that before pruning"),
      real("activity_ms", FIELD(prune.activity_ms), kPositive, "activity is measured for, at least 20 activity_tau_ms"),
      real("activity_tau_ms", FIELD(prune.activity_tau_ms), kPositive, "correlation: bins; noise_empirical: filter"),
      real("activity_noise", FIELD(prune.activity_noise), kNotNegative,
           "noise_empirical: standard deviation of V it causes, in units of v_th - v_reset"),
  };
}

std::vector<Key> timescale_keys() {
  return {
      integer("evaluations", FIELD(prune.timescales.evaluations), 0, 10000,
              "lnp: step IV, networks whose spectrum is computed; 0: it is left out"),
      integer("initial", FIELD(prune.timescales.initial), 2, 10000, "of them spread evenly, before there is a model"),
      integer("batch", FIELD(prune.timescales.batch), 1, 1000, "candidates chosen at a time; changes the result"),
      real("shape_min", FIELD(prune.timescales.shape_min), kPositive, "of the Gamma law of tau_m of a cluster"),
      real("shape_max", FIELD(prune.timescales.shape_max), kPositive, "above shape_min"),
      real("scale_min_ms", FIELD(prune.timescales.scale_min_ms), kPositive, "of that law"),
      real("scale_max_ms", FIELD(prune.timescales.scale_max_ms), kPositive, "above scale_min_ms"),
      real("tau_min_ms", FIELD(prune.timescales.tau_min_ms), kPositive, "smaller draws are raised to it"),
      real("lambda_target", FIELD(prune.timescales.lambda_target), kAny, "1/ms: lambda_max that is aimed at"),
      real("wasserstein_weight", FIELD(prune.timescales.wasserstein_weight), kNotNegative,
           "1/ms: of the distance between normalised spectra, sparse to dense"),
      real("rate_weight", FIELD(prune.timescales.rate_weight), kNotNegative, "1/ms per Hz: of the mean rate"),
      boolean("every_method", FIELD(prune.timescales.every_method),
              "step IV also after baselines and controls, dense included"),
  };
}

std::vector<Key> task_keys() {
  return {
      text("system", FIELD(task.system),
           "a series: \"lorenz63\", \"roessler\", \"mackey_glass\", \"ar2_season\", \"csv\"; or images, by the keys "
           "image_... alone, folder, lambdas and square: \"mnist\", \"fashion_mnist\", \"cifar10\""),
      real("dt", FIELD(task.dt), kNotNegative,
           "the system's time between samples; 0: its own: lorenz63 0.02, roessler 0.2, mackey_glass 2"),
      text("file", FIELD(task.file), "csv: the file; washout, training, validation and test rows in this order"),
      list("columns", FIELD(task.columns), 0, "a column's name, or its number from 0", to_column, quote,
           "csv: the channels of the series, all of them to be predicted; empty: every column"),
      choice("header", FIELD(task.header), kCsvHeaderNames, "csv: is the first row one? auto: if it has no number"),
      integer("train", FIELD(task.train), Limits::least_phase, Limits::most_samples, "samples"),
      integer("validation", FIELD(task.validation), Limits::least_phase, Limits::most_samples, "samples"),
      integer("test", FIELD(task.test), Limits::least_phase, Limits::most_samples, "samples"),
      integer("washout", FIELD(task.washout), Limits::least_washout, Limits::most_samples, "samples before training"),
      list("observed", FIELD(task.observed), 1, integer_words(0, 1000), integer_list(1000), write_integer,
           "coordinates that are fed in"),
      integer("horizon", FIELD(task.horizon), 1, Limits::most_samples,
              "samples ahead; 15 of the systems' own dt are about 0.2 Lyapunov times"),
      choice("encoding", FIELD(task.encoding), kEncodingNames, "of values: injected current, or a population's rates"),
      real("input_gain", FIELD(task.input_gain), kNotNegative, "current: of the standardised value"),
      integer("fields", FIELD(task.fields), 1, Limits::most_fields, "population: receptive fields a coordinate"),
      real("field_width", FIELD(task.field_width), kPositive, "population: in standard deviations"),
      real("field_rate_hz", FIELD(task.field_rate_hz), kPositive, "population: peak rate"),
      real("field_density", FIELD(task.field_density), kDensity, "population: channels a neuron listens to"),
      real("field_weight", FIELD(task.field_weight), kNotNegative, "population: of a synapse"),
      integer("steps_per_sample", FIELD(task.steps_per_sample), 1, Limits::most_steps_per_sample,
              "simulation steps a sample is held"),
      real("trace_tau_ms", FIELD(task.trace_tau_ms), kPositive, "of the filtered spike trace"),
      boolean("square", FIELD(task.square), "features also hold the squared trace"),
      list("lambdas", FIELD(task.lambdas), 1, kNotNegative.words(), real_list(kNotNegative), write_real,
           "ridge strengths to choose from"),
      integer("vpt_starts", FIELD(task.vpt_starts), 0, Limits::most_starts, "closed-loop runs, 0: none"),
      integer("vpt_samples", FIELD(task.vpt_samples), 1, Limits::most_samples, "longest closed-loop run"),
      real("vpt_threshold", FIELD(task.vpt_threshold), kPositive, "error that ends a valid prediction"),
      text("folder", FIELD(task.images.folder), "images: the folder with the set's files; MNIST's may be .gz"),
      integer("image_train", FIELD(task.images.train), 1, Images::most_images, "the first images of the training part"),
      integer("image_validation", FIELD(task.images.validation), 1, Images::most_images, "the images after them"),
      integer("image_test", FIELD(task.images.test), 1, Images::most_images, "the first images of the test part"),
      integer("image_steps", FIELD(task.images.steps), 1, Images::most_steps, "simulation steps an image is presented"),
      real("image_rate_hz", FIELD(task.images.rate_hz), kPositive, "of a white pixel's Poisson spikes"),
      integer("image_patch", FIELD(task.images.patch), 0, Images::most_side,
              "a neuron listens within a random square of so many pixels a side; 0: the whole image"),
      real("image_density", FIELD(task.images.density), kDensity, "to this fraction of the pixels there"),
      real("image_weight", FIELD(task.images.weight), kNotNegative, "of an input synapse: uniform in (-w, w)"),
      integer("image_windows", FIELD(task.images.windows), 1, Images::most_steps,
              "parts of a presentation at the end of which traces are read; divides image_steps"),
      real("image_trace_tau_ms", FIELD(task.images.trace_tau_ms), kPositive, "of the filtered spike trace"),
      integer("image_batch", FIELD(task.images.batch), 1, Images::most_batch,
              "images simulated at once; never changes a result"),
  };
}

std::vector<Key> training_keys() {
  constexpr std::int64_t kMostEpochs = 1000000, kMostBatch = 65536, kMostSteps = 2147483647;
  return {
      real("surrogate_gain", FIELD(training.sequences.bptt.model.surrogate_gain), kPositive,
           "bptt: g of the surrogate derivative"),
      boolean("detach_reset", FIELD(training.sequences.bptt.model.detach_reset), "bptt: no gradient through the reset"),
      integer("checkpoint_steps", FIELD(training.sequences.bptt.model.checkpoint_steps), 0, kMostSteps,
              "bptt: the state is kept every so many steps; 0: the square root of all; never changes a result"),
      real("learning_rate", FIELD(training.sequences.bptt.learning_rate), kNotNegative,
           "bptt: Adam's, of recurrent weights in units of their mean magnitude"),
      real("readout_learning_rate", FIELD(training.sequences.bptt.readout_learning_rate), kNotNegative,
           "bptt: Adam's, of the readout"),
      real("clip_norm", FIELD(training.sequences.bptt.clip_norm), kNotNegative,
           "bptt: longest gradient of a batch; 0: any"),
      integer("epochs", FIELD(training.sequences.bptt.epochs), 1, kMostEpochs, "bptt: at most"),
      integer("batch", FIELD(training.sequences.bptt.batch), 1, kMostBatch, "bptt: sequences a step"),
      integer("patience", FIELD(training.sequences.bptt.patience), 0, kMostEpochs,
              "bptt: epochs without a lower validation loss before it ends; 0: it does not"),
      boolean("keep_sign", FIELD(training.sequences.bptt.keep_sign),
              "bptt: weights stop at 0; must be true with two receptors"),
      integer("window_samples", FIELD(training.sequences.window_samples), 1, kMostEpochs,
              "bptt: samples of a sequence of a series"),
      integer("warm_up_samples", FIELD(training.sequences.warm_up_samples), 0, kMostEpochs,
              "bptt: samples before them, that no loss looks at"),
      integer("validation_images", FIELD(training.sequences.validation), 0, Limits::most_samples,
              "bptt: images of the validation part to stop by, at most"),
      distribution("stdp_tau_plus_ms", FIELD(training.stdp.tau_plus_ms), true, "stdp: of a synapse's source's trace"),
      distribution("stdp_tau_minus_ms", FIELD(training.stdp.tau_minus_ms), true, "stdp: of its target's"),
      real("stdp_tau_min_ms", FIELD(training.stdp.tau_min_ms), kPositive, "stdp: smaller draws are raised to it"),
      real("stdp_a_plus", FIELD(training.stdp.a_plus), kNotNegative, "stdp: gain of one pair, in w_max"),
      real("stdp_a_minus", FIELD(training.stdp.a_minus), kNotNegative, "stdp: loss of one pair, in w_max"),
      real("stdp_w_max_factor", FIELD(training.stdp.w_max_factor), kPositive,
           "stdp: w_max over the mean excitatory weight"),
      real("stdp_duration_ms", FIELD(training.stdp.duration_ms), kPositive, "stdp: time that it learns for"),
      real("stdp_window_ms", FIELD(training.stdp.window_ms), kPositive,
           "stdp: weights take effect after each; made whole samples; of images, one each"),
      boolean("stdp_normalise", FIELD(training.stdp.normalise),
              "stdp: excitatory weights onto a neuron keep their sum, up to w_max each"),
  };
}

std::vector<Key> study_keys() {
  const auto training = [](const toml::node& n) {
    return static_cast<Training>(to_choice(n, kTrainingNames.data(), kTrainingNames.size()));
  };
  const auto method = [](const toml::node& n) {
    return static_cast<PruneMethod>(to_choice(n, kPruneMethodNames.data(), kPruneMethodNames.size()));
  };
  return {
      choice("mode", FIELD(study.mode), kStudyModeNames, "grid: the table; operating_point: the search of [search]"),
      list("tasks", FIELD(study.tasks), 0, "a text", to_text, quote,
           "empty: [task]; a system, with _x its first coordinate alone is fed in, with _full all; or "
           "\"name: section.key=value; ...\""),
      list(
          "trainings", FIELD(study.trainings), 1, choice_words(kTrainingNames.data(), kTrainingNames.size()), training,
          [](Training t) { return quote(name_of(t)); }, "of the recurrent layer; then a ridge readout. ridge: none"),
      list(
          "methods", FIELD(study.methods), 1, choice_words(kPruneMethodNames.data(), kPruneMethodNames.size()), method,
          [](PruneMethod m) { return quote(name_of(m)); }, "pruning methods to compare"),
      list("densities", FIELD(study.densities), 1, kDensity.words(), real_list(kDensity), write_real,
           "synapses kept; dense and none have one cell each"),
      list("variants", FIELD(study.variants), 0, "a text \"name: section.key=value; ...\"", to_text, quote,
           "ablations; those that change only how to prune are run for lnp, unless they set study.methods"),
      integer("seeds", FIELD(study.seeds), 1, 100000, "run.seed, run.seed + 1, ..., paired over methods"),
  };
}

std::vector<Key> search_keys() {
  return {
      list("axes", FIELD(search.axes), 0, "a text \"section.key = [values]\"", to_text, quote,
           "candidates are the product of all axes"),
      integer("budget", FIELD(search.budget), 0, 1000000, "candidates drawn at random; 0: all"),
  };
}

std::vector<Key> bench_keys() {
  const auto update = [](const toml::node& n) {
    return static_cast<UpdateMode>(to_choice(n, kUpdateNames.data(), kUpdateNames.size()));
  };
  const auto counts = [](std::int64_t high) {
    return [high](const toml::node& n) { return static_cast<std::uint32_t>(to_integer(n, 1, high)); };
  };
  constexpr std::int64_t kMostNeurons = 2147483647, kMostBatch = 65536;
  return {
      choice("network", FIELD(bench.network), kBenchNetworkNames, "which; sprig bench --help describes them"),
      real("duration_ms", FIELD(bench.duration_ms), kNotNegative, "of each repeat; 0: the network's own"),
      real("warmup_ms", FIELD(bench.warmup_ms), kNotNegative, "before them, not measured"),
      integer("repeats", FIELD(bench.repeats), 1, 1000, "timed runs from the same state"),
      real("synapses", FIELD(bench.synapses), {0, 1e15},
           "vogels-large, brunel-large, brunel-plus: expected number; 0: 1e8"),
      list("neurons", FIELD(bench.neurons), 0, integer_words(1, kMostNeurons), counts(kMostNeurons), write_integer,
           "vogels, hrsnn: one number; sweep: several"),
      list("batch", FIELD(bench.batch), 0, integer_words(1, kMostBatch), counts(kMostBatch), write_integer,
           "replicas in one batch; hrsnn, sweep: several numbers"),
      list("synapses_a_neuron", FIELD(bench.synapses_a_neuron), 0, integer_words(1, kMostNeurons), counts(kMostNeurons),
           write_integer, "sweep"),
      list("rates_hz", FIELD(bench.rates_hz), 0, "a number in (0, 400]", real_list({0, 400, true, false}), write_real,
           "sweep: of each neuron"),
      list(
          "update", FIELD(bench.update), 0, choice_words(kUpdateNames.data(), kUpdateNames.size()), update,
          [](UpdateMode mode) { return quote(name_of(mode)); }, "sweep; the other networks follow run.update"),
      choice("background", FIELD(bench.background), kBackgroundNames, "microcircuit: Poisson spikes, or their mean"),
      real("size", FIELD(bench.size), {0, 1, true, false}, "microcircuit: part of the neurons, for tests"),
      choice("regime", FIELD(bench.regime), kBrunelRegimeNames,
             "brunel: (g, eta) = A (3, 2), B (6, 4), C (5, 2), D (4.5, 0.9)"),
      real("density", FIELD(bench.density), kDensity, "hrsnn: synapses kept by pruning"),
      choice("prune", FIELD(bench.prune), kPruneMethodNames, "hrsnn: how it is pruned"),
      choice("check", FIELD(bench.check), kBenchCheckNames,
             "rates: against the reference; full: also intervals and correlations, against a second seed"),
  };
}

struct Table {
  std::vector<Key> keys;
  std::vector<std::string> sections;
  void add(const char* section, std::vector<Key> more) {
    sections.push_back(section);
    for (Key& key : more) {
      key.section = section;
      keys.push_back(std::move(key));
    }
  }
  Table() {
    add("run", run_keys());
    add("network", network_keys());
    add("neuron", neuron_keys());
    add("drive", drive_keys());
    add("lyapunov", lyapunov_keys());
    add("prune", prune_keys());
    add("timescales", timescale_keys());
    add("task", task_keys());
    add("training", training_keys());
    add("study", study_keys());
    add("search", search_keys());
    add("bench", bench_keys());
    add("learn", learn_keys());
    add("model_search", model_search_keys());
  }
};

const Table& table() {
  static const Table the_table;
  return the_table;
}

}  // namespace

const std::vector<Key>& keys() { return table().keys; }
const std::vector<std::string>& sections() { return table().sections; }

}  // namespace sprig::schema
