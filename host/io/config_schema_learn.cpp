// The keys of [learn]: unsupervised learning of images. Defaults are those of the structs that the fields belong to.
#include "host/io/config_keys.hpp"

namespace sprig::schema {

using Limits = CompetitiveLimits;

std::vector<Key> learn_keys() {
  return {
      text("images", FIELD(learn.images), "mnist, fashion_mnist, or glyphs: digits that sprig draws itself"),
      text("folder", FIELD(learn.folder), "with the set's files; MNIST's may be .gz"),
      choice("protocol", FIELD(learn.protocol.protocol), kProtocolNames,
             "static: all classes, mixed; dynamic: one class after another, none shown again"),
      integer("train", FIELD(learn.protocol.train), 0, kMany,
              "images to learn from, 0: all; dynamic: as many of each class, 0: as the rarest has"),
      integer("passes", FIELD(learn.protocol.passes), 1, 10000, "static: over these images"),
      integer("stages", FIELD(learn.protocol.stages), 1, 10000, "static: equal parts of a pass, scored after each"),
      integer("label", FIELD(learn.protocol.label), 1, kMany,
              "images, the latest learnt, by whose classes neurons are named; dynamic: a tenth of each class"),
      integer("test", FIELD(learn.protocol.test), 0, kMany, "images of the test part to score, 0: all"),
      integer("validation", FIELD(learn.protocol.validation), 0, kMany,
              "> 0: so many images at the end of the training part are scored in their stead"),
      choice("vote", FIELD(learn.protocol.vote), kVoteNames, "how neurons answer for their class"),
      integer("seeds", FIELD(learn.seeds), 1, 100000, "run.seed, run.seed + 1, ...: of weights, order and spikes"),
      text("name", FIELD(learn.name), "of this model in tables; empty: its rule"),
      list("variants", FIELD(learn.variants), 0, "a text \"name: learn.key=value; ...\"", to_text, quote,
           "other models, learning side by side with this one on the same seeds"),
      integer("neurons", FIELD(learn.model.neurons), 1, Limits::most_neurons, "that compete"),
      real("step_ms", FIELD(learn.model.step_ms), kPositive, "time step"),
      integer("steps", FIELD(learn.model.steps), 1, Limits::most_steps, "of a presentation, which starts from rest"),
      real("rate_hz", FIELD(learn.model.rate_hz), kPositive, "of a white pixel's Poisson spikes"),
      real("tau_m_ms", FIELD(learn.model.tau_m_ms), kPositive, "membrane time constant"),
      real("rest_mv", FIELD(learn.model.rest_mv), kAny, "resting potential"),
      real("reset_mv", FIELD(learn.model.reset_mv), kAny, "potential after a spike"),
      real("threshold_mv", FIELD(learn.model.threshold_mv), kAny, "threshold, to which theta is added"),
      real("refractory_ms", FIELD(learn.model.refractory_ms), kNotNegative, "time without input after a spike"),
      real("theta_plus_mv", FIELD(learn.model.theta_plus_mv), kNotNegative, "added to theta at a spike"),
      real("tau_theta_ms", FIELD(learn.model.tau_theta_ms), kPositive, "decay of theta, while learning"),
      boolean("one_spike", FIELD(learn.model.one_spike), "of several neurons that cross at once one emits"),
      choice("inhibition", FIELD(learn.model.inhibition), kInhibitionNames,
             "by the neurons themselves, or through inhibitory ones"),
      real("inhibition_mv", FIELD(learn.model.inhibition_mv), kNotNegative, "that a spike takes from all others"),
      real("excitation_mv", FIELD(learn.model.excitation_mv), kNotNegative, "population: of an inhibitory neuron"),
      real("weight_max", FIELD(learn.model.weight_max), kPositive, "largest weight that plasticity makes"),
      real("initial_weight", FIELD(learn.model.initial_weight), kNotNegative, "weights start uniform below it"),
      real("norm", FIELD(learn.model.norm), kNotNegative,
           "sum of a neuron's weights after each presentation; 0: left alone"),
      choice("rule", FIELD(learn.model.rule), kFeatureRuleNames, "of plasticity"),
      real("rate_pre", FIELD(learn.model.rate_pre), kNotNegative, "nu_pre: of depression"),
      real("rate_post", FIELD(learn.model.rate_post), kNotNegative, "nu_post: of potentiation"),
      real("trace_tau_ms", FIELD(learn.model.trace_tau_ms), kPositive, "of traces, which spikes set to 1"),
      real("slow_trace_tau_ms", FIELD(learn.model.slow_trace_tau_ms), kPositive, "triplet: of the slower one"),
      real("asp_half_spikes", FIELD(learn.model.asp_half_spikes), kPositive,
           "asp: after so many spikes a neuron's rates are half"),
      real("asp_leak_tau_ms", FIELD(learn.model.asp_leak_tau_ms), kPositive,
           "asp: of weights of silent neurons; undone by norm > 0"),
      real("asp_leak_growth", FIELD(learn.model.asp_leak_growth), kNotNegative,
           "asp: by how much the slow trace lengthens it"),
      real("asp_trace_tau_ms", FIELD(learn.model.asp_trace_tau_ms), kPositive, "asp: of that trace"),
      boolean("adaptive_rates", FIELD(learn.model.adaptive_rates), "spikedyn: mechanism 1, k_p and k_d"),
      boolean("timed_updates", FIELD(learn.model.timed_updates),
              "spikedyn: 2, weights change every update_steps, else every step"),
      boolean("weight_decay", FIELD(learn.model.weight_decay), "spikedyn: 3, decay_rate; undone by norm > 0"),
      boolean("adaptive_theta", FIELD(learn.model.adaptive_theta), "spikedyn: 4, theta_factor for theta_plus_mv"),
      integer("update_steps", FIELD(learn.model.update_steps), 1, Limits::most_steps, "spikedyn: t_step"),
      real("spike_threshold", FIELD(learn.model.spike_threshold), kPositive,
           "spikedyn: k_p = ceil(most spikes of a neuron / spike_threshold)"),
      real("mu", FIELD(learn.model.mu), kNotNegative, "spikedyn: exponent of the weight dependence"),
      real("decay_rate", FIELD(learn.model.decay_rate), kNotNegative, "spikedyn: w_decay times neurons"),
      real("decay_tau_ms", FIELD(learn.model.decay_tau_ms), kPositive, "spikedyn: tau_decay"),
      real("theta_factor", FIELD(learn.model.theta_factor), kNotNegative,
           "spikedyn: c_theta; a spike adds c_theta T / tau_theta_ms (mV) to theta"),
  };
}

std::vector<Key> model_search_keys() {
  return {
      integer("n_add", FIELD(model_search.n_add), 1, Limits::most_neurons,
              "models have so many neurons, twice as many, ..."),
      real("memory_kb", FIELD(model_search.memory_kb), kPositive, "limit of a model's memory, KB of 1000 bytes"),
      real("train_energy_j", FIELD(model_search.train_energy_j), kNotNegative,
           "limit of the energy to learn train_images; 0: none"),
      real("infer_energy_j", FIELD(model_search.infer_energy_j), kNotNegative,
           "limit of the energy to answer infer_images; 0: none"),
      integer("train_images", FIELD(model_search.train_images), 0, kMany, "0: as many as the set has"),
      integer("infer_images", FIELD(model_search.infer_images), 0, kMany, "0: as many as the set has"),
      integer("samples", FIELD(model_search.samples), 1, 1000000, "images that a candidate's energy is measured by"),
      boolean("stored_inhibition", FIELD(model_search.stored_inhibition),
              "inhibition as N^2 weights (2 N^2 with a population), or as one constant"),
      boolean("verify", FIELD(model_search.verify), "run the chosen model over train_images and compare"),
  };
}

}  // namespace sprig::schema
