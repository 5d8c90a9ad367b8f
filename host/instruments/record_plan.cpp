#include "host/instruments/record_plan.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "host/instruments/selection.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/steps.hpp"
#include "sprig/formats/npz.hpp"
#include "sprig/network/projection_draws.hpp"

namespace sprig {

namespace {

constexpr std::size_t kLongestName = 100;

bool is_window(RecordedQuantity what) { return what == RecordedQuantity::counts || what == RecordedQuantity::rate; }

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '.';
}

// "v_E_0_100_10": of what and whom.
std::string made_name(const RecordSpec& spec) {
  std::string name = std::string(name_of(spec.what));
  for (const std::string& population : spec.of) name += "_" + population;
  if (!spec.neurons.empty()) name += "_" + spec.neurons;
  for (char& c : name)
    if (!is_plain(c)) c = '_';
  return name.substr(0, kLongestName);
}

// As few ranges as follow one another.
std::vector<NeuronRange> ranges_of(const std::vector<std::uint32_t>& neurons) {
  std::vector<NeuronRange> ranges;
  for (const std::uint32_t neuron : neurons) {
    if (!ranges.empty()) {
      NeuronRange& last = ranges.back();
      const std::uint32_t end = last[last.count - 1];
      if (last.count == 1 && neuron > end) last.every = neuron - end;
      if (neuron > end && neuron - end == last.every) {
        ++last.count;
        continue;
      }
    }
    ranges.push_back({neuron, 1, 1});
  }
  return ranges;
}

class Planner {
 public:
  Planner(const Network& network, const RecordTime& time, std::uint32_t replicas, std::uint64_t learning_synapses)
      : network_(network), time_(time), replicas_(replicas), learning_synapses_(learning_synapses) {}

  RecordLayout plan(const RecordSpec& spec, const std::string& key) {
    key_ = key;
    check_fields(key.c_str(), spec);
    refuse_moot(spec);
    RecordLayout layout;
    layout.what = spec.what;
    layout.name = name(spec);
    if (spec.what == RecordedQuantity::weights) {
      plan_weights(spec, layout);
      return layout;
    }
    choose_neurons(spec, layout);
    choose_time(spec, layout);
    choose_type(layout);
    return layout;
  }

 private:
  // Keys that would have no effect.
  void refuse_moot(const RecordSpec& spec) const {
    const std::string what(name_of(spec.what));
    const auto moot = [&](bool given, const char* name, const std::string& of) {
      if (given) refuse(key_ + "." + name, "a value with what = " + in_quotes(what), "that of " + of + " alone");
    };
    const bool windows = is_window(spec.what), weights = spec.what == RecordedQuantity::weights;
    moot(spec.every_ms > 0 && !windows && !is_state(spec.what), "every_ms", "v, i, theta, counts and rate");
    moot(!spec.at_ms.empty() && !weights, "at_ms", "weights");
    moot(weights && (spec.from_ms > 0 || spec.until_ms < std::numeric_limits<double>::infinity()), "from_ms",
         "records that go on; weights are read at at_ms");
    const bool whole = weights || spec.what == RecordedQuantity::rate;
    moot(whole && !spec.neurons.empty(), "neurons", "records of single neurons (counts, for one)");
    moot(whole && !spec.indices.empty(), "indices", "records of single neurons (counts, for one)");
    moot(weights && !spec.of.empty(), "of", "records of neurons; weights are those of all synapses that learn");
    moot(!spec.indices.empty() && !(spec.of.empty() && spec.neurons.empty()), "indices",
         "records without of and neurons");
  }

  std::string name(const RecordSpec& spec) {
    if (spec.name.empty()) {
      const std::string base = made_name(spec);
      std::string made = base;
      for (int i = 2; !names_.insert(made).second; ++i) made = base + "_" + std::to_string(i);
      return made;
    }
    const bool plain = std::all_of(spec.name.begin(), spec.name.end(), is_plain) && spec.name.front() != '.' &&
                       spec.name.size() <= kLongestName;
    if (!plain) refuse(key_ + ".name", shown(spec.name), "letters, digits, \"_\", \"-\" and \".\", at most 100");
    if (!names_.insert(spec.name).second) refuse(key_ + ".name", shown(spec.name) + " again", "a name of its own");
    return spec.name;
  }

