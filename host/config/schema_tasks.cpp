// The keys of [task], [training], [study] and [search]. Defaults are those of the structs that the fields belong to.
#include "host/config/keys.hpp"

namespace sprig::schema {

namespace {

using Limits = ForecastLimits;
using Images = ClassificationLimits;

std::string to_column(const toml::node& n) {
  return n.is_integer() ? std::to_string(to_integer(n, 0, kMany)) : to_text(n);
}

}  // namespace

std::vector<Key> task_keys() {
  return {
      text("system", FIELD(task.system),
           "a series to forecast: \"lorenz63\", \"roessler\", \"mackey_glass\", \"ar2_season\", \"csv\"; one that "
           "answers to a random input, and is told from that alone: \"narma10\", \"narma30\", \"memory_capacity\", "
           "\"delayed_xor\", \"copy\"; or images, by the keys image_... alone, folder, lambdas and square: "
           "\"mnist\", \"fashion_mnist\", \"cifar10\""),
      real("dt", FIELD(task.dt), kNotNegative,
           "the system's time between samples; 0: its own: lorenz63 0.02, roessler 0.2, mackey_glass 2"),
      text("file", FIELD(task.file), "csv: the file; washout, training, validation and test rows in this order"),
      list("columns", FIELD(task.columns), 0, "a column's name, or its number from 0", to_column, quote,
           "csv: the channels of the series, all of them to be predicted; empty: every column"),
      choice("header", FIELD(task.header), "csv: is the first row one? auto: if it has no number"),
      integer("train", FIELD(task.train), Limits::least_phase, Limits::most_samples, "samples"),
      integer("validation", FIELD(task.validation), Limits::least_phase, Limits::most_samples, "samples"),
      integer("test", FIELD(task.test), Limits::least_phase, Limits::most_samples, "samples"),
      integer("washout", FIELD(task.washout), Limits::least_washout, Limits::most_samples, "samples before training"),
      list("observed", FIELD(task.observed), 1, integer_words(0, 1000), integer_list(1000), write_integer,
           "coordinates that are fed in; copy: [0, 1], data and cue"),
      integer("horizon", FIELD(task.horizon), 1, Limits::most_samples,
              "samples ahead; 15 of the systems' own dt are about 0.2 Lyapunov times; not used with a random input, "
              "whose targets are due at once"),
      integer("memory_lags", FIELD(task.memory_lags), Limits::least_memory, Limits::most_memory,
              "memory_capacity: the targets are the input of 1, ..., so many samples ago"),
      integer("memory_delay", FIELD(task.memory_delay), Limits::least_memory, Limits::most_memory,
              "d; delayed_xor: of the bits d and d + 1 samples ago; copy: d samples between pattern and recall"),
      integer("copy_length", FIELD(task.copy_length), Limits::least_memory, Limits::most_memory,
              "copy: bits of a pattern, each a sample long"),
      choice("encoding", FIELD(task.encoding), "of values: injected current, or a population's rates"),
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
      integer("vpt_starts", FIELD(task.vpt_starts), 0, Limits::most_starts,
              "closed-loop runs, 0: none; none with a random input"),
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
  return {
      choice("mode", FIELD(study.mode), "grid: the table; operating_point: the search of [search]"),
      list("tasks", FIELD(study.tasks), 0, "a text", to_text, quote,
           "empty: [task]; a system, with _x its first coordinate alone is fed in, with _full all; or "
           "\"name: section.key=value; ...\""),
      list(
          "trainings", FIELD(study.trainings), 1, choice_words<Training>(), to_choice<Training>,
          [](Training t) { return quote(name_of(t)); }, "of the recurrent layer; then a ridge readout. ridge: none"),
      list(
          "methods", FIELD(study.methods), 1, choice_words<PruneMethod>(), to_choice<PruneMethod>,
          [](PruneMethod m) { return quote(name_of(m)); }, "pruning methods to compare"),
      list("densities", FIELD(study.densities), 1, kDensity.words(), real_list(kDensity), write_real,
           "synapses kept; dense and none have one cell each"),
      list("gains", FIELD(study.gains), 1, kPositive.words(), real_list(kPositive), write_real,
           "factors on the weights after pruning, none's apart; the one that validation prefers is chosen a line"),
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

}  // namespace sprig::schema
