#include "host/config/synonyms.hpp"

#include <cctype>
#include <string_view>

namespace sprig {

namespace {

struct Synonym {
  std::string_view where;  // the tables it is for: of several ("population"), or "" for sections
  std::string_view words;  // without case and _, with a blank around each
  const char* says;
};

constexpr const char* kOneNeuron =
    "there is one neuron, leaky integrate-and-fire with exponential or delta synapses (neuron.synapse) and, if wanted, "
    "an adaptive threshold (neuron.adaptive); no AdEx, Izhikevich, Hodgkin-Huxley or conductances";

constexpr Synonym kSynonyms[] = {
    {"", " dt h timestep timestepms dtms simdt defaultclockdt resolution resolutionms ",
     "did you mean network.step_ms?"},
    {"", " duration tstop tsim simtime simulationtime simtimems t tend runtime ", "did you mean run.duration_ms?"},
    {"", " presim presimtime warmup burnin settle ", "did you mean run.transient_ms?"},
    {"", " record records recording monitor monitors spikemonitor recorder spikerecorder ",
     "did you mean [[record]], a table of its own, or run.record_spikes?"},
    {"", " statemonitor multimeter voltmeter recordv ", "did you mean [[record]] with what = \"v\", or run.probe?"},
    {"", " gpu cuda backend platform usegpu ", "did you mean run.device, \"cpu\" or \"cuda\"?"},
    {"", " numthreads nthreads localnumthreads cores ", "did you mean run.threads?"},
    {"", " rngseed randomseed ", "did you mean run.seed?"},
    {"", " n nneurons numneurons numberofneurons size numunits hiddensize ",
     "did you mean network.neurons, or the size of a [[population]]?"},
    {"", " p pconn connprob connectionprobability connectivity ",
     "did you mean network.density, or the rule of a [[projection]], such as \"bernoulli(0.1)\"?"},
    {"", " spectralradius ", "did you mean network.gain, which multiplies every weight?"},
    {"", " k indegree ", "did you mean network.in_degree?"},
    {"", " g j w weights weightscale ", "did you mean network.gain, network.inhibition or network.weight?"},
    {"", " delay delays d syndelay ", "did you mean network.delay_ms?"},
    {"", " tau taum taumem taumembrane ", "did you mean neuron.tau_m_ms?"},
    {"", " beta alpha leak decay ",
     "a decay a step follows from time constants: neuron.tau_m_ms = -step_ms / ln(decay), tau_syn_exc_ms likewise"},
    {"", " tausyn taus tausynex taue ", "did you mean neuron.tau_syn_exc_ms?"},
    {"", " tausynin taui ", "did you mean neuron.tau_syn_inh_ms, with neuron.receptors = 2?"},
    {"", " threshold vthresh vthreshold vthr thresh theta ", "did you mean neuron.v_th?"},
    {"", " vrest el eleak urest vleak vr ", "did you mean neuron.e_l?"},
    {"", " tref taurefrac tarp refractory refractoryperiod trefrac tauref ", "did you mean neuron.t_ref_ms?"},
    {"", " cm c capacitance ", "did you mean neuron.resistance, which is tau_m_ms over the capacitance?"},
    {"", " ie iext ioffset bias inputcurrent iinj idcpa ", "did you mean neuron.i_dc?"},
    {"", " model neuronmodel neurontype ", kOneNeuron},
    {"", " poissonrate rate ratehz inputrate bgrate ",
     "did you mean drive.poisson_rate_hz, or [[stimulus]], a table of its own?"},
    {"", " input stimuli ", "did you mean [[stimulus]], a table of its own?"},
    {"", " sparsity ", "did you mean prune.density, which is 1 - sparsity?"},
    {"", " stdp plasticity learningrule ", "did you mean stdp of a [[projection]], such as { w_max = 0.3 }?"},

    {"population", " n neurons count numneurons nneurons ", "did you mean size?"},
    {"population", " label id ", "did you mean name?"},
    {"population", " tau taum taumem ", "did you mean tau_m_ms?"},
    {"population", " tausyn taus tausynex taue ", "did you mean tau_syn_exc_ms?"},
    {"population", " tausynin taui ", "did you mean tau_syn_inh_ms?"},
    {"population", " threshold vthresh vthreshold vthr ", "did you mean v_th?"},
    {"population", " vrest el eleak urest vleak ", "did you mean e_l?"},
    {"population", " cm c capacitance cmem ", "did you mean c_m_pf?"},
    {"population", " tref refractory trefrac tauref ", "did you mean t_ref_ms?"},
    {"population", " ie iext ioffset bias ", "did you mean i_dc?"},
    {"population", " v0 vinit vm v ", "did you mean v_initial_mv?"},
    {"population", " model type neuron ", kOneNeuron},
    {"population", " synapse receptors reset adaptive ", "it is one for the whole network, a key of [neuron]"},

    {"projection", " source pre sources presynaptic presynapticpopulation ", "did you mean from?"},
    {"projection", " target post targets postsynaptic postsynapticpopulation ", "did you mean to?"},
    {"projection", " connspec connector connect connectivity topology ", "did you mean rule?"},
    {"projection", " p probability density ", "did you mean rule = \"bernoulli(p)\"?"},
    {"projection", " indegree k ", "did you mean rule = \"fixed_in_degree(k)\"?"},
    {"projection", " w weights j synweight ", "did you mean weight?"},
    {"projection", " delay delays d ", "did you mean delay_ms?"},
    {"projection", " receptortype synapse synapsetype ", "did you mean receptor, \"exc\" or \"inh\"?"},
    {"projection", " plasticity learning learningrule ", "did you mean stdp, such as { w_max = 0.3 }?"},
    {"projection", " allowautapses selfconnections allowselfconnections ", "did you mean autapses?"},
    {"projection", " allowmultapses ", "did you mean multapses?"},

    {"stimulus", " target population populations onto of ", "did you mean to?"},
    {"stimulus", " type what model ", "did you mean kind?"},
    {"stimulus", " rate frequency freq ", "did you mean rate_hz?"},
    {"stimulus", " current i amp ", "did you mean amplitude, with kind = \"dc\"?"},
    {"stimulus", " std sd stdev ", "did you mean sigma?"},
    {"stimulus", " start onset begin ", "did you mean from_ms?"},
    {"stimulus", " stop offset end ", "did you mean until_ms?"},
    {"stimulus", " duration durationms ", "did you mean until_ms, which is from_ms and the duration?"},
    {"stimulus", " dt interval steps samples ", "did you mean sample_ms?"},

    {"record", " variable variables quantity kind record ", "did you mean what?"},
    {"record", " population populations source from to target ", "did you mean of?"},
    {"record", " interval dt window windowms every samplingintervalms ", "did you mean every_ms?"},
    {"record", " start ", "did you mean from_ms?"},
    {"record", " stop end ", "did you mean until_ms?"},
    {"record", " file path label ", "did you mean name?"},
};

constexpr Synonym kSections[] = {
    {"", " simulation sim general settings ", "did you mean [run]?"},
    {"", " neurons groups layers nodes cells neurongroup ", "did you mean [[population]] or [neuron]?"},
    {"", " synapses connections edges connectivity ", "did you mean [[projection]]?"},
    {"", " inputs input stimuli generators sources ", "did you mean [[stimulus]]?"},
    {"", " output outputs monitors recording reports ", "did you mean [[record]]?"},
    {"", " pruning sparsify ", "did you mean [prune]?"},
};

std::string folded(const std::string& name) {
  std::string out = " ";
  for (const char c : name)
    if (c != '_' && c != '-') out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out + " ";
}

}  // namespace

std::string synonym(const std::string& section, const std::string& name) {
  std::string_view where;
  for (const Synonym& entry : kSynonyms)
    if (entry.where == section) where = entry.where;
  const std::string word = folded(name);
  if (word.find(' ', 1) != word.size() - 1) return "";
  for (const Synonym& entry : kSynonyms)
    if (entry.where == where && entry.words.find(word) != std::string_view::npos) return entry.says;
  return "";
}

std::string section_synonym(const std::string& name) {
  const std::string word = folded(name);
  if (word.find(' ', 1) != word.size() - 1) return "";
  for (const Synonym& entry : kSections)
    if (entry.words.find(word) != std::string_view::npos) return entry.says;
  return "";
}

}  // namespace sprig