  void choose_neurons(const RecordSpec& spec, RecordLayout& layout) const {
    if (!spec.indices.empty()) {
      std::set<std::uint32_t> seen;
      for (const std::uint32_t neuron : spec.indices) {
        if (neuron >= network_.size())
          refuse(key_ + ".indices", "neuron " + shown(neuron), "below " + shown(network_.size()));
        if (!seen.insert(neuron).second) refuse(key_ + ".indices", "neuron " + shown(neuron) + " twice", "each once");
      }
      layout.neurons = ranges_of(spec.indices);
      return;
    }
    layout.populations = spec.of;
    if (spec.of.empty())
      for (const Population& p : network_.populations) layout.populations.push_back(p.name);
    layout.neurons =
        ranges_of(select_neurons(network_.populations, spec.of, spec.neurons, key_ + ".of", key_ + ".neurons"));
    layout.every_neuron = layout.neurons.size() == 1 && layout.neurons.front().first == 0 &&
                          layout.neurons.front().count == network_.size() && layout.neurons.front().every == 1;
  }

  // Steps within recorded time.
  void choose_time(const RecordSpec& spec, RecordLayout& layout) const {
    const double h = network_.step_ms;
    const auto step_at = [&](double ms, const char* name) {
      return time_.first_step + steps_of(ms, h, (key_ + "." + name).c_str());
    };
    layout.first_step = std::max(time_.begin, step_at(spec.from_ms, "from_ms"));
    layout.end_step = time_.end;
    if (spec.until_ms < std::numeric_limits<double>::infinity())
      layout.end_step = std::min(layout.end_step, step_at(spec.until_ms, "until_ms"));
    const auto ms = [&](std::uint64_t step) { return shown(static_cast<double>(step - time_.first_step) * h); };
    if (layout.first_step >= layout.end_step)
      refuse(key_ + "." + (spec.from_ms > 0 ? "from_ms" : "until_ms"),
             "from " + shown(spec.from_ms) + " until " + shown(spec.until_ms) + " ms, where nothing is recorded",
             "times within the recorded ones, " + ms(time_.begin) + " to " + ms(time_.end) + " ms");
    if (is_window(layout.what)) {
      if (spec.every_ms == 0) refuse(key_ + ".every_ms", "no window", "the window in ms");
      layout.every_steps = whole_steps_of(spec.every_ms, h, (key_ + ".every_ms").c_str());
      if (layout.every_steps > 0xFFFFFFFFu)
        refuse(key_ + ".every_ms", shown(spec.every_ms) + ", above 2^32 steps, which a count could not hold", "fewer");
    } else if (spec.every_ms > 0) {
      layout.every_steps = whole_steps_of(spec.every_ms, h, (key_ + ".every_ms").c_str());
    }
  }

  void choose_type(RecordLayout& layout) const {
    const std::uint64_t neurons = layout.neuron_count();
    switch (layout.what) {
      case RecordedQuantity::spikes: {
        const bool wide = time_.end > std::uint64_t{1} << 32, replicas = replicas_ > 1;
        layout.type = std::string("[('step', '<u") + (wide ? "8" : "4") + "'), ('neuron', '<u4')" +
                      (replicas ? ", ('replica', '<u4')]" : "]");
        layout.row_bytes = (wide ? 8 : 4) + 4 + (replicas ? 4 : 0);
        layout.axes = "[spike]";
        return;
      }
      case RecordedQuantity::counts:
        layout.type = npy_type<std::uint32_t>();
        layout.row = {neurons, replicas_};
        layout.row_bytes = sizeof(std::uint32_t) * neurons * replicas_;
        layout.axes = "[window][neuron][replica]";
        return;
      case RecordedQuantity::rate:
        layout.type = npy_type<double>();
        layout.row = {layout.populations.size()};
        layout.row_bytes = sizeof(double) * layout.populations.size();
        layout.axes = "[window][population]";
        return;
      default:
        layout.type = npy_type<real>();
        layout.row = {neurons, replicas_};
        layout.row_bytes = sizeof(real) * neurons * replicas_;
        layout.axes = "[sample][neuron][replica]";
    }
  }

