// Parameters of the neurons of populations: given, drawn, or those of [neuron].
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "host/network/described.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/network/sampler.hpp"

namespace sprig {

namespace {

constexpr std::uint32_t kWorthThreads = 4096;  // neurons: starting threads takes longer than drawing for fewer

// A parameter with the draw that is its own: value `draw` of (stream, neuron). Draws never change.
struct PopulationParameter {
  const char* name;
  std::optional<NeuronValues> PopulationSpec::*values;
  std::vector<double> NeuronParameters::*neurons;
  Stream stream;
  std::uint64_t draw;
  bool positive;  // normal variates below 0 are redrawn
};
constexpr PopulationParameter kTauM{
    "tau_m_ms", &PopulationSpec::tau_m_ms, &NeuronParameters::tau_m_ms, Stream::tau_membrane, 0, true};
constexpr PopulationParameter kCapacitance{
    "c_m_pf", &PopulationSpec::c_m_pf, &NeuronParameters::resistance, Stream::neuron_parameter, 1, true};
constexpr PopulationParameter kInitial{
    "v_initial_mv", &PopulationSpec::v_initial_mv, &NeuronParameters::v_initial, Stream::initial_potential, 0, false};
constexpr PopulationParameter kOthers[] = {
    {"resistance", &PopulationSpec::resistance, &NeuronParameters::resistance, Stream::neuron_parameter, 0, true},
    {"e_l", &PopulationSpec::e_l, &NeuronParameters::e_l, Stream::neuron_parameter, 2, false},
    {"v_th", &PopulationSpec::v_th, &NeuronParameters::v_th, Stream::neuron_parameter, 3, false},
    {"v_reset", &PopulationSpec::v_reset, &NeuronParameters::v_reset, Stream::neuron_parameter, 4, false},
    {"t_ref_ms", &PopulationSpec::t_ref_ms, &NeuronParameters::t_ref_ms, Stream::neuron_parameter, 5, true},
    {"tau_syn_exc_ms", &PopulationSpec::tau_syn_exc_ms, &NeuronParameters::tau_syn_exc_ms, Stream::neuron_parameter, 6,
     true},
    {"tau_syn_inh_ms", &PopulationSpec::tau_syn_inh_ms, &NeuronParameters::tau_syn_inh_ms, Stream::neuron_parameter, 7,
     true},
    {"i_dc", &PopulationSpec::i_dc, &NeuronParameters::i_dc, Stream::neuron_parameter, 8, false},
    {"theta_plus", &PopulationSpec::theta_plus, &NeuronParameters::theta_plus, Stream::neuron_parameter, 9, true},
    {"tau_theta_ms", &PopulationSpec::tau_theta_ms, &NeuronParameters::tau_theta_ms, Stream::neuron_parameter, 10,
     true},
};

// Laws that populations share are tabulated once.
class Samplers {
 public:
  const Sampler& of(const std::string& key, const Distribution& law, bool positive) {
    const Key id{law.kind, law.a, law.b, positive};
    const auto at = made_.find(id);
    if (at != made_.end()) return at->second;
    const double redraw = positive ? 0 : -std::numeric_limits<double>::infinity();
    return made_.emplace(id, Sampler(key, law, kAnything, redraw)).first->second;
  }

 private:
  using Key = std::tuple<Distribution::Kind, double, double, bool>;
  std::map<Key, Sampler> made_;
};

class PopulationValues {
 public:
  PopulationValues(const PopulationSpec& spec, const Population& population, const NetworkSpec& defaults,
                   std::uint32_t seed, Samplers& samplers, NeuronParameters& neurons)
      : where_("population." + spec.name + "."),
        spec_(spec),
        population_(population),
        defaults_(defaults),
        seed_(seed),
        samplers_(samplers),
        neurons_(neurons) {}

  void set() {
    set_tau_m();
    for (const PopulationParameter& parameter : kOthers)
      if (spec_.*parameter.values)
        each(parameter, [&](std::uint32_t i, double x) { (neurons_.*parameter.neurons)[i] = x; });
    if (spec_.c_m_pf)  // ms / pF = GOhm = mV / pA
      each(kCapacitance, [&](std::uint32_t i, double pf) { neurons_.resistance[i] = neurons_.tau_m_ms[i] / pf; });
    set_initial();
    check_reset();
  }

 private:
  // Calls use(neuron, value) for each neuron, in parallel.
  template <class Use>
  void each_value(const std::string& key, const NeuronValues& values, const PopulationParameter& parameter, Use use) {
    const std::uint32_t first = population_.first, end = first + population_.count;
    const Distribution& law = values.law;
    if (!values.drawn()) {
      for (std::uint32_t i = first; i < end; ++i) use(i, values.given[i - first]);
    } else if (law.kind == Distribution::Kind::constant) {  // infinity too
      for (std::uint32_t i = first; i < end; ++i) use(i, law.a);
    } else {
      const Sampler& sampler = samplers_.of(key, law, parameter.positive);
#pragma omp parallel for schedule(static) if (end - first >= kWorthThreads)
      for (std::uint32_t i = first; i < end; ++i) use(i, sampler.value(seed_, parameter.stream, i, parameter.draw));
    }
  }
  template <class Use>
  void each(const PopulationParameter& parameter, Use use) {
    each_value(where_ + parameter.name, *(spec_.*parameter.values), parameter, use);
  }

  // Draws that are too small are raised; given values and constants are not.
  void set_tau_m() {
    const NeuronValues& values = spec_.tau_m_ms ? *spec_.tau_m_ms : NeuronValues{defaults_.tau_m_ms.front(), "", {}};
    const double least = values.drawn() ? defaults_.tau_m_min_ms : 0;
    each_value(spec_.tau_m_ms ? where_ + "tau_m_ms" : "neuron.tau_m_ms", values, kTauM,
               [&](std::uint32_t i, double x) { neurons_.tau_m_ms[i] = std::max(x, least); });
  }

  // As build_network(NetworkSpec) has it, or absolute.
  void set_initial() {
    if (spec_.v_initial_mv) return each(kInitial, [&](std::uint32_t i, double x) { neurons_.v_initial[i] = x; });
    each_value("neuron.v_initial", {defaults_.v_initial, "", {}}, kInitial, [&](std::uint32_t i, double x) {
      neurons_.v_initial[i] = neurons_.e_l[i] + (neurons_.v_th[i] - neurons_.e_l[i]) * x;
    });
  }

  void check_reset() const {
    for (std::uint32_t i = population_.first; i < population_.first + population_.count; ++i)
      if (!(neurons_.v_reset[i] < neurons_.v_th[i]))
        refuse(where_ + "v_reset", shown(neurons_.v_reset[i]) + " for its neuron " + shown(i - population_.first),
               "below v_th = " + shown(neurons_.v_th[i]));
  }

  std::string where_;
  const PopulationSpec& spec_;
  const Population& population_;
  const NetworkSpec& defaults_;
  std::uint32_t seed_;
  Samplers& samplers_;
  NeuronParameters& neurons_;
};

}  // namespace

void set_described_neurons(const NetworkDescription& description, std::uint32_t seed, Network& network) {
  Samplers samplers;
  for (std::size_t p = 0; p < description.populations.size(); ++p)
    PopulationValues(description.populations[p], network.populations[p], description.defaults, seed, samplers,
                     network.neurons)
        .set();
}

}  // namespace sprig
