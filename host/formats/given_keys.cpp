#include "host/formats/given_keys.hpp"

#include <algorithm>
#include <cmath>

#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

std::string range_text(const std::pair<double, double>& range) {
  return range.first == range.second ? shown(range.first) : shown(range.first) + " to " + shown(range.second);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

// What each key comes to, for those that the file can contradict.
class Comparison {
 public:
  Comparison(const ImportRequest& request, const HeldByFile& held, std::vector<std::string>& problems)
      : request_(request), held_(held), problems_(problems) {}

  // False: it has no effect on such a file.
  bool network_key(const std::string& name) {
    const NetworkSpec& spec = request_.spec;
    if (name == "step_ms") return number("network.step_ms", spec.step_ms, held_.step_ms, "its step_ms");
    if (name == "neurons") {
      if (spec.neurons != held_.neurons)
        problem("network.neurons = " + shown(spec.neurons) + ", and it has " + shown(held_.neurons) + " neurons");
      return true;
    }
    if (name == "orientation") {
      if (held_.orientation && *held_.orientation != request_.options.orientation)
        problem("network.orientation = " + shown(request_.options.orientation) + ", and it says " +
                shown(*held_.orientation));
      return true;
    }
    if (name == "delay_ms") {
      if (!held_.delay_ms) return true;
      return constant("network.delay_ms", spec.delay_ms, *held_.delay_ms, spec.step_ms / 2, "its delays in ms are ");
    }
    if (name == "nodes") {
      if (held_.own) problem("network.nodes is given, and it is a network of sprig's own, whose neurons are known");
      return true;
    }
    if (name == "groups") return !held_.own;
    if (name == "duplicates") return !held_.own;
    if (name == "ids" || name == "edge_types" || name == "unlisted") return !held_.own && !held_.matrix;
    if (name == "gain" || name == "inhibition" || name == "scale_weights" || name == "excitatory_fraction" ||
        name == "dale")
      return !held_.own;
    if (name == "weight") return !held_.own && !held_.weights;
    return false;
  }

  bool neuron_key(const std::string& name) {
    const NetworkSpec& spec = request_.spec;
    const auto file = request_.neuron_files.find(name);
    const auto values = held_.values.find(name);
    if (file != request_.neuron_files.end()) {
      if (values != held_.values.end())
        problem("neuron." + name + " = \"file:" + file->second + "\", and it holds " + name + " itself");
      return true;
    }
    if (held_.kind) {
      if (name == "synapse") return word("synapse", spec.kind.synapse, held_.kind->synapse);
      if (name == "reset") return word("reset", spec.kind.reset, held_.kind->reset);
      if (name == "receptors") return word("receptors", spec.kind.receptors, held_.kind->receptors);
      if (name == "adaptive") return word("adaptive", spec.kind.adaptive, held_.kind->adaptive);
    }
    if (name == "tau_m_min_ms") return !held_.values.contains("tau_m_ms");
    if (values == held_.values.end()) return true;
    const std::string what = "its " + name + " is ";
    if (name == "v_initial") return false;  // relative in the key, absolute in the file
    if (name == "tau_m_ms") {
      if (spec.tau_m_ms.size() != 1) return false;
      return constant("neuron.tau_m_ms", spec.tau_m_ms[0], values->second, 0, what);
    }
    for (const NeuronField& field : kNeuronFields)
      if (name == field.name)
        return constant("neuron." + name, {Distribution::Kind::constant, spec.neuron.*field.initial, 0}, values->second,
                        0, what);
    return false;
  }

 private:
  void problem(const std::string& text) { problems_.push_back(text); }
  bool number(const std::string& key, double value, const std::optional<double>& held, const std::string& what) {
    if (held && *held != value) problem(key + " = " + shown(value) + ", and " + what + " is " + shown(*held));
    return true;
  }
  template <class T>
  bool word(const std::string& name, T key, T held) {
    if (key != held) problem("neuron." + name + " = " + shown(key) + ", and its " + name + " is " + shown(held));
    return true;
  }
  // A law that is no constant cannot be compared, and has no effect.
  bool constant(const std::string& key, const Distribution& law, const std::pair<double, double>& held, double within,
                const std::string& what) {
    if (law.kind != Distribution::Kind::constant) return false;
    if (std::abs(law.a - held.first) > within || std::abs(law.a - held.second) > within)
      problem(key + " = " + shown(law.a) + ", and " + what + range_text(held));
    return true;
  }

  const ImportRequest& request_;
  const HeldByFile& held_;
  std::vector<std::string>& problems_;
};

}  // namespace

HeldByFile held_by(const Network& network) {
  HeldByFile held;
  held.own = held.matrix = true;
  held.neurons = network.size();
  held.step_ms = network.step_ms;
  held.kind = network.kind;
  held.orientation = Orientation::source_target;
  if (network.recurrent.synapses() > 0)
    held.delay_ms = {network.recurrent.min_delay() * network.step_ms, network.recurrent.max_delay() * network.step_ms};
  for (const NeuronField& field : kNeuronFields) {
    const auto [least, most] =
        std::minmax_element((network.neurons.*field.values).begin(), (network.neurons.*field.values).end());
    held.values[field.name] = {*least, *most};
  }
  return held;
}

void compare_keys(const ImportRequest& request, const HeldByFile& held, std::vector<std::string>& problems,
                  std::vector<std::string>& notes) {
  Comparison comparison(request, held, problems);
  std::vector<std::string> moot;
  for (const std::string& key : request.given) {
    if (key == "network.file") continue;
    const std::size_t dot = key.find('.');
    const std::string section = key.substr(0, dot), name = dot == std::string::npos ? "" : key.substr(dot + 1);
    if ((section == "network" && !comparison.network_key(name)) ||
        (section == "neuron" && !comparison.neuron_key(name)))
      moot.push_back(key);
  }
  if (!moot.empty()) notes.push_back(joined(moot) + (moot.size() == 1 ? " has" : " have") + " no effect on it");
}

void note_defaults(const ImportRequest& request, const HeldByFile& held, std::vector<std::string>& notes) {
  std::vector<std::string> lacks;
  std::string last_section;
  // A section is named once: "network.step_ms, neuron.e_l, v_th".
  const auto need = [&](const std::string& section, const std::string& name) {
    if (request.given.contains(section + "." + name)) return;
    lacks.push_back(section == last_section ? name : section + "." + name);
    last_section = section;
  };
  if (!held.weights) need("network", "weight");
  if (!held.delay_ms) need("network", "delay_ms");
  if (!held.step_ms) need("network", "step_ms");
  for (const NeuronField& field : kNeuronFields)
    if (!held.values.contains(field.name)) {
      const std::string name = field.name;
      const bool unused = (name == "theta_plus" || name == "tau_theta_ms") && !request.spec.kind.adaptive;
      if (!unused && !(name == "tau_syn_inh_ms" && request.spec.kind.receptors == 1)) need("neuron", name);
    }
  if (!held.kind) need("neuron", "synapse");
  if (!lacks.empty()) notes.push_back("lacks " + joined(lacks) + ": the defaults are taken");
}

}  // namespace sprig