  void plan_weights(const RecordSpec& spec, RecordLayout& layout) const {
    if (learning_synapses_ == 0)
      refuse(key_ + ".what", shown(spec.what) + " of a network without synapses that learn", "a network that has some");
    if (spec.at_ms.empty()) refuse(key_ + ".at_ms", "an empty list", "the times in ms");
    for (const double ms : spec.at_ms) {
      const std::uint64_t step = time_.first_step + steps_of(ms, network_.step_ms, (key_ + ".at_ms").c_str());
      if (step > time_.end) refuse(key_ + ".at_ms", shown(ms), "within the run");
      if (!layout.at_steps.empty() && step <= layout.at_steps.back())
        refuse(key_ + ".at_ms", shown(ms), "times that ascend, at least a step apart");
      layout.at_steps.push_back(step);
    }
    layout.type = npy_type<float>();
    layout.row = {learning_synapses_};
    layout.row_bytes = sizeof(float) * learning_synapses_;
    layout.axes = "[time][synapse]";
    layout.synapses = learning_synapses_;
    layout.first_step = layout.at_steps.front();
    layout.end_step = layout.at_steps.back();
  }

  const Network& network_;
  RecordTime time_;
  std::uint32_t replicas_;
  std::uint64_t learning_synapses_;
  std::string key_;
  std::set<std::string> names_;
};

}  // namespace

std::vector<RecordLayout> plan_records(const Network& network, const std::vector<RecordSpec>& specs,
                                       const RecordTime& time, std::uint32_t replicas,
                                       std::uint64_t learning_synapses) {
  Planner planner(network, time, replicas, learning_synapses);
  std::vector<RecordLayout> layouts;
  for (std::size_t k = 0; k < specs.size(); ++k)
    layouts.push_back(planner.plan(specs[k], "record." + std::to_string(k)));
  return layouts;
}

LearningSynapses learning_synapses(const BuiltNetwork& built) {
  LearningSynapses found;
  if (const Network* network = std::get_if<Network>(&built)) {
    if (!network->plasticity) return found;
    const Csr& csr = network->recurrent;
    for (std::uint32_t i = 0; i < csr.rows; ++i)
      for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k)
        if (network->plasticity->has(i, csr.targets[k]))
          found.source.push_back(i), found.target.push_back(csr.targets[k]);
    return found;
  }
  const auto& procedural = std::get<ProceduralNetwork>(built);
  if (!procedural.network.plasticity) return found;
  const Plasticity& plasticity = *procedural.network.plasticity;
  const ProjectionDraws draws(procedural);
  // As realise() orders them: rows by source, each ascending by target.
  std::vector<std::vector<std::uint32_t>> targets_of(plasticity.source_count);
  IncomingSynapses in;
  for (std::uint32_t t = 0; t < plasticity.target_count; ++t) {
    const std::uint32_t target = plasticity.target_first + t;
    draws.onto(target, in, Incoming::sources);
    for (std::size_t k = 0; k < in.count; ++k)
      if (plasticity.has_source(in.sources[k])) targets_of[in.sources[k] - plasticity.source_first].push_back(target);
  }
  for (std::uint32_t s = 0; s < plasticity.source_count; ++s)
    for (const std::uint32_t target : targets_of[s])
      found.source.push_back(plasticity.source_first + s), found.target.push_back(target);
  return found;
}

}  // namespace sprig
