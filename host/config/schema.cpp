// The one table of configuration keys. Defaults are not here: they are those of the structs that the fields belong to.
#include "host/config/keys.hpp"

namespace sprig::schema {

namespace {

std::vector<Key> run_keys() {
  return {
      integer("seed", FIELD(simulation.seed), 0, kMany, "of every random draw"),
      choice("device", FIELD(simulation.device), "where to run; auto: cuda when there is a device"),
      integer("threads", FIELD(simulation.threads), 0, 4096, "CPU threads, 0: all; never changes a result"),
      integer("replicas", FIELD(simulation.replicas), 1, 65536, "run: independent copies of the network in one batch"),
      integer("slices", FIELD(simulation.slices), 0, 65536,
              "the network is cut into at least so many, 0: one a thread; never changes a result"),
      choice("update", FIELD(simulation.update),
             "clock: every neuron every step; event: only where something arrives; auto: as activity suggests"),
      choice("cuda_engine", FIELD(simulation.cuda_engine),
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
      choice("topology", FIELD(network.topology), "how synapses are placed"),
      integer("neurons", FIELD(network.neurons), 1, 2147483647, "number of neurons"),
      real("excitatory_fraction", FIELD(network.excitatory_fraction), kFraction, "of the neurons"),
      real("density", FIELD(network.density), kDensity, "connection probability, or mean degree / neurons"),
      integer("in_degree", FIELD(network.in_degree), 0, kMany,
              "fixed_in_degree: synapses a neuron, with replacement (a pair may have several); 0: from density"),
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
      choice("synapse", FIELD(network.kind.synapse), "kind of synaptic input"),
      integer("receptors", FIELD(network.kind.receptors), 1, 2, "1: one current; 2: excitatory and inhibitory apart"),
      choice("reset", FIELD(network.kind.reset), "to v_reset, or by v_th - v_reset"),
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
      choice("method", FIELD(lyapunov.method),
             "saltation: true exponents; surrogate: of spikes smoothed by surrogate_gain"),
      integer("exponents", FIELD(lyapunov.exponents), 0, 10000000, "how many; 0: the full spectrum"),
      real("transient_ms", FIELD(lyapunov.transient_ms), kNotNegative, "of the state"),
      real("tangent_transient_ms", FIELD(lyapunov.tangent_transient_ms), kNotNegative, "of the frame"),
      real("duration_ms", FIELD(lyapunov.duration_ms), kPositive, "averaged over"),
      real("renorm_ms", FIELD(lyapunov.renorm_ms), kNotNegative, "between orthonormalisations; 0: chosen"),
      real("surrogate_gain", FIELD(lyapunov.surrogate_gain), kPositive, "g of the surrogate derivative"),
      choice(
          "velocity_at", FIELD(lyapunov.velocity_at),
          "saltation: where f- is read; overshoot: keeps an exact zero exponent; threshold: half the error in step_ms"),
      real("noise", FIELD(lyapunov.noise), kNotNegative,
           "added white noise, by the deviation of V it causes, in units of v_th - v_reset; exponents are conditional"),
      real("probe_ms", FIELD(lyapunov.probe_ms), kPositive, "probe exponents: window that a perturbation grows in"),
      integer("blocks", FIELD(lyapunov.blocks), 2, 1000000, "for standard errors"),
      real("velocity_guard", FIELD(lyapunov.velocity_guard), kPositive, "smallest crossing speed, relative"),
  };
}

std::vector<Key> prune_keys() {
  return {
      choice("method", FIELD(prune.method), "lnp, a baseline, or a control"),
      real("density", FIELD(prune.density), kDensity, "synapses kept, of those at the start"),
      real("neuron_fraction", FIELD(prune.neuron_fraction), {0, 1, false, true}, "neurons removed"),
      integer("rounds", FIELD(prune.rounds), 1, 100, "of the geometric schedule"),
      integer("unchanged_rounds", FIELD(prune.unchanged_rounds), 1, 100, "stop after so many without a change"),
      choice("score", FIELD(prune.score), "of a synapse: |L|, |w| or |w L|"),
      choice("kept_weight", FIELD(prune.kept_weight),
             "what kept weights become: w/p, w/max(p, 1/cap) or w; methods without a draw: p is the share of |w| kept"),
      real("cap", FIELD(prune.cap), {1}, "capped: largest factor on a kept weight"),
      choice("per_neuron", FIELD(prune.per_neuron),
             "score l and wl: the exponent of a neuron; frame needs lyapunov.exponents = 0"),
      choice("linearisation", FIELD(prune.linearisation),
             "the linear model of the scores; measured: with the slopes of rates against currents"),
      choice("neurons_by", FIELD(prune.neurons_by),
             "which neurons go; own: lnp by betweenness, the others by their own score"),
      choice("match", FIELD(prune.match),
             "random_by_sign: the method whose numbers of positive and negative weights it keeps"),
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
      boolean("spectra", FIELD(prune.spectra), "measure the spectrum before and after"),
      real("activity_ms", FIELD(prune.activity_ms), kPositive, "activity is measured for, at least 20 activity_tau_ms"),
      real("activity_tau_ms", FIELD(prune.activity_tau_ms), kPositive,
           "correlation, measured: bins; noise_empirical: filter"),
      real("activity_noise", FIELD(prune.activity_noise), kNotNegative,
           "noise_empirical, measured: standard deviation of V it causes, in units of v_th - v_reset"),
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

std::vector<Key> bench_keys() {
  const auto counts = [](std::int64_t high) {
    return [high](const toml::node& n) { return static_cast<std::uint32_t>(to_integer(n, 1, high)); };
  };
  constexpr std::int64_t kMostNeurons = 2147483647, kMostBatch = 65536;
  return {
      choice("network", FIELD(bench.network), "which; sprig bench --help describes them"),
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
          "update", FIELD(bench.update), 0, choice_words<UpdateMode>(), to_choice<UpdateMode>,
          [](UpdateMode mode) { return quote(name_of(mode)); }, "sweep; the other networks follow run.update"),
      choice("background", FIELD(bench.background), "microcircuit: Poisson spikes, or their mean"),
      real("size", FIELD(bench.size), {0, 1, true, false}, "microcircuit: part of the neurons, for tests"),
      choice("regime", FIELD(bench.regime), "brunel: (g, eta) = A (3, 2), B (6, 4), C (5, 2), D (4.5, 0.9)"),
      real("density", FIELD(bench.density), kDensity, "hrsnn: synapses kept by pruning"),
      choice("prune", FIELD(bench.prune), "hrsnn: how it is pruned"),
      choice("check", FIELD(bench.check),
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
